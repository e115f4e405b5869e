"""The Compare page: real drops, keys and mouse over painted pictures and the real service."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.rekognition.snippets import Where
from app.ui.canvas.marks import Stroke
from app.ui.canvas.mime import faces_mime
from app.ui.compare.page import ComparePage
from app.ui.compare.side import Side
from app.ui.compare.strangers import PairCurves
from app.ui.controller.host import Page
from app.ui.theme import Theme
from tests.fakes import painted, save_image
from tests.gui.canvas.test_face_canvas import at
from tests.gui.photo.bench import ADA, BOB, Stage

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def stage(tmp_path: Path, theme: Theme) -> Iterator[Stage]:
    stage = Stage(tmp_path, theme)
    for name, squares in (("ada", ADA), ("bob", BOB), ("none", ())):
        save_image(tmp_path / f"{name}.png", painted(squares))
    yield stage
    stage.close()


@pytest.fixture
def page(qtbot, stage: Stage) -> ComparePage:
    bench = stage.bench
    page = ComparePage(
        stage.host,
        stage.tasks,
        bench.compare,
        bench.photos,
        bench.faces,
        bench.engine.scale,
        bench.engine.contract,
        where=lambda: Where(stage.folder / "library"),
    )
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    qtbot.waitExposed(page)
    return page


def drop(side: Side, mime: QMimeData) -> bool:
    """Drop on the middle of the zone, through whatever widget lies there, as Qt delivers it."""
    target = side.zone.childAt(side.zone.rect().center()) or side.zone
    while not target.acceptDrops():
        target = target.parentWidget()
    position = QPointF(target.rect().center())
    action, button, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with warnings.catch_warnings():
        # Qt's newer constructor takes a QPointF, which PySide6 does not bind yet.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(position.toPoint(), action, mime, button, none)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(position, action, mime, button, none)
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def file_mime(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


@pytest.fixture
def compared(page, stage, qtbot) -> ComparePage:
    """ada as source, bob as target: his larger face is hers, his smaller one a stranger's."""
    assert drop(page.source, file_mime(stage.folder / "ada.png"))
    assert drop(page.target, file_mime(stage.folder / "bob.png"))
    stage.settle(qtbot, lambda: page._comparison is not None)
    stage.settle(qtbot)
    return page


