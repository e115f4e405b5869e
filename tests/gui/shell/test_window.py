from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from app.ui.shell import EmptyLibrary, MainWindow, PageSpec
from app.ui.theme import Size
from app.ui.widgets import ToastMessage

KEY, MOD = Qt.Key, Qt.KeyboardModifier
CTRL, SHIFT, NONE = MOD.ControlModifier, MOD.ShiftModifier, MOD.NoModifier


# -- pages -----------------------------------------------------------------------------------------------


def test_pages_are_built_when_they_are_shown_and_once(window: MainWindow, built) -> None:
    assert built == ["photos"]
    faces = window.show_page("faces", face_pk=7)
    window.show_page("photos")
    assert window.show_page("faces") is faces
    assert built == ["photos", "faces"]
    assert faces.calls == [
        ("activate", {"face_pk": 7}),
        ("deactivate", {}),
        ("activate", {}),
    ]
    assert window.current_key == "faces"


def test_an_unknown_page_is_an_error(window: MainWindow) -> None:
    with pytest.raises(KeyError):
        window.show_page("review")


def test_the_title_names_page_and_collection(window: MainWindow) -> None:
    assert window.windowTitle() == "Photos – Archive – Likeness"
    window.show_page("compare")
    assert window.windowTitle() == "Compare – Likeness"


@pytest.mark.parametrize(
    ("key", "page"),
    [
        (KEY.Key_1, "photos"),
        (KEY.Key_2, "faces"),
        (KEY.Key_3, "people"),
        (KEY.Key_5, "compare"),
        (KEY.Key_6, "search"),
        (KEY.Key_7, "analyse"),
        (KEY.Key_9, "history"),
        (KEY.Key_Comma, "settings"),
    ],
)
def test_keys_ask_for_pages(window: MainWindow, qtbot, key, page) -> None:
    with qtbot.waitSignal(window.page_asked) as asked:
        qtbot.keyClick(window.current_page.field, key, CTRL)
    assert asked.args == [page, None]
    assert window.current_key == "photos", "asking changes nothing by itself"


def test_collection_pages_are_off_without_a_collection(window: MainWindow, qtbot) -> None:
    window.set_collections([])
    with qtbot.assertNotEmitted(window.page_asked, wait=20):
        qtbot.keyClick(window, KEY.Key_1, CTRL)


@pytest.mark.parametrize(
    ("key", "held", "name"),
    [
        (KEY.Key_O, CTRL, "add_photos"),
        (KEY.Key_O, CTRL | SHIFT, "add_folder"),
        (KEY.Key_L, CTRL, "add_url"),
        (KEY.Key_Z, CTRL, "undo"),
        (KEY.Key_Z, CTRL | SHIFT, "redo"),
    ],
)
def test_the_keyboard_map_reaches_the_actions(window: MainWindow, qtbot, key, held, name) -> None:
    with qtbot.waitSignal(window.commands.all()[name].triggered):
        qtbot.keyClick(window.current_page.button, key, held)


def test_a_field_keeps_its_own_undo_and_paste(window: MainWindow, qtbot) -> None:
    field = window.current_page.field
    QGuiApplication.clipboard().setText("Marie")
    with qtbot.assertNotEmitted(window.commands.undo.triggered, wait=20):
        qtbot.keyClick(field, KEY.Key_V, CTRL)
        assert field.text() == "Marie"
        qtbot.keyClick(field, KEY.Key_Z, CTRL)
    assert field.text() == ""


def test_new_is_the_pages_first_then_a_collection(window: MainWindow, qtbot) -> None:
    with qtbot.waitSignal(window.new_collection_asked):
        qtbot.keyClick(window.current_page.button, KEY.Key_N, CTRL)
    window.current_page.takes_new = True
    with qtbot.assertNotEmitted(window.new_collection_asked, wait=20):
        qtbot.keyClick(window.current_page.button, KEY.Key_N, CTRL)


def test_paste_is_the_pages_first_then_the_windows(window: MainWindow, qtbot) -> None:
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    QGuiApplication.clipboard().setImage(image)
    page = window.current_page
    with qtbot.waitSignal(window.pasted) as pasted:
        qtbot.keyClick(page.button, KEY.Key_V, CTRL)
    assert pasted.args[0].image.size() == image.size()
    page.takes_paste = True
    with qtbot.assertNotEmitted(window.pasted, wait=20):
        qtbot.keyClick(page.button, KEY.Key_V, CTRL)


# -- drops: real events ------------------------------------------------------------------------------------


def files(*names: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(name) for name in names])
    return mime


def drag_over(widget, mime: QMimeData, point: QPoint) -> bool:
    """Enter and move as the window system would; True when it would be taken."""
    enter = QDragEnterEvent(QPointF(point), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, NONE)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(QPointF(point), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, NONE)
    QApplication.sendEvent(widget, move)
    return move.isAccepted()


