"""The Photos page in the window, over a library of painted photos."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.ui.controller.pictures import photo_key
from app.ui.photos.page import PhotosPage
from app.ui.widgets.grid import CellState
from tests.gui.program.stage import CTRL, KEY, PHOTOS, SHIFT, Stage, face, in_menu, picture

NEWEST_FIRST = [
    "nobody.png",
    "bea.png",
    "ada-small.png",
    "ada-2017.png",
    "ada-2015.png",
    "broken.png",
    "both.png",
]


@pytest.fixture
def page(stage: Stage) -> PhotosPage:
    return stage.page("photos")


def choose(page: PhotosPage, chip: str, choice: str) -> None:
    """Take a choice of a filter chip's menu."""
    found = next(each for each in page._filters.chips if each.text() == chip)
    next(action for action in found.menu().actions() if action.text() == choice).trigger()


def choices(page: PhotosPage, chip: str) -> list[str]:
    found = next(each for each in page._filters.chips if each.text() == chip)
    return [action.text() for action in found.menu().actions() if action.text()]


# -- what is listed ------------------------------------------------------------------------------------


def test_the_photos_of_the_collection_newest_first_those_without_a_date_last(stage, page) -> None:
    assert stage.photo_names() == NEWEST_FIRST
    assert page._header.caption.text() == "7 photos in Archive"
    assert not page.model.sections(), "seven photos of five years are not worth headings"
    assert not page._shown.text() and page._clear.isHidden()
    choose(page, "Date taken", "2017")
    stage.rest()
    assert [section.title for section in page.model.sections()] == ["June 2017"]


def test_cells_say_what_is_in_them(stage, page) -> None:
    cells = dict(zip(NEWEST_FIRST, map(page.model.cell, range(7)), strict=True))
    assert cells["both.png"].badge == 2
    assert len(cells["both.png"].boxes) == 2
    assert cells["nobody.png"].badge == 0
    assert cells["broken.png"].state is CellState.FAILED
    assert cells["broken.png"].reason
    assert page.model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("bea.png, ")


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        ("Date added", None, None),
        ("File name", "nobody.png", "ada-2015.png"),
        ("Count of faces", "both.png", "broken.png"),
    ],
)
def test_sorting_and_reversing(stage, page, choice, first, last) -> None:
    actions = {action.text(): action for action in page._sort_button.menu().actions()}
    actions[choice].trigger()
    stage.rest()
    assert page._sort_button.text() == choice
    forward = stage.photo_names()
    assert sorted(forward) == sorted(NEWEST_FIRST)
    if first:
        assert first == forward[0]
        assert forward.index(last) >= 5
    if choice == "File name":
        assert forward == sorted(NEWEST_FIRST, reverse=True)
        assert not page.model.sections()
    actions["Reverse the order"].trigger()
    stage.rest()
    if choice == "File name":
        assert stage.photo_names() == sorted(NEWEST_FIRST)
    else:
        assert stage.photo_names() != forward


# -- filters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chip", "choice", "left"),
    [
        ("Faces", "None", {"nobody.png", "broken.png"}),
        ("Faces", "Just 1", {"bea.png", "ada-small.png", "ada-2017.png", "ada-2015.png"}),
        ("Faces", "2 or more", {"both.png"}),
        ("Quality", "High", {"bea.png", "ada-2017.png", "ada-2015.png", "both.png"}),
        ("Date taken", "2017", {"ada-small.png", "ada-2017.png"}),
        ("State", "Failed", {"broken.png"}),
        ("People", "Nobody named", set(NEWEST_FIRST)),
    ],
)
def test_a_filter_leaves_what_it_says(stage, page, chip, choice, left) -> None:
    choose(page, chip, choice)
    stage.rest()
    assert set(stage.photo_names()) == left
    assert page._shown.text() == f"{len(left)} of 7 shown"
    page._clear.click()
    stage.rest()
    assert stage.photo_names() == NEWEST_FIRST
    assert page._clear.isHidden()
    assert not any(each.active for each in page._filters.chips)


def test_filters_add_up_and_each_can_be_taken_away(stage, page) -> None:
    choose(page, "Faces", "Just 1")
    choose(page, "Date taken", "2017")
    stage.rest()
    assert set(stage.photo_names()) == {"ada-small.png", "ada-2017.png"}
    faces = next(each for each in page._filters.chips if each.text() == "Faces")
    stage.key(faces, KEY.Key_Delete)
    choose(page, "Quality", "High")
    stage.rest()
    assert stage.photo_names() == ["ada-2017.png"]
    choose(page, "Quality", "High")
    stage.rest()
    assert len(stage.photo_names()) == 2


