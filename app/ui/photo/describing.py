"""Asks for what faces look like and a photo shows, when it is looked at; keeps the answers at hand."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.domain.attributes import FaceAttributes, PhotoDescription
from app.domain.errors import LikenessError
from app.services.describing import DescribeService
from app.ui.attributes.state import Answer, sentence_of
from app.ui.canvas.layers import LandmarkLayer
from app.ui.controller import Priority, TaskRunner

_KEPT = 512


class Describing(QObject):
    """`face_answered`, `photo_answered`: (row, Answer); `points`: (layer, face row, ratios); `settled` when
    all faces that were asked for have answered. What is asked for twice is worked out once."""

    face_answered = Signal(int, object)
    photo_answered = Signal(int, object)
    points = Signal(object, int, object)
    settled = Signal()

    def __init__(self, tasks: TaskRunner, describe: DescribeService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks, self._describe = tasks, describe
        self._faces: OrderedDict[int, Answer[FaceAttributes]] = OrderedDict()
        self._photos: OrderedDict[int, Answer[PhotoDescription]] = OrderedDict()
        self._meshes: dict[int, NDArray[np.float32]] = {}
        self._queue: deque[tuple[LandmarkLayer, int]] = deque()
        self._under_way: tuple[LandmarkLayer, int] | None = None
        self._asked: dict[str, int | None] = {"face": None, "photo": None}

    # One at a time, at once

    def ask_face(self, face_pk: int, again: bool = False) -> None:
        known = self._faces.get(face_pk)
        if known is not None and not (again and known.trouble):
            self.face_answered.emit(face_pk, known)
            return
        if self._asked["face"] == face_pk:
            return
        self._asked["face"] = face_pk
        self.face_answered.emit(face_pk, Answer())
        self._tasks.run(
            self._describe.face,
            face_pk,
            done=partial(self._have_face, face_pk),
            failed=partial(self._no_face, face_pk),
            key=(id(self), "face"),
        )

    def ask_photo(self, photo_pk: int, again: bool = False) -> None:
        known = self._photos.get(photo_pk)
        if known is not None and not (again and known.trouble):
            self.photo_answered.emit(photo_pk, known)
            return
        if self._asked["photo"] == photo_pk:
            return
        self._asked["photo"] = photo_pk
        self.photo_answered.emit(photo_pk, Answer())
        self._tasks.run(
            self._describe.photo,
            photo_pk,
            done=lambda found: self._have_photo(photo_pk, Answer(found)),
            failed=lambda error: self._have_photo(photo_pk, Answer(trouble=sentence_of(error))),
            key=(id(self), "photo"),
        )

    def attributes(self) -> Mapping[int, FaceAttributes]:
        """Those that are known, by face."""
        return {pk: answer.value for pk, answer in self._faces.items() if answer.value is not None}

    def _have_face(self, face_pk: int, found: FaceAttributes) -> None:
        self._keep_face(face_pk, Answer(found))

    def _no_face(self, face_pk: int, error: Exception) -> None:
        self._keep_face(face_pk, Answer(trouble=sentence_of(error)))

    def _keep_face(self, face_pk: int, answer: Answer[FaceAttributes]) -> None:
        if self._asked["face"] == face_pk:
            self._asked["face"] = None
        self._faces[face_pk] = answer
        self._faces.move_to_end(face_pk)
        while len(self._faces) > _KEPT:
            self._faces.popitem(last=False)
        self.face_answered.emit(face_pk, answer)
        if answer.value is not None:
            self.points.emit(LandmarkLayer.THIRTY, face_pk, answer.value.landmarks)

    def _have_photo(self, photo_pk: int, answer: Answer[PhotoDescription]) -> None:
        self._asked["photo"] = None
        self._photos[photo_pk] = answer
        while len(self._photos) > _KEPT:
            self._photos.popitem(last=False)
        self.photo_answered.emit(photo_pk, answer)

    # All faces of a photo, one after the other, so that each is seen as soon as it is there

    def ask_points(self, layer: LandmarkLayer, face_pks: Iterable[int]) -> None:
        """The thirty landmarks (with them the attributes) or the mesh of these faces, in this order. What
        was asked for before and is not begun is dropped."""
        self._queue.clear()
        for face_pk in face_pks:
            known = self._faces.get(face_pk)
            if layer is LandmarkLayer.MESH and face_pk in self._meshes:
                self.points.emit(layer, face_pk, self._meshes[face_pk])
            elif layer is LandmarkLayer.THIRTY and known is not None:
                if known.value is not None:
                    self.points.emit(layer, face_pk, known.value.landmarks)
            elif layer in (LandmarkLayer.THIRTY, LandmarkLayer.MESH) and (layer, face_pk) != self._under_way:
                self._queue.append((layer, face_pk))
        if self._under_way is None:
            self._next()

    def _next(self) -> None:
        if not self._queue:
            self._under_way = None
            self.settled.emit()
            return
        self._under_way = layer, face_pk = self._queue.popleft()
        thirty = layer is LandmarkLayer.THIRTY
        self._tasks.run(
            self._describe.face if thirty else self._describe.mesh,
            face_pk,
            done=partial(self._have_points, layer, face_pk),
            failed=partial(self._no_points, layer, face_pk),
            key=(id(self), "points"),
            priority=Priority.BACKGROUND,
        )

    def _have_points(
        self, layer: LandmarkLayer, face_pk: int, found: FaceAttributes | NDArray[np.float32]
    ) -> None:
        if isinstance(found, FaceAttributes):
            self._keep_face(face_pk, Answer(found))
        else:
            self._meshes[face_pk] = found
            self.points.emit(layer, face_pk, found)
        self._next()

    def _no_points(self, layer: LandmarkLayer, face_pk: int, error: Exception) -> None:
        """A face without points is drawn without; its row in the inspector says why."""
        if layer is LandmarkLayer.THIRTY:
            self._keep_face(face_pk, Answer(trouble=sentence_of(error)))
        if isinstance(error, LikenessError):
            self._next()
            return
        self._under_way = None
        self._queue.clear()
        self.settled.emit()

    # What is no longer true

    def leave(self) -> None:
        """Another photo: what is not begun is not wanted any more; its meshes are let go."""
        self._queue.clear()
        self._under_way = None
        self._meshes.clear()
        self._asked = {"face": None, "photo": None}
        for part in ("face", "photo", "points"):
            self._tasks.cancel((id(self), part))

    def forget_faces(self, face_pks: Iterable[int]) -> None:
        """Their boxes or landmarks were changed."""
        for face_pk in face_pks:
            self._faces.pop(face_pk, None)
            self._meshes.pop(face_pk, None)
            if self._asked["face"] == face_pk:
                self._asked["face"] = None
            if self._under_way is not None and self._under_way[1] == face_pk:
                # Its answer is of the old place.
                self._tasks.cancel((id(self), "points"))
                self._under_way = None
