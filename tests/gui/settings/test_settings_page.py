"""The Settings page in the window, over a library of painted photos."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from app.services import computing
from app.services.notices import LIBRARIES
from app.settings.settings import SettingsStore
from app.ui.settings import SettingsPage
from app.ui.settings.choices import Computing
from app.ui.settings.library import in_bytes
from app.ui.theme import ThemeMode
from tests.gui.program.stage import CTRL, KEY, Stage

CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def page(stage: Stage) -> SettingsPage:
    stage.window.commands.settings.trigger()  # Ctrl+,
    stage.rest(lambda: stage.window.current_key == "settings")
    return stage.window.page("settings")


def kept(stage: Stage) -> dict[str, object]:
    """What the settings' file holds now; recent libraries aside."""
    path = stage.folder / "settings.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def segment(control, text: str) -> QAbstractButton:
    return next(each for each in control.findChildren(QAbstractButton) if each.text() == text)


def press(control, text: str) -> None:
    QTest.mouseClick(segment(control, text), CLICK)


# -- appearance -------------------------------------------------------------------------------------


def test_a_theme_is_worn_and_kept_at_once(stage: Stage, page: SettingsPage) -> None:
    press(page.appearance.mode, "Dark")
    assert stage.theme.tokens.dark and kept(stage) == {"theme": "dark"}
    press(page.appearance.mode, "Light")
    assert not stage.theme.tokens.dark and kept(stage) == {"theme": "light"}
    press(page.appearance.mode, "System")
    assert stage.theme.mode is ThemeMode.SYSTEM and kept(stage) == {}


def test_motion(stage: Stage, page: SettingsPage) -> None:
    press(page.appearance.motion, "Full")
    assert stage.theme.duration(100) == 100 and kept(stage) == {"reduce_motion": False}
    press(page.appearance.motion, "Reduced")
    assert stage.theme.duration(100) == 0 and kept(stage) == {"reduce_motion": True}


def test_the_keyboard_is_enough(stage: Stage, page: SettingsPage) -> None:
    first = segment(page.appearance.mode, "System")
    assert page.appearance.mode.isAncestorOf(stage.window.focusWidget())
    stage.key(first, KEY.Key_Right)
    assert kept(stage) == {"theme": "light"}
    seen = []
    for _ in range(60):
        stage.key(stage.window.focusWidget(), KEY.Key_Tab)
        focused = stage.window.focusWidget()
        if not page.isAncestorOf(focused):
            break
        seen.append(focused)
    library = page.library
    for button in (
        library.show_button,
        library.backup_button,
        library.check_button,
        library.clear_button,
        library.other_button,
        page.about.buttons["Likeness"],
        page.about.buttons["Python"],
    ):
        assert button in seen, button.text()


# -- matching and computing -------------------------------------------------------------------------


def test_the_default_threshold_by_slider_and_number(stage: Stage, page: SettingsPage) -> None:
    matching = page.matching
    stage.key(matching.slider, KEY.Key_PageUp)
    assert matching.box.value() == 85 and kept(stage) == {"threshold": 85.0}
    matching.box.setFocus()
    matching.box.selectAll()
    QTest.keyClicks(matching.box, "92.5")
    stage.key(matching.box, KEY.Key_Return)
    assert matching.slider.value() == 925 and kept(stage) == {"threshold": 92.5}
    assert "pairs of strangers" in matching.row.hint.text()
    # A drag is kept once, where it ends.
    matching.slider.setSliderDown(True)
    matching.slider.setSliderPosition(700)
    assert matching.box.value() == 70 and kept(stage) == {"threshold": 92.5}
    matching.slider.setSliderDown(False)
    assert kept(stage) == {"threshold": 70.0}


def test_photos_at_once_hold_from_the_next_start(stage: Stage, page: SettingsPage) -> None:
    section = page.computing
    assert section.workers_row.hint.text() == "While folders are indexed. "
    next(a for a in section.workers.menu().actions() if a.data() == 4).trigger()
    assert kept(stage) == {"workers": 4} and section.workers.text() != ""
    assert section.workers_row.hint.text().endswith("Takes effect when Likeness starts again.")
    next(a for a in section.workers.menu().actions() if a.data() is None).trigger()
    assert kept(stage) == {} and "starts again" not in section.workers_row.hint.text()


def test_what_cannot_run_the_models_says_why(stage: Stage, page: SettingsPage) -> None:
    section = page.computing
    assert section.provider.current() == "cpu"
    for each in computing.providers():
        assert segment(section.provider, each.name).isEnabled() == each.available
        assert each.available or each.reason in section.reasons.text()


