"""The Analyse page: real drops, keys and mouse over painted pictures and the real service."""

from __future__ import annotations

import json
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QEnterEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.rekognition.snippets import Where
from app.services.photos import Undescribed
from app.ui.analyse.page import AnalysePage
from app.ui.analyse.response import Operation
from app.ui.canvas.layers import LandmarkLayer
from app.ui.canvas.mime import faces_mime
from app.ui.controller.host import Page
from app.ui.controller.pictures import face_key
from app.ui.widgets.drop import DroppedContent
from app.ui.widgets.grid.images import ImageRequest
from tests.gui.canvas.test_face_canvas import at
from tests.gui.photo.bench import ADA

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def drop(page: AnalysePage, mime: QMimeData) -> bool:
    """Drop on the middle of the page, through whatever widget lies there, as Qt delivers it."""
    target = page.childAt(page.zone.mapTo(page, page.zone.rect().center())) or page
    while not target.acceptDrops():
        target = target.parentWidget()
    position = QPointF(target.rect().center())
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
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
def analysed(page, stage, qtbot) -> AnalysePage:
    """ada.png: two faces, the larger of which is in a pack."""
    assert drop(page, file_mime(stage.folder / "ada.png"))
    stage.settle(qtbot, lambda: page.analysed is not None)
    stage.settle(qtbot)
    return page


def bars(page: AnalysePage) -> list[str]:
    panel = page.inspector.faces.attributes
    return [bar.accessibleName() for bar in panel._bars if not bar.isHidden()]


def test_an_empty_page_says_what_to_do(page):
    assert isinstance(page, Page)
    assert page.empty.isVisible() and not page.inspector.isVisible()
    assert page.empty.button.text() == "Open a picture…"
    assert not page.layers.isVisible()


def test_a_dropped_picture_is_told_of(analysed, stage):
    assert analysed.header.caption.text() == "ada.png · 640 × 480 · 2 faces"
    assert analysed.inspector.isVisible() and analysed.canvas.isVisible()
    assert len(analysed.canvas.marks) == 2
    assert analysed.selection.current == 0, "the largest face is shown at once"
    age = stage.describer.age_of(ADA[0][0])
    low, high = int(age) - 4, int(age) + 4
    assert bars(analysed) == [
        f"Looks {low}–{high} years old, most likely {age:.0f}",
        "Appears to be a man, confidence 75.0",
        "Looks happy, confidence 90.0",
        "Smile: yes, confidence 75.0",
        "Eyes open: yes, confidence 100.0",
        "Beard: no, confidence 87.5",
    ]


def test_nothing_is_stored(analysed, stage):
    pk = stage.collection_pk
    assert not len(stage.bench.photos.listing(pk).ids)
    assert not len(stage.bench.faces.listing(pk).ids)
    assert stage.bench.photos.undescribed(pk) == Undescribed(0, 0)
    assert len(stage.bench.history.listing()) == 1, "the collection that the stage made"


def test_another_face_by_mouse_and_by_keys(analysed):
    left, top, side = ADA[1][1]
    canvas = analysed.canvas
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, left + side / 2, top + side / 2)
    )
    assert analysed.selection.current == 1
    assert analysed.inspector.faces._title.text() == "Face 2 of 2"
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Backtab)
    assert analysed.selection.current == 0
    crops = analysed.inspector.faces.crops
    crops.setFocus()
    QTest.keyClick(crops, Qt.Key.Key_Right)
    assert analysed.selection.current == 1


@pytest.mark.parametrize("holder", ["canvas", "crops"])
def test_landmark_layers_by_key(analysed, holder):
    widget = analysed.canvas if holder == "canvas" else analysed.inspector.faces.crops
    widget.setFocus()
    seen = []
    for _ in range(4):
        QTest.keyClick(widget, Qt.Key.Key_L)
        seen.append(analysed.canvas.layer)
    assert seen == [LandmarkLayer.FIVE, LandmarkLayer.THIRTY, LandmarkLayer.MESH, LandmarkLayer.OFF]


def test_every_layer_paints_over_the_face(analysed, qtbot):
    plain = analysed.canvas.grab().toImage()
    pictures = [plain]
    for layer in (LandmarkLayer.FIVE, LandmarkLayer.THIRTY, LandmarkLayer.MESH):
        analysed.layers.set_layer(layer)
        shown = analysed.canvas.grab().toImage()
        assert all(shown != other for other in pictures)
        pictures.append(shown)


def test_the_active_layer_chosen_again_is_left(analysed):
    segment = analysed.layers.segments._group.button(1)
    QTest.mouseClick(segment, Qt.MouseButton.LeftButton)
    assert analysed.canvas.layer is LandmarkLayer.THIRTY
    QTest.mouseClick(segment, Qt.MouseButton.LeftButton)
    assert analysed.canvas.layer is LandmarkLayer.OFF
    assert analysed.layers.segments.current() == ""


