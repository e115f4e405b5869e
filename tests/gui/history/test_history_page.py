"""The History page in the window, over a library of painted photos."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from app.domain.records import Origin
from app.ui.history.model import HEADING_ROLE, ROW_ROLE
from app.ui.history.page import HistoryPage
from app.ui.widgets.text import Paragraph
from tests.gui.program.stage import CTRL, KEY, SHIFT, Stage


@pytest.fixture
def page(stage: Stage) -> HistoryPage:
    return stage.page("history")


@pytest.fixture
def named(stage: Stage, page: HistoryPage) -> HistoryPage:
    """Two faces were named Ada, one Bea, and Ada was renamed: three changes on top of the first two."""
    users, faces = stage.bench.users, stage.bench.faces.listing(stage.pk).ids.tolist()
    users.name_faces(stage.pk, faces[:2], "Ada")
    users.name_faces(stage.pk, faces[2:3], "Bea")
    ada = next(user.id for user in users.list(stage.pk) if user.display_name == "Ada")
    users.rename(ada, "Ada Lovelace")
    stage.rest(lambda: page.model.changes == 5)
    return page


def lines(stage: Stage, page: HistoryPage) -> list[str]:
    """The summaries, newest first, with "(undone)" for those."""
    page.list.viewport().grab()  # rows are fetched when they are painted
    stage.rest(lambda: all(row(page, place) is not None for place in places(page)))
    found = [row(page, place) for place in places(page)]
    return [each.change.summary + (" (undone)" if each.undone else "") for each in found]


def places(page: HistoryPage) -> list[int]:
    return [place for place in range(page.model.rowCount()) if page.model.id_at(place) is not None]


def row(page: HistoryPage, place: int):
    return page.model.index(place).data(ROW_ROLE)


def place_of(stage: Stage, page: HistoryPage, summary: str) -> int:
    return places(page)[[each.removesuffix(" (undone)") for each in lines(stage, page)].index(summary)]


def choose(stage: Stage, page: HistoryPage, summary: str) -> None:
    """Click on a row and wait for its details."""
    rect = page.list.visualRect(page.model.index(place_of(stage, page, summary)))
    QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    stage.rest(lambda: summary in told(page))


def told(page: HistoryPage) -> list[str]:
    """The words of the details."""
    inside = page.details.widget()
    return [each.text() for kind in (QLabel, Paragraph) for each in inside.findChildren(kind)]


def button(page: HistoryPage, text: str) -> QAbstractButton | None:
    buttons = page.details.widget().findChildren(QAbstractButton)
    return next((each for each in buttons if each.text() == text), None)


# -- what is listed ------------------------------------------------------------------------------------


def test_changes_by_day_newest_first(stage, named) -> None:
    assert named._header.caption.text() == "5 changes"
    heading = named.model.index(0).data(HEADING_ROLE)
    assert (heading.title, heading.count) == ("Today", 5)
    assert lines(stage, named) == [
        "Ada renamed Ada Lovelace",
        "1 face named Bea",
        "2 faces named Ada",
        "6 photos indexed into Archive, 6 faces, 1 failed",
        "Collection Archive created",
    ]
    assert not named.model.flags(named.model.index(0)), "a heading cannot be chosen"


def test_the_details_say_when_where_before_and_after(stage, named) -> None:
    choose(stage, named, "2 faces named Ada")
    words = told(named)
    assert {"When", "Where", "Window", "Before", "After"} <= set(words)
    assert any("2 faces: not named" in text for text in words)
    assert any("2 faces: Ada Lovelace" in text for text in words)
    copy = button(named, "Copy as a command")
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("likeness users create archive ada")


def test_the_requests_of_a_change_stand_below_it(stage, named) -> None:
    choose(stage, named, "2 faces named Ada")
    panel = named.details.request
    assert panel.isVisible() and panel.choice.current() == "request"
    assert json.loads(panel.text.toPlainText()) == {"CollectionId": "archive", "UserId": "ada"}
    panel.choose("AssociateFaces")
    assert json.loads(panel.text.toPlainText())["UserMatchThreshold"] == 0
    # As lines they are one script, in their order, and what was chosen stays for the next change.
    panel.view("aws")
    script = panel.text.toPlainText()
    assert 0 < script.index("create-user") < script.index("associate-faces")
    assert not panel.operation.isVisible()
    stage.key(named.list, KEY.Key_C, CTRL | SHIFT)
    assert QGuiApplication.clipboard().text() == script
    choose(stage, named, "6 photos indexed into Archive, 6 faces, 1 failed")
    assert panel.text.toPlainText().count("index-faces") == 6
    choose(stage, named, "Ada renamed Ada Lovelace")
    assert panel.isVisible() and not panel.text.isVisible()
    assert "id alone" in panel.note.sentences()[0]


def test_find_and_filters(stage, named) -> None:
    stage.key(named.list, KEY.Key_F, CTRL)
    assert named._find.hasFocus()
    QTest.keyClicks(named._find, "bea")
    stage.rest(lambda: lines(stage, named) == ["1 face named Bea"])
    QTest.keyClicks(named._find, " no such")
    stage.rest(named._nothing.isVisible)
    stage.key(named._find, KEY.Key_Escape)
    stage.rest(lambda: named.model.changes == 5)
    kinds = named._chips[0]
    next(each for each in kinds.menu().actions() if each.text() == "Collections").trigger()
    stage.rest(lambda: lines(stage, named) == ["Collection Archive created"])
    stage.key(kinds, KEY.Key_Delete)
    person = named._chips[1]
    next(each for each in person.menu().actions() if each.text() == "Bea").trigger()
    stage.rest(lambda: lines(stage, named) == ["1 face named Bea"])
    stage.key(person, KEY.Key_Delete)
    named._origin.chosen.emit(Origin.ENDPOINT.value)
    stage.rest(named._nothing.isVisible)


# -- undo and redo -------------------------------------------------------------------------------------


def test_undo_and_redo_the_last_by_button_and_keys(stage, named) -> None:
    QTest.mouseClick(named._undo, Qt.MouseButton.LeftButton)
    stage.rest(lambda: "Ada" in stage.names())
    assert lines(stage, named)[1] == "Ada renamed Ada Lovelace (undone)"
    QTest.mouseClick(named._redo, Qt.MouseButton.LeftButton)
    stage.rest(lambda: "Ada Lovelace" in stage.names())
    stage.key(named.list, KEY.Key_Z, CTRL)
    stage.key(named.list, KEY.Key_Z, CTRL)
    stage.rest(lambda: stage.names() == {"Ada": 2})
    stage.key(named.list, KEY.Key_Z, CTRL | SHIFT)
    stage.key(named.list, KEY.Key_Z, CTRL | SHIFT)
    stage.rest(lambda: stage.names() == {"Ada Lovelace": 2, "Bea": 1})
    QTest.mouseClick(named._redo, Qt.MouseButton.LeftButton)
    stage.rest(lambda: stage.said == "There is nothing to redo.")


def test_nothing_to_undo_says_so(empty_stage) -> None:
    page = empty_stage.page("history")
    assert page._nothing.isVisible() and page.list.isHidden()
    QTest.mouseClick(page._undo, Qt.MouseButton.LeftButton)
    empty_stage.rest(lambda: empty_stage.said == "There is nothing to undo.")


def test_an_old_change_alone_by_its_own_undo(stage, named) -> None:
    choose(stage, named, "1 face named Bea")
    assert not any("on this" in text for text in told(named))
    stage.key(named.list, KEY.Key_U)
    stage.rest(lambda: stage.names() == {"Ada Lovelace": 2})
    assert "1 face named Bea (undone)" in lines(stage, named)
    assert "2 faces named Ada" in lines(stage, named)
    choose(stage, named, "1 face named Bea")
    stage.rest(lambda: "This change is undone." in told(named))
    assert button(named, "Undo this change") is None
    # The toast takes the undo back.
    stage.take_offer()
    stage.rest(lambda: stage.names() == {"Ada Lovelace": 2, "Bea": 1})


def test_the_undo_at_the_end_of_a_row(stage, named) -> None:
    place = place_of(stage, named, "1 face named Bea")
    rect = named._delegate.undo_rect(named.list.visualRect(named.model.index(place)))
    QTest.mouseClick(named.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    stage.rest(lambda: stage.names() == {"Ada Lovelace": 2})


def test_what_rests_on_a_change_is_named_and_can_be_undone_with_it(stage, named) -> None:
    choose(stage, named, "2 faces named Ada")
    stage.key(named.list, KEY.Key_U)
    stage.rest(lambda: bool(stage.said))
    assert stage.names() == {"Ada Lovelace": 2, "Bea": 1}, "nothing was done"
    assert stage.said == "“2 faces named Ada” cannot be undone alone: 1 later change rests on it."
    assert "1 later change rests on this" in told(named)
    assert any("Ada renamed Ada Lovelace" in text for text in told(named))
    QTest.mouseClick(button(named, "Undo this and the later one"), Qt.MouseButton.LeftButton)
    stage.rest(lambda: stage.names() == {"Bea": 1})


def test_undone_twice_is_refused_in_words(stage, named) -> None:
    choose(stage, named, "1 face named Bea")
    stage.key(named.list, KEY.Key_U)
    stage.rest(lambda: "Bea" not in stage.names())
    choose(stage, named, "1 face named Bea")
    stage.key(named.list, KEY.Key_U)
    stage.rest(lambda: stage.alarmed or "undone" in stage.said)
    assert "undone" in stage.said
    assert "Bea" not in stage.names()


def test_an_index_job_is_undone_as_one(stage, page) -> None:
    choose(stage, page, "6 photos indexed into Archive, 6 faces, 1 failed")
    stage.key(page.list, KEY.Key_U)
    stage.rest(lambda: len(stage.bench.photos.listing(stage.pk).ids) == 0)
    assert stage.window.current_key == "history"
    stage.key(page.list, KEY.Key_Z, CTRL | SHIFT)
    stage.rest(lambda: len(stage.bench.photos.listing(stage.pk).ids) == 7)


def test_after_a_restart_old_changes_can_be_undone(stage, named, qtbot) -> None:
    choose(stage, named, "1 face named Bea")
    stage.key(named.list, KEY.Key_U)
    stage.rest(lambda: "Bea" not in stage.names())
    stage.close()
    stage.open(qtbot)
    page = stage.page("history")
    assert "1 face named Bea (undone)" in lines(stage, page)
    stage.key(page.list, KEY.Key_Z, CTRL | SHIFT)
    stage.rest(lambda: stage.names() == {"Ada Lovelace": 2, "Bea": 1})
    choose(stage, page, "Ada renamed Ada Lovelace")
    stage.key(page.list, KEY.Key_U)
    stage.rest(lambda: stage.names() == {"Ada": 2, "Bea": 1})


# -- keyboard ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Enter])
def test_enter_goes_to_the_details_and_esc_back(stage, named, key) -> None:
    named.list.setFocus()
    stage.key(named.list, KEY.Key_Home)
    stage.key(named.list, KEY.Key_Down)
    stage.rest(lambda: "1 face named Bea" in told(named))
    stage.key(named.list, key)
    assert named.details.hasFocus()
    stage.key(named.details, KEY.Key_Tab)
    assert named.window().focusWidget() is button(named, "Undo this change")
    stage.key(named.window().focusWidget(), KEY.Key_Escape)
    assert named.list.hasFocus()


def test_arrows_pass_over_headings_and_follow_with_the_details(stage, named) -> None:
    named.list.setFocus()
    stage.key(named.list, KEY.Key_End)
    assert named._current() == named.model.id_at(5)
    stage.key(named.list, KEY.Key_PageUp)
    assert named._current() == named.model.id_at(1)
    stage.key(named.list, KEY.Key_End)
    stage.key(named.list, KEY.Key_Home)
    assert named._current() == named.model.id_at(1)
    for summary in lines(stage, named)[1:]:
        stage.key(named.list, KEY.Key_Down)
        stage.rest(lambda summary=summary: summary in told(named))


def test_the_selection_stays_while_changes_come(stage, named) -> None:
    choose(stage, named, "2 faces named Ada")
    before = named._current()
    faces = stage.bench.faces.listing(stage.pk).ids.tolist()
    stage.bench.faces.delete_pks(faces[-1:])
    stage.rest(lambda: named.model.changes == 6)
    assert named._current() == before


def test_every_control_has_a_name(named) -> None:
    for control in (named.list, named.details, named._find, named._origin):
        assert control.accessibleName(), control
