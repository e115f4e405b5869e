"""What the head for covered faces is fitted on: every face bare, and with cloth, hands and things on it.

What is drawn decides the label by what it hides: at least half of the mouth, most of the nose or an eye is
covered, next to nothing of them is not; what lies between is left out. Each picture goes through the dense
landmarks anew, for they stray where the face is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.inference.mesh import FIVE, FaceMesh
from app.inference.views import FaceView
from models.build.wear.before import with_hand, with_thing
from models.build.wear.canvas import Canvas, Image8, Plane, canvas_of, worn_out
from models.build.wear.cloth import Laid, with_cloth_mask, with_cup, with_scarf, with_surgical
from models.build.wear.eyewear import with_eyewear
from models.build.wear.hair import with_hair
from models.build.wear.photographs import LabelledFace

MARGIN, ZOOM = 50, 2.0
"""Of the canvas: the whole head and its surroundings, 2 pixels to one of the crop."""
MOUTH = (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91)
NOSE = (195, 198, 129, 98, 2, 327, 358, 420)
EYES = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
HIDDEN, HARDLY = (0.55, 0.65, 0.75), 0.12
"""Shares of the mouth, the nose and one eye from which a face is covered; up to which it is bare."""

BARE, EYEWEAR, HAIR, NECK, BESIDE = "bare", "eyewear", "hair", "neck", "beside"
COPIES = (
    (BARE, 3), (EYEWEAR, 1), (HAIR, 1), (NECK, 1), (BESIDE, 2),
    ("surgical", 1), ("cloth", 2), ("cup", 1), ("scarf", 1), ("hand", 2), ("thing", 2),
)  # fmt: skip
AS_READ = "as read"
TEXTURES = 60
"""Photographs that give patterns of cloth and surfaces of things."""


@dataclass(frozen=True, eq=False)
class Sample:
    """view: a picture of the face as the program would see it. kind: what was drawn."""

    view: FaceView
    covered: bool
    kind: str
    mirrored: bool


def drawn(canvas: Canvas, kind: str, random: np.random.Generator, textures: Sequence[Image8]) -> Laid:
    """A copy of the face with something of a kind on it."""
    whole = np.zeros((canvas.side, canvas.side), np.float32)
    draw: dict[str, Callable[[], Laid]] = {
        BARE: lambda: Laid(canvas.pixels, whole),
        EYEWEAR: lambda: Laid(with_eyewear(canvas, bool(random.random() < 0.5), random), whole),
        HAIR: lambda: Laid(with_hair(canvas, bool(random.random() < 0.7), True, random), whole),
        NECK: lambda: with_scarf(canvas, random, textures, about_the_neck=True),
        BESIDE: lambda: (
            with_hand(canvas, random, beside=True)
            if random.random() < 0.5
            else with_thing(canvas, random, textures, beside=True)
        ),
        "surgical": lambda: with_surgical(canvas, random),
        "cloth": lambda: with_cloth_mask(canvas, random, textures),
        "cup": lambda: with_cup(canvas, random),
        "scarf": lambda: with_scarf(canvas, random, textures),
        "hand": lambda: with_hand(canvas, random),
        "thing": lambda: with_thing(canvas, random, textures),
    }
    return draw[kind]()


def hidden(canvas: Canvas, cover: Plane) -> bool | None:
    """Whether what covers the canvas hides a part of the face; None where that can be argued."""
    shares = []
    for points in (MOUTH, NOSE, *EYES):
        area = canvas.polygon(canvas.mesh[list(points), :2])
        shares.append(float((area * cover).sum() / max(float(area.sum()), 1e-6)))
    if any(share >= bar for share, bar in zip(shares, (*HIDDEN, HIDDEN[2]), strict=True)):
        return True
    return False if max(shares) <= HARDLY else None


def samples_of(
    number: int, face: LabelledFace, mesh: FaceMesh, textures: Sequence[Image8], seed: int = 2027
) -> Iterator[Sample]:
    """Every copy of a face; the drawing depends on its number and the seed alone."""
    random = np.random.default_rng((seed, number))
    canvas = canvas_of(face.view, MARGIN, ZOOM)
    inside = photographed(face.view)[..., None]
    yield Sample(face.view, False, AS_READ, False)
    for kind, count in COPIES:
        for _ in range(count):
            made = drawn(canvas, kind, random, textures)
            covered = hidden(canvas, made.cover)
            pixels = np.where(inside, worn_out(made.pixels, random), 0).astype(np.uint8)
            found = found_by_a_detector(canvas, random)
            mirrored = bool(random.random() < 0.5)
            if covered is not None:
                view = FaceView(pixels, mesh.fit(pixels, [found])[0].points)
                yield Sample(view, covered, kind, mirrored)


def photographed(view: FaceView) -> NDArray[np.bool_]:
    """Where the canvas shows the photograph; the rest is black, as it is for the program."""
    white = FaceView(np.full_like(view.pixels, 255), view.mesh)
    return canvas_of(white, MARGIN, ZOOM).pixels[..., 0] > 127


def textures_of(faces: Sequence[LabelledFace], seed: int = 6) -> list[Image8]:
    """Photographs about a face, uint8 squares without black."""
    found: list[Image8] = []
    for number in np.random.default_rng(seed).permutation(len(faces)).tolist():
        part = (slice(60, 330), slice(60, 330))
        if photographed(faces[number].view)[part].all():
            found.append(canvas_of(faces[number].view, MARGIN, ZOOM).pixels[part])
        if len(found) == TEXTURES:
            break
    return found


def found_by_a_detector(canvas: Canvas, random: np.random.Generator) -> DetectedFace:
    """The face as a detector would give it, a little beside."""
    five = np.stack([canvas.mesh[list(each), :2].mean(axis=0) for each in FIVE])
    low, high = canvas.mesh[:468, :2].min(axis=0), canvas.mesh[:468, :2].max(axis=0)
    size = high - low
    five = five + random.normal(0, 0.02, five.shape) * size
    low, high = low + random.normal(0, 0.03, 2) * size, high + random.normal(0, 0.03, 2) * size
    left, top, width, height = (np.concatenate([low, high - low]) / canvas.side).tolist()
    return DetectedFace(
        BoundingBox(left, top, width, height),
        Landmarks((five / canvas.side).astype(np.float32)),
        99.0,
        Pose(0.0, 0.0, 0.0),
        Quality(50.0, 50.0),
    )
