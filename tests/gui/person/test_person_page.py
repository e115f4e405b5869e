from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMenu

from app.ui.canvas.mime import dragged_faces
from app.ui.people.popup import NamePopup
from app.ui.person import PersonPage
from app.ui.person.choosers import BirthdayPopup
from app.ui.person.facts import FaceOrder
from app.ui.person.suggestions import button_rects
from tests.gui.people.stage import Stage, Window

KEY, SHIFT, LEFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: Window, stage: Stage, qtbot) -> PersonPage:
    made = PersonPage(
        window, window.tasks, stage.users, stage.faces, stage.photos, stage.search, stage.history
    )
    qtbot.addWidget(made)
    window.bridge.changed.connect(made.apply_changes)
    made.resize(1200, 900)
    made.show()
    qtbot.waitExposed(made)
    made.activate(user_pk=stage.user("Ada"))
    qtbot.waitUntil(lambda: made.model.rowCount() == 5 and bool(asked(made)))
    return made


def asked(page: PersonPage) -> list[int]:
    """The faces that are suggested, in order."""
    return [one.face_pk for one in page.head.suggestions.list.suggestions()]


def shown(page: PersonPage) -> list[int]:
    return [page.model.id_at(row) for row in range(page.model.rowCount())]


def test_facts(page: PersonPage) -> None:
    identity = page.head.identity
    assert identity.name.text() == "Ada"
    assert identity.status.text() == "Active"
    assert identity.faces.text() == "5 confirmed"
    assert identity.photos.text() == "5"
    assert identity.taken.text() == "Mar 2015 – Sep 2019"
    assert identity.birthday.text() == "Add…"
    assert identity.color.text() == "Raspberry"
    assert identity.user_id.text() == "ada"
    assert page.bar.name.text() == "Ada"


def test_the_line_parts_likely_from_unlikely(page: PersonPage, stage: Stage) -> None:
    strip = page.head.suggestions.list
    found = strip.suggestions()
    assert set(stage.painted["maybe"]) == {one.face_pk for one in found if one.similarity >= 80}
    model = strip.model()
    divider = [row for row in range(model.rowCount()) if model.at(row) is None]
    likely = sum(one.similarity >= 80 for one in found)
    assert divider == ([likely] if likely < len(found) else [])
    assert page.head.suggestions.confirm.text() == "Confirm 2 at 95 or more"


def test_enter_confirms_and_u_takes_it_back(page: PersonPage, window: Window, stage: Stage, qtbot) -> None:
    strip = page.head.suggestions.list
    first = asked(page)[0]
    strip.setFocus()
    QTest.keyClick(strip, KEY.Key_Return)
    assert first not in asked(page)  # the next question stands there at once
    qtbot.waitUntil(lambda: page.model.rowCount() == 6)
    assert stage.owner(first) == "Ada"
    assert window.toasts[-1][0] == "1 suggestion confirmed as Ada"
    QTest.keyClick(strip, KEY.Key_U)
    qtbot.waitUntil(lambda: page.model.rowCount() == 5)
    assert stage.owner(first) is None
    qtbot.waitUntil(lambda: first in asked(page))


def test_two_quick_answers_do_not_ask_again(page: PersonPage, stage: Stage, qtbot) -> None:
    strip = page.head.suggestions.list
    first, second = asked(page)[:2]
    seen: list[int] = []
    strip.model().modelReset.connect(lambda: seen.extend(asked(page)))
    strip.setFocus()
    QTest.keyClick(strip, KEY.Key_Return)
    page._loader.load()  # as when something else changes meanwhile
    QTest.keyClick(strip, KEY.Key_Return)
    seen.clear()
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)
    qtbot.wait(100)
    assert {stage.owner(first), stage.owner(second)} == {"Ada"}
    assert not {first, second} & set(seen)


def test_delete_rejects_for_good(page: PersonPage, stage: Stage, qtbot) -> None:
    strip = page.head.suggestions.list
    first = asked(page)[0]
    strip.setFocus()
    QTest.keyClick(strip, KEY.Key_Delete)
    qtbot.waitUntil(lambda: len(stage.faces.views([first])[0].rejected_users) == 1)
    page.activate(user_pk=stage.user("Bea"))
    page.activate(user_pk=stage.user("Ada"))
    qtbot.waitUntil(lambda: page.head.identity.name.text() == "Ada")
    qtbot.wait(200)
    assert first not in asked(page)


