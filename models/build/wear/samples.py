"""What the heads are fitted on: the means of every face as it is, worn out, and with things drawn on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
from numpy.typing import NDArray

from app.inference.wear import crop_of
from models.build.wear.canvas import Image8, canvas_of, crop, worn_out
from models.build.wear.eyewear import with_eyewear
from models.build.wear.hair import with_hair
from models.build.wear.photographs import LabelledFace

REAL_COPIES = 3
"""Worn out and mirrored copies of each face."""
DRAWN_EYEWEAR = 2
"""Copies with eyeglasses, and as many with sunglasses, of each face without."""
DRAWN_HAIR = 2
"""Copies with hair of each face without; the styles take turns."""
HAIR_STYLES = ((True, True), (False, True), (True, True), (True, False), (False, True))
AS_READ, WORN, DRAWN = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Samples:
    """means: float32 (n, width). labels: float64 (n, 4) with NaN. face: int (n,), the face's number. kind:
    AS_READ (one for each face), WORN or DRAWN."""

    means: NDArray[np.float32]
    labels: NDArray[np.float64]
    face: NDArray[np.int64]
    kind: NDArray[np.int64]


class Trunk:
    """The network that gives the means, from its bytes."""

    def __init__(self, content: bytes) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def means(self, picture: Image8) -> NDArray[np.float32]:
        """float32 (width,) of a crop of SIZE pixels."""
        tensor = (picture.astype(np.float32) - 127.5).transpose(2, 0, 1)[None]
        values: NDArray[np.float32] = self._session.run(["means"], {"data": np.ascontiguousarray(tensor)})[0]
        return values[0]


def samples_of(faces: Iterable[LabelledFace], trunk: Trunk, seed: int = 2026) -> Samples:
    """Every copy of every face; the drawing of a face depends on its number and the seed alone."""
    means, labels, owners, kinds = [], [], [], []
    for number, face in enumerate(faces):
        random = np.random.default_rng((seed, number))
        canvas = canvas_of(face.view)
        known = face.labels
        copies: list[tuple[Image8, NDArray[np.float64], int]] = [(crop_of(face.view), known, AS_READ)]
        copies += [(_taken(canvas.pixels, random), known, WORN) for _ in range(REAL_COPIES)]
        if known[0] == 0:
            for dark in (False, True):
                for _ in range(DRAWN_EYEWEAR):
                    drawn = with_eyewear(canvas, dark, random)
                    copies.append(
                        (_taken(drawn, random), np.array([1, float(dark), known[2], known[3]]), DRAWN)
                    )
        if known[2] == 0 and known[3] == 0:
            for style in range(DRAWN_HAIR):
                beard, mustache = HAIR_STYLES[(number * DRAWN_HAIR + style) % len(HAIR_STYLES)]
                drawn = with_hair(canvas, beard, mustache, random)
                new = np.array([known[0], known[1], float(beard), float(mustache)])
                copies.append((_taken(drawn, random), new, DRAWN))
        for picture, label, kind in copies:
            means.append(trunk.means(picture))
            labels.append(label)
            owners.append(number)
            kinds.append(kind)
    return Samples(np.array(means), np.array(labels), np.array(owners), np.array(kinds))


def _taken(pixels: Image8, random: np.random.Generator) -> Image8:
    """The crop of a canvas as another camera might have taken it, every other time mirrored."""
    picture = crop(worn_out(pixels, random), random)
    return np.ascontiguousarray(picture[:, ::-1]) if random.random() < 0.5 else picture
