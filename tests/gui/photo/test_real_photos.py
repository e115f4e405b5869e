"""Photo and Compare with the real models on real photographs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageEnhance
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.inference.quality_filter import QualityFilter
from app.rekognition.snippets import Where
from app.settings.settings import Settings
from app.ui.canvas.marks import Stroke
from app.ui.compare.page import ComparePage
from app.ui.controller import TaskRunner
from app.ui.controller.pictures import PictureLoader
from app.ui.photo.page import PhotoPage
from app.ui.widgets.grid.images import ImageStore
from tests.gui.canvas.test_face_canvas import at, drag
from tests.gui.photo.bench import Host


@pytest.fixture
def world(tmp_path, theme, shared_data):
    bench = open_workbench(tmp_path / "library", Origin.WINDOW, Settings(workers=1))
    collection_pk = bench.collections.create_named("Archive").id
    images = ImageStore(PictureLoader(bench.photos, bench.faces))
    tasks = TaskRunner(2)
    yield bench, Host(theme, images, collection_pk), tasks, shared_data / "scenes"
    tasks.close()
    images.close()
    bench.close()


def ready(qtbot, tasks: TaskRunner, until) -> None:
    qtbot.waitUntil(lambda: tasks.idle and until(), timeout=60_000)


def opened(world, qtbot, photo_pk: int) -> PhotoPage:
    bench, host, tasks, scenes = world
    page = PhotoPage(
        host,
        tasks,
        bench.photos,
        bench.faces,
        bench.users,
        bench.face_edits,
        bench.search,
        bench.ingest,
        bench.collections,
        bench.engine.contract,
        bench.describe,
        where=lambda: Where(scenes),
    )
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.activate(photo_pk=photo_pk)
    return page


def test_a_group_is_shown_edited_and_undone(world, qtbot):
    bench, host, tasks, scenes = world
    job = bench.ingest.index_paths(host.collection_pk, [scenes / "group-4.jpg"])
    bench.ingest.run_to_end(job.id)
    photo_pk = int(bench.photos.listing(host.collection_pk).ids[0])
    page = opened(world, qtbot, photo_pk)
    ready(qtbot, tasks, lambda: len(page.canvas.marks) == 5 and page.canvas.picture is not None)

    # A face that the detector found is removed, then drawn by hand: it is embedded much as before.
    first = page.selection.order[0]
    box = page.canvas.marks.box(first)
    page.selection.select(first)
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_Delete)
    ready(qtbot, tasks, lambda: len(page.canvas.marks) == 4)
    QTest.keyClick(
        page.canvas, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    )
    drag(page.canvas, at(page.canvas, box.left, box.top), at(page.canvas, box.right, box.bottom))
    ready(qtbot, tasks, lambda: len(page.canvas.marks) == 5)
    drawn = page.selection.current
    assert drawn is not None and drawn != first
    assert bench.search.by_face(host.collection_pk, drawn, threshold=0)
    for _, change in reversed(host.toasts):
        bench.history.undo(change)
    assert first in {view.face.id for view in bench.photos.detail(host.collection_pk, photo_pk).faces}


def test_a_face_that_was_too_dark_is_taken_in(world, qtbot, tmp_path, shared_data):
    bench, host, tasks, _scenes = world
    portrait = Image.open(sorted((shared_data / "congress" / "images").iterdir())[0]).convert("RGB")
    both = Image.new("RGB", (2 * portrait.width, portrait.height))
    both.paste(portrait, (0, 0))
    both.paste(ImageEnhance.Brightness(portrait).enhance(0.09), (portrait.width, 0))
    both.save(tmp_path / "both.png")
    job = bench.ingest.index_paths(host.collection_pk, [tmp_path / "both.png"], quality=QualityFilter.HIGH)
    bench.ingest.run_to_end(job.id)
    page = opened(world, qtbot, int(bench.photos.listing(host.collection_pk).ids[0]))
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    ready(qtbot, tasks, lambda: len(page.canvas.marks) == 1 and page.canvas.picture is not None)
    kept = page.selection.order[0]
    (row,) = page.inspector.photo.left_out.rows()
    assert row.words.text().startswith("Too dark")
    QTest.mouseClick(row.button, Qt.MouseButton.LeftButton)
    ready(qtbot, tasks, lambda: len(page.canvas.marks) == 2)
    assert page.selection.current not in (None, kept)
    assert page.canvas.marks.box(page.selection.current).left > portrait.width
    (match,) = bench.search.by_face(host.collection_pk, page.selection.current, threshold=80)
    assert match.face_pk == kept, "dark as it is, it finds the same face in the light"


def test_the_same_woman_is_found_in_another_picture(world, qtbot):
    bench, host, tasks, scenes = world
    engine = bench.engine
    page = ComparePage(
        host,
        tasks,
        bench.compare,
        bench.photos,
        bench.faces,
        engine.scale,
        engine.contract,
        where=lambda: Where(scenes),
    )
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.activate(source=Path(scenes / "group-2.jpg"))
    ready(qtbot, tasks, lambda: page.source.picture is not None)
    page.activate(source=Path(scenes / "group-4.jpg"))
    ready(qtbot, tasks, lambda: page._comparison is not None)
    # The woman at the right of the one picture sits in the middle of the other.
    boxes = page.source.canvas.marks.boxes
    page.choose(max(range(len(boxes)), key=lambda index: boxes[index].left))
    ready(qtbot, tasks, lambda: page._comparison is not None)
    # Another woman beside her is about as like her as one stranger in a thousand: 80 is too low for her.
    page.threshold.set_value(90.0)
    marks = sorted(page.target.canvas.marks, key=lambda mark: mark.box.left)
    assert [mark.stroke is Stroke.EMPHATIC for mark in marks] == [False, False, True, False, False]
    assert page.header.caption.text() == "1 of 5 faces matches"