def drop(widget, mime: QMimeData, point: QPoint) -> QDropEvent:
    event = QDropEvent(
        QPointF(point), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, NONE, QEvent.Type.Drop
    )
    QApplication.sendEvent(widget, event)
    return event


def test_files_dropped_anywhere_on_the_window(window: MainWindow, qtbot) -> None:
    mime = files("/photos/a.jpg", "/photos/summer")
    assert drag_over(window, mime, QPoint(700, 400))
    assert window._veil.isVisible()
    with qtbot.waitSignal(window.files_dropped) as dropped:
        assert drop(window, mime, QPoint(700, 400)).isAccepted()
    content, pk = dropped.args
    assert [str(path) for path in content.paths] == ["/photos/a.jpg", "/photos/summer"]
    assert pk is None
    assert not window._veil.isVisible()


def test_a_picture_from_a_browser_brings_image_and_address(window: MainWindow, qtbot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.jpg")])
    mime.setImageData(QImage(8, 6, QImage.Format.Format_RGB32))
    assert drag_over(window, mime, QPoint(700, 400))
    with qtbot.waitSignal(window.files_dropped) as dropped:
        drop(window, mime, QPoint(700, 400))
    content = dropped.args[0]
    assert content.urls == ("https://example.org/a.jpg",)
    assert content.image.width() == 8
    assert content.paths == ()


def test_words_are_not_taken(window: MainWindow, qtbot) -> None:
    mime = QMimeData()
    mime.setText("hello")
    mime.setData("application/x-thing", QByteArray(b"1"))
    assert not drag_over(window, mime, QPoint(700, 400))
    with qtbot.assertNotEmitted(window.files_dropped, wait=20):
        drop(window, mime, QPoint(700, 400))


def test_leaving_takes_the_veil_away(window: MainWindow) -> None:
    drag_over(window, files("/a.jpg"), QPoint(700, 400))
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window._veil.isVisible()


def test_files_dropped_on_a_collection(window: MainWindow, qtbot) -> None:
    tree = window.sidebar.tree
    point = tree.visualRect(tree.model().index(1, 0)).center()
    assert drag_over(tree.viewport(), files("/a.jpg"), point)
    with qtbot.waitSignal(window.files_dropped) as dropped:
        drop(tree.viewport(), files("/a.jpg"), point)
    assert dropped.args[1] == 2


def test_files_dropped_on_a_page_of_a_collection_go_to_it(window: MainWindow, qtbot) -> None:
    tree = window.sidebar.tree
    child = tree.model().index(2, 0, tree.model().index(0, 0))
    assert drag_over(tree.viewport(), files("/a.jpg"), tree.visualRect(child).center())
    with qtbot.waitSignal(window.files_dropped) as dropped:
        drop(tree.viewport(), files("/a.jpg"), tree.visualRect(child).center())
    assert dropped.args[1] == 1


def test_the_empty_page_shows_the_drag_itself(window: MainWindow, theme, qtbot) -> None:
    window.register(PageSpec("empty", "", "", lambda: EmptyLibrary(theme)))
    page = window.show_page("empty")
    drag_over(window, files("/a.jpg"), QPoint(700, 400))
    assert page._zone.active
    assert not window._veil.isVisible()
    drop(window, files("/a.jpg"), QPoint(700, 400))
    assert not page._zone.active


# -- the sidebar and the rail --------------------------------------------------------------------------------


def test_under_1100_the_sidebar_is_a_rail(window: MainWindow, qtbot) -> None:
    assert not window.railed
    window.resize(Size.RAIL_BELOW - 1, 700)
    assert window.railed
    assert window._side.width() == Size.RAIL
    window.resize(Size.RAIL_BELOW, 700)
    assert not window.railed


def test_control_b_toggles_until_the_width_decides(window: MainWindow, qtbot) -> None:
    qtbot.keyClick(window, KEY.Key_B, CTRL)
    assert window.railed
    window.resize(1300, 800)
    assert window.railed, "a choice holds while the width says nothing new"
    qtbot.keyClick(window, KEY.Key_B, CTRL)
    assert not window.railed
    assert window._side.width() == Size.SIDEBAR


def test_the_sidebar_is_dragged_between_200_and_320(window: MainWindow, qtbot) -> None:
    handle = window._splitter.handle(1)
    grip = handle.rect().center()
    for to, width in ((60, 300), (400, Size.SIDEBAR_MAX), (-400, Size.SIDEBAR_MIN)):
        QTest.mousePress(handle, Qt.MouseButton.LeftButton, NONE, grip)
        QTest.mouseMove(handle, grip + QPoint(to, 0))
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, NONE, grip)
        assert abs(window._side.width() - width) <= 3, "the grip is a few pixels wide"
    assert handle.width() >= 3, "thin, but wide enough to catch"


