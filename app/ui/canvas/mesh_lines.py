"""Which points of the dense mesh are joined to be read as a face. The numbering is MediaPipe's (478)."""

from __future__ import annotations

from typing import Final

_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10),
)
_EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466, 263),
)
_BROWS = (
    (46, 53, 52, 65, 55, 107, 66, 105, 63, 70, 46),
    (276, 283, 282, 295, 285, 336, 296, 334, 293, 300, 276),
)
_IRISES = ((469, 470, 471, 472, 469), (474, 475, 476, 477, 474))
_LIPS = (
    (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61),
    (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78),
)
_NOSE = ((168, 6, 197, 195, 5, 4, 1), (98, 97, 2, 326, 327))

MESH_LINES: Final[tuple[tuple[int, ...], ...]] = (_OVAL, *_EYES, *_BROWS, *_IRISES, *_LIPS, *_NOSE)
"""Lines through the oval, eyes, brows, irises, lips and nose; closed where the first point comes again."""

THIRTY_LINES: Final[tuple[tuple[int, ...], ...]] = ((25, 26, 27, 28, 29),)
"""Of Rekognition's thirty, in the order of LandmarkName: the jaw."""
