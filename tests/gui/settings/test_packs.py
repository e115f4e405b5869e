"""Celebrity packs on the Settings page, used as a person does."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from app.ui.settings.packs import PacksSection
from tests.fakes import painted, person_color
from tests.gui.program.stage import KEY, Stage
from tests.gui.settings.test_settings_page import press
from tests.unit.services.celebrities.bench import a_pack, zip_of

CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def section(stage: Stage) -> PacksSection:
    stage.window.commands.settings.trigger()
    stage.rest(lambda: stage.window.current_key == "settings")
    return stage.window.page("settings").packs


@pytest.fixture
def stars(tmp_path: Path) -> Path:
    return a_pack(tmp_path / "stars", {"Ada": 0, "Bea": 1})


def click(button: QAbstractButton) -> None:
    QTest.mouseClick(button, CLICK)


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | str, *, save: bool = False) -> list[str]:
    """The next file dialog answers with this; what it was offered."""
    offered: list[str] = []

    def answer(_parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName" if save else "getOpenFileName", answer)
    return offered


def load(stage: Stage, section: PacksSection, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    choose(monkeypatch, path)
    count = len(section.rows)
    click(section.load_button)
    stage.rest(lambda: len(section.rows) != count)


def recognised(stage: Stage) -> list[str]:
    picture = painted([(person_color(0), (60, 60, 120))])
    return [each.celebrity.name for each in stage.bench.celebrities.recognize(picture).faces]


def test_load_a_zip(stage: Stage, section: PacksSection, stars: Path, monkeypatch) -> None:
    assert section.rows == [] and "None is loaded" in section.load_row.hint.text()
    load(stage, section, monkeypatch, zip_of(stars))
    assert stage.said == "Stars 1 loaded: 2 people."
    (row,) = section.rows
    assert row.row.name.text() == "Stars"
    assert row.row.hint.text() == "2 people · version 1 · CC0-1.0"
    assert section.load_row.hint.text() == "2 people are looked for in pictures that you analyse."
    assert recognised(stage) == ["Ada"]


def test_load_a_folder_by_its_list(stage: Stage, section: PacksSection, stars: Path, monkeypatch) -> None:
    load(stage, section, monkeypatch, stars / "pack.json")
    assert [row.pack.id for row in section.rows] == ["stars"]


def test_a_dialog_that_is_cancelled_does_nothing(stage: Stage, section: PacksSection, monkeypatch) -> None:
    choose(monkeypatch, "")
    click(section.load_button)
    stage.rest()
    assert section.rows == [] and stage.said == ""


def test_a_pack_that_is_none_says_why(
    stage: Stage, section: PacksSection, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    choose(monkeypatch, tmp_path / "x.zip")
    click(section.load_button)
    stage.rest(lambda: stage.alarmed)
    assert stage.said == "x.zip is neither a folder nor a zip that can be read. Load the pack's folder, or zip it again."  # noqa: E501  # fmt: skip
    assert section.rows == []


def test_a_failed_load_can_be_put_away(
    stage: Stage, section: PacksSection, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    choose(monkeypatch, tmp_path / "x.zip")
    click(section.load_button)
    stage.rest(lambda: stage.alarmed)
    foot = stage.window.sidebar.jobs
    (job,) = foot.jobs()
    assert job.title == "Load x.zip" and "neither a folder nor a zip" in job.note
    before = stage.said
    stage.window.cancel_asked.emit(job.id)
    stage.rest(lambda: not foot.jobs())
    assert stage.said == before, "nothing else is alarmed of"
    assert stage.bench.jobs.views() == []


def test_switch_off_and_on(stage: Stage, section: PacksSection, stars: Path, monkeypatch) -> None:
    load(stage, section, monkeypatch, stars / "pack.json")
    row = section.rows[0]
    press(row.switch, "Off")
    stage.rest(lambda: not section.rows[0].pack.enabled)
    assert section.rows == [row], "the row stays, and so does the focus in it"
    assert recognised(stage) == []
    assert section.load_row.hint.text() == "0 people are looked for in pictures that you analyse."
    press(section.rows[0].switch, "On")
    stage.rest(lambda: section.rows[0].pack.enabled)
    assert recognised(stage) == ["Ada"]


def test_remove_and_put_back(stage: Stage, section: PacksSection, stars: Path, monkeypatch) -> None:
    load(stage, section, monkeypatch, stars / "pack.json")
    click(section.rows[0].remove)
    stage.rest(lambda: bool(section.removed))
    assert section.rows == [] and stage.said == "Stars removed. Put it back here."
    assert section.removed[0].hint.text().startswith("Removed. Kept until ")
    assert stage.window.focusWidget() is section.removed[0].back
    assert recognised(stage) == []
    stage.key(section.removed[0].back, KEY.Key_Space)
    stage.rest(lambda: bool(section.rows))
    assert stage.window.focusWidget() is section.rows[0].remove
    assert section.removed == [] and stage.said == "Stars is back." and recognised(stage) == ["Ada"]


def test_delete_for_good(stage: Stage, section: PacksSection, stars: Path, monkeypatch) -> None:
    load(stage, section, monkeypatch, stars / "pack.json")
    click(section.rows[0].remove)
    stage.rest(lambda: bool(section.removed))
    click(section.removed[0].end)
    stage.rest(lambda: not section.removed)
    packs = stage.folder / "library" / "packs"
    assert [path for path in packs.rglob("*") if path.is_file()] == []


def test_problems_are_shown(stage: Stage, section: PacksSection, stars: Path, monkeypatch) -> None:
    (stars / "pictures" / "1.png").unlink()
    load(stage, section, monkeypatch, stars / "pack.json")
    (row,) = section.rows
    assert row.row.hint.text().startswith("1 of 2 people · ")
    assert row.more.text() == "1 problem" and not row.problems.isVisible()
    click(row.more)
    assert row.problems.isVisible()
    assert row.problems.text() == "Bea: pictures/1.png: it is not in the pack."
    click(row.more)
    assert not row.problems.isVisible()


def test_export(stage: Stage, section: PacksSection, stars: Path, tmp_path: Path, monkeypatch) -> None:
    load(stage, section, monkeypatch, stars / "pack.json")
    (tmp_path / "out.zip").write_text("an older one")
    offered = choose(monkeypatch, tmp_path / "out.zip", save=True)
    click(section.rows[0].export)
    stage.rest(lambda: stage.said == "Stars exported: 2 people in out.zip.")
    assert offered == ["stars.zip"]
    with zipfile.ZipFile(tmp_path / "out.zip") as file:
        assert "pack.json" in file.namelist()


def test_a_file_that_the_dialog_did_not_ask_about_stays(
    stage: Stage, section: PacksSection, stars: Path, tmp_path: Path, monkeypatch
) -> None:
    load(stage, section, monkeypatch, stars / "pack.json")
    (tmp_path / "out.zip").write_text("mine")
    choose(monkeypatch, tmp_path / "out", save=True)
    click(section.rows[0].export)
    stage.rest(lambda: stage.alarmed)
    assert "There is something at" in stage.said and (tmp_path / "out.zip").read_text() == "mine"


def test_make_a_pack_of_the_collection(
    stage: Stage, section: PacksSection, tmp_path: Path, monkeypatch
) -> None:
    bench, pk = stage.bench, stage.pk
    faces = bench.faces.listing(pk).ids.tolist()
    bench.users.name_faces(pk, faces[:1], "Anna")
    stage.rest()
    click(section.make_button)
    form = section.form
    assert form.isVisible() and form.name.text() == "Archive"
    assert stage.window.focusWidget() is form.consent
    assert not form.save.isEnabled(), "a ground must be given"
    QTest.keyClicks(form.consent, "She agreed.")
    press(form.pictures, "With crops")
    offered = choose(monkeypatch, tmp_path / "mine", save=True)
    stage.key(form.consent, KEY.Key_Return)
    stage.rest(lambda: stage.said == "mine.zip made: 1 person, 1 face.")
    assert offered == ["Archive.zip"] and form.isHidden() and section.make_button.isEnabled()
    with zipfile.ZipFile(tmp_path / "mine.zip") as file:
        table = json.loads(file.read("pack.json"))
    assert (table["consent"], table["licence"]) == ("She agreed.", "private")
    assert [each["name"] for each in table["celebrities"]] == ["Anna"]
    assert table["celebrities"][0]["pictures"]


def test_the_form_is_left_by_escape(stage: Stage, section: PacksSection) -> None:
    click(section.make_button)
    section.form.consent.clear()
    stage.key(section.form.consent, KEY.Key_Escape)
    assert section.form.isHidden() and stage.window.focusWidget() is section.make_button


def test_nobody_to_make_a_pack_of(stage: Stage, section: PacksSection, tmp_path: Path, monkeypatch) -> None:
    click(section.make_button)
    QTest.keyClicks(section.form.consent, "They agreed.")
    choose(monkeypatch, tmp_path / "mine.zip", save=True)
    click(section.form.save)
    stage.rest(lambda: stage.alarmed)
    assert stage.said == "Nobody is named in Archive yet: name faces first."


def test_another_model(stage: Stage, section: PacksSection, stars: Path, monkeypatch) -> None:
    from dataclasses import replace

    load(stage, section, monkeypatch, stars / "pack.json")
    stage.engine.contract = replace(stage.engine.contract, model_id="another")
    section.refresh()
    stage.rest(lambda: section.rows[0].measure is not None)
    assert section.rows[0].row.hint.text().startswith("Its faces were measured with another model")
    click(section.rows[0].measure)
    stage.rest(lambda: section.rows[0].measure is None)
    assert stage.said == "Stars is measured for the model another."


def test_every_control_has_a_name(stage: Stage, section: PacksSection, stars: Path, monkeypatch) -> None:
    load(stage, section, monkeypatch, stars / "pack.json")
    load(stage, section, monkeypatch, a_pack(stars.parent / "more", {"Cas": 2}) / "pack.json")
    click(section.rows[0].remove)
    stage.rest(lambda: bool(section.removed))
    click(section.make_button)
    for control in section.findChildren(QAbstractButton):
        if control.isVisible():
            assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name), control
            assert control.toolTip() or control.text(), control