def test_a_label_lights_up_its_boxes(analysed, qtbot):
    tabs, labels = analysed.inspector.tabs, analysed.inspector.labels
    tabs.setCurrentWidget(labels)
    (row,) = labels.labels.rows()
    assert row.text() == "Square"
    center = QPointF(row.rect().center())
    QApplication.sendEvent(row, QEnterEvent(center, center, row.mapToGlobal(center)))
    (lit,) = analysed.canvas.highlights
    assert lit.text == "Square" and lit.box.left == pytest.approx(0.1)
    shown = analysed.canvas.grab().toImage()
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert analysed.canvas.highlights == ()
    assert analysed.canvas.grab().toImage() != shown
    row.setFocus()
    qtbot.waitUntil(lambda: len(analysed.canvas.highlights) == 1)
    tabs.setCurrentWidget(analysed.inspector.moderation)
    assert analysed.canvas.highlights == ()


def test_moderation_is_listed_from_its_bar_on(analysed):
    assert analysed.inspector.moderation.panel.rows.accessibleName() == "Suggestive 60.0"


def test_celebrities_are_named_on_the_picture_and_in_their_tab(analysed):
    assert next(mark.tag.text for mark in analysed.canvas.marks) == "Ada Star"
    tab = analysed.inspector.celebrities
    assert tab._head.text() == "1 recognised"
    assert tab._note.text() == "1 other face is in no pack."
    assert analysed.inspector.faces._who.text() == "Ada Star 99.1"


def test_without_a_pack_the_tab_says_how_to_get_one(page, stage, packs, qtbot):
    packs.loaded, packs.known = [], False
    page.take(DroppedContent(paths=(stage.folder / "bob.png",)))
    stage.settle(qtbot, lambda: page.analysed is not None)
    stage.settle(qtbot)
    assert page.inspector.celebrities._head.text() == "Nobody recognised"
    tab = page.inspector.celebrities
    assert "No celebrity pack is loaded" in tab._note.text()
    tab._settings.click()
    assert stage.host.went == [("settings", {})]


def test_without_the_service_there_is_no_tab(qtbot, stage):
    bench = stage.bench
    page = AnalysePage(
        stage.host, stage.tasks, stage.describe, bench.photos, bench.faces, where=lambda: Where(Path("L"))
    )
    qtbot.addWidget(page)
    tabs = page.inspector.tabs
    assert [tabs.tabText(index) for index in range(tabs.count())] == ["Face", "Labels", "Moderation", "JSON"]


def test_request_response_and_lines(analysed, stage):
    tab = analysed.inspector.json
    analysed.inspector.tabs.setCurrentWidget(tab)
    shown = json.loads(tab.text.toPlainText())
    assert len(shown["FaceDetails"]) == 2
    assert shown["FaceDetails"][0]["Gender"] == {"Value": "Male", "Confidence": 75.0}
    assert len(shown["FaceDetails"][0]["Landmarks"]) == 30
    tab.choose(Operation.LABELS)
    assert json.loads(tab.text.toPlainText())["Labels"][0]["Name"] == "Square"
    tab.choose(Operation.MODERATION)
    assert json.loads(tab.text.toPlainText())["ModerationLabels"][0]["Name"] == "Suggestive"
    tab.choose(Operation.CELEBRITIES)
    assert json.loads(tab.text.toPlainText())["CelebrityFaces"][0]["Name"] == "Ada Star"
    tab.choice.set_current("request")
    tab.choose(Operation.FACES)
    assert json.loads(tab.words()) == {"Image": {"Bytes": "<base64 of ada.png>"}, "Attributes": ["ALL"]}
    tab.view("aws")
    line = f"detect-faces \\\n  --image-bytes fileb://{stage.folder / 'ada.png'} \\\n  --attributes ALL"
    assert tab.words() == f"likeness --library /l aws rekognition {line}"
    tab.view("boto3")
    for operation in Operation:
        tab.choose(operation)
        assert f"client.{_method(operation)}(" in tab.text.toPlainText()


def _method(operation: Operation) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)[1:]


def test_ctrl_shift_c_copies(analysed, stage):
    analysed.canvas.setFocus()
    QTest.keyClick(analysed.canvas, Qt.Key.Key_C, CONTROL | SHIFT)
    assert "FaceDetails" in json.loads(QGuiApplication.clipboard().text())
    assert stage.host.toasts[-1] == ("Copied", None)


def test_a_pasted_image(page, stage, qtbot):
    image = QImage(str(stage.folder / "bob.png"))
    assert page.paste(DroppedContent(image=image))
    stage.settle(qtbot, lambda: page.analysed is not None)
    assert page.header.caption.text() == "Pasted picture · 640 × 480 · 2 faces"


