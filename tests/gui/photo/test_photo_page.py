"""The Photo page with real services over painted photos, under real keys and a real mouse."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.geometry import BoundingBox
from app.ui.canvas.layers import LandmarkLayer
from app.ui.canvas.mime import dragged_faces
from app.ui.canvas.tools import Tool
from app.ui.controller.host import Page
from tests.gui.canvas.test_face_canvas import at, drag
from tests.gui.photo.bench import Stage

NONE = Qt.KeyboardModifier.NoModifier


def faces_of(stage: Stage, photo: int):
    return stage.bench.photos.detail(stage.collection_pk, stage.ids[photo]).faces


def test_shows_the_photo_its_place_and_its_faces(page, stage):
    assert isinstance(page, Page)
    assert page.header.name.text() == "ada.png"
    assert page.header.caption.text() == "1 of 3"
    assert page.canvas.picture_size == (640, 480)
    assert page.canvas.picture.levels[0].width() == 640
    assert page.inspector.faces._count.text() == "2 faces"
    tags = [mark.tag.text for mark in page.canvas.marks]
    assert tags == ["Not named", "Not named"]


def test_letters_name_the_selected_face(page, stage, qtbot):
    face = page.selection.order[0]
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_Tab)
    assert page.selection.current == face
    QTest.keyClick(page.canvas, "A")
    assert page.editor.isVisible()
    QTest.keyClicks(page.editor, "da Lovelace")
    QTest.keyClick(page.editor, Qt.Key.Key_Return)
    stage.settle(qtbot, lambda: bool(stage.host.toasts))
    stage.settle(qtbot, lambda: page.canvas.marks.get(face).tag.text == "Ada Lovelace")
    assert page.selection.current == face
    assert faces_of(stage, 0)[0].user.display_name == "Ada Lovelace"
    # Undo takes the change that the toast names back.
    stage.bench.history.undo(stage.host.toasts[0][1])
    assert faces_of(stage, 0)[0].user is None


def test_escape_leaves_the_name_as_it_was(page, stage):
    page.selection.select(page.selection.order[0])
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, "x")
    QTest.keyClick(page.editor, Qt.Key.Key_Escape)
    assert not page.editor.isVisible()
    assert stage.host.toasts == []
    assert stage.host.went == []


def test_the_same_face_elsewhere_is_suggested_and_confirmed(page, stage, qtbot):
    first = page.selection.order[0]
    stage.bench.users.name_faces(stage.collection_pk, [first], "Ada")
    page.show_photo(stage.ids[1])
    stage.settle(qtbot, lambda: len(page._state.suggestions) == 1)
    suggested = page.selection.order[0]
    assert page.canvas.marks.get(suggested).tag.text == "Ada?"
    page.selection.select(suggested)
    assert page.inspector.faces.confirm.isVisible()
    QTest.mouseClick(page.inspector.faces.confirm, Qt.MouseButton.LeftButton)
    stage.settle(qtbot, lambda: page.canvas.marks.get(suggested).tag.text == "Ada")


def test_a_rejection_is_remembered(page, stage, qtbot):
    stage.bench.users.name_faces(stage.collection_pk, [page.selection.order[0]], "Ada")
    page.show_photo(stage.ids[1])
    stage.settle(qtbot, lambda: len(page._state.suggestions) == 1)
    suggested = page.selection.order[0]
    page.selection.select(suggested)
    QTest.mouseClick(page.inspector.faces.reject, Qt.MouseButton.LeftButton)
    stage.settle(qtbot, lambda: page._state.asked and not page._state.suggestions)
    assert page.canvas.marks.get(suggested).tag.text == "Not named"


def test_delete_removes_the_face_undoably(page, stage, qtbot):
    page.selection.select(page.selection.order[1])
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_Delete)
    stage.settle(qtbot, lambda: len(page.canvas.marks) == 1)
    stage.bench.history.undo(stage.host.toasts[0][1])
    assert len(faces_of(stage, 0)) == 2


def test_moving_a_box_embeds_the_face_again(page, stage, qtbot):
    face = page.selection.order[0]
    before = faces_of(stage, 0)[0].face.detected.box
    page.selection.select(face)
    box = page.canvas.marks.box(face)
    start = at(page.canvas, *box.center)
    drag(page.canvas, start, start + QPoint(20, 0))
    stage.settle(qtbot, lambda: bool(stage.host.toasts))
    stage.settle(qtbot)
    after = faces_of(stage, 0)[0].face.detected.box
    moved = (after.left - before.left) * 640
    assert moved == pytest.approx(20 / page.canvas.scale_now, abs=1.5)
    assert page.canvas.marks.box(face).left == pytest.approx(after.left * 640)


def test_an_edit_that_fails_is_shown_as_it_was(page, stage, qtbot):
    (stage.folder / "ada.png").unlink()
    face = page.selection.order[0]
    page.selection.select(face)
    before = page.canvas.marks.box(face)
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    page.canvas.settle()
    stage.settle(qtbot, lambda: bool(stage.host.errors))
    stage.settle(qtbot, lambda: page.canvas.box_of(face) == before)


def test_draw_a_missed_face(page, stage, qtbot):
    page.show_photo(stage.ids[2])
    stage.settle(qtbot, lambda: page.header.name.text() == "none.png")
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_D)
    assert page.canvas.tool is Tool.DRAW
    assert page.header.tools.current() == "draw"
    drag(page.canvas, at(page.canvas, 100, 100), at(page.canvas, 200, 220))
    stage.settle(qtbot, lambda: len(page.canvas.marks) == 1)
    assert page.selection.current == page.selection.order[0]
    assert page.canvas.tool is Tool.SELECT


def test_keys_of_the_page(page, stage, qtbot):
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_1)
    assert page.canvas.zoom == pytest.approx(1.0)
    QTest.keyClick(page.canvas, Qt.Key.Key_Plus)
    assert page.canvas.zoom > 1
    QTest.keyClick(page.canvas, Qt.Key.Key_0)
    assert page.canvas.fitted
    for key, toggle in (("B", page.header.boxes), ("N", page.header.names)):
        before = toggle.isChecked()
        QTest.keyClick(page.canvas, key)
        assert toggle.isChecked() is not before
    layers = []
    for _ in range(4):
        QTest.keyClick(page.canvas, "L")
        layers.append(page.canvas.layer)
    order = LandmarkLayer
    assert layers == [order.FIVE, order.THIRTY, order.MESH, order.OFF]
    stage.settle(qtbot)
    QTest.keyClick(page.canvas, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert not page.inspector.isVisible()
    QTest.keyClick(page.canvas, Qt.Key.Key_Right)
    stage.settle(qtbot, lambda: page.header.name.text() == "bob.png")
    assert page.header.caption.text() == "2 of 3"
    QTest.keyClick(page.canvas, Qt.Key.Key_Left)
    stage.settle(qtbot, lambda: page.header.name.text() == "ada.png")
    QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
    assert stage.host.went[0][0] == "photos"


def test_letters_act_with_alt_shift_on_a_selected_face(page):
    page.selection.select(page.selection.order[0])
    page.canvas.setFocus()
    both = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(page.canvas, Qt.Key.Key_B, both)
    assert not page.header.boxes.isChecked()
    assert not page.editor.isVisible()


def test_hover_is_linked_both_ways(page):
    crops = page.inspector.faces.crops
    second = page.selection.order[1]
    QTest.mouseMove(crops.viewport(), crops.visualRect(crops.model().index(1)).center())
    assert page.selection.hovered == second
    box = page.canvas.marks.box(page.selection.order[0])
    QTest.mouseMove(page.canvas.viewport(), at(page.canvas, *box.center))
    assert page.selection.hovered == page.selection.order[0]


def test_a_crop_carries_its_face(page):
    model = page.inspector.faces.crops.model()
    mime = model.mimeData([model.index(1)])
    assert dragged_faces(mime) == [page.selection.order[1]]


def test_the_crop_list_selects(page):
    crops = page.inspector.faces.crops
    center = crops.visualRect(crops.model().index(1)).center()
    QTest.mouseClick(crops.viewport(), Qt.MouseButton.LeftButton, NONE, center)
    assert page.selection.current == page.selection.order[1]
    QTest.keyClick(crops, Qt.Key.Key_Left)
    assert page.selection.current == page.selection.order[0]


def test_json_has_rekognitions_shape(page, stage):
    page.canvas.setFocus()
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(page.canvas, Qt.Key.Key_C, control)
    response = json.loads(QGuiApplication.clipboard().text())
    record = response["FaceRecords"][0]
    view = faces_of(stage, 0)[0]
    assert record["Face"]["FaceId"] == view.face.face_id
    assert record["Face"]["ImageId"] == view.face.image_id
    assert set(record["FaceDetail"]) == {"BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"}
    assert len(record["FaceDetail"]["Landmarks"]) == 5
    tab = page.inspector.json
    page.inspector.tabs.setCurrentWidget(tab)
    tab.view("request")
    assert json.loads(tab.text.toPlainText()) == {
        "CollectionId": stage.bench.collections.by_pk(stage.collection_pk).collection_id,
        "Image": {"Bytes": "<base64 of ada.png>"},
        "DetectionAttributes": ["DEFAULT"],
        "QualityFilter": "AUTO",
    }
    assert not tab.note.isVisible()
    tab.view("aws")
    line = tab.text.toPlainText()
    assert line.startswith(f"likeness --library {stage.folder / 'library'} aws rekognition index-faces")
    assert f"--image-bytes fileb://{stage.folder / 'ada.png'}" in line


def test_what_no_request_says_of_a_photo_is_said(page, stage, qtbot):
    tab = page.inspector.json
    page.inspector.tabs.setCurrentWidget(tab)
    first, second = faces_of(stage, 0)
    stage.bench.faces.hide([first.face.id], True)
    stage.bench.face_edits.set_box(second.face.id, BoundingBox(0.5, 0.2, 0.1, 0.1))
    page._reload()
    stage.settle(qtbot, lambda: len(tab.note.sentences()) == 2)
    by_hand, hidden = tab.note.sentences()
    assert by_hand.startswith("1 face is drawn or moved by hand.")
    assert hidden.startswith("1 face is hidden here.")
    assert len(json.loads(tab.words())["FaceRecords"]) == 2


def test_a_missing_file_is_said_with_the_thumbnail(page, stage, qtbot):
    stage.bench.photos.thumbnail(stage.ids[1])
    (stage.folder / "bob.png").unlink()
    stage.bench.photos.check_files()
    page.show_photo(stage.ids[1])
    stage.settle(qtbot, lambda: page.notice.isVisible())
    assert "missing" in page.notice.words.text()
    assert str(stage.folder / "bob.png") in page.notice.words.text()
    assert page.notice.button.isVisible()
    assert page.canvas.picture is not None
    assert len(page.canvas.marks) == 2


def test_a_photo_that_was_removed_gives_way_to_the_next(page, stage, qtbot):
    changes = stage.bench.photos.remove(stage.collection_pk, [stage.ids[0]])
    page.apply_changes(changes)
    stage.settle(qtbot, lambda: page.header.name.text() == "bob.png")
    assert page.header.caption.text() == "1 of 2"


def test_the_filmstrip_steps_and_jumps(page, stage, qtbot):
    strip = page.filmstrip.strip
    spot = strip.cell(2).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, NONE, spot.toPoint())
    stage.settle(qtbot, lambda: page.header.name.text() == "none.png")
    assert not page.filmstrip.next.isEnabled()
    QTest.mouseClick(page.filmstrip.previous, Qt.MouseButton.LeftButton)
    stage.settle(qtbot, lambda: page.header.name.text() == "bob.png")


def test_a_hundred_thousand_photos_in_the_strip(page, qtbot):
    import numpy as np

    strip = page.filmstrip.strip
    strip.set_ids(np.arange(1, 100_001), 54_321)
    assert strip.row_at(strip.cell(54_321).center().x()) == 54_321
    assert strip.row_at(strip.cell(54_325).center().x()) == 54_325
    strip.viewport().repaint()


def test_the_navigator_moves_the_view(page, qtbot):
    page.canvas.zoom_to(6.0)
    assert page.navigator.isVisible()
    QTest.mouseClick(page.navigator, Qt.MouseButton.LeftButton, NONE, QPoint(160, 110))
    seen = page.canvas.seen
    assert seen.center[0] > 450
    page.canvas.fit()
    assert not page.navigator.isVisible()


def test_everything_has_a_name_for_screen_readers(page):
    from PySide6.QtWidgets import QAbstractButton

    nameless = [
        button
        for button in page.findChildren(QAbstractButton)
        if button.isVisible() and not (button.accessibleName() or button.text())
    ]
    assert nameless == []
    assert QApplication.focusWidget() is not None
    assert page.canvas.viewportTransform().map(QPointF(0, 0)) is not None
