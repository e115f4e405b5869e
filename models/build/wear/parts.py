"""The parts of the face whose means the heads read, and the heads' order."""

from __future__ import annotations

TRAITS = ("eyeglasses", "sunglasses", "beard", "mustache")

# A part: the map, its width in channels, and the rows and columns of its 12 x 12 cells, ends excluded.
# The crop is 96 pixels wide, 8 to a cell; its eyes lie in row 3, the mouth in row 7, the chin in row 10.
MIDDLE, LATE = "conv_10_conv2d_out", "conv_12_conv2d_out"
PARTS = {
    "eyes": (MIDDLE, 512, (2, 5), (2, 10)),
    "eyes late": (LATE, 512, (2, 5), (2, 10)),
    "lip": (MIDDLE, 512, (6, 8), (3, 9)),
    "lip late": (LATE, 512, (6, 8), (3, 9)),
    "chin": (LATE, 512, (8, 11), (3, 9)),
    "lower face": (LATE, 512, (5, 11), (2, 10)),
}


def columns(part: str) -> slice:
    """Where a part lies in `means`."""
    start = 0
    for name, (_, width, _, _) in PARTS.items():
        if name == part:
            return slice(start, start + width)
        start += width
    raise KeyError(part)
