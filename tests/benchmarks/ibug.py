"""The 51 inner points of the iBUG scheme (17 to 67 of the 68) from the dense landmarks.

The scheme is that of Sagonas and others, "300 faces in-the-wild challenge" (IVC 2016). Which mesh point lies
nearest is published in many lists (the eyes, lips and brows by MediaPipe's own connections). But the two
differ in what they mean: iBUG's brow points are spread evenly from end to end and run lower at the ends, its
corners of the eyes leave out the tear duct, its outer lips are spread otherwise, its nose points lie on a
line of even steps. So a point here may be a mean of two or three of the mesh, with weights such that it has
no systematic offset from the points that dlib 20.0 finds on 394 photographed faces. dlib's weights are for
research only: they served as a ruler, nothing of them is in the program.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FIRST: Final = 17
# Points of the mesh and their weights, for 17 to 67.
MIXES: Final[tuple[tuple[tuple[int, float], ...], ...]] = (
    ((70, 0.4), (46, 0.25), (156, 0.35)),  # 17
    ((63, 0.85), (52, 0.15)),  # 18
    ((105, 0.65), (66, 0.35)),  # 19
    ((66, 0.65), (107, 0.35)),  # 20
    ((55, 0.5), (107, 0.35), (9, 0.15)),  # 21
    ((285, 0.5), (336, 0.35), (9, 0.15)),  # 22
    ((296, 0.65), (336, 0.35)),  # 23
    ((334, 0.65), (296, 0.35)),  # 24
    ((293, 0.85), (282, 0.15)),  # 25
    ((300, 0.4), (276, 0.25), (383, 0.35)),  # 26
    ((168, 0.8), (6, 0.2)),  # 27
    ((168, 0.7), (1, 0.3)),  # 28
    ((1, 0.6), (168, 0.4)),  # 29
    ((4, 0.8), (1, 0.2)),  # 30
    ((98, 0.65), (60, 0.35)),  # 31
    ((97, 0.95), (141, 0.05)),  # 32
    ((2, 0.7), (164, 0.3)),  # 33
    ((326, 0.95), (370, 0.05)),  # 34
    ((327, 0.65), (290, 0.35)),  # 35
    ((7, 0.65), (130, 0.35)),  # 36
    ((160, 0.65), (159, 0.35)),  # 37
    ((158, 0.9), (133, 0.1)),  # 38
    ((155, 0.75), (133, 0.25)),  # 39
    ((153, 0.75), (145, 0.25)),  # 40
    ((144, 1),),  # 41
    ((382, 0.75), (362, 0.25)),  # 42
    ((385, 0.9), (362, 0.1)),  # 43
    ((387, 0.65), (386, 0.35)),  # 44
    ((249, 0.65), (359, 0.35)),  # 45
    ((373, 1),),  # 46
    ((380, 0.75), (374, 0.25)),  # 47
    ((61, 1),),  # 48
    ((73, 0.5), (40, 0.5)),  # 49
    ((37, 0.7), (11, 0.2), (74, 0.1)),  # 50
    ((11, 0.7), (0, 0.3)),  # 51
    ((267, 0.7), (11, 0.2), (304, 0.1)),  # 52
    ((303, 0.5), (270, 0.5)),  # 53
    ((291, 1),),  # 54
    ((321, 0.5), (405, 0.5)),  # 55
    ((314, 1),),  # 56
    ((17, 1),),  # 57
    ((84, 1),),  # 58
    ((91, 0.5), (181, 0.5)),  # 59
    ((78, 0.8), (95, 0.2)),  # 60
    ((82, 0.9), (81, 0.1)),  # 61
    ((13, 1),),  # 62
    ((312, 0.9), (311, 0.1)),  # 63
    ((308, 0.8), (324, 0.2)),  # 64
    ((317, 0.85), (402, 0.15)),  # 65
    ((14, 0.8), (15, 0.2)),  # 66
    ((87, 0.85), (178, 0.15)),  # 67
)
PARTS: Final = {
    "brows": slice(17 - FIRST, 27 - FIRST),
    "nose": slice(27 - FIRST, 36 - FIRST),
    "eyes": slice(36 - FIRST, 48 - FIRST),
    "mouth": slice(48 - FIRST, 68 - FIRST),
}
# Outer corners of the eyes, among all 68.
OUTER_CORNERS: Final = (36, 45)


def inner_points(mesh: NDArray[np.floating]) -> NDArray[np.float64]:
    """(51, 2) in pixels from a (478, 3) mesh."""
    return np.array([sum(weight * mesh[point, :2] for point, weight in mix) for mix in MIXES], np.float64)


def errors(found: NDArray[np.floating], truth: NDArray[np.floating]) -> NDArray[np.float64]:
    """Distances of (51, 2) points from those of (68, 2) true ones, over the distance of the true outer eye
    corners: (51,)."""
    one, other = truth[list(OUTER_CORNERS)]
    distances: NDArray[np.float64] = np.linalg.norm(found - truth[FIRST:], axis=1)
    return distances / float(np.linalg.norm(one - other))
