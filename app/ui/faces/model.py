"""Faces as the grid's model."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QObject

from app.services.faces import FaceCell, FaceService
from app.ui.canvas.mime import faces_mime
from app.ui.controller import TaskRunner
from app.ui.controller.pictures import face_key
from app.ui.faces.grouping import FaceOrder
from app.ui.widgets.grid import CellContent, IdListModel


class FaceGridModel(IdListModel):
    """Fetches cells through the task runner; a drag carries the faces' rows."""

    def __init__(self, faces: FaceService, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._faces = faces
        self._tasks = tasks
        self._order = FaceOrder([], [])
        self.wanted.connect(self._fetch)

    def show(self, order: FaceOrder) -> None:
        changed = self._order.tags != order.tags or self._order.values != order.values
        self._order = order
        self.set_ids(order.ids, order.sections)
        if changed:
            self.refresh()

    def mimeData(self, indexes: Sequence[object]) -> QMimeData:
        return faces_mime(self.id_at(index.row()) for index in indexes)  # type: ignore[attr-defined]

    def _fetch(self, ids: list[int]) -> None:
        self._tasks.run(self._faces.cells, ids, done=self._provide, failed=lambda _error: None)

    def _provide(self, cells: dict[int, FaceCell]) -> None:
        self.provide({pk: self._content(cell) for pk, cell in cells.items()})

    def _content(self, cell: FaceCell) -> CellContent:
        tag = self._order.tags.get(cell.id, "")
        value = self._order.values.get(cell.id, "")
        name = cell.user_name or "Not named"
        lines = [name, cell.photo_name]
        if tag:
            lines.append(f"Stands out: {tag} to the others of this person")
        return CellContent(
            name=f"{name}, {cell.photo_name}",
            image=face_key(cell.id),
            caption=name if value else "",
            caption_token="t1" if cell.user_name else "t3",
            dot=cell.color if value and cell.user_pk is not None else None,
            value=value,
            tag=tag,
            tooltip="\n".join(lines),
            subject=cell,
        )
