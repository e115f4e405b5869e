"""The window itself: its keys, what it remembers, other libraries, other programs, the theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.settings.settings import Settings, SettingsStore
from app.ui.controller.remembered import Remembered
from app.ui.program import LibraryWindow
from app.ui.run import Program
from app.ui.shell import MainWindow
from app.ui.theme import ThemeMode
from tests.fakes import FakeEngine, fake_describers
from tests.gui.program.stage import CTRL, KEY, NONE, SHIFT, Stage, drop, endpoint_in, face, picture, urls

# -- keys ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "page"),
    [
        (KEY.Key_1, "photos"),
        (KEY.Key_2, "faces"),
        (KEY.Key_3, "people"),
        (KEY.Key_5, "compare"),
        (KEY.Key_6, "search"),
        (KEY.Key_9, "history"),
        (KEY.Key_Comma, "settings"),
    ],
)
def test_every_page_by_its_key_and_all_keys_by_f1(stage, key, page) -> None:
    stage.key(stage.window.focusWidget() or stage.window, key, CTRL)
    stage.rest(lambda: stage.window.current_key == page)
    assert stage.window.focusWidget() is not None
    stage.key(stage.window, KEY.Key_F1)
    keys = stage.window._keys
    assert keys.isVisible()
    titles = [group.title for group in keys.groups()]
    assert titles[-1] == "Everywhere"
    assert page == "settings" or len(titles) > 1
    stage.key(keys, KEY.Key_Escape)
    assert not keys.isVisible()


def test_f6_goes_round_and_shift_f6_back(stage) -> None:
    stage.page("photos")
    window, seen = stage.window, []
    for _ in range(3):
        stage.key(window, KEY.Key_F6)
        seen.append(window.focusWidget())
    page = window.page("photos")
    assert window.sidebar.tree in seen and window.sidebar.tools in seen
    assert any(page.isAncestorOf(widget) for widget in seen)
    stage.key(window, KEY.Key_F6, SHIFT)
    assert window.focusWidget() is seen[1]


def test_go_to_a_person_a_photo_a_page_and_an_action(stage) -> None:
    faces = stage.bench.faces.listing(stage.pk).ids.tolist()
    stage.bench.users.name_faces(stage.pk, faces[:2], "Ada Lovelace")
    stage.rest()

    def go(text: str, title: str) -> None:
        stage.key(stage.window, KEY.Key_K, CTRL)
        QTest.keyClicks(stage.window.go_to.field, text)
        stage.rest(lambda: any(hit.title == title for hit in stage.window.go_to.hits()))
        assert stage.window.go_to.hits()[0].title == title
        stage.key(stage.window.go_to.field, KEY.Key_Return)
        assert not stage.window.go_to.isVisible()

    go("lovel", "Ada Lovelace")
    stage.rest(lambda: stage.window.current_key == "person")
    go("both", "both.png")
    stage.rest(lambda: stage.window.current_key == "photo")
    assert stage.window.page("photo").header.name.text() == "both.png"
    go("hist", "History")
    stage.rest(lambda: stage.window.current_key == "history")
    go("undo", "Undo")
    stage.rest(lambda: stage.names() == {})


def test_undo_in_a_field_is_the_fields_own(stage) -> None:
    page = stage.page("photos")
    page._find.setFocus()
    QTest.keyClicks(page._find, "ada")
    stage.key(page._find, KEY.Key_Z, CTRL)
    stage.rest()
    assert page._find.text() == ""
    assert len(stage.bench.photos.listing(stage.pk).ids) == 7


def test_rename_and_delete_a_collection_then_undo(stage) -> None:
    tree = stage.window.sidebar.tree
    tree.setFocus()
    tree.setCurrentIndex(tree.model().index(0, 0))
    stage.key(tree, KEY.Key_F2)
    editor = stage.window.focusWidget()
    QTest.keyClicks(editor, "Old photos")
    stage.key(editor, KEY.Key_Return)
    stage.rest(lambda: stage.window.windowTitle() == "Photos – Old photos – Likeness")
    tree.setFocus()
    stage.key(tree, KEY.Key_Delete)
    stage.rest(lambda: stage.window.current_key == "empty")
    assert stage.said == "Collection Old photos deleted"
    stage.take_offer()
    stage.rest(lambda: stage.window.current_key == "photos" and len(stage.photo_names()) == 7)
    assert stage.offered == "Redo"
    stage.take_offer()
    stage.rest(lambda: stage.window.current_key == "empty")
    assert stage.offered == "Undo"


# -- what is remembered ------------------------------------------------------------------------------------


def test_size_page_collection_and_sidebar_come_back(stage, qtbot) -> None:
    stage.bench.collections.create_named("Other")
    stage.rest()
    other = stage.bench.collections.list()[1].id
    stage.window.page_asked.emit("faces", other)
    stage.rest()
    stage.window.resize(1180, 700)
    stage.key(stage.window, KEY.Key_B, CTRL)
    assert stage.window.railed
    stage.close()
    stage.open(qtbot, size=None)
    window = stage.window
    # The screen of the tests is 800 wide: Qt narrows the window to the least it may be.
    assert window.height() == 700 and window.width() < 1280
    assert window.railed
    assert window.current_key == "faces"
    assert stage.shown.host.collection_name == "Other"
    stage.key(window, KEY.Key_B, CTRL)
    stage.page("history")
    stage.close()
    stage.open(qtbot, size=None)
    assert stage.window.current_key == "history" and not stage.window.railed


def test_a_photo_is_remembered_as_its_page(stage, qtbot) -> None:
    page = stage.page("photos")
    page.open(page.model.id_at(0))
    stage.rest(lambda: stage.window.current_key == "photo")
    stage.close()
    stage.open(qtbot)
    assert stage.window.current_key == "photos"


def test_what_is_remembered_is_gone(stage, qtbot) -> None:
    pk = stage.pk
    stage.page("faces")
    stage.close()
    bench = open_workbench(
        stage.folder / "library", Origin.COMMAND_LINE, Settings(), FakeEngine(), fake_describers()
    )
    bench.collections.delete(pk)
    bench.close()
    stage.open(qtbot)
    assert stage.window.current_key == "empty"


@pytest.mark.parametrize(("page", "pk"), [("no such page", "x"), ("photo", "-1"), ("", "")])
def test_rubbish_is_not_remembered(tmp_path: Path, page, pk) -> None:
    state = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    remembered = Remembered(state, tmp_path)
    state.setValue(remembered._page, page)
    state.setValue(remembered._collection, pk)
    assert remembered.read() == ("photos", None)
    assert Remembered(None, tmp_path).read() == ("photos", None)


# -- another program on the same library -----------------------------------------------------------------


def test_what_another_program_does_is_seen(stage) -> None:
    page = stage.page("photos")
    other = open_workbench(
        stage.folder / "library", Origin.COMMAND_LINE, Settings(workers=1), FakeEngine(), fake_describers()
    )
    try:
        stage.shown.controller._watch.setInterval(20)
        new = picture(stage.folder, "outside.png", face(6), background=70)
        other.ingest.run_to_end(other.ingest.index_paths(stage.pk, [new]).id)
        stage.rest(lambda: page.model.rowCount() == 8)
        row = page.model.row_of(stage.photo("outside.png"))
        face_pk = other.photos.detail(stage.pk, stage.photo("outside.png")).faces[0].face.id
        other.users.name_faces(stage.pk, [face_pk], "Grace")
        stage.rest(lambda: (cell := page.model.cell(row)) is not None and "Grace" in cell.caption)
        other.collections.rename(stage.pk, "Renamed")
        stage.rest(lambda: stage.window.sidebar.tree.model().index(0, 0).data() == "Renamed")
        # Each undoes what the other did.
        stage.key(page.grid, KEY.Key_Z, CTRL)
        stage.rest(lambda: other.collections.list()[0].display_name == "Archive")
    finally:
        other.close()


def test_two_windows_over_one_library(stage, theme, qtbot) -> None:
    second = Stage(stage.folder, theme)
    second.open(qtbot)
    try:
        page = second.page("faces")
        faces = stage.bench.faces.listing(stage.pk).ids.tolist()
        stage.bench.users.name_faces(stage.pk, faces[:1], "Ada")
        second.shown.controller._watch.setInterval(20)
        second.rest(lambda: any(section.title == "Ada" for section in page.model.sections()))
        assert second.bench.ingest.interrupted() == []
    finally:
        second.close()


# -- the theme -------------------------------------------------------------------------------------------


def test_the_theme_switches_while_the_window_is_open(stage, theme) -> None:
    for key in ("photos", "faces", "people", "compare", "search", "history", "settings"):
        stage.page(key)
        shown = []
        for mode in (ThemeMode.DARK, ThemeMode.LIGHT):
            theme.set_mode(mode)
            QApplication.processEvents()
            picture_ = stage.window.page(key).grab().toImage()
            # The corner of the header is bare ground on every page.
            shown.append(picture_.pixelColor(QPoint(6, 6)).name())
            grounds = {theme.color("window").name(), theme.color("surface").name()}
            assert shown[-1] in grounds, (key, mode)
        assert shown[0] != shown[1]
    stage.rest()


# -- other libraries -------------------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path, theme, furnished: Path, qtbot):
    """The program as it runs, without the loop that waits for its end."""
    import shutil

    shutil.copytree(furnished / "library", tmp_path / "first")
    made = Program(
        tmp_path / "first",
        SettingsStore(tmp_path / "settings.json"),
        tmp_path / "window.ini",
        lambda folder: open_workbench(
            folder, Origin.WINDOW, Settings(workers=2), FakeEngine(), fake_describers()
        ),
        lambda bench: bench.collections.create_named("Demo").id,
        endpoint_in(tmp_path),
    )
    made._theme = theme
    made._open(made._folder)
    settle(qtbot, made)
    yield made
    made._ring.close()
    made._window.window.close()
    made._window.window.deleteLater()
    made._window.deleteLater()


def settle(qtbot, program: Program) -> LibraryWindow:
    window = program._window
    qtbot.waitUntil(lambda: window.window.current_key != "" and window.tasks.idle, timeout=10_000)
    return window


def choose(program: Program, monkeypatch, folder: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    program._window.window.commands.open_library.trigger()


def test_the_button_that_has_the_keyboard_has_a_ring(program) -> None:
    """Of the program as it runs: without it nobody could tell where the keyboard is."""
    window = program._window.window
    window.activateWindow()
    ringed = set()
    for _ in range(30):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
        if program._ring._ring is not None and program._ring._ring.isVisible():
            ringed.add(program._ring._target)
    assert len(ringed) >= 5


def test_another_library_and_back(program, tmp_path, monkeypatch, qtbot) -> None:
    first = program._window
    assert first.host.collection_name == "Archive"
    choose(program, monkeypatch, tmp_path / "second")
    second = settle(qtbot, program)
    assert second is not first and second.window.current_key == "empty"
    qtbot.waitUntil(
        lambda: len([w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]) == 1
    )
    new = picture(tmp_path, "new.png", face(1), background=70)
    assert drop(second.window, urls(new), QPoint(600, 400))
    qtbot.waitUntil(lambda: second.host.collection_name == "My photos" and second.tasks.idle, timeout=10_000)
    choose(program, monkeypatch, tmp_path / "first")
    back = settle(qtbot, program)
    assert back.host.collection_name == "Archive"
    assert len(back.window.page("photos").model.ids()) == 7
    recent = SettingsStore(tmp_path / "settings.json").current.recent_libraries
    assert [Path(name).name for name in recent] == ["first", "second"]


def test_a_library_that_cannot_be_opened_leaves_the_old_one(program, tmp_path, monkeypatch, qtbot) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "library.db").write_bytes(b"rubbish" * 1000)
    before = program._window
    choose(program, monkeypatch, tmp_path / "bad")
    assert program._window is before
    toast = before.window.toasts.current()
    assert toast.message.danger and "library" in toast.message.text
    choose(program, monkeypatch, tmp_path / "first")
    assert program._window is before
    assert before.window.toasts.current().message.text == "This library is open already."
    recent = SettingsStore(tmp_path / "settings.json").current.recent_libraries
    assert [Path(name).name for name in recent] == ["first"]


def test_no_library_chosen(program, tmp_path, monkeypatch) -> None:
    before = program._window
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    before.window.commands.open_library.trigger()
    assert program._window is before


def test_closing_twice_is_harmless(stage) -> None:
    program = stage.shown
    QTest.keyClick(stage.window, Qt.Key.Key_Q, CTRL | NONE)
    program.close()
    program.close()
    assert not program.window.isVisible()
    stage.program = None
    program.window.deleteLater()
    program.deleteLater()
