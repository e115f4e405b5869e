"""Faces that were found and not kept: why, where they are, and how each is taken in."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.domain.errors import LikenessError
from app.domain.geometry import BoundingBox
from app.inference.quality_filter import Bars, QualityBars, QualityFilter, Reason
from app.services import shapes
from app.services.photos import UnindexedFace
from app.ui.photo.left_out import FIRST, LeftOutList, sentence
from app.ui.photo.page import PhotoPage
from app.ui.photo.response import request_json, response_json
from tests.fakes import Square, painted, person_color, save_image

LEFT = Qt.MouseButton.LeftButton
# A large face, and two that are left out: one too small and too blurred (44 pixels), one of 64 too small.
SQUARES: tuple[Square, ...] = (
    (person_color(0), (60, 60, 120)),
    (person_color(1), (300, 80, 44)),
    (person_color(2), (440, 240, 64)),
)


@pytest.fixture
def some(qtbot, stage) -> PhotoPage:
    """The page on a photo with one face kept and two left out, the Photo tab in sight."""
    bench = stage.bench
    bench.engine.bars = QualityBars({QualityFilter.HIGH: Bars(side=100, sharpness=50)})
    bench.engine.lies = 90
    job = bench.ingest.index_paths(
        stage.collection_pk,
        [save_image(stage.folder / "some.png", painted(SQUARES))],
        quality=QualityFilter.HIGH,
    )
    bench.ingest.run_to_end(job.id)
    bench.engine.lies = 0
    stage.ids = [*bench.photos.listing(stage.collection_pk).ids.tolist(), *stage.add(none=())]
    page = stage.open_page(qtbot)
    page.activateWindow()
    page.activate(photo_pk=stage.ids[0], ids=stage.ids)
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    stage.settle(qtbot, lambda: len(page.canvas.marks) == 1)
    return page


def detail(stage):
    return stage.bench.photos.detail(stage.collection_pk, stage.ids[0])


def words(page) -> list[str]:
    return [row.words.text() for row in page.inspector.photo.left_out.rows()]


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ((Reason.LOW_SHARPNESS,), "Too blurred to be found again"),
        (
            (Reason.SMALL_BOUNDING_BOX, Reason.LOW_BRIGHTNESS, Reason.LOW_SHARPNESS, Reason.LOW_FACE_QUALITY),
            "Too dark, too blurred and too small to be found again",
        ),
        (
            (Reason.LOW_CONFIDENCE, Reason.EXTREME_POSE),
            "Turned too far away to be found again. May not be a face",
        ),
        ((Reason.LOW_FACE_QUALITY,), "Too little of the face can be made out to find it again"),
        ((Reason.EXCEEDS_MAX_FACES,), "More faces were found than were asked for"),
        (("NEW_REASON",), "NEW_REASON"),
        ((), "No reason was given"),
    ],
)
def test_the_reasons_in_a_sentence(reasons, said):
    assert sentence(reasons) == said


def test_every_reason_has_words_of_its_own():
    said = [sentence([reason]) for reason in Reason]
    assert len(set(said)) == len(Reason)
    assert not any("_" in each for each in said)


def test_each_is_listed_with_its_reasons(some):
    assert words(some) == ["Too small to be found again", "Too blurred and too small to be found again"]
    (first, second) = some.inspector.photo.left_out.rows()
    assert (first.button.text(), first.button.isVisible()) == ("Add face", True)
    assert first.button.accessibleName() == "Add face 1: Too small to be found again"
    assert second.button.accessibleName() == "Add face 2: Too blurred and too small to be found again"
    assert first.button.toolTip()


def test_added_by_mouse_and_taken_back_by_undo(some, stage, qtbot):
    before = detail(stage)
    QTest.mouseClick(some.inspector.photo.left_out.rows()[1].button, LEFT)
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 2)
    ((text, change),) = stage.host.toasts
    assert text == "Face taken in on some.png"
    assert words(some) == ["Too small to be found again"]
    added = next(view.face for view in detail(stage).faces if view.face.id == some.selection.current)
    assert added.detected == before.unindexed[1].detected
    some.apply_changes(stage.bench.history.undo(change))
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 1)
    assert len(words(some)) == 2
    changes = stage.bench.history.redo_last()
    some.apply_changes(changes)
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 2)
    assert len(words(some)) == 1


def test_added_one_after_the_other_by_keys(some, stage, qtbot):
    lists = some.inspector.photo.left_out
    lists.rows()[0].button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(lists.rows()[0].button, Qt.Key.Key_Tab)
    assert lists.focused() == 1
    QTest.keyClick(lists.rows()[1].button, Qt.Key.Key_Backtab)
    QTest.keyClick(lists.rows()[0].button, Qt.Key.Key_Space)
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 2)
    assert lists.focused() == 0, "the focus goes on to the next"
    assert words(some) == ["Too blurred and too small to be found again"]
    QTest.keyClick(lists.rows()[0].button, Qt.Key.Key_Space)
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 3)
    assert words(some) == [] and not lists.isVisible()
    assert some.canvas.hasFocus() and some.selection.current is not None, "a name can be typed at once"
    assert some.canvas.highlights == ()


def test_a_second_click_adds_no_other_face(some, stage, qtbot):
    first, second = some.inspector.photo.left_out.rows()
    QTest.mouseClick(first.button, LEFT)
    assert first.button.text() == "Adding…"
    QTest.mouseClick(first.button, LEFT)
    QTest.mouseClick(second.button, LEFT)
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 2)
    stage.settle(qtbot)
    assert len(detail(stage).unindexed) == 1 and len(stage.host.toasts) == 1 and stage.host.errors == []


def test_one_that_cannot_be_added_can_be_tried_again(some, stage, qtbot):
    file = stage.folder / "some.png"
    content = file.read_bytes()
    file.unlink()
    row = some.inspector.photo.left_out.rows()[0]
    QTest.mouseClick(row.button, LEFT)
    stage.settle(qtbot, lambda: bool(stage.host.errors))
    assert isinstance(stage.host.errors[0], LikenessError)
    file.write_bytes(content)
    (row, _other) = some.inspector.photo.left_out.rows()
    assert row.button.text() == "Add face"
    QTest.mouseClick(row.button, LEFT)
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 2)


def test_its_box_lights_up_under_the_pointer_and_the_focus(some, stage, qtbot):
    first, second = some.inspector.photo.left_out.rows()
    boxes = [face.box for face in detail(stage).unindexed]
    canvas = some.canvas
    dark = canvas.grab().toImage()
    first.button.setFocus(Qt.FocusReason.TabFocusReason)
    assert [(each.box, each.text) for each in canvas.highlights] == [(boxes[0], "Not kept")]
    assert canvas.grab().toImage() != dark
    QTest.mouseMove(some.window(), second.mapTo(some.window(), QPoint(20, second.height() // 2)))
    qtbot.waitUntil(lambda: [each.box for each in canvas.highlights] == [boxes[1]])
    QTest.mouseMove(some.window(), QPoint(200, 20))
    qtbot.waitUntil(lambda: [each.box for each in canvas.highlights] == [boxes[0]])
    canvas.setFocus()
    assert canvas.highlights == ()


def test_the_box_lies_where_the_turned_photo_has_it(some, stage, qtbot):
    some.turn(90)
    stage.settle(qtbot, lambda: bool(stage.host.toasts))
    some._reload()
    stage.settle(qtbot, lambda: some.canvas.picture_size == (480, 640))
    some.inspector.photo.left_out.rows()[0].button.setFocus()
    (lit,) = some.canvas.highlights
    _color, (left, top, side) = SQUARES[2]
    at = (lit.box.left * 480, lit.box.top * 640, lit.box.width * 480, lit.box.height * 640)
    assert at == pytest.approx((480 - top - side, left, side, side))
    before = detail(stage).unindexed[0].detected
    QTest.keyClick(some.inspector.photo.left_out.rows()[0].button, Qt.Key.Key_Space)
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 2)
    assert before in [view.face.detected for view in detail(stage).faces], "stored as of the photo as it is"


def test_the_page_stays_scrolled(some, stage, qtbot):
    some.resize(960, 300)
    tab = some.inspector.photo
    qtbot.waitUntil(lambda: tab.verticalScrollBar().maximum() > 200)
    row = tab.left_out.rows()[1]
    tab.ensureWidgetVisible(row)
    scrolled = tab.verticalScrollBar().value()
    assert scrolled > 0
    QTest.mouseClick(row.button, LEFT)
    stage.settle(qtbot, lambda: len(some.canvas.marks) == 2)
    qtbot.wait(20)
    assert tab.verticalScrollBar().value() == scrolled
    (left,) = tab.left_out.rows()
    assert left.button.hasFocus() and not left.visibleRegion().isEmpty()
    some.show_photo(stage.ids[1])
    stage.settle(qtbot, lambda: some.header.name.text() == "none.png")
    assert tab.verticalScrollBar().value() == 0, "another photo is shown from its head"


def test_another_photo_has_none(some, stage, qtbot):
    some.inspector.photo.left_out.rows()[0].button.setFocus()
    some.show_photo(stage.ids[1])
    stage.settle(qtbot, lambda: some.header.name.text() == "none.png")
    assert words(some) == [] and some.canvas.highlights == ()


def test_many_are_shown_on_demand(qtbot, theme):
    lists = LeftOutList(theme)
    qtbot.addWidget(lists)
    faces = [
        UnindexedFace(BoundingBox(at / 100, 0.1, 0.01, 0.01), 90.0, ("LOW_SHARPNESS",)) for at in range(9)
    ]
    lists.set_faces(faces, False)
    lists.show()
    assert len(lists.rows()) == FIRST
    assert lists._more.isVisible() and lists._more.text() == "Show all 9"
    QTest.mouseClick(lists._more, LEFT)
    assert len(lists.rows()) == 9 and not lists._more.isVisible()
    lists.set_faces(faces[1:], True)
    assert len(lists.rows()) == 8, "still all of them, when one was taken in"
    lists.set_faces(faces[1:8], False)
    assert len(lists.rows()) == FIRST, "of another photo the first ones"


def test_the_json_tells_what_indexing_answered(some, stage):
    found = response_json(some._state, "m")
    assert found["OrientationCorrection"] == "ROTATE_90"
    left_out = detail(stage).unindexed
    assert found["UnindexedFaces"] == [shapes.unindexed_face(f.detected, f.reasons) for f in left_out]
    record = found["UnindexedFaces"][1]
    assert record["Reasons"] == ["LOW_SHARPNESS", "SMALL_BOUNDING_BOX"]
    assert set(record["FaceDetail"]) == {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}
    json.dumps(found)
    assert request_json(some._state, "c")["QualityFilter"] == "HIGH"
    assert "MaxFaces" not in request_json(some._state, "c")
