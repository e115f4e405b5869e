from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ui.widgets.grid.layout import GridLayout, Measures, Move, Section


def build(width: int, counts: list[int], side: int, titled: bool = True) -> GridLayout:
    start, sections = 0, []
    for number, count in enumerate(counts):
        sections.append(Section(f"S{number}" if titled else "", start=start, count=count))
        start += count
    return GridLayout(width, start, sections, Measures(side, side + 24))


# Each example looks at every cell of up to eight sections; a busy machine must not fail them.
FEW = settings(max_examples=40, deadline=None)

layouts = st.builds(
    build,
    st.integers(200, 3000),
    st.lists(st.integers(0, 40), min_size=1, max_size=8),
    st.integers(96, 320),
    st.booleans(),
)


@FEW
@given(layouts)
def test_the_middle_of_every_cell_is_that_cell(layout: GridLayout) -> None:
    for index in range(layout.count):
        box = layout.rect(index)
        assert layout.index_at(box.x + box.width / 2, box.y + box.height / 2) == index
        assert layout.index_at(box.x, box.y) == index
        assert layout.index_at(box.x + box.width - 1, box.y + box.height - 1) == index


@FEW
@given(layouts)
def test_cells_never_overlap_nor_leave_the_content(layout: GridLayout) -> None:
    boxes = [layout.rect(i) for i in range(layout.count)]
    for box in boxes:
        assert box.width == layout.measures.cell_width
        assert box.x >= layout.measures.left
        assert box.y + box.height <= layout.height
        if layout.columns > 1:
            assert box.x + box.width <= layout.measures.left + layout.content_width + 1
    for before, after in itertools.pairwise(boxes):
        assert after.y > before.y or after.x >= before.x + before.width + layout.measures.least_gap - 1


@FEW
@given(layouts, st.integers(0, 5000), st.integers(1, 2000))
def test_the_span_of_a_strip_is_what_the_strip_shows(layout: GridLayout, top: int, height: int) -> None:
    bottom = top + height
    first, last = layout.span(top, bottom)
    shown = {
        i
        for i in range(layout.count)
        if layout.rect(i).y <= bottom and layout.rect(i).y + layout.rect(i).height > top
    }
    assert shown <= set(range(first, last + 1))
    for index in range(first, last + 1):
        box = layout.rect(index)
        assert box.y <= bottom
        assert box.y + box.height + layout.measures.gap >= top


@FEW
@given(layouts, st.data())
def test_a_rubber_band_takes_exactly_what_it_touches(layout: GridLayout, data: st.DataObject) -> None:
    x0, x1 = sorted((data.draw(st.integers(0, 3000)), data.draw(st.integers(0, 3000))))
    y0, y1 = sorted((data.draw(st.integers(0, 5000)), data.draw(st.integers(0, 5000))))
    expected = set()
    for index in range(layout.count):
        box = layout.rect(index)
        if box.x <= x1 and box.x + box.width > x0 and box.y <= y1 and box.y + box.height > y0:
            expected.add(index)
    runs = layout.touched(x0, y0, x1, y1)
    assert {i for first, last in runs for i in range(first, last + 1)} == expected
    assert runs == sorted(runs)


@FEW
@given(layouts, st.data())
def test_keys_stay_inside_and_go_the_way_they_say(layout: GridLayout, data: st.DataObject) -> None:
    if not layout.count:
        assert layout.move(-1, Move.DOWN, 600) == -1
        return
    index = data.draw(st.integers(0, layout.count - 1))
    for move in Move:
        assert 0 <= layout.move(index, move, 600) < layout.count
    assert layout.move(index, Move.DOWN, 600) >= index
    assert layout.move(index, Move.UP, 600) <= index
    assert layout.move(index, Move.PAGE_DOWN, 600) >= layout.move(index, Move.DOWN, 600)
    below = layout.move(index, Move.DOWN, 600)
    if below != index:
        assert layout.rect(below).y > layout.rect(index).y
        assert layout.rect(below).x <= layout.rect(index).x


@FEW
@given(layouts)
def test_down_from_the_first_reaches_the_last_row_and_up_comes_back(layout: GridLayout) -> None:
    if not layout.count:
        return
    index, steps = 0, 0
    while (after := layout.move(index, Move.DOWN, 600)) != index:
        index, steps = after, steps + 1
        assert steps <= layout.count
    assert layout.rect(index).y == layout.rect(layout.count - 1).y
    while (after := layout.move(index, Move.UP, 600)) != index:
        index = after
    assert layout.rect(index).y == layout.rect(0).y


def test_the_design_at_1440() -> None:
    """1440 wide, sidebar 240: eight photos of 136 with gaps of 8, twelve faces of 88."""
    photos = GridLayout(1200 - 16, 16, [], Measures(136, 160))
    assert photos.columns == 8
    assert GridLayout(1200 - 16 - 9, 16, [], Measures(136, 160)).columns == 8, "a few pixels less will do"
    assert [photos.rect(i).x for i in range(8)] == [24 + i * 144 for i in range(8)]
    faces = GridLayout(1200 - 16, 24, [], Measures(88, 88))
    assert faces.columns == 12
    assert faces.rect(11).x + 88 == 24 + 1144


def test_the_gap_widens_and_the_cell_does_not() -> None:
    layout = GridLayout(24 + 16 + 136 * 3 + 8 * 2 + 60, 3, [], Measures(136, 160))
    assert layout.columns == 3
    assert layout.column_gap == pytest.approx(38)
    assert layout.rect(2).x + 136 == 24 + layout.content_width


def test_left_and_right_run_through_rows_and_sections() -> None:
    layout = build(24 + 16 + 136 * 2 + 8, [3, 2], 136)
    assert layout.columns == 2
    assert layout.move(1, Move.RIGHT, 600) == 2
    assert layout.move(2, Move.RIGHT, 600) == 3
    assert layout.move(3, Move.LEFT, 600) == 2
    assert layout.move(1, Move.DOWN, 600) == 2, "a shorter row ends at its last cell"
    assert layout.move(2, Move.DOWN, 600) == 3
    assert layout.move(-1, Move.RIGHT, 600) == 0
    assert layout.move(-1, Move.END, 600) == 4


def test_sections_must_cover_the_cells() -> None:
    with pytest.raises(ValueError, match="hold 2 cells, not 3"):
        GridLayout(800, 3, [Section("A", count=2)], Measures(136, 160))


def test_an_empty_section_keeps_its_heading_and_is_stepped_over() -> None:
    layout = build(500, [1, 0, 1], 136)
    assert layout.heading(1).height == 40
    assert layout.move(0, Move.DOWN, 600) == 1
