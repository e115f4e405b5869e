"""Faces placed by hand: drawn, moved, resized; each is aligned and embedded again."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import Conflict, InvalidParameter, ResourceNotFound
from app.domain.faces import DetectedFace, Face, FaceSource
from app.domain.geometry import BoundingBox, Landmarks, LandmarkType
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.domain.text import printable
from app.inference.engine import FaceEngine
from app.inference.orientation import lying, upright
from app.inference.pose import pose_of
from app.inference.quality import quality_of
from app.services.events import EventHub
from app.services.ingest.analysis import crop_jpeg
from app.services.ingest.record import add_face
from app.services.ingest.single import target_of
from app.services.ingest.unindexed import Entry, detected_of, entries_of, with_entries
from app.services.photo_pixels import pixels_of
from app.storage import tables
from app.storage.database import Act
from app.storage.library import Library
from app.storage.repositories import faces as face_rows
from app.storage.repositories import memberships, paths
from app.storage.repositories import photos as photo_rows
from app.storage.repositories.memberships import Target

# A box thinner than this many pixels of the photo has nothing to align.
_LEAST_SIDE = 4.0


@dataclass(frozen=True)
class _Placed:
    face: DetectedFace
    vector: bytes
    crop: bytes


class FaceEditService:
    """Each call is one undoable change. Thread-safe."""

    def __init__(self, library: Library, engine: FaceEngine, events: EventHub, origin: Origin) -> None:
        self._library = library
        self._database = library.database
        self._engine = engine
        self._events = events
        self._origin = origin

    def add(self, collection_pk: int, photo_pk: int, box: BoundingBox) -> tuple[int, ChangeSet]:
        """A face that the detector missed; its row and what was touched.

        Raises ImageError where the photo's file cannot be read, ResourceNotFound, InvalidParameter.
        """
        target = target_of(self._library, self._engine, collection_pk)
        pixels = pixels_of(self._database, photo_pk)
        _check(box, pixels)
        placed = self._placed(target, pixels, self._located(photo_pk, pixels, box))
        with self._database.act(ChangeKind.ADD_FACE, self._origin, collection_pk) as act:
            membership = memberships.find(act.work.connection, collection_pk, photo_pk)
            if membership is None:
                raise ResourceNotFound("The photo is no longer in this collection.")
            _require_contract(act, target)
            act.work.refer(tables.memberships, membership.pk)
            face_pk = add_face(act, target, photo_pk, placed.face, placed.vector, source=FaceSource.DRAWN)
            act.work.summary = f"Face drawn on {self._name(photo_pk)}"
        self._finish(face_pk, placed, act.changes)
        return face_pk, act.changes

    def add_unindexed(self, collection_pk: int, photo_pk: int, index: int) -> tuple[int, ChangeSet]:
        """Take in a face that the quality filter or MaxFaces left out: the one at `index` in
        PhotoDetail.unindexed. Its row and what was touched. Raises as `add`."""
        target = target_of(self._library, self._engine, collection_pk)
        left_out = self._unindexed(collection_pk, photo_pk)
        if not 0 <= index < len(left_out):
            raise ResourceNotFound("This face was taken in, or the photo indexed anew, in the meantime.")
        pixels = pixels_of(self._database, photo_pk)
        entry = left_out[index]
        found = detected_of(entry) or self._located(photo_pk, pixels, BoundingBox(*entry["box"]))
        placed = self._placed(target, pixels, found)
        with self._database.act(ChangeKind.ADD_FACE, self._origin, collection_pk) as act:
            member = photo_rows.membership(act.work.connection, collection_pk, photo_pk)
            if member is None or entries_of(member.unindexed) != left_out:
                raise ResourceNotFound("This face was taken in, or the photo indexed anew, in the meantime.")
            _require_contract(act, target)
            rest = [each for at, each in enumerate(left_out) if at != index]
            act.work.update(
                tables.memberships, member.pk, {"unindexed": with_entries(member.unindexed, rest)}
            )
            face_pk = add_face(act, target, photo_pk, placed.face, placed.vector)
            act.work.summary = f"Face taken in on {self._name(photo_pk)}"
        self._finish(face_pk, placed, act.changes)
        return face_pk, act.changes

    def _unindexed(self, collection_pk: int, photo_pk: int) -> list[Entry]:
        with self._database.read() as connection:
            member = photo_rows.membership(connection, collection_pk, photo_pk)
        if member is None:
            raise ResourceNotFound("The photo is no longer in this collection.")
        return entries_of(member.unindexed)

    def set_box(self, face_pk: int, box: BoundingBox) -> ChangeSet:
        """Move or resize. The landmarks are looked for in the new box; where no face is seen in it,
        they move with the box. Raises as `add`."""
        face = self._face(face_pk)
        pixels = pixels_of(self._database, face.photo_pk)
        _check(box, pixels)
        found = self._located(face.photo_pk, pixels, box)
        if found.confidence <= 0:
            found = replace(found, landmarks=_carried(face.detected, box))
        return self._edit(face, pixels, found, f"Box moved on {self._name(face.photo_pk)}")

    def set_landmark(self, face_pk: int, landmark: LandmarkType, x: float, y: float) -> ChangeSet:
        """Move one landmark to (x, y) in ratios of the photo. Raises as `add`."""
        if not (np.isfinite(x) and np.isfinite(y)):
            raise InvalidParameter("A landmark needs a place on the photo.")
        face = self._face(face_pk)
        points = face.detected.landmarks.points.copy()
        points[list(LandmarkType).index(landmark)] = (x, y)
        pixels = pixels_of(self._database, face.photo_pk)
        landmarks = Landmarks(points)
        moved = replace(
            face.detected,
            landmarks=landmarks,
            pose=pose_of(landmarks.to_pixels(pixels.shape[1], pixels.shape[0])),
            quality=quality_of(self._engine.aligned_crop(pixels, landmarks)),
        )
        return self._edit(face, pixels, moved, f"Landmark moved on {self._name(face.photo_pk)}")

    def _edit(self, face: Face, pixels: NDArray[np.uint8], found: DetectedFace, summary: str) -> ChangeSet:
        target = target_of(self._library, self._engine, face.collection_pk)
        placed = self._placed(target, pixels, found)
        with self._database.act(ChangeKind.EDIT_FACE, self._origin, face.collection_pk) as act:
            if face_rows.by_pk(act.work.connection, face.id) is None:
                raise ResourceNotFound("This face was deleted in the meantime.")
            _require_contract(act, target)
            source = FaceSource.DRAWN if face.source is FaceSource.DRAWN else FaceSource.EDITED
            values = {**face_rows.detected_values(placed.face), "source": source.value}
            act.work.update(tables.faces, face.id, values)
            _set_vector(act, target, face.id, placed.vector)
            act.work.summary = summary
        self._finish(face.id, placed, act.changes)
        return act.changes

    def _located(self, photo_pk: int, pixels: NDArray[np.uint8], box: BoundingBox) -> DetectedFace:
        """The face in the box; in a photo that lies on its side it is looked for in the photo set upright."""
        with self._database.read() as connection:
            photo = photo_rows.by_pk(connection, photo_pk)
        degrees = photo.turned if photo is not None else None
        if not degrees:
            return self._engine.locate(pixels, box)
        found = self._engine.locate(upright(pixels, degrees), box.turned(degrees))
        return replace(lying(found, degrees), box=box)

    def _placed(self, target: Target, pixels: NDArray[np.uint8], face: DetectedFace) -> _Placed:
        (vector,) = self._engine.embed(pixels, [face.landmarks], target.contract)
        return _Placed(face, vector.astype("<f4").tobytes(), crop_jpeg(pixels, face))

    def _finish(self, face_pk: int, placed: _Placed, changes: ChangeSet) -> None:
        self._library.thumbnails.put("face", face_pk, placed.crop)
        self._events.publish(changes)

    def _face(self, face_pk: int) -> Face:
        with self._database.read() as connection:
            face = face_rows.by_pk(connection, face_pk)
        if face is None:
            raise ResourceNotFound("This face was deleted in the meantime.")
        return face

    def _name(self, photo_pk: int) -> str:
        with self._database.read() as connection:
            places = paths.places(connection, photo_pk)
        return printable(Path(os.fsdecode(places[0].path)).name) if places else "a photo"


def _require_contract(act: Act, target: Target) -> None:
    now = memberships.target(act.work.connection, target.pk)
    if now is None or now.contract_pk != target.contract_pk:
        raise Conflict(f"{target.display_name} was switched to another face model meanwhile. Try again.")


def _set_vector(act: Act, target: Target, face_pk: int, vector: bytes) -> None:
    """Replace the face's vectors: those of other contracts no longer fit the face."""
    for pk, contract_pk in memberships.vectors_of(act.work.connection, face_pk):
        if contract_pk == target.contract_pk:
            act.work.update(tables.embeddings, pk, {"vector": vector})
        else:
            act.work.delete(tables.embeddings, pk)


def _carried(face: DetectedFace, box: BoundingBox) -> Landmarks:
    """The landmarks at the same place within the new box as within the old one."""
    old = face.box
    inside = (face.landmarks.points - [old.left, old.top]) / [old.width, old.height]
    points = inside * [box.width, box.height] + [box.left, box.top]
    return Landmarks(points.astype(np.float32))


def _check(box: BoundingBox, pixels: NDArray[np.uint8]) -> None:
    height, width = pixels.shape[:2]
    values = (box.left, box.top, box.width, box.height)
    if not np.isfinite(values).all() or min(box.width * width, box.height * height) < _LEAST_SIDE:
        raise InvalidParameter("This face box is too small: draw it around the whole face.")
    if box.intersection(BoundingBox(0.0, 0.0, 1.0, 1.0)) is None:
        raise InvalidParameter("This face box lies outside the photo.")
