"""What the canvas computes, without Qt: boxes, handles, hit testing, zoom.

Boxes are in pixels of the upright image (floats). Distances on the screen ("view pixels") become
image pixels by dividing by `scale`, the view pixels one image pixel takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from app.domain.geometry import BoundingBox

MIN_SIDE = 8.0
"""The smallest side of a box that can be drawn or left by a resize, in image pixels."""

HANDLE_REACH = 8.0
"""Half the side of a handle's hit area, in view pixels (16 x 16)."""

POINT_REACH = 7.0
"""How near a landmark the pointer must be to take it, in view pixels."""

ZOOM_STEP = 1.25
MAX_ZOOM = 32.0


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; right >= left, bottom >= top."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, box: BoundingBox, width: int, height: int) -> Box:
        """A domain box (ratios) in pixels of an image of that size."""
        return cls(box.left * width, box.top * height, box.right * width, box.bottom * height)

    def ratios(self, width: int, height: int) -> BoundingBox:
        return BoundingBox(self.left / width, self.top / height, self.width / width, self.height / height)

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        return self.width * self.height

    def same_size(self, other: Box) -> bool:
        return abs(self.width - other.width) < 1e-6 and abs(self.height - other.height) < 1e-6

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        return (
            self.left - margin <= x <= self.right + margin and self.top - margin <= y <= self.bottom + margin
        )

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """True when the two share area, or come nearer than `gap`."""
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )

    def united(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def clipped(self, bounds: Box) -> Box:
        """The part inside `bounds`, of no area if there is none."""
        left, right = (min(max(x, bounds.left), bounds.right) for x in (self.left, self.right))
        top, bottom = (min(max(y, bounds.top), bounds.bottom) for y in (self.top, self.bottom))
        return Box(left, top, right, bottom)

    def scaled(self, scale: float, dx: float = 0.0, dy: float = 0.0) -> Box:
        return Box(
            self.left * scale + dx, self.top * scale + dy, self.right * scale + dx, self.bottom * scale + dy
        )


class Handle(Enum):
    """The eight handles; the value says which edges each moves: (-1 left/top, 0 none, 1 right/bottom)."""

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)

    def at(self, box: Box) -> tuple[float, float]:
        """The handle's place on a box."""
        across, down = self.value
        x, y = box.center
        return x + across * box.width / 2, y + down * box.height / 2


def handle_at(box: Box, x: float, y: float, scale: float) -> Handle | None:
    """The handle under an image point, the nearest if several are in reach.

    On a box too small to keep them apart on the screen, the corners alone remain, so that the middle
    still moves the box.
    """
    reach = HANDLE_REACH / scale
    small = min(box.width, box.height) < 4 * reach
    found: Handle | None = None
    nearest = float("inf")
    for handle in Handle:
        if small and 0 in handle.value:
            continue
        hx, hy = handle.at(box)
        if abs(x - hx) > reach or abs(y - hy) > reach:
            continue
        distance = (x - hx) ** 2 + (y - hy) ** 2
        if distance < nearest:
            found, nearest = handle, distance
    if found is not None and small and _deep_inside(box, x, y):
        return None
    return found


def _deep_inside(box: Box, x: float, y: float) -> bool:
    """In the middle third of the box both ways."""
    cx, cy = box.center
    return abs(x - cx) < box.width / 6 and abs(y - cy) < box.height / 6


def point_at(points: Iterable[tuple[float, float]], x: float, y: float, scale: float) -> int | None:
    """The index of the landmark under an image point, the nearest within reach."""
    reach = (POINT_REACH / scale) ** 2
    found: int | None = None
    for index, (px, py) in enumerate(points):
        distance = (x - px) ** 2 + (y - py) ** 2
        if distance <= reach:
            found, reach = index, distance
    return found


def box_at(boxes: Sequence[Box], x: float, y: float, scale: float, margin: float = 3.0) -> int | None:
    """The index of the box under an image point: the smallest, so that a face inside another's box
    can be reached. `margin` is in view pixels."""
    found: int | None = None
    smallest = float("inf")
    for index, box in enumerate(boxes):
        if box.contains(x, y, margin / scale) and box.area < smallest:
            found, smallest = index, box.area
    return found


def editing_bounds(box: Box, image: Box) -> Box:
    """Where a box may go: the picture, and as far outside it as the box already was."""
    return image.united(box)


