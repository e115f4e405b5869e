from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit

from app.ui.shell import JobState, JobView, MainWindow, SidebarCollection
from app.ui.shell.navigation import COUNT
from app.ui.shell.views import duration_words, rate_words

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton


def rows(tree) -> list[tuple[str, int]]:
    model = tree.model()
    found = []
    for row in range(model.rowCount()):
        group = model.index(row, 0)
        found.append((group.data(), group.data(COUNT)))
        if tree.isExpanded(group):
            for child in range(model.rowCount(group)):
                page = model.index(child, 0, group)
                found.append((page.data(), page.data(COUNT)))
    return found


def test_the_collection_in_force_is_open_with_its_counts(window: MainWindow) -> None:
    assert rows(window.sidebar.tree) == [
        ("Archive", 2107),
        ("Photos", 1284),
        ("Faces", 2107),
        ("People", 196),
        ("Solvay Institute", 58),
    ]
    assert window.sidebar.tree.height() == 5 * 32


def test_news_of_counts_keep_what_is_open(window: MainWindow) -> None:
    tree = window.sidebar.tree
    tree.expand(tree.model().index(1, 0))
    window.set_collections(
        [
            SidebarCollection(1, "archive", "Archive", 1285, 2110, 197),
            SidebarCollection(2, "solvay", "Solvay", 20, 58, 29),
            SidebarCollection(3, "new", "New", 0, 0, 0),
        ]
    )
    assert ("Photos", 1285) in rows(tree)
    assert [name for name, _ in rows(tree)].count("People") == 2
    window.set_collections([])
    assert rows(tree) == []


def test_a_click_asks_for_the_page_of_that_collection(window: MainWindow, qtbot) -> None:
    tree = window.sidebar.tree
    faces = tree.model().index(1, 0, tree.model().index(0, 0))
    with qtbot.waitSignal(window.page_asked) as asked:
        qtbot.mouseClick(tree.viewport(), LEFT, pos=tree.visualRect(faces).center())
    assert asked.args == ["faces", 1]
    with qtbot.waitSignal(window.page_asked) as asked:
        qtbot.mouseClick(tree.viewport(), LEFT, pos=tree.visualRect(tree.model().index(1, 0)).center())
    assert asked.args == ["photos", 2], "another collection opens on its photos"


def test_the_tree_by_keyboard(window: MainWindow, qtbot) -> None:
    tree = window.sidebar.tree
    tree.setCurrentIndex(tree.model().index(0, 0))
    qtbot.keyClick(tree, KEY.Key_Down)
    qtbot.keyClick(tree, KEY.Key_Down)
    with qtbot.waitSignal(window.page_asked) as asked:
        qtbot.keyClick(tree, KEY.Key_Return)
    assert asked.args == ["faces", 1]
    tree.setCurrentIndex(tree.model().index(1, 0))
    qtbot.keyClick(tree, KEY.Key_Right)
    assert tree.isExpanded(tree.model().index(1, 0))
    qtbot.keyClick(tree, KEY.Key_Left)
    assert not tree.isExpanded(tree.model().index(1, 0))
    with qtbot.waitSignal(window.delete_asked) as deleted:
        qtbot.keyClick(tree, KEY.Key_Delete)
    assert deleted.args == [2]
    with qtbot.waitSignal(window.commands.add_photos.triggered):
        qtbot.keyClick(tree, KEY.Key_O, Qt.KeyboardModifier.ControlModifier)


def test_renaming_asks_and_shows_the_old_name_until_it_is_told(window: MainWindow, qtbot) -> None:
    tree = window.sidebar.tree
    tree.setCurrentIndex(tree.model().index(1, 0))
    qtbot.keyClick(tree, KEY.Key_F2)
    editor = tree.findChild(QLineEdit)
    assert editor.text() == "Solvay Institute"
    editor.setText("  Solvay 1927 ")
    with qtbot.waitSignal(window.rename_asked) as asked:
        qtbot.keyClick(editor, KEY.Key_Return)
    assert asked.args == [2, "Solvay 1927"]
    assert tree.model().index(1, 0).data() == "Solvay Institute"