def test_people_are_offered_once_they_are_named(stage, page) -> None:
    assert choices(page, "People") == ["Anyone named", "Nobody named"]
    both = stage.bench.photos.detail(stage.pk, stage.photo("both.png")).faces
    stage.bench.users.name_faces(stage.pk, [both[0].face.id], "Åsa Öberg")
    stage.rest(lambda: "Åsa Öberg" in choices(page, "People"))
    choose(page, "People", "Åsa Öberg")
    stage.rest()
    assert stage.photo_names() == ["both.png"]
    choose(page, "People", "Nobody named")
    stage.rest()
    assert "both.png" not in stage.photo_names()
    assert len(stage.photo_names()) == 6


def test_ctrl_f_finds_by_name_of_file_or_person(stage, page) -> None:
    stage.key(page.grid, KEY.Key_F, CTRL)
    assert page._find.hasFocus()
    # The keys of the grid are letters here.
    QTest.keyClicks(page._find, "ncs")
    stage.key(page._find, KEY.Key_Escape)
    QTest.keyClicks(page._find, "ADA-")
    stage.rest(lambda: page.model.rowCount() == 3)
    assert page._shown.text() == "3 of 7 shown"
    stage.key(page._find, KEY.Key_Escape)
    assert page._find.text() == ""
    stage.rest(lambda: page.model.rowCount() == 7)
    stage.key(page._find, KEY.Key_Escape)
    assert page.grid.hasFocus()
    assert stage.window.current_key == "photos"


def test_nothing_found_says_so_and_offers_the_way_back(stage, page) -> None:
    QTest.keyClicks(page._find, "no such name")
    stage.rest(lambda: page._no_match.isVisible())
    assert page.grid.isHidden() and page._nothing.isHidden()
    page._no_match.button.click()
    stage.rest(lambda: page.model.rowCount() == 7)
    assert page.grid.isVisible() and page._no_match.isHidden()
    assert page._find.text() == ""


# -- a selection and its bar -----------------------------------------------------------------------------


def test_a_click_selects_and_the_bar_comes_with_what_can_be_done(stage, page, qtbot) -> None:
    stage.click_cell(page.grid, NEWEST_FIRST.index("bea.png"))
    qtbot.waitUntil(page._bar.isVisible)
    assert page._bar.words.text() == "1 selected"
    assert page._bar._field.isVisible()
    stage.click_cell(page.grid, NEWEST_FIRST.index("both.png"), CTRL)
    assert page._bar.words.text() == "2 selected"
    assert page._bar._field.isHidden(), "two faces in one photo: a name would not say whose it is"
    stage.key(page.grid, KEY.Key_Escape)
    qtbot.waitUntil(page._bar.isHidden)
    stage.key(page.grid, KEY.Key_A, CTRL)
    qtbot.waitUntil(page._bar.isVisible)
    assert page._bar.words.text() == "7 selected"


@pytest.mark.parametrize("key", [KEY.Key_N, KEY.Key_F2])
def test_name_from_the_keyboard_then_undo_in_the_toast(stage, page, key) -> None:
    stage.click_cell(page.grid, NEWEST_FIRST.index("ada-2015.png"))
    stage.click_cell(page.grid, NEWEST_FIRST.index("ada-2017.png"), CTRL)
    stage.key(page.grid, key)
    assert page._bar._field.hasFocus()
    QTest.keyClicks(page._bar._field, "Ada Lovelace")
    stage.key(page._bar._field, KEY.Key_Return)
    stage.rest(lambda: stage.said == "2 faces named Ada Lovelace")
    assert stage.names() == {"Ada Lovelace": 2}
    assert page.grid.hasFocus()
    row = page.model.row_of(stage.photo("ada-2015.png"))
    stage.rest(lambda: "Ada Lovelace" in page.model.cell(row).name)
    stage.take_offer()
    stage.rest(lambda: stage.names() == {})
    assert "Ada" not in page.model.cell(row).caption


