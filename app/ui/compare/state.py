"""The two pictures of a comparison: where they come from and how they are looked at (worker threads)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.domain.errors import ResourceNotFound
from app.domain.geometry import BoundingBox
from app.domain.text import printable
from app.services.calls import PASTED, ImageFile
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
    """A picture that was looked at. `chosen` is the face to begin with, by its index; `file` is where it
    came from."""

    name: str
    faces: ImageFaces
    view: Mipmaps
    file: ImageFile
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
                return self._of(path.name, path, ImageFile.of(path))

        return load

    def of_bytes(self, data: bytes, name: str) -> Load:
        def load() -> Picture:
            with reading(name):
                return self._of(name, data, ImageFile.of_bytes(name, data))

        return load

    def of_image(self, image: QImage) -> Load:
        """Pixels of the clipboard or a drop. A large image takes a moment to encode: a worker does it."""

        def load() -> Picture:
            return self.of_bytes(png_of(image), PASTED)()

        return load

    def of_url(self, url: str) -> Load:
        """A picture of which a browser gave only the address."""

        def load() -> Picture:
            data, name = fetch(url)
            return self.of_bytes(data, name)()

        return load

    def of_photo(self, photo_pk: int, name: str = "") -> Load:
        return lambda: self._stored(photo_pk, name)

    def of_face(self, face_pk: int) -> Load:
        """The photo of a stored face, with that face chosen."""

        def load() -> Picture:
            cell = self._faces.cells([face_pk]).get(face_pk)
            if cell is None:
                raise ResourceNotFound("This face is not in the collection any more.")
            return self._stored(cell.photo_pk, cell.photo_name, cell.box)

        return load

    def _stored(self, photo_pk: int, name: str, box: BoundingBox | None = None) -> Picture:
        """From its file, as anybody else would look at it."""
        path = self._photos.file(photo_pk)
        source = path if path is not None else self._photos.pixels(photo_pk).pixels
        name = name or (printable(path.name) if path is not None else "Photo")
        file = ImageFile.of(path) if path is not None else ImageFile(name)
        return self._of(name, source, file, box)

    def _of(
        self,
        name: str,
        source: Path | bytes | NDArray[np.uint8],
        file: ImageFile,
        box: BoundingBox | None = None,
    ) -> Picture:
        seen = self._compare.look_at(source)
        view = mipmaps(seen.pixels, seen.width, seen.height)
        return Picture(name, seen, view, file, _nearest(seen, box) if box is not None else 0)


def _nearest(seen: ImageFaces, box: BoundingBox) -> int:
    """The face that overlaps a box most; the largest when none does."""
    overlaps = [face.box.iou(box) for face in seen.faces]
    return max(range(len(overlaps)), key=overlaps.__getitem__, default=0)
