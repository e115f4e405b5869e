"""A search as plain JSON and back: what the library keeps of a saved one."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage

from app.domain.errors import LikenessError
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.services.search import AlignedFace, Together
from app.ui.canvas.picture import Mipmaps
from app.ui.search.outcome import Kind
from app.ui.search.query import Query, QueryFace, crop_of_view
from app.ui.theme.jpeg import image_of_jpeg

_VERSION = 1
# A saved picture is for looking at and picking another face of; the vectors are kept beside it.
_SIDE, _QUALITY, _MOST_FACES = 960, 82, 60


class UnreadableSearch(LikenessError):
    """A saved search that cannot be opened."""


@dataclass(frozen=True, eq=False)
class Search:
    """All that is chosen on the page. `contract` is the digest that the vectors follow."""

    query: Query | None
    contract: str = ""
    kind: Kind = Kind.FACES
    threshold: float = 80.0
    limit: int = 100
    people: tuple[int, ...] = ()
    mode: Together = Together.ALL


def to_json(search: Search) -> dict[str, Any]:
    """Takes a moment for the picture: off the window's thread."""
    saved: dict[str, Any] = {
        "version": _VERSION,
        "contract": search.contract,
        "kind": search.kind.value,
        "threshold": search.threshold,
        "limit": search.limit,
        "people": list(search.people),
        "together": search.mode.value,
    }
    query = search.query
    if query is not None:
        # The chosen face stays, however small it is among many.
        kept = [index for index in range(len(query.faces)) if index < _MOST_FACES or index == query.chosen]
        saved["picture"] = {
            "name": query.name,
            "path": query.path,
            "width": query.width,
            "height": query.height,
            "chosen": kept.index(query.chosen) if kept else 0,
            "faces": [_face_json(query.faces[index]) for index in kept],
            "jpeg": base64.b64encode(_jpeg(query.view.levels[0])).decode("ascii"),
        }
    return saved


def from_json(saved: dict[str, Any]) -> Search:
    """Raises UnreadableSearch."""
    try:
        picture = saved.get("picture")
        return Search(
            query=None if picture is None else _query(picture, str(saved["contract"])),
            contract=str(saved["contract"]),
            kind=Kind(saved["kind"]),
            threshold=float(saved["threshold"]),
            limit=int(saved["limit"]),
            people=tuple(int(pk) for pk in saved["people"]),
            mode=Together(saved["together"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise UnreadableSearch(
            "This saved search cannot be read; it may come from a newer Likeness. Save it again."
        ) from error


def _face_json(face: QueryFace) -> dict[str, Any]:
    found = face.detected
    return {
        "box": [found.box.left, found.box.top, found.box.width, found.box.height],
        "landmarks": [round(float(value), 6) for value in found.landmarks.points.ravel()],
        "confidence": found.confidence,
        "pose": [found.pose.roll, found.pose.yaw, found.pose.pitch],
        "quality": [found.quality.brightness, found.quality.sharpness],
        "vector": base64.b64encode(face.measured.vector.astype("<f4").tobytes()).decode("ascii"),
        "contract": face.measured.contract,
        "aligned": _aligned_json(face.measured.aligned),
        "face_pk": face.face_pk,
        "face_id": face.face_id,
    }


def _query(picture: dict[str, Any], contract: str) -> Query:
    width, height = int(picture["width"]), int(picture["height"])
    image = image_of_jpeg(base64.b64decode(picture["jpeg"]))
    if image.isNull() or width <= 0 or height <= 0:
        raise ValueError("no picture")
    view = Mipmaps((image.convertToFormat(QImage.Format.Format_RGB32),), width, height)
    faces = tuple(_face(each, view, each.get("contract", contract)) for each in picture["faces"])
    chosen = int(picture["chosen"])
    if faces and not 0 <= chosen < len(faces):
        raise ValueError("no such face")
    return Query(str(picture["name"]), width, height, faces, view, chosen, picture["path"])


def _aligned_json(aligned: NDArray[np.uint8] | None) -> str | None:
    """Small enough to keep with every face, for the day on which the collection has another model."""
    if aligned is None:
        return None
    height, width = aligned.shape[:2]
    pixels = np.ascontiguousarray(aligned)
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return base64.b64encode(_jpeg(image, 95)).decode("ascii")


def _pixels(jpeg: bytes) -> NDArray[np.uint8]:
    image = image_of_jpeg(jpeg).convertToFormat(QImage.Format.Format_RGB888)
    if image.isNull():
        raise ValueError("no aligned face")
    height, width = image.height(), image.width()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, : 3 * width].reshape(height, width, 3).copy()


def _face(saved: dict[str, Any], view: Mipmaps, contract: str) -> QueryFace:
    box = BoundingBox(*(float(value) for value in saved["box"]))
    found = DetectedFace(
        box,
        Landmarks(np.array(saved["landmarks"], np.float32).reshape(5, 2)),
        float(saved["confidence"]),
        Pose(*(float(value) for value in saved["pose"])),
        Quality(*(float(value) for value in saved["quality"])),
    )
    vector = np.frombuffer(base64.b64decode(saved["vector"]), "<f4").astype(np.float32)
    aligned = saved.get("aligned")
    measured = AlignedFace(vector, contract, None if aligned is None else _pixels(base64.b64decode(aligned)))
    return QueryFace(found, measured, crop_of_view(view, box), saved["face_pk"], saved["face_id"])


def _jpeg(image: QImage, quality: int = _QUALITY) -> bytes:
    if max(image.width(), image.height()) > _SIDE:
        image = image.scaled(
            _SIDE,
            _SIDE,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", quality)  # type: ignore[call-overload]
    buffer.close()
    return bytes(data.data())