def test_a_provider_that_is_there_is_used_from_the_next_start(stage: Stage, page: SettingsPage) -> None:
    there = ["CPUExecutionProvider", "CUDAExecutionProvider"]
    section = Computing(stage.theme, page.chosen, computing.providers(there, "linux"), 2)
    stage.qtbot.addWidget(section)
    assert section.reasons.text() == "DirectML is a part of Windows.\nCoreML is a part of macOS."
    press(section.provider, "CUDA")
    assert kept(stage) == {"provider": "cuda"}
    assert section.provider_row.hint.text() == "CUDA is used when Likeness starts again."
    # The next start falls back: the engine says why, and so does the page.
    again = Computing(stage.theme, page.chosen, computing.providers(there, "linux"), 2)
    stage.qtbot.addWidget(again)
    again.show_running(computing.InUse("cuda", "cpu", "“cuda” could not be started; the CPU is used."))
    assert again.provider_row.hint.text() == "“cuda” could not be started; the CPU is used."
    # The card is taken out: the choice stays to be seen, and says what is used instead.
    gone = Computing(stage.theme, page.chosen, computing.providers(there[:1], "linux"), 2)
    stage.qtbot.addWidget(gone)
    assert gone.provider_row.hint.text() == "CUDA cannot be had here; the CPU is used."
    press(gone.provider, "CPU")
    assert kept(stage) == {}


def test_settings_that_cannot_be_written_hold_for_this_run_and_say_so(
    stage: Stage, page: SettingsPage, tmp_path: Path
) -> None:
    blocked = tmp_path / "in-the-way"
    blocked.write_text("a file where the folder should be")
    page.chosen._store.path = blocked / "settings.json"
    press(page.appearance.mode, "Dark")
    assert stage.theme.tokens.dark and page.chosen.current.theme == "dark"
    assert stage.alarmed and stage.said.startswith("The settings could not be saved to ")


def test_settings_are_there_at_the_next_start(stage: Stage, page: SettingsPage, qtbot) -> None:
    press(page.appearance.mode, "Dark")
    page.chosen.choose(threshold=88.0)
    stage.close()
    stage.open(qtbot)
    again = stage.page("settings")
    assert again.appearance.mode.current() == "dark" and again.matching.box.value() == 88


# -- the library ------------------------------------------------------------------------------------


def test_the_library_says_where_it_is_and_how_large(stage: Stage, page: SettingsPage) -> None:
    folder = stage.folder / "library"
    assert page.library.folder_row.hint.text().startswith(f"{folder}\nDatabase ")
    assert in_bytes(999) == "999 bytes" and in_bytes(1_400_000_000) == "1.4 GB"


def test_show_in_folder(stage: Stage, page: SettingsPage, monkeypatch) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(stage.shown.host, "reveal", shown.extend)
    QTest.mouseClick(page.library.show_button, CLICK)
    assert shown == [stage.folder / "library" / "library.db"]


def test_back_up_now(stage: Stage, page: SettingsPage) -> None:
    for old in (stage.folder / "library" / "backups").glob("*.db"):
        old.unlink()
    stage.key(page.library.backup_button, KEY.Key_Space)
    assert not page.library.backup_button.isEnabled(), "one at a time"
    stage.rest(lambda: stage.said.startswith("Backed up as "))
    (made,) = (stage.folder / "library" / "backups").glob("library-*.db")
    assert made.name in stage.said and page.library.backup_button.isEnabled()
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("SELECT count(*) FROM faces").fetchone() == (6,)
    assert "They take " in page.library.backup_row.hint.text()


def test_a_backup_that_cannot_be_written_says_so(stage: Stage, page: SettingsPage) -> None:
    backups = stage.folder / "library" / "backups"
    for old in backups.iterdir():
        old.unlink()
    backups.rmdir()
    backups.write_text("a file where the folder should be")
    QTest.mouseClick(page.library.backup_button, CLICK)
    stage.rest(lambda: stage.alarmed)
    assert "backups" in stage.said, stage.said
    assert page.library.backup_button.isEnabled()


def test_check_files(stage: Stage, page: SettingsPage) -> None:
    QTest.mouseClick(page.library.check_button, CLICK)
    stage.rest(lambda: stage.said == "The files of all 7 photos are there.")
    picture = stage.pictures / "bea.png"
    aside = picture.with_suffix(".aside")
    picture.rename(aside)
    try:
        QTest.mouseClick(page.library.check_button, CLICK)
        stage.rest(lambda: stage.said.startswith("1 photo has no file any more."))
    finally:
        aside.rename(picture)