def test_screen_readers_hear_names_with_counts(window: MainWindow) -> None:
    interface = QAccessible.queryAccessibleInterface(window.sidebar.tree)
    names = [interface.child(n).text(QAccessible.Text.Name) for n in range(interface.childCount())]
    assert "Archive, 2,107 faces" in names
    assert "Photos, 1,284" in names


def test_the_rail_offers_the_same_pages(window: MainWindow, qtbot) -> None:
    window.toggle_sidebar()
    asked = []
    window.page_asked.connect(lambda key, pk: asked.append((key, pk)))
    for key in ("faces", "compare"):
        qtbot.mouseClick(window.rail._pages[key], LEFT)
    assert asked == [("faces", 1), ("compare", None)]
    assert window.rail._pages["photos"].isChecked(), "the page in sight stays marked until another is shown"
    assert not window.rail._pages["compare"].isChecked()
    assert "Ctrl+5" in window.rail._pages["compare"].toolTip()


def test_every_control_of_the_sidebar_has_a_name_and_a_tooltip(window: MainWindow) -> None:
    from PySide6.QtWidgets import QAbstractButton

    for side in (window.sidebar, window.rail):
        for button in side.findChildren(QAbstractButton):
            assert button.accessibleName() or button.text() or button.isHidden(), button
            assert button.toolTip() or button.text() or button.isHidden(), button


# -- jobs ----------------------------------------------------------------------------------------------------


def test_one_job_with_its_facts_and_cancel(window: MainWindow, qtbot) -> None:
    foot = window.sidebar.jobs
    assert foot._none.isVisible()
    window.set_jobs([JobView("a", "Indexing 200 photos", 128, 200, 14.2, 5.1)])
    assert foot._row.facts.text() == "128 of 200 · 14 a second · 5 s left"
    assert foot._row.bar.value() / foot._row.bar.maximum() == pytest.approx(0.64)
    assert not foot._more.isVisible()
    with qtbot.waitSignal(window.cancel_asked) as asked:
        qtbot.mouseClick(foot._row.cancel, LEFT)
    assert asked.args == ["a"]


def test_several_jobs_in_a_list_that_pops_up(window: MainWindow, qtbot) -> None:
    foot = window.sidebar.jobs
    jobs = [
        JobView("a", "Indexing 200 photos", 1, 200),
        JobView("b", "Indexing Summer", 12, 400, state=JobState.INTERRUPTED),
        JobView("c", "Finding clusters", state=JobState.WAITING),
    ]
    window.set_jobs(jobs)
    assert foot._more.text() == "2 more"
    qtbot.mouseClick(foot._more, LEFT)
    popup = foot._popup
    assert popup.isVisible()
    assert list(popup._rows) == ["a", "b", "c"]
    with qtbot.waitSignal(window.resume_asked) as asked:
        qtbot.mouseClick(popup._rows["b"].resume, LEFT)
    assert asked.args == ["b"]
    window.set_jobs(jobs[:2])
    assert list(popup._rows) == ["a", "b"]
    window.set_jobs([])
    assert not popup.isVisible()


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (JobView("a", "t", 3, 0), "3"),
        (JobView("a", "t", 3, 10, 0.2), "3 of 10 · 12 a minute"),
        (JobView("a", "t", 1200, 5000, 2.54, 1496), "1,200 of 5,000 · 2.5 a second · 25 min left"),
        (JobView("a", "t", 3, 10, state=JobState.INTERRUPTED), "3 of 10 done, stopped"),
        (JobView("a", "t", state=JobState.FAILED, note="The disk is full."), "The disk is full."),
    ],
)
def test_facts_in_words(job: JobView, words: str) -> None:
    assert job.facts() == words


def test_numbers_in_words() -> None:
    assert [rate_words(r) for r in (14.2, 1.0, 2.5, 0.5)] == [
        "14 a second",
        "1 a second",
        "2.5 a second",
        "30 a minute",
    ]
    assert [duration_words(s) for s in (0.2, 89, 91, 5399, 7200)] == ["1 s", "89 s", "2 min", "90 min", "2 h"]
