"""Whether each eye is open: the look of the eye and how far its lids are apart.

The dense landmarks alone tell two closed eyes but hardly one: the network's idea of a face is symmetric, and
of a wink it closes the eye halfway. So the gradients of the eye's own pixels are read as well (histograms of
oriented gradients, Dalal and Triggs, CVPR 2005). docs/adr/0060 has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.mesh_squares import Square
from app.inference.sessions import Session
from app.inference.views import FaceView

# For the viewer's left eye and the right one, each from its outer corner: the corners, and pairs of points
# above and below.
CORNERS: Final = ((33, 133), (263, 362))
LIDS: Final = (((160, 144), (158, 153)), ((387, 373), (385, 380)))
# The eye is cut out with so many of its widths on each side, as rows and columns of pixels.
REACH: Final = 1.6
COLUMNS: Final = 40
ROWS: Final = slice(8, 32)
CELL: Final = 4
DIRECTIONS: Final = 8
# Of a histogram over all directions no one takes more than this share (as Dalal and Triggs clip theirs).
CLIP: Final = 0.2
# Rec. 601.
LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
# The smallest opening that is told from none, in widths of the eye.
SHUT: Final = 0.01


@dataclass(frozen=True, slots=True)
class Eyes:
    """Probabilities 0-1 that the viewer's left eye and the right one are open."""

    left: float
    right: float

    @property
    def both(self) -> float:
        """That both are: a wink has one that is not."""
        return min(self.left, self.right)


class EyesReader:
    """Reads whether eyes are open; a Reader[Eyes]."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, views: Sequence[FaceView]) -> list[Eyes]:
        """Raises ModelError where the model's file is missing, altered or takes other features."""
        if not views:
            return []
        features = np.concatenate([eye_features(view) for view in views])
        answer = self._session.run(features).get("open")
        if answer is None or answer.shape != (len(features), 1):
            raise ModelError(f"The model {self._session.model.id} does not tell whether each eye is open.")
        pairs = answer.reshape(-1, 2)
        return [Eyes(float(left), float(right)) for left, right in pairs]


def opening(mesh: NDArray[np.floating], eye: int) -> float:
    """How far the lids of eye 0 (the viewer's left) or 1 are apart, in widths of the eye, in space: the
    eye aspect ratio of Soukupova and Cech ("Real-time eye blink detection using facial landmarks", 2016)."""
    outer, inner = CORNERS[eye]
    apart = [float(np.linalg.norm(mesh[upper] - mesh[lower])) for upper, lower in LIDS[eye]]
    width = float(np.linalg.norm(mesh[outer] - mesh[inner]))
    return sum(apart) / (2 * width) if width > 0 else 0.0


def eye_features(view: FaceView) -> NDArray[np.float32]:
    """float32 (2, 482), the viewer's left eye and the right one mirrored so that both look alike: 480 of the
    gradients, and the logarithm of the eye's own opening and the other's."""
    gaps = np.log([max(opening(view.mesh, eye), SHUT) for eye in (0, 1)])
    gradients = histograms(np.stack([eye_chip(view, eye) for eye in (0, 1)]))
    return np.column_stack([gradients, gaps, gaps[::-1]]).astype(np.float32)


def eye_chip(view: FaceView, eye: int) -> NDArray[np.float32]:
    """float32 (24, 40), 0-255 grey: the eye with its outer corner to the left."""
    outer, inner = (view.mesh[point, :2].astype(np.float64) for point in CORNERS[eye])
    left, right = (outer, inner) if eye == 0 else (inner, outer)
    across, middle = right - left, (left + right) / 2
    side = max(1.0, float(np.hypot(*across))) * REACH
    square = Square(float(middle[0]), float(middle[1]), side, float(np.arctan2(across[1], across[0])))
    chip = view.square(square.matrix(COLUMNS), COLUMNS)[ROWS].astype(np.float32)
    grey: NDArray[np.float32] = chip @ LUMA
    return grey if eye == 0 else grey[:, ::-1]


def histograms(chips: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, rows, columns) to (n, 480): for each cell of 4 x 4 pixels how much gradient points where, of unit
    length together, with the square root drawn."""
    down, across = np.gradient(chips.astype(np.float64), axis=(1, 2))
    strength = np.hypot(across, down)
    place = ((np.arctan2(down, across) + np.pi) * (DIRECTIONS / (2 * np.pi))) % DIRECTIONS
    lower = np.floor(place).astype(np.intp) % DIRECTIONS
    share = place - np.floor(place)
    count, rows, columns = chips.shape
    down_cells, across_cells = rows // CELL, columns // CELL
    picture, row, column = np.ogrid[:count, :rows, :columns]
    cell = ((picture * down_cells + row // CELL) * across_cells + column // CELL) * DIRECTIONS
    cells = np.bincount(
        np.concatenate([(cell + lower).ravel(), (cell + (lower + 1) % DIRECTIONS).ravel()]),
        np.concatenate([(strength * (1 - share)).ravel(), (strength * share).ravel()]),
        count * down_cells * across_cells * DIRECTIONS,
    )
    flat = cells.reshape(count, -1)
    # The second summand keeps the noise of a flat patch from being taken for a gradient.
    flat = flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-3 * np.sqrt(flat.shape[1]))
    flat = np.minimum(flat, CLIP)
    rooted: NDArray[np.float64] = np.sqrt(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6))
    return rooted