def moved(box: Box, dx: float, dy: float, bounds: Box) -> Box:
    """The box moved, kept whole inside `bounds` (its size never changes)."""
    dx = min(max(dx, bounds.left - box.left), bounds.right - box.right)
    dy = min(max(dy, bounds.top - box.top), bounds.bottom - box.bottom)
    return Box(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)


def resized(box: Box, handle: Handle, dx: float, dy: float, bounds: Box, keep_ratio: bool = False) -> Box:
    """The box with the handle's edges moved by (dx, dy).

    An edge stops at `bounds` and MIN_SIDE before its opposite; the opposite edges stay where they are.
    With `keep_ratio` a corner keeps width to height.
    """
    across, down = handle.value
    if keep_ratio and across and down and box.width > 0 and box.height > 0:
        growth = max(across * dx / box.width, down * dy / box.height)
        room_x = (bounds.right - box.left) if across > 0 else (box.right - bounds.left)
        room_y = (bounds.bottom - box.top) if down > 0 else (box.bottom - bounds.top)
        growth = min(growth, room_x / box.width - 1, room_y / box.height - 1)
        growth = max(growth, min(0.0, MIN_SIDE / min(box.width, box.height) - 1))
        dx, dy = across * growth * box.width, down * growth * box.height
    left, right = _edges(box.left, box.right, across, dx, bounds.left, bounds.right)
    top, bottom = _edges(box.top, box.bottom, down, dy, bounds.top, bounds.bottom)
    return Box(left, top, right, bottom)


def _edges(
    low: float, high: float, side: int, delta: float, minimum: float, maximum: float
) -> tuple[float, float]:
    """One axis of a resize. A side already under MIN_SIDE may grow but not shrink."""
    least = min(MIN_SIDE, high - low)
    if side < 0:
        low = max(min(low + delta, high - least), minimum)
    elif side > 0:
        high = min(max(high + delta, low + least), maximum)
    return low, high


def resized_by_key(box: Box, dx: float, dy: float, bounds: Box) -> Box:
    """Alt+arrows: right and down grow the box at its right and bottom edge, left and up shrink it."""
    return resized(box, Handle.BOTTOM_RIGHT, dx, dy, bounds)


def drawn(start: tuple[float, float], end: tuple[float, float], bounds: Box, square: bool = False) -> Box:
    """The box of a drag from `start` to `end`, clipped to `bounds`. With `square`, the larger side is
    taken both ways, as far as there is room."""
    (x0, y0), (x1, y1) = start, end
    if square:
        room_x = (bounds.right - x0) if x1 >= x0 else (x0 - bounds.left)
        room_y = (bounds.bottom - y0) if y1 >= y0 else (y0 - bounds.top)
        side = max(min(max(abs(x1 - x0), abs(y1 - y0)), room_x, room_y), 0.0)
        x1 = x0 + (side if x1 >= x0 else -side)
        y1 = y0 + (side if y1 >= y0 else -side)
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box.clipped(bounds)


def large_enough(box: Box) -> bool:
    """True when a drawn box can hold a face at all."""
    return box.width >= MIN_SIDE and box.height >= MIN_SIDE


def kept_inside(x: float, y: float, bounds: Box) -> tuple[float, float]:
    """A point moved to the nearest place in `bounds`."""
    return min(max(x, bounds.left), bounds.right), min(max(y, bounds.top), bounds.bottom)


def fit_scale(image: tuple[float, float], view: tuple[float, float], margin: float = 0.0) -> float:
    """The scale at which an image (width, height) fits a view, never above 1 view pixel a pixel twice
    over: a tiny picture is not blown up beyond 2."""
    width, height = max(view[0] - 2 * margin, 1.0), max(view[1] - 2 * margin, 1.0)
    return min(width / max(image[0], 1.0), height / max(image[1], 1.0), 2.0)


def next_zoom(zoom: float, direction: int, lowest: float) -> float:
    """One step in (1) or out (-1), stopping at 1 (100 %) on the way past it, within lowest..MAX_ZOOM."""
    target = zoom * ZOOM_STEP**direction
    if (zoom < 1.0 < target) or (target < 1.0 < zoom):
        target = 1.0
    return clamped_zoom(target, lowest)


def clamped_zoom(zoom: float, lowest: float) -> float:
    return min(max(zoom, lowest), MAX_ZOOM)
