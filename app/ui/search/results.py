"""The right side: how many were found, the grid, and what takes its place when there is nothing."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.records import User
from app.services.faces import FaceService
from app.services.photos import PhotoService
from app.ui.controller import PageHost, TaskRunner
from app.ui.search.bar import NextBar
from app.ui.search.model import PersonDelegate, ResultModel
from app.ui.search.outcome import Kind, Outcome, counted
from app.ui.search.welcome import Welcome
from app.ui.theme import Size, Space
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.grid import PHOTO_STYLE, RESULT_STYLE, GridView, ThumbnailDelegate
from app.ui.widgets.text import ElidedLabel, Label

# Below it the count has the line to itself.
_ROOM_FOR_ORDER = 480


class Results(QWidget):
    """Shows an Outcome split at a threshold; nothing is searched here."""

    selection_changed = Signal()

    def __init__(self, host: PageHost, tasks: TaskRunner, faces: FaceService, photos: PhotoService) -> None:
        super().__init__()
        theme = host.theme
        self.kind = Kind.FACES
        self.above = 0
        self.model = ResultModel(faces, photos, tasks, self)
        self._delegates = {
            Kind.FACES: ThumbnailDelegate(theme, host.images, RESULT_STYLE),
            Kind.PEOPLE: PersonDelegate(theme, host.images),
            Kind.PHOTOS: ThumbnailDelegate(theme, host.images, PHOTO_STYLE),
        }
        self.grid = GridView(theme, self._delegates[Kind.FACES], host.images, side=Size.CELL_RESULT)
        self.grid.setModel(self.model)
        self.grid.setDragEnabled(True)
        self.grid.set_side_range(Size.CELL_FACE, 240)
        self.grid.selection_changed.connect(self.selection_changed)
        self.count = Label(theme, weight=600)
        self.fact = ElidedLabel(theme, token="t3")
        self.order = ElidedLabel(theme, role="small", token="t3")
        self.head = QWidget()
        self.head.setFixedHeight(44)
        row = QHBoxLayout(self.head)
        row.setContentsMargins(Space.PAGE_LEFT, 0, Space.PAGE_RIGHT, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.count)
        row.addWidget(self.fact)
        row.addStretch(1)
        row.addWidget(self.order)
        self.welcome = Welcome(theme)
        self.nothing = EmptyState(theme, icon="users", missing="", hint="")
        self.failure = EmptyState(theme, icon="warning-circle", missing="This search did not work", hint="")
        self.failure.missing.setAccessibleName("This search did not work")
        self.bar = NextBar(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.head, self.grid, self.welcome, self.nothing, self.failure, self.bar):
            column.addWidget(part, 0 if part in (self.head, self.bar) else 1)
        self.show_outcome(None, Kind.FACES, 80.0, {}, no_face=False)

    def show_outcome(
        self,
        outcome: Outcome | None,
        kind: Kind,
        threshold: float,
        users: Mapping[int, User],
        *,
        no_face: bool,
        failure: str = "",
    ) -> None:
        """`no_face`: the picture that was given has none. `failure` says why nothing could be searched."""
        if kind is not self.kind:
            self.kind = kind
            self.grid.select_none()
            self.grid.set_delegate(self._delegates[kind])
        self.above = self.model.show(outcome, kind, threshold, users)
        rows = self.model.rowCount()
        self.grid.setAccessibleName(f"{kind.value.capitalize()} found")
        self.head.setVisible(outcome is not None)
        self.grid.setVisible(bool(rows))
        self.welcome.setVisible(outcome is None and not failure)
        self.failure.setVisible(outcome is None and bool(failure))
        self.failure.hint.setText(failure)
        self.nothing.setVisible(outcome is not None and not rows)
        if outcome is None:
            self.welcome.no_face() if no_face else self.welcome.begin()
            return
        self._say(outcome, kind, threshold)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.order.setVisible(self.width() >= _ROOM_FOR_ORDER)

    def _say(self, outcome: Outcome, kind: Kind, threshold: float) -> None:
        number = f"{threshold:.1f}".removesuffix(".0")
        total = outcome.totals.get(kind, 0)
        if kind is Kind.PHOTOS:
            at = f" at {number} or more" if outcome.searched else ""
            self.count.setText(f"{counted(self.above, kind) if self.above else 'No photo'}{at}")
            self.fact.setText(f"of {total:,}")
            self.order.setText("Highest similarity first" if outcome.searched else "Newest first")
        else:
            none = "No face" if kind is Kind.FACES else "Nobody"
            words = counted(self.above, kind) if self.above else none
            self.count.setText(f"{words} at {number} or more")
            took = outcome.took.get(kind, 0.0)
            time = f"{took:,.0f} ms" if took >= 1 else "under 1 ms"
            self.fact.setText(f"of {total:,}, in {time}")
            self.order.setText("Highest similarity first")
        self.nothing.set_words(*_missing(kind, outcome))


def _missing(kind: Kind, outcome: Outcome) -> tuple[str, str]:
    """What there is not, and what to do."""
    if kind is Kind.PEOPLE:
        return "Nobody is named here yet", "Name a face, and it can be found as a person."
    if kind is Kind.PHOTOS and outcome.company is None:
        return "No photo has this face", "Lower the threshold, or search in another collection."
    if kind is Kind.PHOTOS:
        other = "Lower the threshold, or choose “Any”."
        other = other if outcome.searched else "Choose “Any”, or fewer people."
        return "No photo has them together", other
    return "There is no other face here", "Add photos, or search in another collection."
