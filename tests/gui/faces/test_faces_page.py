"""The Faces page in the window, over a library of painted photos."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from app.ui.faces.page import FacesPage
from tests.gui.program.stage import CTRL, KEY, NONE, SHIFT, Stage, drop, in_menu

ADA = {"ada-2015.png", "ada-2017.png", "ada-small.png", "both.png"}


@pytest.fixture
def page(stage: Stage) -> FacesPage:
    return stage.page("faces")


def photos(stage: Stage, page: FacesPage, rows: range | list[int]) -> list[str]:
    """The photos that the faces of these rows are in."""
    ids = [page.model.id_at(row) for row in rows]
    cells = stage.bench.faces.cells(ids)
    return [cells[pk].photo_name for pk in ids]


def section(page: FacesPage, title: str) -> range:
    found = next(each for each in page.model.sections() if each.title == title)
    return range(found.start, found.start + found.count)


def group_by(page: FacesPage, text: str) -> None:
    found = next(each for each in page._group.findChildren(QAbstractButton) if each.text() == text)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def grouped(page: FacesPage) -> str:
    return next(each.text() for each in page._group.findChildren(QAbstractButton) if each.isChecked())


def name(stage: Stage, page: FacesPage, rows: range | list[int], words: str) -> None:
    """Select faces and name them by the keyboard."""
    page.grid.setFocus()
    for number, row in enumerate(rows):
        stage.click_cell(page.grid, row, CTRL if number else NONE)
    stage.key(page.grid, KEY.Key_N)
    assert page._bar._field.hasFocus()
    QTest.keyClicks(page._bar._field, words)
    stage.key(page._bar._field, KEY.Key_Return)
    stage.rest(lambda: words in stage.names())


def drag(page: FacesPage, mime: QMimeData, row: int) -> bool:
    """Drop on a cell as the window system would; True when it was taken."""
    page.grid.scrollTo(page.model.index(row, 0))
    return drop(page.grid.viewport(), mime, page.grid.cell_rect(row).center())


def chip(stage: Stage, page: FacesPage, which: str, choice: str) -> None:
    found = {"Names": page._name_chip, "Quality": page._quality}[which]
    next(action for action in found.menu().actions() if action.text() == choice).trigger()
    stage.rest()


# -- order and filters ---------------------------------------------------------------------------------


def test_the_same_person_stands_together(stage, page) -> None:
    assert page.model.rowCount() == 6
    assert page._header.caption.text() == "6 in Archive"
    groups = [sorted(photos(stage, page, range(s.start, s.start + s.count))) for s in page.model.sections()]
    assert groups == [sorted(ADA), ["bea.png", "both.png"]]
    assert [each.title for each in page.model.sections()] == ["Not named", "Not named"]
    assert page._fact.text() == "2 clusters · 0 faces alone"
    stage.rest(lambda: page.model.cell(0) is not None)
    assert page.model.cell(0).name.startswith("Not named, ")


@pytest.mark.parametrize(
    ("key", "first"), [("Size", {"ada-2015.png", "both.png"}), ("Date", {"bea.png"}), ("Quality", None)]
)
def test_other_orders(stage, page, key, first) -> None:
    group_by(page, key)
    stage.rest()
    assert page.model.rowCount() == 6
    assert page._fact.text() == ""
    if first:
        assert photos(stage, page, [0])[0] in first
    if key == "Size":
        assert photos(stage, page, [5]) == ["ada-small.png"]
    if key == "Date":
        # Photos without a date come last.
        assert photos(stage, page, [4, 5]) == ["both.png", "both.png"]


def test_alike_to_a_face(stage, page) -> None:
    group_by(page, "Alike to…")
    stage.rest()
    assert stage.said == "Select a face first, then choose “Alike to…”."
    assert grouped(page) == "Cluster"
    chosen = page.model.id_at(section(page, "Not named")[0])
    stage.click_cell(page.grid, 0)
    group_by(page, "Alike to…")
    stage.rest()
    assert page.model.id_at(0) == chosen
    stage.rest(lambda: page.model.cell(0) is not None)
    assert page.model.cell(0).value == "100.0"
    assert [(each.title, each.count) for each in page.model.sections()] == [("Alike", 4), ("Less alike", 2)]
    assert set(photos(stage, page, range(4))) == ADA
    # It was the same page before: what was chosen holds until another collection comes.
    stage.page("photos")
    stage.page("faces")
    assert grouped(page) == "Alike to…"


def test_filters_by_name_and_quality(stage, page) -> None:
    chip(stage, page, "Quality", "High")
    assert "ada-small.png" not in photos(stage, page, range(page.model.rowCount()))
    assert page.model.rowCount() == 5
    chip(stage, page, "Quality", "High")
    assert page.model.rowCount() == 6
    name(stage, page, section(page, "Not named"), "Ada")
    chip(stage, page, "Names", "Named")
    assert set(photos(stage, page, range(page.model.rowCount()))) == ADA
    chip(stage, page, "Names", "Not named")
    assert sorted(photos(stage, page, range(page.model.rowCount()))) == ["bea.png", "both.png"]
    assert page._header.caption.text() == "6 in Archive"


def test_nothing_found_says_so_and_offers_the_way_back(stage, page) -> None:
    chip(stage, page, "Names", "Named")
    assert page.model.rowCount() == 0
    assert page._no_match.isVisible() and page.grid.isHidden() and page._nothing.isHidden()
    page._no_match.button.click()
    stage.rest()
    assert page.model.rowCount() == 6 and page.grid.isVisible()
    assert not page._name_chip.active


def test_filters_end_with_the_collection(stage, page) -> None:
    chip(stage, page, "Names", "Not named")
    other = stage.bench.collections.create_named("Other").id
    stage.rest()
    stage.window.page_asked.emit("faces", other)
    stage.rest(lambda: page._header.caption.text() == "0 in Other")
    assert page._nothing.isVisible()
    assert not page._name_chip.active


# -- naming ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [KEY.Key_N, KEY.Key_F2])
def test_name_a_group_from_its_head_and_undo(stage, page, key) -> None:
    page.grid.link_clicked.emit(0, "select")
    assert page.grid.selected_count() == 4
    stage.rest(page._bar.isVisible)
    assert page._bar.words.text() == "4 selected"
    assert page._bar._not_this.isHidden(), "no name that could be wrong"
    stage.key(page.grid, key)
    QTest.keyClicks(page._bar._field, "Ada Lovelace")
    stage.key(page._bar._field, KEY.Key_Return)
    stage.rest(lambda: stage.names() == {"Ada Lovelace": 4})
    assert stage.said == "4 faces named Ada Lovelace"
    assert page.grid.hasFocus() and page._bar.isHidden()
    stage.rest(lambda: page.model.sections()[0].title == "Ada Lovelace")
    stage.take_offer()
    stage.rest(lambda: [each.title for each in page.model.sections()] == ["Not named", "Not named"])
    assert stage.names() == {}


def test_the_bar_completes_known_names_and_esc_leaves_it(stage, page) -> None:
    name(stage, page, section(page, "Not named"), "Ada")
    stage.click_cell(page.grid, section(page, "Not named")[0])
    stage.key(page.grid, KEY.Key_N)
    QTest.keyClicks(page._bar._field, "ad")
    assert page._bar._field.completer().currentCompletion() == "Ada"
    stage.key(page._bar._field, KEY.Key_Escape)
    stage.key(page._bar._field, KEY.Key_Escape)
    stage.rest()
    assert page.grid.selected_ids() == [] and page._bar.isHidden()
    assert stage.names() == {"Ada": 4}


def test_drag_faces_onto_a_person(stage, page) -> None:
    name(stage, page, section(page, "Not named"), "Ada")
    bea = section(page, "Not named")
    ada = section(page, "Ada")
    stage.rest(lambda: all(page.model.cell(row) for row in range(6)))
    mime = page.model.mimeData([page.model.index(row, 0) for row in bea])
    assert not drag(page, mime, bea[0]), "nobody is there to give them to"
    own = page.model.mimeData([page.model.index(ada[0], 0)])
    assert not drag(page, own, ada[1]), "the face is this person's already"
    assert not drag(page, QMimeData(), ada[0])
    assert drag(page, mime, ada[0])
    stage.rest(lambda: stage.names() == {"Ada": 6})
    assert stage.said == "2 faces named Ada"
    stage.key(page.grid, KEY.Key_Z, CTRL)
    stage.rest(lambda: stage.names() == {"Ada": 4})


def test_not_this_person(stage, page) -> None:
    name(stage, page, section(page, "Not named"), "Ada")
    stage.click_cell(page.grid, section(page, "Not named")[0])
    stage.key(page.grid, KEY.Key_X)
    stage.rest()
    assert stage.said == "These faces have no name that could be wrong."
    stage.click_cell(page.grid, section(page, "Ada")[0])
    stage.rest(page._bar._not_this.isVisible)
    stage.key(page.grid, KEY.Key_X)
    stage.rest(lambda: stage.names() == {"Ada": 3})
    stage.key(page.grid, KEY.Key_Z, CTRL)
    stage.rest(lambda: stage.names() == {"Ada": 4})


def test_the_head_of_a_person_opens_their_page(stage, page) -> None:
    name(stage, page, section(page, "Not named"), "Ada")
    page.grid.link_clicked.emit(0, "person")
    stage.rest(lambda: stage.window.current_key == "person")


# -- deleting, moving, going on --------------------------------------------------------------------------


def test_delete_then_undo_and_redo(stage, page) -> None:
    stage.click_cell(page.grid, 0)
    stage.key(page.grid, KEY.Key_Right, SHIFT)
    assert page.grid.selected_count() == 2
    stage.key(page.grid, KEY.Key_Delete)
    stage.rest(lambda: page.model.rowCount() == 4)
    assert stage.said.startswith("2 faces deleted")
    stage.key(page.grid, KEY.Key_Z, CTRL)
    stage.rest(lambda: page.model.rowCount() == 6)
    stage.key(page.grid, KEY.Key_Z, CTRL | SHIFT)
    stage.rest(lambda: page.model.rowCount() == 4)
    stage.take_offer()
    stage.rest(lambda: page.model.rowCount() == 6)


def test_move_to_another_collection(stage, page) -> None:
    offered = in_menu("")
    stage.click_cell(page.grid, 0)
    page._bar.move_asked.emit()
    stage.rest(lambda: bool(offered))
    assert offered == ["There is no other collection yet"]
    other = stage.bench.collections.create_named("Other").id
    stage.rest()
    moved = in_menu("Move to Other")
    page._bar.move_asked.emit()
    stage.rest(lambda: bool(moved) and page.model.rowCount() == 5)
    assert stage.said == "1 face moved to Other"
    assert len(stage.bench.faces.listing(other).ids) == 1


def test_open_the_photo_at_the_face(stage, page) -> None:
    face_pk = page.model.id_at(0)
    stage.click_cell(page.grid, 0)
    stage.key(page.grid, KEY.Key_Return)
    stage.rest(lambda: stage.window.current_key == "photo")
    (photo,) = photos(stage, page, [0])
    shown = stage.window.page("photo")
    assert shown.header.name.text() == photo
    assert shown.selection.current == face_pk


@pytest.mark.parametrize(("key", "target"), [(KEY.Key_C, "compare"), (KEY.Key_S, "search")])
def test_compare_and_search_with_a_face(stage, page, key, target) -> None:
    stage.click_cell(page.grid, 0)
    stage.key(page.grid, key)
    stage.rest(lambda: stage.window.current_key == target)
    if target == "search":
        found = stage.window.page("search")
        stage.rest(lambda: found.results.model.rowCount() >= 3)


def test_the_context_menu_has_it_all(stage, page) -> None:
    page.grid.setFocus()
    page.grid.set_current_row(0)
    offered = in_menu("Faces alike")
    stage.key(page.grid, KEY.Key_F10, SHIFT)
    stage.rest(lambda: grouped(page) == "Alike to…")
    assert [text.split("\t")[0] for text in offered] == [
        "Open the photo",
        "Name…",
        "Not this person",
        "Faces alike to this one",
        "Compare with…",
        "Search with this face",
        "Analyse",
        "Delete",
    ]


def test_size_by_keys_and_slider(stage, page) -> None:
    side = page.grid.cell_side()
    stage.key(page.grid, KEY.Key_Plus, CTRL)
    assert page._size.slider.value() == page.grid.cell_side() > side
    page._size.slider.setValue(side)
    assert page.grid.cell_side() == side
    stage.rest()


def test_all_faces_gone_says_what_to_do(stage, page) -> None:
    stage.key(page.grid, KEY.Key_A, CTRL)
    stage.key(page.grid, KEY.Key_Delete)
    stage.rest(page._nothing.isVisible)
    assert page.grid.isHidden() and page._no_match.isHidden()
    stage.key(page, KEY.Key_Z, CTRL)
    stage.rest(lambda: page.model.rowCount() == 6)
    assert page.grid.isVisible()


def test_a_hidden_page_groups_again_when_it_comes_back(stage, page) -> None:
    stage.page("history")
    faces = stage.bench.faces.listing(stage.pk).ids.tolist()
    stage.bench.faces.delete_pks(faces[:2])
    stage.rest()
    assert page.model.rowCount() == 6, "nothing is done for a page out of sight"
    stage.page("faces")
    assert page.model.rowCount() == 4


def test_every_control_has_a_name(page) -> None:
    for control in (page.grid, page._bar._field, page._group, page._size.slider):
        assert control.accessibleName()
