"""Attributes, labels and landmark layers on the Photo page: asked for when they are looked at."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.errors import ImageError
from app.services.photos import Undescribed
from app.ui.canvas.layers import LandmarkLayer
from tests.gui.canvas.test_face_canvas import at, drag

LEFT = Qt.MouseButton.LeftButton
ALT_SHIFT = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def chosen(page, stage, qtbot):
    """The page with the largest face of ada.png selected, and its attributes shown."""
    page.selection.select(page.canvas.marks.keys[0])
    stage.settle(qtbot, lambda: page.inspector.faces.attributes.attributes is not None)
    return page


def test_nothing_is_asked_before_a_face_is_looked_at(page, stage, qtbot):
    stage.settle(qtbot)
    assert stage.describer.described == 0 and stage.photo_describer.described == 0
    assert not page.inspector.faces.attributes.isVisible()


def test_a_selected_face_shows_its_attributes_and_keeps_them(chosen, stage, qtbot):
    panel = chosen.inspector.faces.attributes
    names = [bar.accessibleName() for bar in panel._bars if not bar.isHidden()]
    assert "Appears to be a man, confidence 75.0" in names
    assert stage.describer.described == 1
    assert stage.bench.photos.undescribed(stage.collection_pk) == Undescribed(3, 3)
    first, second = chosen.canvas.marks.keys
    chosen.selection.select(second)
    stage.settle(qtbot, lambda: stage.describer.described == 2)
    chosen.selection.select(first)
    assert panel.attributes is not None, "known already: shown at once"
    stage.settle(qtbot)
    assert stage.describer.described == 2


def test_a_face_that_was_moved_is_looked_at_again(chosen, stage, qtbot):
    key = chosen.selection.current
    box = chosen.canvas.box_of(key)
    start, end = at(chosen.canvas, *box.center), at(chosen.canvas, box.center[0] + 30, box.center[1] + 20)
    drag(chosen.canvas, start, end)
    stage.settle(qtbot, lambda: stage.describer.described == 2)
    stage.settle(qtbot, lambda: chosen.inspector.faces.attributes.attributes is not None)


def test_a_missing_file_says_so_and_can_be_tried_again(page, stage, qtbot):
    stage.describer.before = _fail
    page.selection.select(page.canvas.marks.keys[0])
    panel = page.inspector.faces.attributes
    stage.settle(qtbot, lambda: bool(panel._line.words.text().startswith("The disk")))
    assert stage.host.errors == [], "said in its place, not over the page"
    stage.describer.before = lambda: None
    QTest.mouseClick(panel._line.button, LEFT)
    stage.settle(qtbot, lambda: panel.attributes is not None)


def _fail() -> None:
    raise ImageError("The disk is gone", "Connect it and try again.")


def test_the_photo_tab_shows_labels_whose_boxes_light_up(page, stage, qtbot):
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    panel = page.inspector.photo.description
    stage.settle(qtbot, lambda: panel.description is not None)
    assert stage.photo_describer.described == 1
    (row,) = panel.labels.rows()
    row.setFocus()
    page.activateWindow()
    panel.lit.emit(row.label)
    assert [each.text for each in page.canvas.highlights] == ["Square"]
    panel.lit.emit(None)
    assert page.canvas.highlights == ()
    QTest.mouseClick(row, LEFT)
    assert stage.host.went[-1] == ("photos", {"label": "Square"})


def test_another_photo_brings_its_own_labels(page, stage, qtbot):
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    stage.settle(qtbot, lambda: page.inspector.photo.description.description is not None)
    page.step(1)
    stage.settle(qtbot, lambda: stage.photo_describer.described == 2)
    stage.settle(qtbot, lambda: page.inspector.photo.description.description is not None)
    page.step(-1)
    stage.settle(qtbot, lambda: page.header.name.text() == "ada.png")
    assert page.inspector.photo.description.description is not None
    assert stage.photo_describer.described == 2, "kept"


def test_the_thirty_and_the_mesh_of_every_face(page, stage, qtbot):
    keys = page.canvas.marks.keys
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_L)
    QTest.keyClick(page.canvas, Qt.Key.Key_L)
    dense = page.canvas.dense
    stage.settle(qtbot, lambda: all(dense.has(LandmarkLayer.THIRTY, key) for key in keys))
    shown = page.canvas.grab().toImage()
    QTest.keyClick(page.canvas, Qt.Key.Key_L)
    stage.settle(qtbot, lambda: all(dense.has(LandmarkLayer.MESH, key) for key in keys))
    assert page.canvas.grab().toImage() != shown
    page.step(1)
    others = set(keys)
    stage.settle(qtbot, lambda: not others & set(page.canvas.marks.keys))
    stage.settle(qtbot, lambda: all(dense.has(LandmarkLayer.MESH, key) for key in page.canvas.marks.keys))
    assert not any(dense.has(LandmarkLayer.MESH, key) for key in keys), "those of the other photo are let go"


def test_only_the_five_can_be_taken(chosen, stage, qtbot):
    canvas, key = chosen.canvas, chosen.selection.current
    chosen.header.layers.set_layer(LandmarkLayer.THIRTY)
    stage.settle(qtbot)
    assert not canvas.show_landmarks
    x, y = canvas.points_of(key)[0]
    before = stage.bench.faces.views([key])[0].face.detected.landmarks
    drag(canvas, at(canvas, x, y), at(canvas, x + 6, y))
    stage.settle(qtbot)
    moved = stage.bench.faces.views([key])[0].face.detected.landmarks.points - before.points
    assert np.ptp(moved[:, 0]) < 1e-6, "the whole box was moved, no single landmark"


def test_the_layer_key_on_a_selected_face(chosen, stage, qtbot):
    QTest.keyClick(chosen.canvas, Qt.Key.Key_L, ALT_SHIFT)
    assert chosen.canvas.layer is LandmarkLayer.FIVE
    stage.settle(qtbot)


def test_a_dragged_face_takes_its_points_along(chosen, stage, qtbot):
    key = chosen.selection.current
    chosen.canvas.nudge(7, -3, False)
    assert chosen.canvas.shift_of(key) == pytest.approx((7, -3))
    chosen.canvas.nudge(5, 5, True)
    assert chosen.canvas.shift_of(key) == (0.0, 0.0), "a resized box says nothing of where the points went"
    chosen.canvas.settle()
    stage.settle(qtbot)


def test_the_json_has_all_attributes(chosen, stage, qtbot):
    tab = chosen.inspector.json
    chosen.inspector.tabs.setCurrentWidget(tab)

    def complete() -> bool:
        shown = json.loads(tab.text.toPlainText() or "{}")
        return all(
            "AgeRange" in record["FaceDetail"] for record in shown.get("FaceRecords", [{"FaceDetail": ()}])
        )

    stage.settle(qtbot, complete)
    tab.choice.set_current("request")
    assert json.loads(tab.words())["DetectionAttributes"] == ["ALL"]