def test_an_empty_name_is_no_name_and_esc_leaves_the_field(stage, page, qtbot) -> None:
    stage.click_cell(page.grid, NEWEST_FIRST.index("bea.png"))
    stage.key(page.grid, KEY.Key_N)
    QTest.keyClicks(page._bar._field, "   ")
    stage.key(page._bar._field, KEY.Key_Return)
    stage.key(page._bar._field, KEY.Key_Escape)
    assert page._bar._field.text() == ""
    stage.key(page._bar._field, KEY.Key_Escape)
    stage.rest()
    assert page.grid.selected_ids() == []
    assert stage.names() == {} and stage.said == ""


def test_remove_with_delete_then_undo_and_redo_with_the_keyboard(stage, page) -> None:
    stage.click_cell(page.grid, NEWEST_FIRST.index("both.png"))
    stage.key(page.grid, KEY.Key_Delete)
    stage.rest(lambda: page.model.rowCount() == 6)
    assert stage.said == "1 photo removed from Archive"
    assert page._header.caption.text() == "6 photos in Archive"
    assert page._bar.isHidden()
    stage.key(page.grid, KEY.Key_Z, CTRL)
    stage.rest(lambda: page.model.rowCount() == 7)
    assert stage.photo_names() == NEWEST_FIRST
    assert len(stage.bench.photos.detail(stage.pk, stage.photo("both.png")).faces) == 2
    stage.key(page.grid, KEY.Key_Z, CTRL | SHIFT)
    stage.rest(lambda: page.model.rowCount() == 6)
    stage.take_offer()
    stage.rest(lambda: page.model.rowCount() == 7)
    # The files are a person's own: removing a photo leaves them where they are.
    assert all((stage.pictures / name).exists() for name in PHOTOS)


def test_delete_without_a_selection_does_nothing(stage, page) -> None:
    page.grid.setFocus()
    stage.key(page.grid, KEY.Key_Delete)
    stage.rest()
    assert page.model.rowCount() == 7 and stage.said == ""


def test_all_photos_can_go_and_the_empty_page_comes_and_leaves_again(stage, page) -> None:
    stage.key(page.grid, KEY.Key_A, CTRL)
    stage.key(page.grid, KEY.Key_Delete)
    stage.rest(lambda: stage.window.current_key == "empty")
    stage.key(stage.window, KEY.Key_Z, CTRL)
    stage.rest(lambda: stage.window.current_key == "photos" and page.model.rowCount() == 7)


def test_size_by_keys_and_slider(stage, page) -> None:
    side = page.grid.cell_side()
    stage.key(page.grid, KEY.Key_Plus, CTRL)
    larger = page.grid.cell_side()
    assert larger > side
    assert page._size.slider.value() == larger
    stage.key(page.grid, KEY.Key_Minus, CTRL)
    stage.key(page.grid, KEY.Key_Minus, CTRL)
    assert page.grid.cell_side() < side
    for _ in range(40):
        stage.key(page.grid, KEY.Key_Minus, CTRL)
    assert page.grid.cell_side() == page._size.slider.minimum()
    page._size.slider.setValue(side)
    assert page.grid.cell_side() == side
    stage.rest()


# -- going on from a photo -----------------------------------------------------------------------------------


def test_enter_and_a_double_click_open_the_photo(stage, page) -> None:
    row = NEWEST_FIRST.index("bea.png")
    stage.click_cell(page.grid, row)
    stage.key(page.grid, KEY.Key_Return)
    stage.rest(lambda: stage.window.current_key == "photo")
    stage.page("photos")
    point = stage.cell_point(page.grid, 3)
    QTest.mouseDClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=point)
    stage.rest(lambda: stage.window.current_key == "photo")
    assert stage.window.page("photo").header.name.text() == "ada-2017.png"


def test_compare_with_the_selected_photo(stage, page) -> None:
    stage.click_cell(page.grid, NEWEST_FIRST.index("bea.png"))
    stage.key(page.grid, KEY.Key_C)
    stage.rest(lambda: stage.window.current_key == "compare")


def test_the_context_menu_has_it_all(stage, page) -> None:
    row = NEWEST_FIRST.index("bea.png")
    page.grid.set_current_row(row)
    page.grid.setFocus()
    offered = in_menu("Remove")
    stage.key(page.grid, KEY.Key_F10, SHIFT)
    stage.rest(lambda: page.model.rowCount() == 6)
    assert [text.split("\t")[0] for text in offered] == [
        "Open",
        "Compare with…",
        "Search with its largest face",
        "Analyse",
        "Show the file in its folder",
        "Remove photo from Archive",
    ]
    assert "bea.png" not in stage.photo_names()