def test_a_face_dragged_from_another_page_is_the_one_shown(page, stage, qtbot):
    (photo_pk,) = stage.add(both=ADA)
    smaller = stage.bench.photos.detail(stage.collection_pk, photo_pk).faces[1].face.id
    assert drop(page, faces_mime([smaller]))
    stage.settle(qtbot, lambda: page.analysed is not None)
    assert page.selection.current == 1


@pytest.mark.parametrize("params", [{"photo_pk": True}, {"source": True}])
def test_other_pages_bring_pictures(page, stage, qtbot, params):
    (photo_pk,) = stage.add(both=ADA)
    chosen = {"photo_pk": photo_pk} if "photo_pk" in params else {"source": stage.folder / "bob.png"}
    page.activate(**chosen)
    stage.settle(qtbot, lambda: page.analysed is not None)
    assert page.analysed.count == 2


def test_a_picture_without_faces_has_labels_all_the_same(page, stage, qtbot):
    page.take(DroppedContent(paths=(stage.folder / "none.png",)))
    stage.settle(qtbot, lambda: page.analysed is not None)
    faces = page.inspector.faces
    assert not faces._face.isVisible() and faces._hint.text().startswith("No face was found")
    assert len(page.inspector.labels.labels.rows()) == 1


def test_what_is_no_picture_is_said_and_the_old_one_stays(analysed, stage, qtbot):
    broken = stage.folder / "broken.jpg"
    broken.write_bytes(b"no picture")
    assert drop(analysed, file_mime(broken))
    stage.settle(qtbot, lambda: bool(stage.host.errors))
    assert "broken.jpg" in str(stage.host.errors[0])
    assert analysed.analysed.name == "ada.png" and analysed.canvas.isVisible()


def test_a_long_look_can_be_cancelled(page, stage, qtbot):
    go = threading.Event()
    stage.describer.before = lambda: go.wait(10)
    try:
        page.take(DroppedContent(paths=(stage.folder / "ada.png",)))
        page._late.start(0)
        qtbot.waitUntil(page.waiting.isVisible)
        assert page.waiting.words.text() == "Looking at ada.png…"
        page._cancel()
    finally:
        go.set()
    stage.settle(qtbot)
    assert page.analysed is None and not page.waiting.isVisible() and page.empty.isVisible()


def test_clear_goes_back_to_the_empty_page(analysed):
    QTest.mouseClick(analysed.clear_button, Qt.MouseButton.LeftButton)
    assert analysed.empty.isVisible() and not analysed.inspector.isVisible()
    assert analysed.header.caption.text() == ""


def test_ctrl_i_hides_the_inspector(analysed):
    analysed.canvas.setFocus()
    QTest.keyClick(analysed.canvas, Qt.Key.Key_I, CONTROL)
    assert not analysed.inspector.isVisible()
    QTest.keyClick(analysed.canvas, Qt.Key.Key_I, CONTROL)
    assert analysed.inspector.isVisible()


def test_the_pointer_over_a_crop_lights_its_box(analysed):
    crops = analysed.inspector.faces.crops
    place = crops.visualRect(crops.model().index(1, 0)).center()
    QTest.mouseMove(crops.viewport(), QPoint(0, 0))
    QTest.mouseMove(crops.viewport(), place)
    assert analysed.selection.hovered == 1


def test_a_picture_that_lies_is_shown_upright(page, stage, qtbot):
    stage.bench.engine.lies = 90
    page.take(DroppedContent(paths=(stage.folder / "ada.png",)))
    stage.settle(qtbot, lambda: page.analysed is not None)
    assert page.header.caption.text().endswith(" · shown upright")
    assert page.canvas.picture_size == (480, 640)
    left, top, side = ADA[0][1]
    box = page.canvas.marks.boxes[0]
    # Clockwise: what was at the left is at the top, and the bottom comes to the left.
    assert (box.left, box.top) == pytest.approx((480 - top - side, left))
    whole = np.array([[0.0, 0.0], [1.0, 0.25]])
    assert page.analysed.points(whole).tolist() == [[1.0, 0.0], [0.75, 1.0]]
    crop = page.inspector.faces.images.pixmap(ImageRequest(face_key(0), 32, 32)).toImage()
    red, green, blue = ADA[0][0]
    middle = crop.pixelColor(16, 16)
    assert max(abs(middle.red() - red), abs(middle.green() - green), abs(middle.blue() - blue)) < 8
    page.inspector.labels.lit.emit(page.analysed.analysis.description.labels[0])
    (lit,) = page.canvas.highlights
    # Things are looked for in the upright picture: there their boxes are where they were found.
    assert (lit.box.left, lit.box.top) == pytest.approx((0.1, 0.1))
    assert json.loads(page.inspector.json.words())["OrientationCorrection"] == "ROTATE_90"
