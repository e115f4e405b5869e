from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from app.services.users import NameTaken
from app.ui.canvas.editor import NameField
from app.ui.canvas.mime import faces_mime
from app.ui.people import PeoplePage
from app.ui.people.delegate import name_rect
from app.ui.people.popup import NamePopup
from app.ui.people.roster import Sort
from tests.gui.people.stage import Stage, Window

KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(window: Window, stage: Stage, qtbot) -> PeoplePage:
    made = PeoplePage(window, window.tasks, stage.users, stage.faces, stage.search)
    qtbot.addWidget(made)
    window.bridge.changed.connect(made.apply_changes)
    made.resize(1200, 800)
    made.show()
    qtbot.waitExposed(made)
    made.activate()
    qtbot.waitUntil(lambda: len(names(made)) == 5)
    return made


def names(page: PeoplePage) -> list[str]:
    cards = [page.model.card_at(row) for row in range(page.model.rowCount())]
    return [f"{card.name} {card.count}" for card in cards if card is not None]


def row_of(page: PeoplePage, name: str) -> int:
    return next(row for row, text in enumerate(names(page)) if text.rpartition(" ")[0] == name)


def editor(page: PeoplePage, qtbot) -> NameField:
    qtbot.waitUntil(lambda: page.grid.viewport().findChild(NameField) is not None)
    return page.grid.viewport().findChild(NameField)