def test_photos_are_dragged_out_as_their_files(stage, page) -> None:
    rows = [NEWEST_FIRST.index(name) for name in ("bea.png", "both.png")]
    mime = page.model.mimeData([page.model.index(row, 0) for row in rows])
    assert {Path(url.toLocalFile()) for url in mime.urls()} == {
        stage.pictures / "bea.png",
        stage.pictures / "both.png",
    }


# -- keeping up ----------------------------------------------------------------------------------------


def test_a_hidden_page_lists_again_when_it_comes_back(stage, page) -> None:
    stage.page("history")
    stage.bench.photos.remove(stage.pk, [stage.photo("both.png")])
    stage.rest()
    assert page.model.rowCount() == 7, "nothing is done for a page out of sight"
    stage.page("photos")
    assert page.model.rowCount() == 6


def test_filters_end_with_the_collection(stage, page) -> None:
    other = stage.bench.collections.create_named("Other")
    own = stage.folder / "own"
    own.mkdir()
    for number in range(2):
        picture(own, f"x{number}.png", face(5), background=90 + number)
    job = stage.bench.ingest.index_paths(other.id, [own])
    stage.bench.ingest.run_to_end(job.id)
    choose(page, "Faces", "2 or more")
    stage.rest()
    stage.window.page_asked.emit("photos", other.id)
    stage.rest(lambda: page.model.rowCount() == 2)
    assert page._header.caption.text() == "2 photos in Other"
    assert not page._filters.active


def test_a_photo_whose_file_is_gone_says_so_and_can_be_found(stage, page) -> None:
    own = stage.folder / "own.png"
    picture(stage.folder, own.name, face(7), background=77)
    stage.bench.ingest.run_to_end(stage.bench.ingest.index_paths(stage.pk, [own]).id)
    stage.rest(lambda: page.model.rowCount() == 8)
    row = page.model.row_of(stage.photo("own.png"))
    stage.rest(lambda: page.model.cell(row).state is CellState.READY)
    own.unlink()
    stage.bench.photos.check_files()
    stage.rest(lambda: page.model.cell(row).state is CellState.MISSING)
    assert "drive" in page.model.cell(row).tooltip
    choose(page, "State", "File missing")
    stage.rest()
    assert stage.photo_names() == ["own.png"]


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_name_that_is_no_text_is_shown_and_dragged_out(stage, page) -> None:
    source = picture(stage.folder, "plain.png", face(8), background=66)
    odd = os.fsencode(stage.folder) + b"/caf\xe9 \xff.png"
    try:
        shutil.copy(source, odd)
    except OSError:
        pytest.skip("this file system takes no such names")
    stage.bench.ingest.run_to_end(stage.bench.ingest.index_paths(stage.pk, [Path(os.fsdecode(odd))]).id)
    stage.rest(lambda: page.model.rowCount() == 8)
    row = next(
        row
        for row, pk in enumerate(page.model.ids())
        if pk not in [stage.photo(name) for name in NEWEST_FIRST]
    )
    stage.rest(lambda: page.model.cell(row).state is CellState.READY)
    page.grid.set_current_row(row)
    page.grid.viewport().grab()
    (url,) = page.model.mimeData([page.model.index(row, 0)]).urls()
    assert bytes(url.toEncoded()).endswith(b"/caf%E9%20%FF.png")
    stage.key(page.grid, KEY.Key_Return)
    stage.rest(lambda: stage.window.current_key == "photo")


def test_what_changed_while_another_page_was_shown_is_shown_when_one_comes_back(stage, page) -> None:
    bench, pk = stage.bench, stage.pk
    row = NEWEST_FIRST.index("bea.png")
    assert page.model.cell(row).caption == "1 face"
    photo_pk = page.model.id_at(row)
    stage.page("people")
    bench.photos.turn(pk, [photo_pk], 90)
    face_pk = bench.photos.detail(pk, photo_pk).faces[0].face.id
    bench.users.name_faces(pk, [face_pk], "Bea")
    stage.rest()
    stage.page("photos")
    stage.rest(lambda: page.model.cell(row).caption == "Bea")
    assert page.model.cell(row).image == photo_key(photo_pk, 90)
    assert page.model.cell(row).aspect == pytest.approx(480 / 640)
