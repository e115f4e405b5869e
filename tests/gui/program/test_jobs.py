"""Jobs in the window: progress, cancel, what a quit leaves and how it goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.jobs import JobState
from tests.fakes import FakeEngine
from tests.gui.program.stage import Stage, drop, face, picture, urls

MIDDLE, COUNT, FIRST = QPoint(700, 400), 12, 4


class Held(FakeEngine):
    """Detects so many photos, then waits until it is let go or the program quits."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self._free, self._stage = threading.Semaphore(FIRST), stage

    def detect(self, pixels: Any) -> Any:
        if not self._free.acquire(blocking=False):
            jobs = self._jobs
            while not (self.let_go.wait(0.01) or jobs._closed):
                pass
        return super().detect(pixels)

    def hold(self, jobs: Any) -> None:
        self._jobs = jobs


@pytest.fixture
def held(empty_stage: Stage, qtbot) -> Iterator[Stage]:
    """A window whose job stands at four of twelve photos."""
    stage = empty_stage
    stage.close()
    stage.engine = Held(stage)
    stage.open(qtbot)
    stage.engine.hold(stage.bench.jobs)
    folder = stage.folder / "album"
    folder.mkdir()
    for number in range(COUNT):
        picture(folder, f"p{number:02}.png", face(number), background=40 + number)
    engine = stage.engine
    assert drop(stage.window, urls(folder), MIDDLE)
    qtbot.waitUntil(lambda: any(view.done == FIRST for view in stage.bench.jobs.views()), timeout=10_000)
    qtbot.waitUntil(lambda: row(stage)._job.done == FIRST)
    yield stage
    engine.let_go.set()


def row(stage: Stage) -> Any:
    """The job at the foot of the sidebar."""
    return stage.window.sidebar.jobs._row


def job(stage: Stage) -> Any:
    return stage.bench.jobs.views()[-1]


def test_progress_at_the_foot_while_photos_appear(held, qtbot) -> None:
    stage = held
    assert row(stage).isVisible()
    assert row(stage)._job.title == "Index album into album"
    assert row(stage).facts.text().startswith(f"{FIRST} of {COUNT}")
    assert row(stage).resume.isHidden() and row(stage).cancel.isEnabled()
    assert stage.window.current_key == "photos", "the window shows what comes at once"
    page = stage.window.page("photos")
    qtbot.waitUntil(lambda: page.model.rowCount() >= FIRST)
    stage.engine.let_go.set()
    stage.rest(lambda: page.model.rowCount() == COUNT)
    assert stage.said == f"{COUNT} photos indexed into album, {COUNT} faces"
    assert row(stage).isHidden()


def test_the_window_works_on_while_a_job_runs(held, qtbot) -> None:
    """What a person waits for passes the job: a pasted photo, a page, a name."""
    stage = held
    stage.window.page_asked.emit("faces", None)
    faces = stage.window.page("faces")
    qtbot.waitUntil(lambda: faces.model.rowCount() == FIRST)
    faces.grid.set_current_row(0)
    faces.grid.select_rows([0])
    faces.name("Ada")
    qtbot.waitUntil(lambda: stage.names() == {"Ada": 1})


def test_cancel_keeps_what_is_done(held, qtbot) -> None:
    stage = held
    QTest.mouseClick(row(stage).cancel, Qt.MouseButton.LeftButton)
    assert row(stage).facts.text() == "Stopping after this photo"
    assert not row(stage).cancel.isEnabled()
    stage.engine.let_go.set()
    stage.rest()
    assert job(stage).state is JobState.CANCELLED
    assert row(stage).isHidden()
    kept = len(stage.bench.photos.listing(stage.pk).ids)
    assert FIRST <= kept < COUNT
    assert stage.said == f"Cancelled: {kept} photos indexed into album, {kept} faces"
    assert stage.bench.ingest.interrupted() == []


def test_a_quit_leaves_a_job_that_is_offered_and_goes_on(held, qtbot) -> None:
    stage = held
    stage.close()
    stage.engine = FakeEngine()
    stage.open(qtbot)
    assert stage.said == "1 job was stopped before the end. Resume below the sidebar."
    assert "of 12 done, stopped" in row(stage).facts.text()
    before = len(stage.bench.photos.listing(stage.pk).ids)
    assert FIRST <= before <= COUNT
    QTest.mouseClick(row(stage).resume, Qt.MouseButton.LeftButton)
    stage.rest(lambda: stage.said.startswith(f"{COUNT} photos indexed"))
    page = stage.page("photos")
    assert page.model.rowCount() == COUNT
    assert row(stage).isHidden()
    # It is one change from the first photo to the last.
    assert len(stage.bench.history.listing()) == 2


def test_a_stopped_job_can_be_put_away(held, qtbot) -> None:
    stage = held
    stage.close()
    stage.engine = FakeEngine()
    stage.open(qtbot)
    kept = stage.bench.faces.listing(stage.pk)
    assert row(stage).cancel.toolTip().startswith("Dismiss")
    QTest.mouseClick(row(stage).cancel, Qt.MouseButton.LeftButton)
    stage.rest()
    assert row(stage).isHidden()
    assert len(stage.bench.photos.listing(stage.pk).ids) == len(kept.ids), "none is left waiting"
    stage.close()
    stage.open(qtbot)
    assert row(stage).isHidden()


def test_jobs_wait_for_each_other_in_the_list(held, qtbot) -> None:
    stage = held
    second = stage.folder / "second"
    second.mkdir()
    picture(second, "x.png", face(1), background=90)
    assert drop(stage.window, urls(second), MIDDLE)
    foot = stage.window.sidebar.jobs
    qtbot.waitUntil(lambda: len(foot.jobs()) == 2)
    assert foot._more.text() == "1 more"
    assert [each.title for each in foot.jobs()] == ["Index album into album", "Index second into album"]
    stage.engine.let_go.set()
    stage.rest(lambda: not foot.jobs())
    assert len(stage.bench.photos.listing(stage.pk).ids) == COUNT + 1


def test_a_collection_deleted_under_its_job_ends_it(held, qtbot) -> None:
    stage = held
    stage.window.delete_asked.emit(stage.pk)
    qtbot.waitUntil(lambda: not stage.bench.collections.list())
    stage.engine.let_go.set()
    stage.rest()
    assert job(stage).state in (JobState.FAILED, JobState.CANCELLED)
    assert "was deleted" in row(stage).facts.text()
    QTest.mouseClick(row(stage).cancel, Qt.MouseButton.LeftButton)
    stage.rest()
    assert row(stage).isHidden()


def test_a_folder_without_pictures_says_so(empty_stage) -> None:
    stage = empty_stage
    (stage.folder / "words").mkdir()
    Path(stage.folder / "words" / "a.txt").write_text("no picture")
    assert drop(stage.window, urls(stage.folder / "words"), MIDDLE)
    stage.rest(lambda: stage.said == "There are no pictures there.")
