"""The request beside a result, as a widget of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.rekognition.snippets import Where
from app.services.calls import Call, Calls, ImageFile
from app.ui.theme import Theme, ThemeMode
from app.ui.widgets.request_panel import AWS, BOTO3, REQUEST, RESPONSE, RequestDrawer, RequestPanel

IMAGE = {"Image": ImageFile("a.jpg", Path("/p/a.jpg"))}
LABELS = Call("DetectLabels", IMAGE, {"Labels": [], "Turned": None})
FACES = Call("DetectFaces", IMAGE, {"FaceDetails": [{"Confidence": 9}]})


class Asker:
    """What the panel is over: `url` of the endpoint, and how often the calls were wanted."""

    def __init__(self) -> None:
        self.calls = Calls((FACES, LABELS))
        self.url: str | None = None
        self.asked = 0

    def where(self) -> Where:
        return Where(Path("/lib"), self.url)

    def make(self) -> Calls:
        self.asked += 1
        return self.calls


@pytest.fixture
def asker() -> Asker:
    return Asker()


@pytest.fixture
def panel(theme: Theme, qtbot, asker: Asker) -> RequestPanel:
    made = RequestPanel(theme, asker.where, nothing="Nothing yet.")
    qtbot.addWidget(made)
    made.resize(320, 500)
    return made


def test_it_is_made_only_while_somebody_looks(panel, asker, qtbot) -> None:
    panel.show_calls(asker.make)
    panel.show_calls(asker.make)
    assert asker.asked == 0
    panel.show()
    qtbot.waitExposed(panel)
    assert asker.asked == 1
    # What is None is left out on the wire.
    panel.choose("DetectLabels")
    assert json.loads(panel.text.toPlainText()) == {"Labels": []}
    panel.hide()
    panel.again()
    assert asker.asked == 1
    panel.copy()
    assert asker.asked == 2 and json.loads(QGuiApplication.clipboard().text()) == {"Labels": []}


def test_the_chosen_operation_stays_for_the_next_result(panel, asker, qtbot) -> None:
    panel.show_calls(asker.make)
    panel.show()
    assert panel.operation.isVisible() and panel.operation.value() == "DetectFaces"
    next(each for each in panel.operation.menu().actions() if each.text() == "DetectLabels").trigger()
    assert "Labels" in panel.text.toPlainText()
    panel.again()
    assert panel.operation.value() == "DetectLabels"
    asker.calls = Calls((FACES,))
    panel.again()
    assert not panel.operation.isVisible() and "FaceDetails" in panel.text.toPlainText()


def test_the_keyboard_goes_through_the_views_and_copies(panel, asker, qtbot) -> None:
    panel.show_calls(asker.make)
    panel.show()
    said = []
    for key in (AWS, BOTO3):
        QTest.keyClick(panel.choice, Qt.Key.Key_Right)
        assert panel.choice.current() == key
        with qtbot.waitSignal(panel.copied):
            QTest.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
        said.append(QGuiApplication.clipboard().text())
    assert said[0].startswith("likeness --library /lib aws rekognition detect-faces")
    assert 'boto3_client("/lib")' in said[1]
    assert panel.text.isReadOnly()


def test_the_lines_name_the_endpoint_once_it_is_on(panel, asker, qtbot) -> None:
    panel.show_calls(asker.make)
    panel.show()
    panel.view(AWS)
    panel.hide()
    asker.url = "http://127.0.0.1:4711"
    panel.show()
    assert "--endpoint-url http://127.0.0.1:4711" in panel.text.toPlainText()
    assert "key" in panel.note.sentences()[0]
    panel.view(REQUEST)
    assert not panel.note.isVisible(), "a request needs no key"


def test_where_there_is_no_call_a_sentence_stands(panel, asker, qtbot) -> None:
    panel.show()
    assert panel.note.sentences() == ["Nothing yet."] and panel.words() == ""
    asker.calls = Calls(notes=("Rekognition has no undo.",))
    panel.show_calls(asker.make)
    assert panel.note.sentences() == ["Rekognition has no undo."]
    for part in (panel.choice, panel.copy_button, panel.text):
        assert not part.isVisible()
    QGuiApplication.clipboard().setText("before")
    panel.copy()
    assert QGuiApplication.clipboard().text() == "before"


def test_an_answer_that_is_not_known_is_said(panel, asker, qtbot) -> None:
    asker.calls = Calls((Call("RecognizeCelebrities", FACES.request),))
    panel.show_calls(asker.make)
    panel.show()
    assert panel.choice.current() == RESPONSE and not panel.text.isVisible()
    assert len(panel.note.sentences()) == 1 and not panel.copy_button.isEnabled()
    panel.view(REQUEST)
    assert panel.text.isVisible() and panel.copy_button.isEnabled()


@pytest.mark.parametrize("mode", [ThemeMode.LIGHT, ThemeMode.DARK])
@pytest.mark.parametrize("width", [288, 320, 352])
def test_nothing_is_cut_in_an_inspector(theme: Theme, panel, asker, qtbot, width, mode) -> None:
    theme.set_mode(mode)
    long = Call("IndexFaces", IMAGE, FACES.answer, title="IndexFaces, " + "a long name of a picture " * 3)
    asker.calls = Calls((long, LABELS), notes=("A sentence of some length that takes several lines here.",))
    panel.show_calls(asker.make)
    panel.resize(width, 500)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: 0 < panel.choice.geometry().right() <= width - 8)
    assert panel.copy_button.mapTo(panel, panel.copy_button.rect().bottomRight()).x() <= width - 8
    assert not panel.text.horizontalScrollBar().isVisible()
    assert panel.text.document().size().width() <= panel.text.viewport().width()
    assert panel.operation.geometry().right() < panel.copy_button.geometry().left()


def test_the_drawer_opens_by_its_button(theme: Theme, qtbot, asker) -> None:
    drawer = RequestDrawer(theme, asker.where, nothing="Nothing yet.")
    qtbot.addWidget(drawer)
    qtbot.addWidget(drawer.button)
    assert drawer.isHidden()
    with qtbot.waitSignal(drawer.opened, check_params_cb=lambda on: on):
        drawer.button.click()
    assert drawer.isVisible() and drawer.button.isChecked()
    drawer.toggle()
    assert drawer.isHidden()
