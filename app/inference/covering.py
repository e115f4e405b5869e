"""Whether a face is covered: by a mask, a scarf, a hand before the mouth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.crops import upright_square
from app.inference.sessions import Session
from app.inference.tensors import tensor_of
from app.inference.views import FaceView

SIDE: Final = 160
"""Trained at 224 pixels; see the manifest for what less costs."""

SCALE: Final = 1.1
_BATCH: Final = 8


class CoveringReader:
    """The probability that something covers the lower face; a Reader[float]."""

    def __init__(self, masks: Session) -> None:
        """The session of Task.FACE_COVERING. Raises ModelError where its settings lack the calibration."""
        self._masks = masks
        try:
            settings = masks.model.settings["covered"]
            self._slope, self._offset = float(settings["slope"]), float(settings["offset"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The settings of the model {masks.model.id} do not say how to read its answer ({error}). "
                "Install the program again."
            ) from error

    def read(self, views: Sequence[FaceView]) -> list[float]:
        if not views:
            return []
        logits = self.votes(views) * self._slope + self._offset
        return [float(value) for value in 1.0 / (1.0 + np.exp(-logits))]

    def votes(self, views: Sequence[FaceView]) -> NDArray[np.float64]:
        """Logits (n,) of a mask, as the network gives them."""
        found = []
        for start in range(0, len(views), _BATCH):
            crops = np.stack([upright_square(view, SIDE, SCALE) for view in views[start : start + _BATCH]])
            logits = self._masks.run(tensor_of(crops, self._masks.model.input))["logits"].astype(np.float64)
            found.append(logits[:, 0] - logits[:, 1])
        return np.concatenate(found)