def test_buttons_below_a_crop(page: PersonPage, stage: Stage, qtbot) -> None:
    strip = page.head.suggestions.list
    yes_face, no_face = asked(page)[:2]

    def press(row: int, button: int) -> None:
        rect = strip.visualRect(strip.model().index(row, 0))
        QTest.mouseClick(strip.viewport(), LEFT, pos=button_rects(rect)[button].center())

    press(1, 1)
    qtbot.waitUntil(lambda: len(stage.faces.views([no_face])[0].rejected_users) == 1)
    press(0, 0)
    qtbot.waitUntil(lambda: stage.owner(yes_face) == "Ada")


def test_confirm_the_sure_ones_then_reject_the_rest(page: PersonPage, stage: Stage, qtbot) -> None:
    card = page.head.suggestions
    card.confirm.click()
    qtbot.waitUntil(lambda: {stage.owner(pk) for pk in stage.painted["maybe"]} == {"Ada"})
    qtbot.waitUntil(lambda: not set(asked(page)) & set(stage.painted["maybe"]))
    if asked(page):
        assert card.reject.text() == "Reject all"
        card.reject.click()
        qtbot.waitUntil(lambda: not asked(page))
    assert not card.isVisible()


def test_a_range_of_years_filters(page: PersonPage, stage: Stage) -> None:
    timeline = page.head.timeline
    ada = stage.painted["Ada"]
    start = timeline.column_rect(0).center().toPoint()
    end = timeline.column_rect(2).center().toPoint()
    QTest.mousePress(timeline, LEFT, pos=start)
    assert timeline.range() == (2015, 2015)
    QTest.mouseMove(timeline, end)
    QTest.mouseRelease(timeline, LEFT, pos=end)
    assert timeline.range() == (2015, 2017)
    assert sorted(shown(page)) == ada[:3]
    assert page.head._count.text() == "3 of 5"
    QTest.keyClick(timeline, KEY.Key_Escape)
    assert len(shown(page)) == 5
    QTest.mouseClick(timeline, LEFT, pos=timeline.column_rect(4).center().toPoint())
    assert shown(page) == [ada[3]]
    QTest.mouseClick(timeline, LEFT, pos=timeline.column_rect(4).center().toPoint())
    assert timeline.range() is None


def test_years_by_keyboard(page: PersonPage, stage: Stage) -> None:
    timeline = page.head.timeline
    timeline.setFocus()
    QTest.keyClick(timeline, KEY.Key_Right)
    assert timeline.range() == (2015, 2015)
    QTest.keyClick(timeline, KEY.Key_Right, SHIFT)
    assert timeline.range() == (2015, 2016)
    assert sorted(shown(page)) == stage.painted["Ada"][:2]


def test_orders(page: PersonPage, stage: Stage) -> None:
    ada = stage.painted["Ada"]
    assert shown(page) == [ada[3], ada[2], ada[1], ada[0], ada[4]]
    for action in page.head.order.menu().actions():
        if action.data() == FaceOrder.OLDEST:
            action.trigger()
    assert shown(page) == [ada[0], ada[1], ada[2], ada[3], ada[4]]
    page.set_order(FaceOrder.LEAST_ALIKE)
    similar = [page.model.face_at(row).similarity for row in range(5)]
    assert similar == sorted(similar)


def test_x_takes_faces_away_and_remembers(page: PersonPage, window: Window, stage: Stage, qtbot) -> None:
    face = shown(page)[0]
    page.grid.set_current_row(0)
    assert page.faces_bar.isVisible()
    page.grid.setFocus()
    QTest.keyClick(page.grid, KEY.Key_X)
    qtbot.waitUntil(lambda: page.model.rowCount() == 4)
    view = stage.faces.views([face])[0]
    assert view.user is None and [user.display_name for user in view.rejected_users] == ["Ada"]
    window.undo_toast()
    qtbot.waitUntil(lambda: page.model.rowCount() == 5)


def test_delete_and_undo(page: PersonPage, window: Window, qtbot) -> None:
    page.grid.select_rows([0, 1])
    page.grid.setFocus()
    QTest.keyClick(page.grid, KEY.Key_Delete)
    qtbot.waitUntil(lambda: page.model.rowCount() == 3 and bool(window.toasts))
    assert window.toasts[-1][0] == "2 faces of Ada deleted"
    window.undo_toast()
    qtbot.waitUntil(lambda: page.model.rowCount() == 5)


