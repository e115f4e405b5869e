"""The photos of a collection as the grid's model: ids at once, rows when they are shown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QObject

from app.domain.geometry import BoundingBox
from app.domain.records import PhotoStatus
from app.services.photos import Listing, PhotoCell, PhotoService
from app.ui.controller import TaskRunner
from app.ui.controller.pictures import photo_key
from app.ui.widgets.drop import url_of
from app.ui.widgets.grid import CellBox, CellContent, CellState, IdListModel, Section
from app.ui.widgets.grid.rearranging import Rearrangement, rearranged


@dataclass(frozen=True)
class Arranged:
    """A listing made ready for the model."""

    plan: Rearrangement
    sections: list[Section]


def arrange(before: list[Hashable], listing: Listing, *, headings: bool) -> Arranged:
    """From the model's `ids()` to a listing: 100,000 ids take too long for the window's thread.
    `headings` False leaves the section titles out."""
    sections = [
        Section(section.title, _photos(section.count), section.start, section.count)
        for section in listing.sections
        if section.title and headings
    ]
    return Arranged(rearranged(before, listing.ids), sections)


class PhotoGridModel(IdListModel):
    """Fetches cells through the task runner; drags its photos out as files."""

    def __init__(self, photos: PhotoService, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._photos = photos
        self._tasks = tasks
        self._collection_pk: int | None = None
        self.wanted.connect(self._fetch)

    def show(self, collection_pk: int, arranged: Arranged) -> None:
        """Replace what is shown by what `arrange` made on another thread."""
        self._collection_pk = collection_pk
        self.rearrange(arranged.plan, arranged.sections)

    def clear(self) -> None:
        self.set_ids([])

    def mimeData(self, indexes: Sequence[object]) -> QMimeData:
        """The files of the photos, for the desktop and for Compare and Search."""
        mime = QMimeData()
        pks = [self.id_at(index.row()) for index in indexes]  # type: ignore[attr-defined]
        mime.setUrls([url_of(path) for path in self._photos.files(pks)])
        return mime

    def _fetch(self, ids: list[int]) -> None:
        if self._collection_pk is None:
            return
        pk = self._collection_pk
        self._tasks.run(
            self._photos.cells,
            pk,
            ids,
            done=lambda cells: self._provide(pk, cells),
            failed=lambda _error: None,
        )

    def _provide(self, collection_pk: int, cells: dict[int, PhotoCell]) -> None:
        if collection_pk == self._collection_pk:
            self.provide({pk: content_of(cell) for pk, cell in cells.items()})


def _photos(count: int) -> str:
    return f"{count:,} photo" if count == 1 else f"{count:,} photos"


_STATES = {
    PhotoStatus.WAITING: CellState.WAITING,
    PhotoStatus.FAILED: CellState.FAILED,
    PhotoStatus.INDEXED: CellState.READY,
}


def content_of(cell: PhotoCell) -> CellContent:
    """What the grid paints for a photo."""
    state = _STATES[cell.status]
    if cell.missing and state is CellState.READY:
        state = CellState.MISSING
    centre = _centre(cell)
    quiet = state is not CellState.READY or not cell.named or len(cell.faces) > 1
    return CellContent(
        name=f"{cell.name}, {cell.caption}",
        image=photo_key(cell.id, cell.shown_turned) if cell.status is not PhotoStatus.FAILED else None,
        focus=centre,
        aspect=_aspect(cell),
        state=state,
        reason=cell.reason or "",
        caption=cell.caption,
        caption_token="t2" if quiet else "t1",
        dot=cell.caption_color,
        badge=len(cell.faces),
        boxes=tuple(
            CellBox(box.left, box.top, box.width, box.height, face.color)
            for face, box in zip(cell.faces, _boxes(cell), strict=True)
        ),
        tooltip=_tooltip(cell),
        subject=cell,
    )


def _tooltip(cell: PhotoCell) -> str:
    lines = [cell.name]
    if cell.status is PhotoStatus.FAILED and cell.reason:
        lines.append(cell.reason)
    if cell.missing:
        lines.append("The file is not where it was. Is its drive connected?")
    names = sorted({face.user_name for face in cell.faces if face.user_name})
    if names:
        lines.append(", ".join(names))
    return "\n".join(lines)


def _aspect(cell: PhotoCell) -> float:
    """Width over height as the photo is shown."""
    if not cell.width or not cell.height:
        return 1.0
    aspect = cell.width / cell.height
    return 1 / aspect if cell.shown_turned in (90, 270) else aspect


def _boxes(cell: PhotoCell) -> list[BoundingBox]:
    """The faces' boxes in the photo as it is shown."""
    return [face.box.turned(cell.shown_turned) if cell.shown_turned else face.box for face in cell.faces]


def _centre(cell: PhotoCell) -> tuple[float, float]:
    """The middle of all the faces: what a square crop must keep."""
    if not cell.faces:
        return (0.5, 0.5)
    boxes = _boxes(cell)
    left = min(box.left for box in boxes)
    right = max(box.right for box in boxes)
    top = min(box.top for box in boxes)
    bottom = max(box.bottom for box in boxes)
    return (min(max((left + right) / 2, 0.0), 1.0), min(max((top + bottom) / 2, 0.0), 1.0))
