"""The Models page in the window, over a library of painted photos and two fake models."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from app.domain.errors import Cancelled
from app.inference.probe import FEEDINGS, Examination, Shape, Trial
from app.inference.separation import Separation
from app.services.models.check import Finding, finding
from app.ui.models import ModelsPage
from app.ui.models.adding import AddingSection
from app.ui.models.cards import ModelCard
from app.ui.theme import Theme
from tests.fakes import light_model
from tests.gui.program.stage import CTRL, KEY, Stage

CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def page(stage: Stage) -> ModelsPage:
    stage.engine.others.append(light_model())
    stage.key(stage.window, KEY.Key_M, CTRL | Qt.KeyboardModifier.ShiftModifier)
    stage.rest(lambda: stage.window.current_key == "models")
    return stage.window.page("models")


def choose(stage: Stage, page: ModelsPage, model: str) -> None:
    row = page.collections.rows[stage.pk]
    action = next(each for each in row.choice._menu.actions() if each.data() == model)
    action.trigger()


def following(stage: Stage) -> str:
    return stage.bench.search.model_id(stage.pk)


def test_what_there_is(stage: Stage, page: ModelsPage) -> None:
    assert list(page.cards) == ["fake-squares", "fake-light"]
    card = page.cards["fake-squares"]
    assert "used for new collections" in card.title.text()
    assert "128 numbers a face" in card.facts.text() and "a fake's" in card.origin.text()
    assert card.remove_button.isHidden() and card.calibrate_button.isHidden()
    row = page.collections.rows[stage.pk]
    assert row.row.name.text() == "Archive" and "faces." in row.row.hint.text()
    assert row.drop_old.isHidden() and row.cancel.isHidden()


def test_a_collection_follows_the_model_that_is_chosen_and_undo_goes_back(
    stage: Stage, page: ModelsPage
) -> None:
    choose(stage, page, "fake-light")
    stage.rest(lambda: following(stage) == "fake-light")
    row = page.collections.rows[stage.pk]
    stage.rest(lambda: "old vectors of fake-squares" in page.collections.rows[stage.pk].row.hint.text())
    assert "measured again" in stage.said and stage.offered == "Undo"
    row = page.collections.rows[stage.pk]
    assert row.choice.accessibleName().startswith("Model of Archive") and not row.drop_old.isHidden()
    stage.window.commands.undo.trigger()
    stage.rest(lambda: following(stage) == "fake-squares")
    # Searching works on either side of it.
    assert stage.bench.search.clusters(stage.pk).groups


def test_old_vectors_are_deleted_on_demand(stage: Stage, page: ModelsPage) -> None:
    choose(stage, page, "fake-light")
    stage.rest(lambda: not page.collections.rows[stage.pk].drop_old.isHidden())
    QTest.mouseClick(page.collections.rows[stage.pk].drop_old, CLICK)
    stage.rest(lambda: page.collections.rows[stage.pk].drop_old.isHidden())
    assert "deleted" in stage.said and following(stage) == "fake-light"


def test_choosing_the_same_model_again_says_so(stage: Stage, page: ModelsPage) -> None:
    choose(stage, page, "fake-squares")
    stage.rest(lambda: "already" in stage.said)


def test_the_speed_is_measured(stage: Stage, page: ModelsPage) -> None:
    QTest.mouseClick(page.cards["fake-light"].speed_button, CLICK)
    stage.rest(lambda: "ms a face here" in page.cards["fake-light"].facts.text())
    stage.page("photos")
    page = stage.page("models")
    assert "ms a face here" in page.cards["fake-light"].facts.text()


def test_every_control_can_be_reached_and_is_named(stage: Stage, page: ModelsPage) -> None:
    for button in page.findChildren(QAbstractButton):
        interface = QAccessible.queryAccessibleInterface(button)
        assert interface is not None and interface.text(QAccessible.Text.Name), button
    seen = set()
    for _ in range(12):
        seen.add(stage.window.focusWidget())
        stage.key(stage.window.focusWidget(), KEY.Key_Tab)
    assert {page.add_button, page.cards["fake-squares"].speed_button} <= seen


def test_it_fits_a_small_window(stage: Stage, page: ModelsPage) -> None:
    stage.window.resize(960, 600)
    stage.rest()
    assert page._scroll.horizontalScrollBar().maximum() == 0


# -- a model of one's own ------------------------------------------------------------------------------


def found(same: float = 0.7, others: float = 0.4) -> Finding:
    trials = tuple(
        Trial(each, Separation(same, others, 0.2), Separation(same - 0.01, others, 0.2))
        for each in FEEDINGS[:3]
    )
    shape = Shape("NCHW", "float32", 1, "vec", 512)
    return finding(Examination(shape, trials, 9, (0.1, 0.2, 0.3), 12.0), 35, 33, 3)


@pytest.fixture
def adding(theme: Theme, qtbot) -> AddingSection:
    made = AddingSection(theme)
    qtbot.addWidget(made)
    return made


def test_the_form_asks_for_a_name_and_a_licence(adding: AddingSection, qtbot) -> None:
    adding.begin(Path("/somewhere/arcface-r100.onnx"))
    assert "arcface-r100.onnx" in adding.heading.text() and adding.add_button.isHidden()
    adding.show_finding(found())
    assert "512 numbers" in adding.words.text() and adding.verdict.text() == "It keeps these people apart."
    assert adding.name.text() == "arcface-r100"
    adding.name.setText(" My model ")
    adding.licence.setText("research only")
    with qtbot.waitSignal(adding.add_asked) as asked:
        adding.add_button.click()
    assert asked.args == ["My model", "research only", False]


def test_a_model_that_keeps_nobody_apart_is_added_only_on_purpose(adding: AddingSection, qtbot) -> None:
    adding.begin(Path("noise.onnx"))
    adding.show_finding(found(0.3, 0.6))
    assert "does not keep people apart" in adding.verdict.text()
    assert adding.add_button.text() == "Add anyway"
    with qtbot.waitSignal(adding.add_asked) as asked:
        adding.add_button.click()
    assert asked.args[2] is True


def test_a_file_that_cannot_be_used_says_why(adding: AddingSection) -> None:
    adding.begin(Path("broken.onnx"))
    adding.show_reason("It is not an ONNX file, or it is damaged.")
    assert "damaged" in adding.words.text() and adding.add_button.isHidden()
    adding.drop_button.click()
    assert adding.isHidden()


def test_leaving_the_page_stops_the_check(stage: Stage, page: ModelsPage, monkeypatch) -> None:
    """The window must not wait for a file that takes minutes."""
    begun, ended = threading.Event(), threading.Event()

    def slow(_path: Path, stopped) -> Finding:
        begun.set()
        while not stopped():
            ended.wait(0.01)
        ended.set()
        raise Cancelled("The check was stopped.")

    monkeypatch.setattr(stage.bench.models, "check", slow)
    page.check(Path("large.onnx"))
    assert begun.wait(5) and not page.adding.isHidden()
    stage.window.page_asked.emit("photos", None)
    assert ended.wait(5)
    stage.rest()
    assert page.adding.path is None and not stage.said


def test_removing_asks_once_more(stage: Stage, page: ModelsPage, theme: Theme, qtbot) -> None:
    model = dataclasses.replace(page.cards["fake-light"].model, own=True, doubtful=True)
    card = ModelCard(theme, model, None)
    qtbot.addWidget(card)
    asked: list[str] = []
    card.remove_asked.connect(asked.append)
    card.remove_button.click()
    assert not asked and card.remove_button.text() == "Really remove it?"
    card.remove_button.click()
    assert asked == ["fake-light"] and not card.warning.isHidden()
