"""The two pictures of a comparison: where they come from and how they are looked at (worker threads)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

from app.domain.errors import ResourceNotFound
from app.domain.geometry import BoundingBox
from app.services.compare import CompareService
from app.services.faces import FaceService
from app.services.fetch import fetch
from app.services.image_faces import ImageFaces
from app.services.photos import PhotoService
from app.ui.canvas.picture import Mipmaps, mipmaps
from app.ui.canvas.reading import reading
from app.ui.controller.intake import png_of


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that was looked at. `chosen` is the face to begin with, by its index."""

    name: str
    faces: ImageFaces
    view: Mipmaps
    chosen: int = 0


Load = Callable[[], Picture]
"""Reads a picture and finds its faces; runs on a worker thread. Raises ImageError, ResourceNotFound."""


class Pictures:
    """Makes Loads of whatever was dropped, pasted, opened or sent by another page."""

    def __init__(self, compare: CompareService, photos: PhotoService, faces: FaceService) -> None:
        self._compare, self._photos, self._faces = compare, photos, faces

    def of_file(self, path: Path) -> Load:
        def load() -> Picture:
            with reading(path.name):
                return _looked_at(path.name, self._compare.look_at(path))

        return load

    def of_bytes(self, data: bytes, name: str) -> Load:
        def load() -> Picture:
            with reading(name):
                return _looked_at(name, self._compare.look_at(data))

        return load

    def of_image(self, image: QImage) -> Load:
        """Pixels of the clipboard or a drop. A large image takes a moment to encode: a worker does it."""

        def load() -> Picture:
            return self.of_bytes(png_of(image), "Pasted picture")()

        return load

    def of_url(self, url: str) -> Load:
        """A picture of which a browser gave only the address."""

        def load() -> Picture:
            data, name = fetch(url)
            return self.of_bytes(data, name)()

        return load

    def of_photo(self, photo_pk: int, name: str = "") -> Load:
        def load() -> Picture:
            image = self._photos.pixels(photo_pk)
            return _looked_at(name or "Photo of this collection", self._compare.look_at(image.pixels))

        return load

    def of_face(self, face_pk: int) -> Load:
        """The photo of a stored face, with that face chosen."""

        def load() -> Picture:
            cell = self._faces.cells([face_pk]).get(face_pk)
            if cell is None:
                raise ResourceNotFound("This face is not in the collection any more.")
            image = self._photos.pixels(cell.photo_pk)
            seen = self._compare.look_at(image.pixels)
            return _looked_at(cell.photo_name, seen, _nearest(seen, cell.box))

        return load


def _looked_at(name: str, faces: ImageFaces, chosen: int = 0) -> Picture:
    return Picture(name, faces, mipmaps(faces.pixels, faces.width, faces.height), chosen)


def _nearest(seen: ImageFaces, box: BoundingBox) -> int:
    """The face that overlaps a box most; the largest when none does."""
    overlaps = [face.box.iou(box) for face in seen.faces]
    return max(range(len(overlaps)), key=overlaps.__getitem__, default=0)
