"""The parts of the face whose means the heads read, and the heads' order."""

from __future__ import annotations

TRAITS = ("eyeglasses", "sunglasses", "beard", "mustache")

# A part: the map, its width in channels, and the rows and columns of its 14 x 14 cells, ends excluded.
# The crop is 112 pixels wide, 8 to a cell; its eyes lie in row 3, the mouth in row 8, the chin in row 11.
MIDDLE, LATE = "conv_10_conv2d_out", "conv_12_conv2d_out"
PARTS = {
    "eyes": (MIDDLE, 512, (2, 6), (2, 12)),
    "eyes late": (LATE, 512, (2, 6), (2, 12)),
    "lip": (MIDDLE, 512, (6, 8), (4, 10)),
    "lip late": (LATE, 512, (6, 8), (4, 10)),
    "chin": (LATE, 512, (9, 13), (4, 10)),
    "lower face": (LATE, 512, (6, 13), (3, 11)),
}


def columns(part: str) -> slice:
    """Where a part lies in `means`."""
    start = 0
    for name, (_, width, _, _) in PARTS.items():
        if name == part:
            return slice(start, start + width)
        start += width
    raise KeyError(part)
