"""Names beside boxes."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from app.ui.canvas.geometry import Box
from app.ui.canvas.labels import GAP, MIN_BOX, LabelRequest, place_labels

VIEW = Box(0, 0, 800, 600)


@st.composite
def requests(draw: st.DrawFn) -> LabelRequest:
    left, top = draw(st.floats(-100, 850)), draw(st.floats(-100, 650))
    box = Box(left, top, left + draw(st.floats(5, 300)), top + draw(st.floats(5, 300)))
    return LabelRequest(box, draw(st.floats(20, 160)), 18.0, draw(st.integers(0, 2)), draw(st.booleans()))


@settings(max_examples=60)
@given(st.lists(requests(), max_size=40))
def test_no_two_labels_overlap_and_all_lie_in_the_view(wanted: list[LabelRequest]) -> None:
    placed = place_labels(wanted, VIEW)
    assert len(placed) == len(wanted)
    shown = [label for label in placed if label is not None]
    for a, b in itertools.combinations(shown, 2):
        assert not a.overlaps(b)
    for label in shown:
        assert VIEW.left <= label.left
        assert label.right <= VIEW.right
        assert label.bottom <= VIEW.bottom + 1e-6


@given(st.lists(requests(), max_size=20))
def test_small_and_unseen_boxes_have_none(wanted: list[LabelRequest]) -> None:
    for request, label in zip(wanted, place_labels(wanted, VIEW), strict=True):
        small = min(request.box.width, request.box.height) < MIN_BOX and not request.always
        if small or not request.box.overlaps(VIEW):
            assert label is None


def test_above_and_centred_when_there_is_room() -> None:
    box = Box(300, 200, 400, 300)
    assert place_labels([LabelRequest(box, 60, 18)], VIEW) == [Box(320, 200 - GAP - 18, 380, 200 - GAP)]


def test_below_when_another_face_is_above() -> None:
    lower, upper = Box(300, 200, 400, 300), Box(300, 90, 400, 195)
    label = place_labels([LabelRequest(lower, 60, 18), LabelRequest(upper, 60, 18)], VIEW)[0]
    assert label is not None
    assert label.top == 300 + GAP


def test_moved_in_from_the_edge() -> None:
    label = place_labels([LabelRequest(Box(-20, 100, 40, 160), 100, 18)], VIEW)[0]
    assert label is not None
    assert label.left == 4


def test_the_selected_face_is_placed_first() -> None:
    first, second = Box(100, 100, 150, 150), Box(110, 104, 160, 154)
    plain = place_labels([LabelRequest(first, 100, 18, 0), LabelRequest(second, 100, 18, 1)], VIEW)
    assert plain[1] == Box(85, 104 - GAP - 18, 185, 104 - GAP)


def test_a_face_that_fills_the_view_is_named_inside() -> None:
    label = place_labels([LabelRequest(Box(-10, -10, 900, 700), 100, 18)], VIEW)[0]
    assert label is not None
    assert VIEW.contains(label.left, label.top)
