"""The panel that chooses the cover: the person's faces, the best quality first."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QWidget

from app.ui.person.confirmed import ConfirmedModel
from app.ui.person.facts import FaceOrder, PersonFacts
from app.ui.person.panel import SidePanel
from app.ui.theme import Theme
from app.ui.widgets.grid import FACE_STYLE, GridView, ImageStore, ThumbnailDelegate
from app.ui.widgets.grid.layout import Measures

_SIDE = 84


class CoverPanel(SidePanel):
    """A click or Enter makes a face the cover."""

    key = "cover"
    chosen = Signal(int)
    """Row of a face."""

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__(theme, "Cover", "Click the face to show for this person. The best ones come first.")
        self.set_ground("window")  # the grid's own
        self.model = ConfirmedModel(self)
        self.grid = _NarrowGrid(
            theme, ThumbnailDelegate(theme, images, FACE_STYLE), images, side=_SIDE, top=4
        )
        self.grid.set_side_range(_SIDE, _SIDE)
        self.grid.setModel(self.model)
        self.grid.setAccessibleName("Faces for the cover")
        self.body.addWidget(self.grid, 1)
        self.grid.clicked.connect(self._choose)
        self.grid.activated.connect(self._choose)
        self._cover: int | None = None

    def show_facts(self, facts: PersonFacts) -> None:
        self._cover = facts.user.cover_face_pk
        self.model.show(facts.ordered(FaceOrder.QUALITY, None), tags=False)
        row = self.model.row_of(self._cover)
        if row >= 0:
            self.grid.set_current_row(row)

    def first_widget(self) -> QWidget:
        return self.grid

    def _choose(self, index: QModelIndex) -> None:
        face = self.model.face_at(index.row())
        if face is not None and face.pk != self._cover:
            self.chosen.emit(face.pk)


class _NarrowGrid(GridView):
    """Without the page's padding."""

    def _rebuild(self) -> None:
        super()._rebuild()
        ground = self._layout
        m = ground.measures
        measures = Measures(
            m.cell_width, m.cell_height, heading=m.heading, top=m.top, left=1, right=4, gap=m.gap
        )
        self._layout = type(ground)(self.viewport().width(), ground.count, (), measures)