def test_the_panel_slides_when_motion_is_wanted(window: MainWindow, theme, qtbot) -> None:
    theme.set_reduce_motion(False)
    window.toggle_sidebar()
    qtbot.waitUntil(lambda: window._side.width() == Size.RAIL)
    window.toggle_sidebar()
    qtbot.waitUntil(lambda: window._side.width() == Size.SIDEBAR)
    qtbot.waitUntil(lambda: window._side.maximumWidth() == Size.SIDEBAR_MAX)


def test_at_the_smallest_size_everything_is_there(make_window) -> None:
    window = make_window(*Size.WINDOW_MIN)
    assert (window.width(), window.height()) == Size.WINDOW_MIN
    assert window.railed
    rail = window.rail
    for button in rail.findChildren(type(rail.menu_button)):
        assert rail.rect().contains(button.geometry())


def test_geometry_and_sidebar_are_remembered(make_window, settings, qtbot) -> None:
    first = make_window(1234, 777)
    first._splitter.setSizes([300, 934])
    assert first._side.width() == 300
    first.close()
    second = MainWindow(first.theme, settings)
    qtbot.addWidget(second)
    second.show()
    reference = QMainWindow()
    qtbot.addWidget(reference)
    reference.setMinimumSize(*Size.WINDOW_MIN)
    assert reference.restoreGeometry(settings.value("window/geometry"))
    assert second.size() == reference.size(), "as far as this screen is wide enough"
    second.resize(1280, 800)
    assert second._side.width() == 300


# -- menu, keys, regions ---------------------------------------------------------------------------------


def test_f10_opens_the_menu_with_every_action(window: MainWindow, qtbot) -> None:
    qtbot.keyClick(window, KEY.Key_F10)
    assert window._menu.isVisible()
    listed = {
        action.objectName() for menu in window._menu.actions() for action in menu.menu().actions() if action
    }
    assert {"add_photos", "undo", "go_to", "keys", "settings", "quit"} <= listed
    window._menu.close()


@pytest.mark.parametrize(("key", "text"), [(KEY.Key_F1, ""), (KEY.Key_Question, "?")])
def test_f1_and_the_question_mark_list_the_keys(window: MainWindow, qtbot, key, text) -> None:
    qtbot.keyClick(window, key, SHIFT if text else NONE)
    assert window._keys.isVisible()
    assert [group.title for group in window._keys.groups()] == ["Photos", "Everywhere"]
    assert "Select or deselect" in window._keys.accessibleDescription()
    qtbot.keyClick(window._keys, KEY.Key_Escape)
    assert not window._keys.isVisible()


def test_a_question_mark_in_a_field_is_a_character(window: MainWindow, qtbot) -> None:
    qtbot.keyClicks(window.current_page.field, "who?")
    assert window.current_page.field.text() == "who?"
    assert not window._keys.isVisible()


def test_f6_goes_round_the_regions_and_back_to_the_place(window: MainWindow, qtbot) -> None:
    window.activateWindow()
    window.current_page.button.setFocus()
    if QApplication.focusWidget() is None:
        pytest.skip("this platform gives the keyboard to no window")
    order = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), KEY.Key_F6)
        order.append(QApplication.focusWidget())
    assert order == [window.sidebar.tree, window.sidebar.tools, window.current_page.button]
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_F6, SHIFT)
    assert QApplication.focusWidget() is window.sidebar.tools


# -- toast -------------------------------------------------------------------------------------------------


def test_a_toast_says_what_was_done_and_offers_undo(window: MainWindow, qtbot) -> None:
    undone = []
    toast = window.toast(
        ToastMessage("3 photos removed", "trash", "Undo", lambda: undone.append(1), "Ctrl+Z")
    )
    assert toast.isVisible()
    assert toast.y() + toast.height() == window.stack.height() - 12
    assert abs(toast.geometry().center().x() - window.stack.width() // 2) <= 1
    qtbot.mouseClick(toast.action, Qt.MouseButton.LeftButton)
    assert undone == [1]
    assert window.toasts.current() is None


def test_a_newer_toast_takes_the_place(window: MainWindow) -> None:
    window.toast(ToastMessage("one"))
    second = window.toast(ToastMessage("two"))
    assert window.toasts.current() is second
    window.resize(1200, 700)
    assert second.y() + second.height() == window.stack.height() - 12
    window.toasts.set_foot(56)
    assert second.y() + second.height() == window.stack.height() - 68
    window.toasts.dismiss()


def test_a_toast_stays_above_the_page_that_comes(window: MainWindow) -> None:
    window.show_page("photos")
    toast = window.toast(ToastMessage("Done"))
    window.show_page("faces")
    assert window.stack.childAt(toast.geometry().center()) in (toast, *toast.findChildren(QWidget))
