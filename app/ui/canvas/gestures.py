"""What a drag on the canvas does. Picture pixels in, a changed box or point out; without Qt."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.ui.canvas.geometry import (
    Box,
    Handle,
    drawn,
    editing_bounds,
    kept_inside,
    moved,
    resized,
)


@dataclass(slots=True)
class Drag:
    """A drag from `start`; `box` or `point` is what it has made of it so far."""

    start: tuple[float, float]

    def update(self, x: float, y: float, shift: bool) -> None:
        raise NotImplementedError


@dataclass(slots=True)
class BoxDrag(Drag):
    """Moves a box, or resizes it by a handle (with Shift a corner keeps the ratio)."""

    key: int
    original: Box
    image: Box
    handle: Handle | None
    box: Box = field(init=False)

    def __post_init__(self) -> None:
        self.box = self.original

    def update(self, x: float, y: float, shift: bool) -> None:
        dx, dy = x - self.start[0], y - self.start[1]
        bounds = editing_bounds(self.original, self.image)
        if self.handle is None:
            self.box = moved(self.original, dx, dy, bounds)
        else:
            self.box = resized(self.original, self.handle, dx, dy, bounds, shift)


@dataclass(slots=True)
class PointDrag(Drag):
    """Moves one landmark within the picture."""

    key: int
    index: int
    image: Box
    point: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        self.point = self.start

    def update(self, x: float, y: float, shift: bool) -> None:
        self.point = kept_inside(x, y, self.image)


@dataclass(slots=True)
class DrawDrag(Drag):
    """Draws a new box (with Shift a square)."""

    image: Box
    box: Box = field(init=False)

    def __post_init__(self) -> None:
        self.start = kept_inside(*self.start, self.image)
        self.box = Box(*self.start, *self.start)

    def update(self, x: float, y: float, shift: bool) -> None:
        self.box = drawn(self.start, (x, y), self.image, shift)
