"""What a photo shows that lies on its side or its head: looked at upright, said of the photo as it lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import Instance, PhotoDescription
from app.domain.geometry import BoundingBox
from app.inference.labels.describer import LABEL_CONFIDENCE, MODERATION_CONFIDENCE, PhotoDescriber
from app.inference.orientation import upright


def described(
    describer: PhotoDescriber,
    pixels: NDArray[np.uint8],
    degrees: int | None,
    label_confidence: float = LABEL_CONFIDENCE,
    moderation_confidence: float = MODERATION_CONFIDENCE,
) -> PhotoDescription:
    """`degrees`: how far the content of the pixels (uint8 (H, W, 3)) lies counter-clockwise, 0, 90, 180 or
    270; None where that was never asked. Boxes are in the coordinates of the pixels as they are."""
    if not degrees:
        return describer.describe(pixels, label_confidence, moderation_confidence)
    found = describer.describe(upright(pixels, degrees), label_confidence, moderation_confidence)
    labels = tuple(
        replace(label, instances=tuple(_lying(each, degrees) for each in label.instances))
        for label in found.labels
    )
    return replace(found, labels=labels)


def _lying(instance: Instance, degrees: int) -> Instance:
    box = BoundingBox(*instance.box).turned(-degrees % 360)
    return replace(instance, box=(box.left, box.top, box.width, box.height))