@pytest.fixture
def address(stage) -> Iterator[str]:
    """Where the stage's pictures can be had from a web server on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            """Nothing."""

    web = HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(stage.folder)))
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    thread.join()
    web.server_close()


def test_an_address_out_of_a_browser_is_fetched(page, stage, address, qtbot):
    mime = QMimeData()
    mime.setUrls([QUrl(f"{address}/bob.png")])
    assert drop(page.source, mime)
    stage.settle(qtbot, lambda: page.source.picture is not None)
    assert page.source.picture.name == "bob.png"


def test_dropped_pictures_are_compared(compared):
    assert isinstance(compared, Page)
    assert compared.header.caption.text() == "1 of 2 faces matches"
    source = list(compared.source.canvas.marks)
    target = list(compared.target.canvas.marks)
    assert [mark.stroke for mark in source] == [Stroke.EMPHATIC, Stroke.THIN]
    assert source[0].tag.text == "Compared"
    assert [mark.stroke for mark in target] == [Stroke.EMPHATIC, Stroke.THIN_DASHED]
    assert float(target[0].tag.text) > 80 > float(target[1].tag.text)
    assert compared.why.similarity.figure.text() == target[0].tag.text


def test_the_threshold_restyles_and_computes_nothing(compared, stage, monkeypatch):
    def never(*_args: object) -> None:
        raise AssertionError("compared again")

    monkeypatch.setattr(stage.bench.compare, "compare", never)
    detections = stage.bench.engine.detections
    compared.threshold.set_value(0)
    assert compared.header.caption.text() == "2 of 2 faces match"
    compared.threshold.set_value(100)
    assert compared.header.caption.text() == "0 of 2 faces match"
    assert [m.stroke for m in compared.target.canvas.marks] == [Stroke.THIN_DASHED, Stroke.THIN_DASHED]
    assert stage.tasks.idle
    assert stage.bench.engine.detections == detections


def test_slider_and_number_are_one(page):
    page.threshold.slider.setValue(655)
    assert page.threshold.box.value() == 65.5
    page.threshold.box.setValue(90)
    assert page.threshold.slider.value() == 900
    assert page.threshold.meaning.text() == "One false match in 10,000 pairs of strangers"
    QTest.mouseClick(page.threshold.reset, Qt.MouseButton.LeftButton)
    assert page.threshold.value == 80
    assert page.threshold.meaning.text() == "One false match in 1,000 pairs of strangers"


def test_brackets_move_the_threshold(compared):
    compared.source.canvas.setFocus()
    QTest.keyClick(compared.source.canvas, Qt.Key.Key_BracketRight)
    assert compared.threshold.value == 81
    QTest.keyClick(compared.source.canvas, Qt.Key.Key_BracketLeft)
    QTest.keyClick(compared.source.canvas, Qt.Key.Key_BraceLeft, SHIFT)
    assert compared.threshold.value == 75


def test_another_source_face_by_click_and_by_number(compared, stage, qtbot):
    canvas = compared.source.canvas
    second = canvas.marks.boxes[1]
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, *second.center))
    stage.settle(qtbot, lambda: compared._comparison is not None)
    assert compared._comparison.source_index == 1
    assert compared.header.caption.text() == "0 of 2 faces match"
    QTest.keyClick(canvas, Qt.Key.Key_1)
    stage.settle(qtbot, lambda: compared._comparison is not None)
    assert compared._comparison.source_index == 0


def test_why_follows_the_chosen_target_face(compared, stage, qtbot):
    canvas = compared.target.canvas
    best = compared.why.similarity.figure.text()
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, *canvas.marks.boxes[1].center)
    )
    stage.settle(qtbot)
    shown = compared.why.similarity.figure.text()
    assert shown != best
    assert shown == canvas.marks.get(1).tag.text
    assert compared.why.similarity.note.text() == "no match, threshold 80"
    assert compared.why.target._image is not None


def test_swap(compared, stage, qtbot):
    QTest.keyClick(compared.source.canvas, Qt.Key.Key_X)
    stage.settle(qtbot, lambda: compared._comparison is not None)
    assert compared.source.picture.name == "bob.png"
    assert compared.target.picture.name == "ada.png"
    assert compared.header.caption.text() == "1 of 2 faces matches"


def test_copy_as_comparefaces(compared):
    QTest.keyClick(compared.source.canvas, Qt.Key.Key_C, CONTROL | SHIFT)
    response = json.loads(QGuiApplication.clipboard().text())
    assert len(response["FaceMatches"]) == 1
    assert len(response["UnmatchedFaces"]) == 1
    assert response["FaceMatches"][0]["Similarity"] > 80
    assert {"BoundingBox", "Confidence"} == set(response["SourceImageFace"])


def test_the_request_stands_beside_the_result(compared, stage, qtbot):
    page, drawer = compared, compared.drawer
    QTest.keyClick(page.source.canvas, Qt.Key.Key_I, CONTROL)
    assert drawer.isVisible() and drawer.button.isChecked()
    drawer.panel.view("request")
    request = json.loads(drawer.panel.text.toPlainText())
    assert request == {
        "SourceImage": {"Bytes": "<base64 of ada.png>"},
        "TargetImage": {"Bytes": "<base64 of bob.png>"},
        "SimilarityThreshold": 80,
        "QualityFilter": "NONE",
    }
    assert not drawer.panel.note.isVisible()
    # The threshold is that of the page, and moves with it.
    page.threshold.step(-30.5)
    drawer.panel.view("aws")
    line = drawer.panel.text.toPlainText()
    assert f"fileb://{stage.folder / 'ada.png'}" in line and "--similarity-threshold 49.5" in line
    drawer.panel.view("boto3")
    compile(drawer.panel.text.toPlainText(), "snippet", "exec")
    # Another than the largest face: Rekognition cannot be asked for it, which is said.
    QTest.keyClick(page.source.canvas, Qt.Key.Key_2)
    stage.settle(qtbot, lambda: page._comparison is not None)
    assert any("largest" in said for said in drawer.panel.note.sentences())
    QTest.keyClick(page.source.canvas, Qt.Key.Key_I, CONTROL)
    assert not drawer.isVisible()


def test_nothing_is_cut_beside_the_request(compared, qtbot):
    compared.resize(904, 544)
    compared.drawer.toggle()
    qtbot.wait(20)
    edge = compared.drawer.geometry().left()
    for part in (compared.source.clear_button, compared.target.zone, compared.threshold.reset, compared.why):
        right = part.mapTo(compared, part.rect().bottomRight()).x()
        assert right <= edge, part.accessibleName()
    assert compared.why.quality.isVisible() and not compared.why.curves.isVisible()
    compared.drawer.toggle()
    compared.resize(1200, 800)
    qtbot.waitUntil(compared.why.curves.isVisible)


def test_what_was_pasted_has_no_path(compared, stage, qtbot):
    QGuiApplication.clipboard().setImage(QImage(str(stage.folder / "bob.png")))
    compared.target.paste()
    stage.settle(qtbot, lambda: compared._comparison is not None)
    panel = compared.drawer.panel
    compared.drawer.toggle()
    panel.view("boto3")
    assert 'Path("PICTURE").read_bytes()' in panel.words()
    assert any("PICTURE" in said for said in panel.note.sentences())


def test_paste_an_image_where_the_focus_is(page, stage, qtbot):
    image = QImage(str(stage.folder / "ada.png"))
    QGuiApplication.clipboard().setImage(image)
    page.target.empty.button.setFocus()
    paste = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_V, CONTROL)
    paste.ignore()
    QApplication.sendEvent(page.target.empty.button, paste)
    assert paste.isAccepted()
    QTest.keyClick(page.target.empty.button, Qt.Key.Key_V, CONTROL)
    stage.settle(qtbot, lambda: page.target.picture is not None)
    assert page.source.picture is None
    assert len(page.target.canvas.marks) == 2


def test_a_picture_dragged_from_a_browser(page, stage, qtbot):
    mime = QMimeData()
    mime.setImageData(QImage(str(stage.folder / "bob.png")))
    mime.setUrls([QUrl("https://example.org/bob.png")])
    assert drop(page.source, mime)
    stage.settle(qtbot, lambda: page.source.picture is not None)
    assert len(page.source.picture.faces.faces) == 2


def test_a_face_of_the_program_is_chosen_in_its_photo(page, stage, qtbot):
    stage.add(ada=ADA)
    view = stage.bench.photos.detail(
        stage.collection_pk, int(stage.bench.photos.listing(stage.collection_pk).ids[0])
    ).faces[1]
    assert drop(page.source, faces_mime([view.face.id]))
    stage.settle(qtbot, lambda: page.source.picture is not None)
    assert page._chosen == 1
    page.source.clear()
    page.activate(face_pk=view.face.id)
    stage.settle(qtbot, lambda: page.source.picture is not None)
    assert page._chosen == 1


def test_text_is_not_taken(page):
    mime = QMimeData()
    mime.setText("hello")
    assert not drop(page.source, mime)


def test_a_bad_file_is_said_and_changes_nothing(compared, stage, qtbot):
    bad = stage.folder / "bad.jpg"
    bad.write_bytes(b"no picture")
    drop(compared.target, file_mime(bad))
    stage.settle(qtbot, lambda: bool(stage.host.errors))
    assert compared.target.picture.name == "bob.png"


def test_a_picture_without_a_face_says_so(page, stage, qtbot):
    drop(page.source, file_mime(stage.folder / "ada.png"))
    drop(page.target, file_mime(stage.folder / "none.png"))
    stage.settle(qtbot, lambda: page.target.picture is not None and page.source.picture is not None)
    assert "No face was found in the target picture" in page.why.about.text()
    assert page.header.caption.text() == ""


def test_clear(compared):
    QTest.mouseClick(compared.source.clear_button, Qt.MouseButton.LeftButton)
    assert compared.source.picture is None
    assert compared.source.empty.isVisible()
    compared.drawer.toggle()
    assert compared.drawer.panel.words() == ""
    assert not compared.drawer.panel.copy_button.isVisible()
    assert all(mark.stroke is Stroke.THIN for mark in compared.target.canvas.marks)


def test_narrow_windows_stack_the_sides(page, qtbot):
    page.resize(904, 544)
    qtbot.wait(20)
    source, target = page.source.geometry(), page.target.geometry()
    assert target.top() >= source.bottom()
    bottom = page.threshold.mapTo(page, QPoint(0, page.threshold.height())).y()
    assert bottom <= page.height()
    page.resize(1200, 800)
    qtbot.wait(20)
    assert page.target.geometry().left() >= page.source.geometry().right()


def test_measured_curves_are_drawn_when_the_model_has_them(compared, stage, theme, qtbot):
    from app.ui.compare.curves import CurvesView

    x = np.linspace(-0.5, 1.0, 100)
    curves = PairCurves(x, np.exp(-((x - 0.05) ** 2) / 0.02), np.exp(-((x - 0.6) ** 2) / 0.03))
    view = CurvesView(theme, stage.bench.engine.scale, curves)
    qtbot.addWidget(view)
    view.resize(400, 140)
    view.show_pair(95.0, 0.7, 80.0)
    image = view.grab().toImage()
    accent = theme.color("accent")
    column = round((0.7 + 0.5) / 1.5 * 400)
    assert any(image.pixelColor(column + dx, 60).name() == accent.name() for dx in (-1, 0, 1))


def test_themes(compared, theme):
    from app.ui.theme import ThemeMode

    light = compared.source.canvas.marks.get(0).color
    theme.set_mode(ThemeMode.DARK)
    assert compared.source.canvas.marks.get(0).color != light
    compared.grab()