def drop(page: PeoplePage, mime: QMimeData, row: int) -> bool:
    """Drop on a card, as a drag that ends there does."""
    event = QDropEvent(
        QPointF(page.grid.cell_rect(row).center()),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    page.grid.dropEvent(event)
    return event.isAccepted()


def test_people_and_groups_without_a_name_by_faces(page: PeoplePage) -> None:
    assert names(page) == ["Ada 5", " 3", "Bea 2", " 2", "Cy 0"]
    assert page.header.caption.text() == "5 in Archive"
    assert page.model.index(4, 0).data() == "Cy, No face yet"
    assert page.model.index(1, 0).data() == "Not named, 3 faces"


def test_segments_find_status_and_sort(page: PeoplePage, qtbot) -> None:
    page.segments.chosen.emit("not named")
    assert names(page) == [" 3", " 2"]
    page.segments.chosen.emit("named")
    assert names(page) == ["Ada 5", "Bea 2", "Cy 0"]
    QTest.keyClick(page.grid, KEY.Key_F, CTRL)
    assert page.find_field.hasFocus()
    QTest.keyClicks(page.find_field, "be")
    qtbot.waitUntil(lambda: names(page) == ["Bea 2"])
    QTest.keyClicks(page.find_field, "zzz")
    qtbot.waitUntil(lambda: page.no_match.isVisible())
    page.no_match.button.click()
    assert len(names(page)) == 5
    page.status.menu().actions()[1].trigger()
    assert names(page) == ["Cy 0"]
    page.status.cleared.emit()
    page.sort_button.menu().actions()[1].trigger()
    assert page.sort_button.text() == Sort.NAME
    assert names(page) == ["Ada 5", "Bea 2", "Cy 0", " 3", " 2"]


def test_name_a_group_in_place_and_undo(page: PeoplePage, window: Window, stage: Stage, qtbot) -> None:
    row = row_of(page, "")
    QTest.mouseClick(
        page.grid.viewport(), Qt.MouseButton.LeftButton, pos=name_rect(page.grid.cell_rect(row)).center()
    )
    field = editor(page, qtbot)
    QTest.keyClicks(field, "Dee")
    QTest.keyClick(field, KEY.Key_Return)
    qtbot.waitUntil(lambda: "Dee 3" in names(page))
    qtbot.waitUntil(lambda: window.toasts[-1][0] == "3 faces named Dee")
    assert {stage.owner(pk) for pk in stage.painted["group"]} == {"Dee"}
    window.undo_toast()
    qtbot.waitUntil(lambda: "Dee 3" not in names(page) and len(names(page)) == 5)
    assert {stage.owner(pk) for pk in stage.painted["group"]} == {None}


def test_rename_in_place_esc_leaves_it(page: PeoplePage, stage: Stage, qtbot) -> None:
    page.grid.set_current_row(row_of(page, "Bea"))
    QTest.keyClick(page.grid, KEY.Key_F2)
    field = editor(page, qtbot)
    assert field.text() == "Bea"
    QTest.keyClicks(field, "Beatrix")
    QTest.keyClick(field, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not page.grid.editing)
    assert stage.names() == ["Ada", "Bea", "Cy"]
    QTest.keyClick(page.grid, KEY.Key_N)
    qtbot.waitUntil(lambda: page.grid.editing)
    field = [one for one in page.grid.viewport().findChildren(NameField) if one.isVisible()][-1]
    QTest.keyClicks(field, "Beatrix")
    QTest.keyClick(field, KEY.Key_Return)
    qtbot.waitUntil(lambda: "Beatrix 2" in names(page))


def test_what_changes_meanwhile_does_not_take_the_editor_away(page: PeoplePage, stage: Stage, qtbot) -> None:
    page.grid.edit_name(row_of(page, "Bea"))
    field = editor(page, qtbot)
    QTest.keyClicks(field, "Bee")
    stage.users.create_named(stage.pk, "Dan")
    qtbot.wait(300)
    assert page.grid.editing and field.text() == "Bee"
    assert "Dan 0" not in names(page)
    QTest.keyClick(field, KEY.Key_Escape)
    qtbot.waitUntil(lambda: "Dan 0" in names(page))


def test_a_name_that_is_taken_offers_to_merge(page: PeoplePage, stage: Stage, qtbot) -> None:
    with pytest.raises(NameTaken):
        stage.users.rename(stage.user("Bea"), "ada")
    page.grid.edit_name(row_of(page, "Bea"))
    field = editor(page, qtbot)
    QTest.keyClicks(field, "ada")
    QTest.keyClick(field, KEY.Key_Return)
    qtbot.waitUntil(page.clash.isVisible)
    QTest.keyClick(page.clash.focusWidget(), KEY.Key_Space)
    qtbot.waitUntil(lambda: "Ada 7" in names(page))
    assert stage.names() == ["Ada", "Cy"]


def test_drop_a_card_on_another_merges(page: PeoplePage, window: Window, stage: Stage, qtbot) -> None:
    bea = row_of(page, "Bea")
    mime = page.model.mimeData([page.model.index(bea, 0)])
    assert not drop(page, mime, bea)
    assert drop(page, mime, row_of(page, "Ada"))
    qtbot.waitUntil(lambda: "Ada 7" in names(page))
    qtbot.waitUntil(lambda: window.toasts[-1][0] == "Bea merged into Ada")
    window.undo_toast()
    qtbot.waitUntil(lambda: "Bea 2" in names(page) and "Ada 5" in names(page))


def test_drop_faces_and_groups_on_a_person(page: PeoplePage, stage: Stage, qtbot) -> None:
    assert drop(page, faces_mime(stage.painted["maybe"]), row_of(page, "Ada"))
    qtbot.waitUntil(lambda: "Ada 7" in names(page))
    group = page.model.mimeData([page.model.index(row_of(page, ""), 0)])
    assert drop(page, group, row_of(page, "Cy"))
    qtbot.waitUntil(lambda: "Cy 3" in names(page))
    assert {stage.owner(pk) for pk in stage.painted["group"]} == {"Cy"}
    assert not drop(page, QMimeData(), row_of(page, "Ada"))


def test_a_person_dropped_on_a_group_names_it(page: PeoplePage, stage: Stage, qtbot) -> None:
    cy = page.model.mimeData([page.model.index(row_of(page, "Cy"), 0)])
    assert drop(page, cy, row_of(page, ""))
    qtbot.waitUntil(lambda: "Cy 3" in names(page))


def test_keys_merge_hide_delete(page: PeoplePage, window: Window, stage: Stage, qtbot) -> None:
    page.grid.select_rows([row_of(page, "Bea"), row_of(page, "Ada")])
    assert page.bar.isVisible()
    QTest.keyClick(page.grid, KEY.Key_M)
    qtbot.waitUntil(lambda: "Ada 7" in names(page))
    page.grid.set_current_row(row_of(page, "Cy"))
    assert not page.bar.isVisible()
    QTest.keyClick(page.grid, KEY.Key_H)
    qtbot.waitUntil(lambda: "Cy 0" not in names(page))
    page.segments.chosen.emit("hidden")
    assert names(page) == ["Cy 0"]
    page.segments.chosen.emit("all")
    page.grid.set_current_row(row_of(page, "Ada"))
    QTest.keyClick(page.grid, KEY.Key_Delete)
    qtbot.waitUntil(lambda: stage.names() == ["Cy"])
    qtbot.waitUntil(lambda: window.toasts[-1][0] == "Ada deleted")
    window.undo_toast()
    qtbot.waitUntil(lambda: "Ada 7" in names(page))


def test_merge_alone_opens_the_person_with_the_panel(page: PeoplePage, window: Window, stage: Stage) -> None:
    page.grid.set_current_row(row_of(page, "Ada"))
    QTest.keyClick(page.grid, KEY.Key_M)
    assert window.visits[-1] == ("person", {"user_pk": stage.user("Ada"), "panel": "merge"})


def test_compare_and_search_with_the_cover(page: PeoplePage, window: Window, stage: Stage) -> None:
    page.grid.set_current_row(row_of(page, "Bea"))
    QTest.keyClick(page.grid, KEY.Key_C)
    QTest.keyClick(page.grid, KEY.Key_S)
    cover = {"face_pk": stage.painted["Bea"][0]}
    assert window.visits == [("compare", cover), ("search", cover)]


def test_enter_opens_a_person_and_names_a_group(
    page: PeoplePage, window: Window, stage: Stage, qtbot
) -> None:
    page.grid.set_current_row(row_of(page, "Ada"))
    QTest.keyClick(page.grid, KEY.Key_Return)
    assert window.visits == [("person", {"user_pk": stage.user("Ada")})]
    page.grid.set_current_row(row_of(page, ""))
    QTest.keyClick(page.grid, KEY.Key_Return)
    editor(page, qtbot)
    assert len(window.visits) == 1


def new_person(page: PeoplePage, name: str) -> None:
    assert page.new_item()  # what the window calls for Ctrl+N
    popup = page.findChild(NamePopup)
    assert popup is not None and popup.isVisible()
    QTest.keyClicks(popup.field, name)
    QTest.keyClick(popup.field, KEY.Key_Return)


def test_new_person_stands_selected(page: PeoplePage, window: Window, stage: Stage, qtbot) -> None:
    page.segments.chosen.emit("not named")
    new_person(page, "Zoe")
    qtbot.waitUntil(lambda: "Zoe 0" in names(page))
    qtbot.waitUntil(lambda: [card.name for card in page.grid.selected_cards()] == ["Zoe"])
    qtbot.waitUntil(lambda: [text for text, _ in window.toasts] == ["Person Zoe created"])
    window.undo_toast()
    qtbot.waitUntil(lambda: "Zoe 0" not in names(page))


def test_new_person_with_a_name_that_is_taken_says_so(page: PeoplePage, window: Window, qtbot) -> None:
    new_person(page, "ADA")
    qtbot.waitUntil(lambda: len(window.errors) == 1)
    assert isinstance(window.errors.pop(), NameTaken)


def test_a_collection_without_people_says_what_to_do(window: Window, stage: Stage, qtbot) -> None:
    stage.pk = stage.collections.create("empty", "Empty").id
    page = PeoplePage(window, window.tasks, stage.users, stage.faces, stage.search)
    qtbot.addWidget(page)
    page.show()
    page.activate()
    qtbot.waitUntil(page.nothing.isVisible)
    assert page.nothing.button.text() == "New person"


def test_a_hidden_page_does_not_work(page: PeoplePage, stage: Stage, qtbot) -> None:
    page.deactivate()
    page.hide()
    stage.users.create_named(stage.pk, "Eve")
    qtbot.wait(250)
    assert "Eve 0" not in names(page)
    page.show()
    page.activate()
    qtbot.waitUntil(lambda: "Eve 0" in names(page))


def test_every_control_has_a_name(page: PeoplePage) -> None:
    from PySide6.QtGui import QAccessible
    from PySide6.QtWidgets import QAbstractButton, QLineEdit

    for control in [*page.findChildren(QAbstractButton), *page.findChildren(QLineEdit), page.grid]:
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface.text(QAccessible.Text.Name), control
