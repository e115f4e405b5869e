"""Puts attributes, labels and landmark layers on the page: asked for only where they are in sight."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt

from app.domain.attributes import FaceAttributes, Label, PhotoDescription
from app.domain.celebrities import CelebrityFace, CelebrityResult
from app.domain.geometry import BoundingBox, turned_points
from app.services.describing import DescribeService
from app.services.photos import UnindexedFace
from app.ui.attributes.layer_control import LayerControl
from app.ui.attributes.state import Answer
from app.ui.canvas.canvas import FaceCanvas
from app.ui.canvas.layers import LandmarkLayer
from app.ui.canvas.marks import Highlight
from app.ui.canvas.selection import FaceSelection
from app.ui.controller import TaskRunner
from app.ui.photo.celebrities import CelebrityFinder
from app.ui.photo.describing import Describing
from app.ui.photo.inspector import Inspector
from app.ui.photo.state import PhotoState


def highlights(label: Label | None, turned: int = 0) -> list[Highlight]:
    """The boxes of a label's things, in the picture turned clockwise by 0, 90, 180 or 270 degrees."""
    if label is None:
        return []
    boxes = [BoundingBox(*each.box) for each in label.instances]
    return [Highlight(box.turned(turned) if turned else box, label.name) for box in boxes]


class Looking(QObject):
    """Between Describing and the widgets. The page says which photo is shown; the rest it hears itself."""

    def __init__(
        self,
        tasks: TaskRunner,
        describe: DescribeService,
        canvas: FaceCanvas,
        inspector: Inspector,
        layers: LayerControl,
        selection: FaceSelection,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._inspector, self._layers, self._selection = canvas, inspector, layers, selection
        self._state: PhotoState | None = None
        self.describing = Describing(tasks, describe, self)
        self.describing.face_answered.connect(self._face_answered)
        self.describing.photo_answered.connect(self._photo_answered)
        self.describing.points.connect(self._have_points)
        self.describing.settled.connect(self._show_json)
        selection.current_changed.connect(lambda _key: self.ask())
        inspector.tabs.currentChanged.connect(lambda _index: self.ask())
        inspector.shown.connect(self.ask)
        inspector.faces.attributes.retry.connect(lambda: self.ask(again=True))
        inspector.photo.description.retry.connect(lambda: self.ask(again=True))
        inspector.photo.description.lit.connect(self._light)
        inspector.photo.left_out.lit.connect(self._light_left_out)
        inspector.photo.left_out.emptied.connect(lambda: canvas.setFocus(Qt.FocusReason.OtherFocusReason))
        layers.chosen.connect(self._show_layer)
        self._celebrities: CelebrityFinder | None = None

    def ask_celebrities(self, finder: CelebrityFinder) -> None:
        """Whom the packs know, wherever the tab of the photo is in sight."""
        self._celebrities, shown = finder, self._inspector.photo.celebrities
        finder.answered.connect(self._celebrities_answered)
        shown.lit.connect(self._light_celebrity)
        shown.retry.connect(self.ask)

    def show(self, state: PhotoState | None) -> None:
        """Another photo, or the same with other faces."""
        before, self._state = self._state, state
        if before is None or state is None or before.photo_pk != state.photo_pk:
            self.describing.leave()
            self._canvas.dense.forget()
            self._canvas.set_highlights(())
            self._inspector.photo.description.show_answer(Answer())
            self._inspector.photo.show_celebrities(None)
            self._leave_celebrities()
        else:
            self._forget_moved(before, state)
            if before.turned != state.turned:
                self._canvas.dense.forget()
                self._canvas.set_highlights(())
        self.ask()
        self._ask_points()

    def _forget_moved(self, before: PhotoState, state: PhotoState) -> None:
        """Faces whose box or landmarks are others now look different to the models."""
        old = {view.face.id: view.face.detected for view in before.faces}
        moved = [view.face.id for view in state.faces if old.get(view.face.id) != view.face.detected]
        self.describing.forget_faces(moved)
        for face_pk in moved:
            self._canvas.dense.forget(face_pk)

    def leave(self) -> None:
        """The page goes out of sight."""
        self._state = None
        self.describing.leave()
        self._leave_celebrities()

    def _leave_celebrities(self) -> None:
        if self._celebrities is not None:
            self._celebrities.leave()

    def ask(self, again: bool = False) -> None:
        """What the tab in sight needs."""
        state, inspector = self._state, self._inspector
        if state is None or not inspector.isVisible():
            return
        tab, current = inspector.tabs.currentWidget(), self._selection.current
        if tab is inspector.faces and current is not None:
            self.describing.ask_face(current, again)
        elif tab is inspector.photo:
            self.describing.ask_photo(state.photo_pk, again)
            if self._celebrities is not None:
                self._celebrities.ask(state.photo_pk)
        elif tab is inspector.json:
            self._show_json()
            self.describing.ask_points(LandmarkLayer.THIRTY, self._face_pks())

    def _face_pks(self) -> list[int]:
        """The selected face first: it is being looked at."""
        keys = [view.face.id for view in self._state.faces] if self._state else []
        return sorted(keys, key=lambda key: key != self._selection.current)

    def _face_answered(self, face_pk: int, answer: Answer[FaceAttributes]) -> None:
        if face_pk == self._selection.current:
            self._inspector.faces.show_attributes(answer)

    def _photo_answered(self, photo_pk: int, answer: Answer[PhotoDescription]) -> None:
        if self._state is not None and photo_pk == self._state.photo_pk:
            self._inspector.photo.description.show_answer(answer)

    def _celebrities_answered(self, photo_pk: int, answer: Answer[CelebrityResult] | None) -> None:
        if self._state is not None and photo_pk == self._state.photo_pk:
            self._inspector.photo.show_celebrities(answer)

    def _light_celebrity(self, face: CelebrityFace | None) -> None:
        turned = self._state.turned if self._state is not None else 0
        boxes = [] if face is None else [Highlight(face.face.box.turned(turned), face.celebrity.name)]
        self._canvas.set_highlights(boxes)

    def _show_json(self) -> None:
        if self._inspector.tabs.currentWidget() is self._inspector.json:
            self._inspector.show_attributes(self.describing.attributes())

    def _have_points(self, layer: LandmarkLayer, face_pk: int, points: NDArray[np.floating]) -> None:
        turned = self._state.turned if self._state is not None else 0
        self._canvas.set_dense(layer, face_pk, turned_points(points[:, :2], turned) if turned else points)

    def _light(self, label: Label | None) -> None:
        turned = self._state.turned if self._state is not None else 0
        self._canvas.set_highlights(highlights(label, turned))

    def _light_left_out(self, face: UnindexedFace | None) -> None:
        turned = self._state.turned if self._state is not None else 0
        boxes = [face.box.turned(turned) if turned else face.box] if face is not None else []
        self._canvas.set_highlights([Highlight(box, "Not kept") for box in boxes])

    def _show_layer(self, layer: LandmarkLayer) -> None:
        self._canvas.set_layers(landmarks=layer)
        self._ask_points()

    def _ask_points(self) -> None:
        layer = self._layers.layer
        wanted: Iterable[int] = self._face_pks()
        if self._state is not None and layer in (LandmarkLayer.THIRTY, LandmarkLayer.MESH):
            self.describing.ask_points(layer, wanted)
