"""The canvas under a real mouse and real keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.geometry import BoundingBox, Landmarks, LandmarkType
from app.ui.canvas.canvas import FaceCanvas
from app.ui.canvas.geometry import Handle
from app.ui.canvas.layers import LandmarkLayer
from app.ui.canvas.marks import Mark, Marks, Stroke, Tag
from app.ui.canvas.picture import mipmaps
from app.ui.canvas.selection import FaceSelection
from app.ui.canvas.tools import Tool

WIDTH, HEIGHT = 800, 400
POINTS = Landmarks(np.array([[0.2, 0.3], [0.28, 0.3], [0.24, 0.4], [0.2, 0.5], [0.28, 0.5]], np.float32))


@pytest.fixture
def canvas(qtbot, theme):
    canvas = FaceCanvas(theme, FaceSelection())
    qtbot.addWidget(canvas)
    canvas.resize(800, 600)
    pixels = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    canvas.set_picture(mipmaps(pixels, WIDTH, HEIGHT), WIDTH, HEIGHT)
    marks = [
        Mark(11, BoundingBox(0.15, 0.2, 0.2, 0.4), POINTS, Stroke.SOLID, "#DA2A78", Tag("Ada", "97.1")),
        Mark(12, BoundingBox(0.6, 0.2, 0.2, 0.4), None, Stroke.DASHED, "#FFFFFF", Tag("Not named")),
    ]
    canvas.set_marks(Marks(marks, WIDTH, HEIGHT))
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.setFocus()
    return canvas


def at(canvas: FaceCanvas, x: float, y: float) -> QPoint:
    """The view position of a picture pixel."""
    point = canvas.viewportTransform().map(QPointF(x, y))
    return point.toPoint()


def drag(canvas: FaceCanvas, start: QPoint, end: QPoint, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    port = canvas.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, modifier, start)
    middle = QPoint((start.x() + end.x()) // 2, (start.y() + end.y()) // 2)
    for point in (middle, end):
        local = QPointF(point)
        from PySide6.QtGui import QMouseEvent

        move = QMouseEvent(
            QEvent.Type.MouseMove,
            local,
            port.mapToGlobal(local),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            modifier,
        )
        QApplication.sendEvent(port, move)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, modifier, end)


def test_starts_fitted_and_follows_the_window(canvas, qtbot):
    assert canvas.fitted
    assert canvas.scale_now == pytest.approx(1.0)
    canvas.resize(400, 600)
    qtbot.waitUntil(lambda: canvas.scale_now == pytest.approx(0.5))


def test_click_selects_and_a_click_beside_deselects(canvas, qtbot):
    with qtbot.waitSignal(canvas.picked) as got:
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, 180, 150))
    assert got.args == [11]
    assert canvas.selection.current == 11
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, 400, 350))
    assert canvas.selection.current is None


def test_hover_goes_through_the_shared_selection(canvas):
    QTest.mouseMove(canvas.viewport(), at(canvas, 520, 120))
    assert canvas.selection.hovered == 12
    QTest.mouseMove(canvas.viewport(), at(canvas, 400, 380))
    assert canvas.selection.hovered is None


def test_tab_steps_through_the_faces_and_then_leaves(canvas):
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.selection.current == 11
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.selection.current == 12
    QTest.keyClick(canvas, Qt.Key.Key_Backtab)
    assert canvas.selection.current == 11
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.selection.current is None


def test_dragging_the_selected_face_moves_it(canvas, qtbot):
    canvas.selection.select(12)
    with qtbot.waitSignal(canvas.box_edited) as got:
        drag(canvas, at(canvas, 560, 150), at(canvas, 600, 170))
    key, box = got.args
    assert key == 12
    assert (box.left, box.top) == pytest.approx((0.65, 0.25))
    assert (box.width, box.height) == pytest.approx((0.2, 0.4))
    # Shown where it was dropped until the service has answered.
    assert canvas.box_of(12).left == pytest.approx(520)


def test_dragging_another_face_changes_nothing(canvas):
    edits = []
    canvas.box_edited.connect(lambda *a: edits.append(a))
    drag(canvas, at(canvas, 560, 150), at(canvas, 600, 170))
    assert edits == []


@pytest.mark.parametrize("handle", list(Handle))
def test_every_handle_resizes(canvas, qtbot, handle):
    canvas.selection.select(12)
    before = canvas.box_of(12)
    x, y = handle.at(before)
    across, down = handle.value
    with qtbot.waitSignal(canvas.box_edited) as got:
        drag(canvas, at(canvas, x, y), at(canvas, x + 20 * across, y + 20 * down))
    box = got.args[1]
    assert box.width * WIDTH == pytest.approx(before.width + 20 * abs(across), abs=1)
    assert box.height * HEIGHT == pytest.approx(before.height + 20 * abs(down), abs=1)


def test_a_landmark_is_moved(canvas, qtbot):
    canvas.set_layers(landmarks=LandmarkLayer.FIVE)
    canvas.selection.select(11)
    with qtbot.waitSignal(canvas.landmark_edited) as got:
        drag(canvas, at(canvas, 0.24 * WIDTH, 0.4 * HEIGHT), at(canvas, 0.3 * WIDTH, 0.45 * HEIGHT))
    key, kind, x, y = got.args
    assert (key, kind) == (11, LandmarkType.NOSE)
    assert (x, y) == pytest.approx((0.3, 0.45), abs=0.01)


def test_draw_a_missed_face(canvas, qtbot):
    canvas.set_tool(Tool.DRAW)
    with qtbot.waitSignal(canvas.face_drawn) as got:
        drag(canvas, at(canvas, 320, 100), at(canvas, 400, 220))
    box = got.args[0]
    assert (box.left, box.top, box.width, box.height) == pytest.approx((0.4, 0.25, 0.1, 0.3), abs=0.01)


def test_a_click_draws_nothing_and_escape_ends_a_draw(canvas):
    drawn = []
    canvas.face_drawn.connect(drawn.append)
    canvas.set_tool(Tool.DRAW)
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, 320, 100))
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, 320, 100))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, 420, 300))
    assert drawn == []
    assert canvas.tool is Tool.DRAW
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is Tool.SELECT


def test_arrows_nudge_and_leave_as_one_edit(canvas, qtbot):
    canvas.selection.select(12)
    edits = []
    canvas.box_edited.connect(lambda key, box: edits.append((key, box)))
    for _ in range(3):
        QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert edits == []
    qtbot.waitUntil(lambda: bool(edits), timeout=2000)
    assert len(edits) == 1
    key, box = edits[0]
    assert key == 12
    assert box.left * WIDTH == pytest.approx(0.6 * WIDTH + 3)
    assert box.top * HEIGHT == pytest.approx(0.2 * HEIGHT + 10)


def test_alt_arrows_resize_and_selecting_another_face_settles_at_once(canvas):
    canvas.selection.select(12)
    edits = []
    canvas.box_edited.connect(lambda key, box: edits.append(box))
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    both = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(canvas, Qt.Key.Key_Up, both)
    canvas.selection.select(11)
    assert len(edits) == 1
    assert edits[0].width * WIDTH == pytest.approx(0.2 * WIDTH + 1)
    assert edits[0].height * HEIGHT == pytest.approx(0.4 * HEIGHT - 10)


def test_letters_name_the_selected_face_only(canvas):
    asked = []
    canvas.naming_wanted.connect(lambda key, text: asked.append((key, text)))
    QTest.keyClick(canvas, "a")
    assert asked == []
    canvas.selection.select(11)
    QTest.keyClick(canvas, "b")
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    QApplication.sendEvent(canvas, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, "é"))
    composed = QInputMethodEvent("", [])
    composed.setCommitString("山")
    QApplication.sendEvent(canvas, composed)
    assert asked == [(11, "b"), (11, ""), (11, "é"), (11, "山")]


def test_letters_are_taken_from_the_pages_shortcuts_while_a_face_is_selected(canvas):
    def overridden() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_B, Qt.KeyboardModifier.NoModifier, "b")
        event.ignore()
        QApplication.sendEvent(canvas, event)
        return event.isAccepted()

    assert not overridden()
    canvas.selection.select(11)
    assert overridden()


def test_delete_asks_for_deletion(canvas, qtbot):
    canvas.selection.select(12)
    with qtbot.waitSignal(canvas.deletion_wanted) as got:
        QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert got.args == [12]


def wheel(canvas: FaceCanvas, position: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(position),
        canvas.viewport().mapToGlobal(QPointF(position)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


def test_the_wheel_zooms_about_the_pointer(canvas):
    canvas.zoom_to(2.0)
    position = QPoint(200, 250)
    under = canvas.to_picture(position)
    wheel(canvas, position, 3)
    assert canvas.zoom == pytest.approx(2.0 * 1.25**3)
    after = canvas.to_picture(position)
    # Scroll bars count whole pixels, so the point may drift by less than one on the screen.
    assert abs(after.x() - under.x()) * canvas.scale_now <= 1.5
    assert abs(after.y() - under.y()) * canvas.scale_now <= 1.5
    wheel(canvas, position, -40)
    assert canvas.zoom == pytest.approx(canvas.lowest_zoom)


def test_space_drag_pans(canvas):
    canvas.zoom_to(4.0)
    before = canvas.seen
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    drag(canvas, QPoint(400, 300), QPoint(300, 260))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.seen.left == pytest.approx(before.left + 25, abs=1)
    assert canvas.seen.top == pytest.approx(before.top + 10, abs=1)
    assert canvas.selection.current is None


def test_the_pixels_behind_a_thumbnail_keep_the_view(canvas):
    canvas.zoom_to(3.0)
    seen = canvas.seen
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    canvas.set_picture(mipmaps(pixels, WIDTH, HEIGHT), WIDTH, HEIGHT)
    assert canvas.seen == seen
    canvas.set_picture(mipmaps(pixels[:, :300].copy(), 300, HEIGHT), 300, HEIGHT)
    assert canvas.fitted


def test_fit_is_animated_unless_motion_is_reduced(canvas, qtbot, theme):
    theme.set_reduce_motion(False)
    canvas.zoom_to(4.0)
    canvas.fit()
    assert canvas.zoom > 3
    qtbot.waitUntil(lambda: canvas.scale_now == pytest.approx(1.0))
    theme.set_reduce_motion(True)
    canvas.zoom_to(4.0)
    canvas.fit()
    assert canvas.scale_now == pytest.approx(1.0)


def test_a_read_only_canvas_only_picks(qtbot, theme, canvas):
    canvas.editable = False
    asked = []
    for signal in (canvas.naming_wanted, canvas.deletion_wanted, canvas.box_edited):
        signal.connect(lambda *a: asked.append(a))
    canvas.selection.select(12)
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_A, Qt.Key.Key_Right):
        QTest.keyClick(canvas, key)
    drag(canvas, at(canvas, 560, 150), at(canvas, 600, 170))
    with qtbot.waitSignal(canvas.picked):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert asked == []


def test_it_paints_at_twice_the_density(canvas):
    from PySide6.QtGui import QImage

    canvas.set_layers(landmarks=LandmarkLayer.FIVE)
    canvas.selection.select(11)
    image = QImage(1600, 1200, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2)
    canvas.viewport().render(image)
    box = canvas.view_box_of(11)
    # The outer white stroke of the selection, one pixel outside the box's top edge.
    color = image.pixelColor(round(box.center[0] * 2 + 40), round((box.top - 1) * 2))
    assert color.lightness() > 200


def test_halvings_are_means_of_an_odd_sized_picture(theme):
    pixels = np.random.default_rng(1).integers(0, 256, (701, 1403, 3), np.uint8)
    levels = mipmaps(pixels, 1403, 701).levels
    assert [(level.width(), level.height()) for level in levels] == [(1403, 701), (701, 350), (350, 175)]
    mean = pixels[:2, :2].reshape(4, 3).mean(axis=0)
    color = levels[1].pixelColor(0, 0)
    assert (color.red(), color.green(), color.blue()) == pytest.approx(tuple(mean), abs=1)


def test_the_smallest_sharp_level_is_drawn(theme):
    picture = mipmaps(np.zeros((800, 1600, 3), np.uint8), 1600, 800)
    assert picture.for_scale(1.0).width() == 1600
    assert picture.for_scale(0.5).width() == 800
    assert picture.for_scale(0.3).width() == 800
    assert picture.for_scale(0.1).width() == 400
    assert picture.for_scale(4.0).width() == 1600
