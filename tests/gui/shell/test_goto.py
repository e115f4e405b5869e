from __future__ import annotations

from PySide6.QtCore import Qt

from app.ui.shell import Hit, MainWindow

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


class People:
    """A provider that answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []

    def ask(self, text, answer) -> None:
        self.asked.append((text, answer))


def titles(window: MainWindow) -> list[str]:
    return [hit.title for hit in window.go_to.hits()]


def test_control_k_lists_pages_first_and_enter_goes(window: MainWindow, qtbot) -> None:
    qtbot.keyClick(window.current_page.button, KEY.Key_K, CTRL)
    assert window.go_to.isVisible()
    assert titles(window)[:3] == ["Photos", "Faces", "People"]
    qtbot.keyClicks(window.go_to.field, "hist")
    qtbot.wait(10)
    assert titles(window) == ["History"]
    with qtbot.waitSignal(window.page_asked) as asked:
        qtbot.keyClick(window.go_to.field, KEY.Key_Return)
    assert asked.args == ["history", None]
    assert not window.go_to.isVisible()


def test_arrows_choose_and_escape_closes(window: MainWindow, qtbot) -> None:
    window.go_to.open()
    qtbot.wait(10)
    for key, row in ((KEY.Key_Down, 1), (KEY.Key_Down, 2), (KEY.Key_Up, 1), (KEY.Key_PageDown, 11)):
        qtbot.keyClick(window.go_to.field, key)
        assert window.go_to.list.currentIndex().row() == row
    qtbot.keyClick(window.go_to.field, KEY.Key_Escape)
    assert not window.go_to.isVisible()


def test_late_answers_join_and_stale_ones_are_dropped(window: MainWindow, qtbot) -> None:
    people, went = People(), []
    window.add_hits(people)
    window.go_to.open()
    window.go_to.field.setText("mar")
    stale = people.asked[-1][1]
    window.go_to.field.setText("marie")
    stale([Hit("Mark Kelly", "user", lambda: went.append("mark"))])
    qtbot.wait(10)
    assert titles(window) == []
    people.asked[-1][1]([Hit("Marie Curie", "user", lambda: went.append("marie"), detail="19 faces")])
    qtbot.wait(10)
    assert titles(window) == ["Marie Curie"]
    qtbot.keyClick(window.go_to.field, KEY.Key_Return)
    assert went == ["marie"]


def test_nothing_found_says_so(window: MainWindow, qtbot) -> None:
    window.go_to.open()
    window.go_to.field.setText("zzzz")
    qtbot.wait(10)
    assert window.go_to._nothing.isVisible()
    qtbot.keyClick(window.go_to.field, KEY.Key_Return)
    assert window.go_to.isVisible()
