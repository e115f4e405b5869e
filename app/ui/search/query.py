"""What is searched with: a picture, its faces, and which of them. Loads run on worker threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage

from app.domain.errors import ResourceNotFound
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox
from app.services.faces import FaceService
from app.services.photos import PhotoService
from app.services.search import AlignedFace, ImageFaces, SearchService
from app.ui.canvas.picture import Mipmaps, mipmaps
from app.ui.canvas.reading import reading

CROP_SIDE = 168
# A face's crop shows the head: this much of the box's longer side.
_CROP_SPAN = 1.4
# Below it a face serves a search badly; the Quality filters draw the same line.
SHARP_FROM = 20.0


@dataclass(frozen=True, eq=False)
class QueryFace:
    """A face of the picture. `face_pk` and `face_id` are those of a stored face."""

    detected: DetectedFace
    measured: AlignedFace
    crop: QImage
    face_pk: int | None = None
    face_id: str | None = None


@dataclass(frozen=True, eq=False)
class Query:
    """`faces` are large to small; `chosen` is the one that is searched with (0 where there is none).
    Sizes in pixels of the upright picture; `path` is its file where that is known."""

    name: str
    width: int
    height: int
    faces: tuple[QueryFace, ...]
    view: Mipmaps
    chosen: int = 0
    path: str | None = None

    @property
    def face(self) -> QueryFace | None:
        return self.faces[self.chosen] if self.faces else None

    def choosing(self, index: int) -> Query:
        return replace(self, chosen=index)

    def size_of(self, index: int) -> str:
        """A face's box in pixels: "175 × 217 px"."""
        box = self.faces[index].detected.box
        return f"{round(box.width * self.width):,} × {round(box.height * self.height):,} px"

    def why_not(self, index: int) -> tuple[str, str]:
        """Why a face was not searched, and the fact behind it."""
        sharpness = self.faces[index].detected.quality.sharpness
        if sharpness < SHARP_FROM:
            return "Low sharpness", f"{sharpness:.1f}, the bar is {SHARP_FROM:g}"
        if index == 0:
            return "Another was picked", self.size_of(index)
        return "Not the largest face", self.size_of(index)


Load = Callable[[], Query]
"""Raises ImageError, ResourceNotFound."""


class Queries:
    """Makes Loads of whatever was dropped, pasted, opened or sent by another page."""

    def __init__(self, search: SearchService, photos: PhotoService, faces: FaceService) -> None:
        self._search, self._photos, self._faces = search, photos, faces

    def of_file(self, path: Path) -> Load:
        def load() -> Query:
            with reading(path.name):
                return _looked_at(self._search, path.name, self._search.look_at(path), str(path))

        return load

    def of_bytes(self, data: bytes, name: str) -> Load:
        def load() -> Query:
            with reading(name):
                return _looked_at(self._search, name, self._search.look_at(data))

        return load

    def of_photo(self, collection_pk: int, photo_pk: int, face_pk: int | None = None) -> Load:
        """A photo of the collection with its stored faces; the largest chosen, or the face of that row."""

        def load() -> Query:
            detail = self._photos.detail(collection_pk, photo_pk)
            stored = [view.face for view in detail.faces if not view.hidden or view.face.id == face_pk]
            file = self._photos.file(photo_pk)
            path = None if file is None else str(file)
            if not stored and file is not None:
                # As anybody else would look at it, with what the file says of its orientation.
                return _looked_at(self._search, detail.name, self._search.look_at(file), path)
            image = self._photos.pixels(photo_pk)
            if not stored:
                return _looked_at(self._search, detail.name, self._search.look_at(image.pixels), path)
            faces = []
            for face in stored:
                measured = self._search.stored(collection_pk, face.id, image.pixels, face.detected.landmarks)
                crop = crop_of(image.pixels, face.detected.box)
                faces.append(QueryFace(face.detected, measured, crop, face.id, face.face_id))
            chosen = next((at for at, face in enumerate(stored) if face.id == face_pk), 0)
            view = mipmaps(image.pixels, image.width, image.height)
            return Query(detail.name, image.width, image.height, tuple(faces), view, chosen, path)

        return load

    def of_face(self, collection_pk: int, face_pk: int) -> Load:
        """The photo of a stored face, with that face chosen; the face's crop where the file is gone."""

        def load() -> Query:
            cell = self._faces.cells([face_pk]).get(face_pk)
            if cell is None:
                raise ResourceNotFound("This face is not in the collection any more.")
            return self.of_photo(collection_pk, cell.photo_pk, face_pk)()

        return load


def _looked_at(search: SearchService, name: str, seen: ImageFaces, path: str | None = None) -> Query:
    faces = tuple(
        QueryFace(face, search.aligned(seen, index), crop_of(seen.pixels, face.box))
        for index, face in enumerate(seen.faces)
    )
    view = mipmaps(seen.pixels, seen.width, seen.height)
    return Query(name, seen.width, seen.height, faces, view, 0, path)


def crop_of(pixels: NDArray[np.uint8], box: BoundingBox) -> QImage:
    """The square around a face, CROP_SIDE wide, from uint8 (H, W, 3) RGB; kept inside the picture."""
    height, width = pixels.shape[:2]
    left, top, across, down = box.to_pixels(width, height)
    side = max(1, min(round(max(across, down) * _CROP_SPAN), width, height))
    x = min(max(round(left + across / 2 - side / 2), 0), width - side)
    y = min(max(round(top + down / 2 - side / 2), 0), height - side)
    part = np.ascontiguousarray(pixels[y : y + side, x : x + side])
    image = QImage(part.data, side, side, 3 * side, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32).scaled(
        CROP_SIDE,
        CROP_SIDE,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def crop_of_view(view: Mipmaps, box: BoundingBox) -> QImage:
    """As `crop_of`, from a picture that is shown."""
    image = view.levels[0]
    width, height = image.width(), image.height()
    left, top, across, down = box.to_pixels(width, height)
    side = max(1, min(round(max(across, down) * _CROP_SPAN), width, height))
    x = min(max(round(left + across / 2 - side / 2), 0), width - side)
    y = min(max(round(top + down / 2 - side / 2), 0), height - side)
    return image.copy(QRect(x, y, side, side)).scaled(
        CROP_SIDE,
        CROP_SIDE,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def others(query: Query) -> Sequence[int]:
    """The faces that were not searched, large to small."""
    return [index for index in range(len(query.faces)) if index != query.chosen]