def test_clear_small_pictures(stage: Stage, page: SettingsPage) -> None:
    cache = stage.folder / "library" / "cache"
    assert any(part.is_file() for part in cache.rglob("*"))
    before = page.library.cache_row.hint.text()
    QTest.mouseClick(page.library.clear_button, CLICK)
    stage.rest(lambda: stage.said.startswith("Small pictures cleared."))
    stage.rest(lambda: page.library.cache_row.hint.text() != before)
    # They are made again.
    grid = stage.page("photos").grid
    stage.rest(lambda: grid.isVisible())


def test_open_another_library(stage: Stage, page: SettingsPage, tmp_path: Path, monkeypatch) -> None:
    asked: list[Path] = []
    stage.shown.library_asked.connect(asked.append)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    QTest.mouseClick(page.library.other_button, CLICK)
    assert asked == []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "another"))
    QTest.mouseClick(page.library.other_button, CLICK)
    assert asked == [tmp_path / "another"]


def test_recent_libraries(stage: Stage, page: SettingsPage, tmp_path: Path) -> None:
    here, there, gone = stage.folder / "library", tmp_path / "there", tmp_path / "unplugged"
    there.mkdir()
    (there / "library.db").touch()
    asked: list[Path] = []
    stage.shown.library_asked.connect(asked.append)
    page.chosen.choose(recent_libraries=tuple(str(each) for each in (here, there, gone)))
    stage.page("photos")
    stage.page("settings")
    assert [each.toolTip() for each in page.library.recent_buttons] == [
        f"Open the library in {there}",
        f"Open the library in {gone}",
    ]
    first, second = page.library.recent_buttons
    QTest.mouseClick(second, CLICK)
    assert asked == [] and stage.said == f"There is no library in {gone} now. Is its drive connected?"
    stage.key(first, KEY.Key_Space)
    assert asked == [there]


# -- about ------------------------------------------------------------------------------------------


def test_about_names_every_part_with_its_licence(stage: Stage, page: SettingsPage) -> None:
    models = computing.models()
    assert len(page.about.models) == len(models) > 0
    for model in models:
        assert page.about.buttons[model.id].text() == model.licence
    for work in LIBRARIES:
        assert page.about.buttons[work.name].text() == work.licence


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Likeness", "Apache License"),
        ("Inter", "SIL OPEN FONT LICENSE"),
        ("sface-2021dec", "Apache License"),
        ("Phosphor", "MIT"),
        ("NumPy", "NumPy Developers"),
        ("Python", "PSF-2.0"),
    ],
)
def test_a_licence_is_read_in_place(stage: Stage, page: SettingsPage, name: str, words: str) -> None:
    button = page.about.buttons[name]
    stage.key(button, KEY.Key_Space)
    stage.rest(lambda: page.about.text is not None)
    text = page.about.text
    assert text.isVisible() and words in text.toPlainText()
    text.setFocus()
    stage.key(text, KEY.Key_Escape)
    assert page.about.text is None and stage.window.focusWidget() is button


def test_one_licence_at_a_time(stage: Stage, page: SettingsPage) -> None:
    QTest.mouseClick(page.about.buttons["Inter"], CLICK)
    stage.rest(lambda: page.about.text is not None)
    first = page.about.text
    QTest.mouseClick(page.about.buttons["Likeness"], CLICK)
    stage.rest(lambda: page.about.text not in (None, first))
    QTest.mouseClick(page.about.buttons["Likeness"], CLICK)
    stage.rest()
    assert page.about.text is None


# -- shape ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(960, 600), (1440, 900)])
def test_nothing_is_cut_at_any_size(stage: Stage, page: SettingsPage, size: tuple[int, int]) -> None:
    stage.window.resize(*size)
    stage.rest()
    body = page._scroll.widget()
    assert body.width() <= page._scroll.viewport().width()
    for hint in (page.computing.provider_row.hint, page.computing.reasons, page.library.folder_row.hint):
        assert hint.height() >= hint.heightForWidth(hint.width())


def test_every_control_has_a_name(stage: Stage, page: SettingsPage) -> None:
    controls = [each for each in page.findChildren(QAbstractButton) if each.isVisible()]
    assert len(controls) > 25
    for control in [*controls, page.matching.slider, page.matching.box]:
        assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name), control


def test_a_damaged_file_gives_the_defaults_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{ not json")
    store = SettingsStore(path)
    assert store.current.threshold == 80 and store.problem is not None
    assert (tmp_path / "settings.damaged.json").read_text() == "{ not json"


def test_settings_by_their_key(stage: Stage) -> None:
    stage.key(stage.window, KEY.Key_Comma, CTRL)
    stage.rest(lambda: stage.window.current_key == "settings")