def test_name_faces_as_someone_else(page: PersonPage, stage: Stage, qtbot) -> None:
    face = shown(page)[0]
    page.grid.set_current_row(0)
    page.grid.setFocus()
    QTest.keyClick(page.grid, KEY.Key_N)
    popup = page.findChild(NamePopup)
    assert popup is not None and popup.isVisible()
    QTest.keyClicks(popup.field, "Bea")
    QTest.keyClick(popup.field, KEY.Key_Return)
    qtbot.waitUntil(lambda: stage.owner(face) == "Bea")


def test_enter_opens_the_photo_and_a_drag_carries_the_faces(page: PersonPage, window: Window) -> None:
    page.grid.set_current_row(1)
    page.grid.setFocus()
    QTest.keyClick(page.grid, KEY.Key_Return)
    name, params = window.visits[-1]
    face = page.model.face_at(1)
    assert (name, params["photo_pk"], params["face_pk"]) == ("photo", face.cell.photo_pk, face.pk)
    assert params["photo_pk"] in params["ids"].tolist() and len(params["ids"]) == 5
    mime = page.model.mimeData([page.model.index(row) for row in (0, 2)])
    assert dragged_faces(mime) == [shown(page)[0], shown(page)[2]]


def test_rename_in_place(page: PersonPage, stage: Stage, qtbot) -> None:
    page.grid.select_none()
    page.grid.setFocus()
    QTest.keyClick(page.grid, KEY.Key_F2)
    field = page.head.identity.field
    assert field.isVisible() and field.text() == "Ada"
    QTest.keyClicks(field, "Ada Lovelace")
    QTest.keyClick(field, KEY.Key_Return)
    qtbot.waitUntil(lambda: page.bar.name.text() == "Ada Lovelace")
    page.head.identity.edit_name()
    QTest.keyClicks(field, "Nobody")
    QTest.keyClick(field, KEY.Key_Escape)
    assert page.head.identity.name.text() == "Ada Lovelace"


def test_a_name_that_is_taken_offers_to_merge(page: PersonPage, window: Window, stage: Stage, qtbot) -> None:
    page.head.identity.edit_name()
    QTest.keyClicks(page.head.identity.field, "bea")
    QTest.keyClick(page.head.identity.field, KEY.Key_Return)
    qtbot.waitUntil(page.clash.isVisible)
    bea = stage.user("Bea")
    QTest.keyClick(page.clash.focusWidget(), KEY.Key_Space)
    qtbot.waitUntil(lambda: stage.names() == ["Bea", "Cy"])
    assert ("person", {"user_pk": bea}) in window.visits


def test_color_birthday_and_id(page: PersonPage, window: Window, stage: Stage, qtbot) -> None:
    identity = page.head.identity
    QTest.mouseClick(identity.color, LEFT)
    menu = next(menu for menu in page.findChildren(QMenu) if menu.actions()[0].text() == "Raspberry")
    assert [action.text() for action in menu.actions()][-1] == "Violet" and len(menu.actions()) == 12
    menu.actions()[9].trigger()
    menu.close()
    qtbot.waitUntil(lambda: identity.color.text() == "Azure")
    QTest.mouseClick(identity.birthday, LEFT)
    popup = page.findChild(BirthdayPopup)
    popup.edit.setDate(QDate(2016, 5, 4))
    QTest.keyClick(popup.edit, KEY.Key_Return)
    qtbot.waitUntil(lambda: identity.birthday.text() == "4 May 2016")
    assert stage.users.by_pk(stage.user("Ada")).birthday == date(2016, 5, 4)
    QTest.mouseClick(identity.user_id, LEFT)
    assert QGuiApplication.clipboard().text() == "ada"
    assert window.toasts[-1] == ("User ID ada copied", None)


