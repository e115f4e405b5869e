"""Boxes, handles and zoom: pure data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.geometry import BoundingBox
from app.ui.canvas.geometry import (
    MAX_ZOOM,
    MIN_SIDE,
    Box,
    Handle,
    box_at,
    drawn,
    editing_bounds,
    fit_scale,
    handle_at,
    kept_inside,
    large_enough,
    moved,
    next_zoom,
    point_at,
    resized,
    resized_by_key,
)

IMAGE = Box(0, 0, 1000, 600)
deltas = st.floats(-5000, 5000)
coordinates = st.floats(-200, 1200)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(st.floats(-100, 950)), draw(st.floats(-100, 550))
    return Box(left, top, left + draw(st.floats(MIN_SIDE, 400)), top + draw(st.floats(MIN_SIDE, 400)))


@given(boxes(), deltas, deltas)
def test_moving_keeps_the_size_and_stays_inside(box: Box, dx: float, dy: float) -> None:
    bounds = editing_bounds(box, IMAGE)
    after = moved(box, dx, dy, bounds)
    assert after.width == pytest.approx(box.width)
    assert after.height == pytest.approx(box.height)
    assert after.left >= bounds.left - 1e-6
    assert after.right <= bounds.right + 1e-6
    assert after.top >= bounds.top - 1e-6
    assert after.bottom <= bounds.bottom + 1e-6


@given(boxes(), st.sampled_from(list(Handle)), deltas, deltas, st.booleans())
def test_resizing_keeps_opposite_edges_least_size_and_bounds(
    box: Box, handle: Handle, dx: float, dy: float, keep: bool
) -> None:
    bounds = editing_bounds(box, IMAGE)
    after = resized(box, handle, dx, dy, bounds, keep)
    across, down = handle.value
    if across >= 0:
        assert after.left == box.left
    if across <= 0:
        assert after.right == box.right
    if down >= 0:
        assert after.top == box.top
    if down <= 0:
        assert after.bottom == box.bottom
    assert after.width >= MIN_SIDE - 1e-6
    assert after.height >= MIN_SIDE - 1e-6
    assert after.left >= bounds.left - 1e-6
    assert after.top >= bounds.top - 1e-6
    assert after.right <= bounds.right + 1e-6
    assert after.bottom <= bounds.bottom + 1e-6


@given(boxes(), st.sampled_from([h for h in Handle if 0 not in h.value]), deltas, deltas)
def test_a_corner_can_keep_the_ratio(box: Box, handle: Handle, dx: float, dy: float) -> None:
    after = resized(box, handle, dx, dy, editing_bounds(box, IMAGE), keep_ratio=True)
    assert after.width / after.height == pytest.approx(box.width / box.height, rel=1e-3)


@given(coordinates, coordinates, coordinates, coordinates, st.booleans())
def test_a_drawn_box_lies_in_the_picture(x0: float, y0: float, x1: float, y1: float, square: bool) -> None:
    start = kept_inside(x0, y0, IMAGE)
    box = drawn(start, (x1, y1), IMAGE, square)
    assert IMAGE.left <= box.left <= box.right <= IMAGE.right
    assert IMAGE.top <= box.top <= box.bottom <= IMAGE.bottom
    if square:
        assert box.width == pytest.approx(box.height, abs=1e-6)


def test_a_click_is_not_a_box() -> None:
    assert not large_enough(drawn((10, 10), (12, 12), IMAGE))
    assert large_enough(drawn((10, 10), (30, 40), IMAGE))


@given(boxes(), st.sampled_from(list(Handle)), st.floats(0.05, 32))
def test_every_drawn_handle_can_be_taken_where_it_stands(box: Box, handle: Handle, scale: float) -> None:
    x, y = handle.at(box)
    found = handle_at(box, x, y, scale)
    if min(box.width, box.height) * scale >= 32:
        assert found is handle
    elif 0 not in handle.value:
        assert found is not None


def test_the_middle_of_a_small_box_still_moves_it() -> None:
    assert handle_at(Box(0, 0, 10, 10), 5, 5, 1.0) is None
    assert handle_at(Box(0, 0, 10, 10), 0, 0, 1.0) is Handle.TOP_LEFT


def test_the_smallest_box_under_the_pointer_is_taken() -> None:
    large, small = Box(0, 0, 100, 100), Box(40, 40, 60, 60)
    assert box_at([large, small], 50, 50, 1.0) == 1
    assert box_at([large, small], 10, 10, 1.0) == 0
    assert box_at([large, small], 300, 300, 1.0) is None


def test_the_nearest_landmark_in_reach() -> None:
    points = [(10.0, 10.0), (14.0, 10.0)]
    assert point_at(points, 13, 10, 1.0) == 1
    assert point_at(points, 13, 10, 20.0) is None
    assert point_at(points, 30, 30, 1.0) is None


def test_keys_grow_at_the_far_edges() -> None:
    box = Box(100, 100, 200, 200)
    assert resized_by_key(box, 10, 0, IMAGE) == Box(100, 100, 210, 200)
    assert resized_by_key(box, 0, -1, IMAGE) == Box(100, 100, 200, 199)


def test_a_box_outside_the_picture_keeps_its_place_when_edited() -> None:
    box = Box(-20, 10, 60, 90)
    assert moved(box, 5, 0, editing_bounds(box, IMAGE)).left == -15
    assert moved(box, -50, 0, editing_bounds(box, IMAGE)).left == -20


def test_ratios_and_back() -> None:
    box = Box.of(BoundingBox(0.1, 0.2, 0.3, 0.4), 1000, 500)
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((100, 100, 400, 300))
    back = box.ratios(1000, 500)
    assert (back.left, back.top, back.width, back.height) == pytest.approx((0.1, 0.2, 0.3, 0.4))


@given(st.floats(0.01, 32), st.sampled_from([-1, 1]))
def test_zoom_steps_stay_in_range_and_stop_at_one(zoom: float, direction: int) -> None:
    after = next_zoom(zoom, direction, 0.01)
    assert 0.01 <= after <= MAX_ZOOM
    assert not (zoom < 1 < after or after < 1 < zoom)


def test_fit() -> None:
    assert fit_scale((1000, 500), (500, 500)) == 0.5
    assert fit_scale((10, 10), (500, 500)) == 2.0
    assert fit_scale((1000, 1000), (520, 520), 10) == 0.5
