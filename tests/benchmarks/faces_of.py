"""For the measurements on labelled pictures: read tables, embed the one face that a picture is of."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.imaging.decode import decode
from app.inference.engine import OnnxFaceEngine
from app.services.ingest.decoding import faces_of


def rows_of(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file; SystemExit if it lacks one of the columns."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise SystemExit(f"{path} has no column {', '.join(missing)}")
        return list(reader)


def pixels_of(path: Path) -> NDArray[np.uint8]:
    """Upright uint8 (H, W, 3) RGB as the program decodes it."""
    return decode(path.read_bytes()).pixels


def central(faces: Sequence[DetectedFace]) -> DetectedFace | None:
    """The face that the picture is of: large and near the middle."""

    def merit(face: DetectedFace) -> float:
        x, y = face.box.left + face.box.width / 2, face.box.top + face.box.height / 2
        return face.box.area**0.5 - float(np.hypot(x - 0.5, y - 0.5))

    return max(faces, key=merit, default=None)


def vectors_of(
    engine: OnnxFaceEngine, paths: Sequence[Path], workers: int = 1, contract: str | None = None
) -> NDArray[np.float32]:
    """float32 (n, dimension), one row a picture; rows of NaN where no face was found or it cannot be read.
    By the default model, or the one of that contract."""
    dimension = engine.embedder(contract).contract.dimension

    def vector(path: Path) -> NDArray[np.float32]:
        try:
            image = decode(path.read_bytes())
            pixels = image.pixels
            face = central(faces_of(engine, image).faces) or central(engine.detect_from(pixels, 5.0))
        except Exception as error:
            print(f"{path}: {error}", file=sys.stderr)
            face = None
        if face is None:
            return np.full(dimension, np.nan, np.float32)
        return engine.embed(pixels, [face.landmarks], contract)[0]

    with ThreadPoolExecutor(workers) as pool:
        return np.stack(list(pool.map(vector, paths)))
