"""What one image shows as a whole; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import DominantColor, Label, PhotoDescription
from app.imaging.decode import DecodedImage
from app.inference.engine import FaceEngine
from app.inference.labels.describer import (
    LABEL_CONFIDENCE,
    MODERATION_CONFIDENCE,
    PhotoDescriber,
    working_copy,
)
from app.inference.labels.properties import PictureProperties, instance_colors, picture_properties
from app.services.describing import lying


@dataclass(frozen=True, eq=False)
class WholePicture:
    """`description` has boxes in the coordinates of the image as it is. `turned`: how many degrees
    counter-clockwise (0, 90, 180, 270) its content lies; None where the file states its orientation, which
    was applied. `pixels`: uint8 (H, W, 3), the small copy that was looked at."""

    description: PhotoDescription
    turned: int | None
    pixels: NDArray[np.uint8]

    def properties(self, count: int) -> PictureProperties:
        """Brightness, sharpness, contrast and at most `count` colours a layer."""
        # The same things are in front, however unsure ones were asked for.
        instances = tuple(
            each
            for label in self.description.labels
            for each in label.instances
            if each.confidence >= LABEL_CONFIDENCE
        )
        return picture_properties(self.pixels, instances, count)

    def instance_colors(self, label: Label, count: int) -> list[tuple[DominantColor, ...]]:
        """Of each of the label's instances."""
        return [instance_colors(self.pixels, each, count) for each in label.instances]


def look_at_whole(
    engine: FaceEngine,
    describer: PhotoDescriber,
    image: DecodedImage,
    label_confidence: float = LABEL_CONFIDENCE,
    moderation_confidence: float = MODERATION_CONFIDENCE,
) -> WholePicture:
    """Labels and moderation of at least those confidences (0-100). Raises ModelError.

    Faces tell which way up an image lies whose file does not. They are looked for in the small copy: those
    that are too small there have no say in it anyway, and the labels are a matter of 50 ms.
    """
    small = working_copy(image.pixels)
    turned = None if image.has_orientation else engine.detect_any_way_up(small).degrees
    found = lying.described(describer, small, turned, label_confidence, moderation_confidence)
    return WholePicture(found, turned, small)
