"""The picture of the page: where it comes from, and what was told of it (on worker threads)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.domain.errors import ResourceNotFound
from app.domain.geometry import BoundingBox, turned_points
from app.domain.text import printable
from app.rekognition.operations.handler import Json
from app.rekognition.operations.labels import labels_answer, moderation_answer
from app.services.calls import PASTED, ImageFile
from app.services.describing import DescribeService, ImageAnalysis
from app.services.faces import FaceService
from app.services.fetch import fetch
from app.services.photos import PhotoService
from app.ui.attributes.words import sorted_emotions, summary
from app.ui.canvas.marks import Mark, Marks, Stroke, Tag
from app.ui.canvas.picture import Mipmaps, mipmaps
from app.ui.canvas.reading import reading
from app.ui.controller.intake import png_of

MIN_MODERATION = 50.0
LABELS: Mapping[str, Any] = {
    "MaxLabels": 1000,
    "MinConfidence": 55.0,
    "Features": ["GENERAL_LABELS", "IMAGE_PROPERTIES"],
}
"""What is asked of DetectLabels."""

_DARK, _WHITE = "#DB121515", "#FFFFFF"


@dataclass(frozen=True)
class Told:
    """The answers of DetectLabels and DetectModerationLabels, which take a moment."""

    labels: Json
    moderation: Json


@dataclass(frozen=True, eq=False)
class Analysed:
    """`chosen` is the face to begin with; `file` is where the picture came from, `source` what was looked at.

    A picture that lies on its side or its head is shown upright: `pixels` and `view` are turned clockwise
    by `turned` degrees, and so is what the properties say. The analysis itself is of the picture as it is.
    """

    name: str
    analysis: ImageAnalysis
    pixels: NDArray[np.uint8]
    view: Mipmaps
    source: bytes | Path | NDArray[np.uint8]
    file: ImageFile
    told: Told
    chosen: int = 0

    @property
    def turned(self) -> int:
        return self.analysis.turned or 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels as it is shown."""
        width, height = self.analysis.width, self.analysis.height
        return (height, width) if self.turned in (90, 270) else (width, height)

    def box(self, index: int) -> BoundingBox:
        return self.analysis.faces[index].face.box.turned(self.turned)

    def points(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """(n, 2 or more) ratios of the picture as it is, as (n, 2) of the picture as it is shown."""
        return turned_points(points[:, :2], self.turned)

    @property
    def count(self) -> int:
        return len(self.analysis.faces)

    def caption(self) -> str:
        """ "group.jpg · 1,200 × 800 · 4 faces"."""
        faces = "no face" if not self.count else "1 face" if self.count == 1 else f"{self.count:,} faces"
        lies = " · shown upright" if self.turned else ""
        return f"{self.name} · {self.analysis.width:,} × {self.analysis.height:,} · {faces}{lies}"

    def title(self, index: int) -> str:
        """A face in words: "Face 1 of 4, looks 34–42 · appears to be a woman"."""
        words = summary(self.analysis.faces[index].attributes)
        return f"Face {index + 1} of {self.count}, {words[:1].lower()}{words[1:]}"

    def marks(self, names: dict[int, tuple[str, float]]) -> Marks:
        """`names`: celebrity and similarity by the index of the face."""
        marks = []
        for index, each in enumerate(self.analysis.faces):
            emotions = sorted_emotions(each.attributes)
            words = f"{each.attributes.age_low}–{each.attributes.age_high}"
            if emotions:
                words = f"{words} · {emotions[0][0]}"
            tag, title = Tag(words, "", _DARK, _WHITE), self.title(index)
            if index in names:
                name, similarity = names[index]
                tag = Tag(name, f"{similarity:.1f}", _DARK, _WHITE)
                title = f"{title}, {name} {similarity:.1f}"
            five, minor = each.face.landmarks.turned(self.turned), index not in names
            marks.append(Mark(index, self.box(index), five, Stroke.THIN, _WHITE, tag, title, minor))
        return Marks(marks, *self.size)


Load = Callable[[], Analysed]
"""Reads a picture and looks at it; runs on a worker thread. Raises ImageError, ModelError,
ResourceNotFound."""


class Analysing:
    """Makes Loads of whatever was dropped, pasted, opened or sent by another page."""

    def __init__(self, describe: DescribeService, photos: PhotoService, faces: FaceService) -> None:
        self._describe, self._photos, self._faces = describe, photos, faces

    def of_file(self, path: Path) -> Load:
        return lambda: self._look(path.name, path)

    def of_bytes(self, data: bytes, name: str = PASTED) -> Load:
        return lambda: self._look(name, data)

    def of_image(self, image: QImage) -> Load:
        """Pixels of the clipboard or a drop; encoded on the worker."""
        return lambda: self._look(PASTED, png_of(image))

    def of_url(self, url: str) -> Load:
        """A picture of which a browser gave only the address."""

        def load() -> Analysed:
            data, name = fetch(url)
            return self._look(name, data)

        return load

    def of_photo(self, photo_pk: int) -> Load:
        return lambda: self._stored(photo_pk, "Photo of this collection")

    def of_face(self, face_pk: int) -> Load:
        """The photo of a stored face, with that face chosen."""

        def load() -> Analysed:
            cell = self._faces.cells([face_pk]).get(face_pk)
            if cell is None:
                raise ResourceNotFound("This face is not in the collection any more.")
            return self._stored(cell.photo_pk, cell.photo_name, cell.box)

        return load

    def _stored(self, photo_pk: int, name: str, box: BoundingBox | None = None) -> Analysed:
        """From its file, as anybody else would look at it."""
        path = self._photos.file(photo_pk)
        if path is not None:
            return self._look(path.name, path, box)
        return self._look(name, self._photos.pixels(photo_pk).pixels, box)

    def _look(
        self, name: str, source: bytes | Path | NDArray[np.uint8], box: BoundingBox | None = None
    ) -> Analysed:
        name = printable(name)
        with reading(name):
            analysis = self._describe.analyse(source)
        # Counter-clockwise is numpy's way round.
        pixels = np.ascontiguousarray(np.rot90(analysis.pixels, -(analysis.turned or 0) // 90))
        width, height = analysis.width, analysis.height
        view = mipmaps(pixels, *((height, width) if analysis.turned in (90, 270) else (width, height)))
        overlaps = [each.face.box.iou(box) if box else 0.0 for each in analysis.faces]
        chosen = max(range(len(overlaps)), key=overlaps.__getitem__, default=0)
        told = _told(analysis, self._describe.labels_made_by)
        return Analysed(name, analysis, pixels, view, source, _file(name, source), told, chosen)


def _file(name: str, source: bytes | Path | NDArray[np.uint8]) -> ImageFile:
    if isinstance(source, Path):
        return ImageFile.of(source)
    return ImageFile.of_bytes(name, source) if isinstance(source, bytes) else ImageFile(name)


def _told(analysis: ImageAnalysis, made_by: str) -> Told:
    return Told(
        labels_answer(analysis.whole(), dict(LABELS), made_by),
        moderation_answer(analysis.description, MIN_MODERATION, made_by),
    )