def test_merge_panel(page: PersonPage, window: Window, stage: Stage, qtbot) -> None:
    page.bar.panels["merge"].click()
    panel = page.panels.merge
    assert panel.isVisible() and panel.field.hasFocus() and page.bar.panels["merge"].isChecked()
    assert not panel.button.isEnabled()
    qtbot.waitUntil(lambda: panel.model.data(panel.model.index(0)).startswith("Bea, 2 faces, similarity"))
    QTest.keyClicks(panel.field, "be")
    assert panel.model.rowCount() == 1
    QTest.keyClick(panel.field, KEY.Key_Return)
    QTest.keyClick(panel.list, KEY.Key_Space)
    assert panel.button.text() == "Merge Bea"
    QTest.keyClick(panel.list, KEY.Key_Return)
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)
    assert stage.names() == ["Ada", "Cy"]
    window.undo_toast()
    qtbot.waitUntil(lambda: page.model.rowCount() == 5)
    QTest.keyClick(panel.list, KEY.Key_Escape)
    assert not panel.isVisible() and page.grid.hasFocus()
    assert window.visits == []


def test_split_panel(page: PersonPage, stage: Stage, qtbot) -> None:
    page.bar.panels["split"].click()
    panel = page.panels.split
    assert page.head.order.value() == FaceOrder.LEAST_ALIKE
    assert not panel.button.isEnabled()
    page.grid.select_rows([0, 1])
    leaving = {shown(page)[0], shown(page)[1]}
    assert panel.button.text() == "Split off 2 faces" and not page.faces_bar.isVisible()
    QTest.keyClicks(panel.field, "Eve")
    QTest.keyClick(panel.field, KEY.Key_Return)
    qtbot.waitUntil(lambda: page.model.rowCount() == 3)
    assert {stage.owner(pk) for pk in leaving} == {"Eve"}
    page.grid.select_rows([0, 1, 2])
    assert not panel.button.isEnabled()


def test_cover_panel(page: PersonPage, stage: Stage, qtbot) -> None:
    page.bar.panels["cover"].click()
    panel = page.panels.cover
    ada = stage.user("Ada")
    cover = stage.users.by_pk(ada).cover_face_pk
    row = next(row for row in range(5) if panel.model.id_at(row) != cover)
    wanted = panel.model.id_at(row)
    QTest.mouseClick(panel.grid.viewport(), LEFT, pos=panel.grid.cell_rect(row).center())
    qtbot.waitUntil(lambda: stage.users.by_pk(ada).cover_face_pk == wanted)


def test_hide_and_back(page: PersonPage, window: Window, stage: Stage, qtbot) -> None:
    page.bar.hide_button.click()
    qtbot.waitUntil(lambda: page.bar.hide_button.text() == "Show again")
    assert page.head.identity.status.text() == "Hidden"
    page.grid.setFocus()
    page.grid.select_none()
    QTest.keyClick(page.grid, KEY.Key_Escape)
    assert window.visits[-1] == ("people", {"user_pk": stage.user("Ada")})


def test_a_deleted_person_leads_back(page: PersonPage, window: Window, stage: Stage, qtbot) -> None:
    stage.users.delete_pks([stage.user("Ada")])
    qtbot.waitUntil(lambda: window.visits[-1:] == [("people", {})])


def test_someone_without_a_face(page: PersonPage, stage: Stage, qtbot) -> None:
    page.activate(user_pk=stage.user("Cy"))
    qtbot.waitUntil(lambda: page.head.identity.name.text() == "Cy")
    assert page.head.identity.status.text() == "No face yet"
    assert page.head.identity.taken.text() == "No date"
    assert page.model.rowCount() == 0 and not page.head.timeline.isVisible()
    qtbot.waitUntil(lambda: not page.head.suggestions.isVisible())


def test_the_head_scrolls_with_the_faces(page: PersonPage, qtbot) -> None:
    page.resize(904, 500)
    qtbot.wait(50)
    bar = page.grid.verticalScrollBar()
    assert bar.maximum() > 0
    before = page.head.mapTo(page, QPoint(0, 0)).y()
    bar.setValue(80)
    assert page.head.mapTo(page, QPoint(0, 0)).y() == before - 80
    assert page.grid.cell_rect(0).top() + page.grid.verticalOffset() >= page.head.height()
    page.grid.set_current_row(page.model.rowCount() - 1)
    page.head.identity.pencil.setFocus()
    page.head.identity.pencil.parentWidget().focusNextPrevChild(True)
    assert bar.value() < 80


def test_every_control_has_a_name(page: PersonPage) -> None:
    for key in ("merge", "split", "cover"):
        page.panels.open(key)
    controls = [*page.findChildren(QAbstractButton), *page.findChildren(QLineEdit)]
    for control in [*controls, page.grid, page.head.suggestions.list, page.head.timeline]:
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface.text(QAccessible.Text.Name), (control, control.parent())
