"""A photo that lies on its side: noticed, offered to be turned, turned and turned back."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.geometry import LandmarkType
from app.ui.canvas.layers import LandmarkLayer
from app.ui.controller.pictures import PictureLoader, photo_key
from app.ui.photo.page import PhotoPage
from tests.gui.canvas.test_face_canvas import at, drag
from tests.gui.photo.bench import ADA

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def lying(qtbot, stage) -> PhotoPage:
    """The page on a photo of 640 x 480 whose faces say that it lies on its side."""
    bench = stage.bench
    bench.engine.lies = 90
    stage.ids = stage.add(ada=ADA)
    bench.engine.lies = 0
    page = stage.open_page(qtbot)
    page.activate(photo_pk=stage.ids[0], ids=stage.ids)
    stage.settle(qtbot, lambda: len(page.canvas.marks) == 2)
    return page


def shown_again(page: PhotoPage, stage, qtbot) -> None:
    """As the window does when rows have changed."""
    page._reload()
    stage.settle(qtbot)


@pytest.fixture
def turned(lying, stage, qtbot) -> PhotoPage:
    QTest.mouseClick(lying.notice.turn_button, LEFT)
    stage.settle(qtbot, lambda: bool(stage.host.toasts))
    shown_again(lying, stage, qtbot)
    return lying


def test_the_offer_stands_at_the_foot(lying):
    notice = lying.notice
    assert notice.isVisible() and notice.turn_button.isVisible() and not notice.button.isVisible()
    assert notice.words.text() == "This photo seems to lie on its side. Its file stays as it is."


def test_left_alone_it_is_not_asked_again(lying, stage, qtbot):
    QTest.mouseClick(lying.notice.dismiss, LEFT)
    assert not lying.notice.isVisible()
    shown_again(lying, stage, qtbot)
    assert not lying.notice.isVisible()


def test_turned_with_boxes_and_all_and_back_by_undo(turned, stage, qtbot):
    (words, change) = stage.host.toasts[-1]
    assert words == "1 photo turned in Archive"
    assert not turned.notice.isVisible()
    canvas = turned.canvas
    assert canvas.picture_size == (480, 640)
    assert (canvas.picture.width, canvas.picture.height) == (480, 640)
    left, top, side = ADA[0][1]
    assert (canvas.marks.boxes[0].left, canvas.marks.boxes[0].top) == pytest.approx((480 - top - side, left))
    stage.bench.history.undo(change)
    shown_again(turned, stage, qtbot)
    assert canvas.picture_size == (640, 480) and turned.notice.isVisible()
    assert (canvas.marks.boxes[0].left, canvas.marks.boxes[0].top) == pytest.approx((left, top))


def test_edits_are_stored_as_of_the_photo_as_it_is(turned, stage, qtbot):
    canvas = turned.canvas
    key = canvas.marks.keys[0]
    before = stage.bench.faces.views([key])[0].face.detected
    turned.selection.select(key)
    stage.settle(qtbot)
    box = canvas.box_of(key)
    drag(canvas, at(canvas, *box.center), at(canvas, box.center[0], box.center[1] + 64))
    stage.settle(qtbot)
    after = stage.bench.faces.views([key])[0].face.detected
    assert after.box.left - before.box.left == pytest.approx(0.1, abs=0.01), "down is to the right, as it is"
    assert after.box.top == pytest.approx(before.box.top, abs=0.01)
    turned.acts.set_landmark(key, LandmarkType.NOSE, 0.25, 0.5)
    stage.settle(qtbot)
    nose = stage.bench.faces.views([key])[0].face.detected.landmarks.points[2]
    assert nose.tolist() == pytest.approx([0.5, 0.75])


def test_points_are_turned_too(turned, stage, qtbot):
    turned.header.layers.set_layer(LandmarkLayer.MESH)
    key = turned.canvas.marks.keys[0]
    stage.settle(qtbot, lambda: turned.canvas.dense.has(LandmarkLayer.MESH, key))
    points = turned.canvas.dense._points[LandmarkLayer.MESH, key] * [480, 640]
    box = turned.canvas.marks.boxes[0]
    # The painted mesh runs from one fifth of the box to four fifths of it.
    across, down = 0.2 * box.width, 0.2 * box.height
    assert points.min(axis=0) == pytest.approx((box.left + across, box.top + down), abs=1)
    assert points.max(axis=0) == pytest.approx((box.right - across, box.bottom - down), abs=1)


def test_the_menu_turns_either_way(lying, stage, qtbot):
    lying.turn(270)
    stage.settle(qtbot, lambda: bool(stage.host.toasts))
    shown_again(lying, stage, qtbot)
    assert stage.bench.photos.detail(stage.collection_pk, stage.ids[0]).shown_turned == 270
    lying.turn(90)
    stage.settle(qtbot, lambda: len(stage.host.toasts) == 2)
    assert stage.bench.photos.detail(stage.collection_pk, stage.ids[0]).shown_turned == 0


def test_thumbnails_are_turned(turned, stage):
    load = PictureLoader(stage.bench.photos, stage.bench.faces)

    def pixels(key) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(load(key))))

    plain, other = pixels(photo_key(stage.ids[0])), pixels(photo_key(stage.ids[0], 90))
    assert other.shape[:2] == plain.shape[1::-1]
    assert np.abs(np.rot90(plain, -1).astype(int) - other).mean() < 3
    assert turned.filmstrip.strip.turned == {stage.ids[0]: 90}
