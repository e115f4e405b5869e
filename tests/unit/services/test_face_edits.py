"""Drawn and edited faces with a painted engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from app.domain.errors import DependedOn, ImageError, InvalidParameter, ResourceNotFound
from app.domain.faces import Face, FaceSource
from app.domain.geometry import BoundingBox, LandmarkType
from app.domain.records import ChangeKind, Origin
from app.inference.quality_filter import Bars, QualityBars, QualityFilter
from app.jobs import JobQueue
from app.services.collections import CollectionService
from app.services.detect import DetectService
from app.services.events import EventHub
from app.services.face_edits import FaceEditService
from app.services.history import HistoryService
from app.services.ingest import IngestService
from app.services.photos import PhotoService
from app.storage import tables
from app.storage.library import Library, open_library
from app.storage.repositories import faces as face_rows
from tests.fakes import FakeEngine, painted, person_color, save_image, vector_of

LEFT, RIGHT = (person_color(1), (60, 100, 120)), (person_color(2), (400, 200, 80))
RIGHT_BOX = BoundingBox.from_pixels(400, 200, 80, 80, 640, 480)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return save_image(tmp_path / "picture.png", painted([LEFT, RIGHT]))


@pytest.fixture
def edits(library: Library, picture: Path) -> Iterator[FaceEditService]:
    """A collection 1 with the photo 1 and its faces 1 (left, larger) and 2."""
    engine, events, jobs = FakeEngine(), EventHub(), JobQueue(1)
    CollectionService(library.database, events, Origin.WINDOW, engine.contract).create("archive")
    ingest = IngestService(library, engine, jobs, events, Origin.WINDOW)
    ingest.index_image("archive", picture)
    yield FaceEditService(library, engine, events, Origin.WINDOW)
    jobs.close()
    ingest.close()


def stored(library: Library, pk: int) -> Face:
    with library.database.read() as connection:
        face = face_rows.by_pk(connection, pk)
    assert face is not None
    return face


def vector(library: Library, pk: int) -> np.ndarray:
    with library.database.read() as connection:
        query = select(tables.embeddings.c.vector).where(tables.embeddings.c.face_pk == pk)
        (blob,) = connection.execute(query).scalars()
    return np.frombuffer(blob, "<f4")


def test_a_drawn_face_is_embedded_and_can_be_undone(edits: FaceEditService, library: Library) -> None:
    pk, changes = edits.add(1, 1, RIGHT_BOX.moved(0.01, 0.0))
    face = stored(library, pk)
    assert face.source is FaceSource.DRAWN
    assert face.detected.box.left == pytest.approx(RIGHT_BOX.left + 0.01)
    np.testing.assert_allclose(vector(library, pk), vector_of(person_color(2)), atol=1e-6)
    assert library.thumbnails.get("face", pk)
    assert changes.faces == {pk}
    assert changes.change is not None
    assert (changes.change.kind, changes.change.summary) == (
        ChangeKind.ADD_FACE,
        "Face drawn on picture.png",
    )
    library.database.reverse(changes.change.id, Origin.WINDOW)
    with library.database.read() as connection:
        assert face_rows.by_pk(connection, pk) is None


def test_the_photo_cannot_be_taken_back_under_a_drawn_face(edits: FaceEditService, library: Library) -> None:
    edits.add(1, 1, RIGHT_BOX)
    with library.database.read() as connection:
        query = select(tables.changes.c.id).where(tables.changes.c.kind == ChangeKind.INDEX.value)
        index = connection.execute(query).scalar_one()
    with pytest.raises(DependedOn):
        library.database.reverse(index, Origin.WINDOW)


def test_a_moved_box_is_another_vector_and_undo_brings_the_old_one(
    edits: FaceEditService, library: Library
) -> None:
    before, before_vector = stored(library, 1), vector(library, 1)
    changes = edits.set_box(1, RIGHT_BOX)
    after = stored(library, 1)
    assert after.source is FaceSource.EDITED
    assert after.face_id == before.face_id
    assert after.detected.box.left == pytest.approx(RIGHT_BOX.left)
    np.testing.assert_allclose(vector(library, 1), vector_of(person_color(2)), atol=1e-6)
    assert changes.change is not None
    library.database.reverse(changes.change.id, Origin.WINDOW)
    assert stored(library, 1) == before
    np.testing.assert_array_equal(vector(library, 1), before_vector)


def test_landmarks_move_with_a_box_that_holds_no_face(edits: FaceEditService, library: Library) -> None:
    before = stored(library, 1).detected
    empty = BoundingBox(0.05, 0.7, before.box.width * 1.5, before.box.height)
    edits.set_box(1, empty)
    after = stored(library, 1).detected
    assert after.confidence == 0
    old = (before.landmarks.points - [before.box.left, before.box.top]) / [
        before.box.width,
        before.box.height,
    ]
    new = (after.landmarks.points - [empty.left, empty.top]) / [empty.width, empty.height]
    np.testing.assert_allclose(new, old, atol=1e-5)


def test_a_moved_landmark_leaves_the_box(edits: FaceEditService, library: Library) -> None:
    before = stored(library, 1).detected
    changes = edits.set_landmark(1, LandmarkType.NOSE, 0.9, 0.9)
    after = stored(library, 1).detected
    assert after.box == before.box
    moved = np.flatnonzero((after.landmarks.points != before.landmarks.points).any(axis=1))
    assert moved.tolist() == [2]
    np.testing.assert_allclose(after.landmarks.points[2], [0.9, 0.9], atol=1e-6)
    assert after.pose != before.pose
    assert changes.change is not None
    assert changes.change.summary == "Landmark moved on picture.png"
    library.database.reverse(changes.change.id, Origin.WINDOW)
    assert stored(library, 1).detected == before


@pytest.mark.parametrize(
    "box",
    [
        BoundingBox(0.5, 0.5, 0.0, 0.1),
        BoundingBox(0.5, 0.5, 0.1, -0.1),
        BoundingBox(0.5, 0.5, 0.001, 0.1),
        BoundingBox(1.5, 0.5, 0.1, 0.1),
        BoundingBox(float("nan"), 0.5, 0.1, 0.1),
    ],
)
def test_boxes_that_hold_nothing_are_refused(
    edits: FaceEditService, library: Library, box: BoundingBox
) -> None:
    before = stored(library, 1)
    with pytest.raises(InvalidParameter):
        edits.add(1, 1, box)
    with pytest.raises(InvalidParameter):
        edits.set_box(1, box)
    assert stored(library, 1) == before


def test_a_missing_or_replaced_file_is_said(edits: FaceEditService, picture: Path) -> None:
    picture.write_bytes(save_image(picture.with_name("other.png"), painted([RIGHT])).read_bytes())
    with pytest.raises(ImageError, match=r"File has changed.*picture\.png"):
        edits.set_box(1, RIGHT_BOX)
    picture.unlink()
    with pytest.raises(ImageError, match=r"File is missing.*picture\.png"):
        edits.add(1, 1, RIGHT_BOX)


def test_what_is_gone_is_said(edits: FaceEditService) -> None:
    with pytest.raises(ResourceNotFound):
        edits.set_box(99, RIGHT_BOX)
    with pytest.raises(ResourceNotFound):
        edits.add(99, 1, RIGHT_BOX)


def test_detecting_stores_nothing(library: Library, picture: Path) -> None:
    result = DetectService(FakeEngine()).detect(picture)
    assert (result.width, result.height, result.format) == (640, 480, "PNG")
    assert len(result.faces) == 2
    assert result.faces[0].box.area > result.faces[1].box.area
    with library.database.read() as connection:
        assert connection.execute(select(tables.photos)).all() == []
    with pytest.raises(ImageError):
        DetectService(FakeEngine()).detect(b"rubbish")


def test_a_face_drawn_on_a_photo_that_lies_is_one_that_lies(tmp_path: Path, library: Library) -> None:
    engine, events, jobs = FakeEngine(), EventHub(), JobQueue(1)
    engine.lies = 90
    CollectionService(library.database, events, Origin.WINDOW, engine.contract).create("archive")
    ingest = IngestService(library, engine, jobs, events, Origin.WINDOW)
    ingest.index_image("archive", save_image(tmp_path / "p.png", painted([LEFT, RIGHT])))
    edits = FaceEditService(library, engine, events, Origin.WINDOW)
    pk, _ = edits.add(1, 1, RIGHT_BOX)
    face = stored(library, pk).detected
    assert face.box == RIGHT_BOX
    assert face.pose.roll == -90
    # The eyes are one above the other, at the left of the box.
    left, right = face.landmarks.points[:2]
    assert left[0] == pytest.approx(right[0]) and left[1] > right[1]
    assert left[0] < face.landmarks.points[2, 0] < face.landmarks.points[3, 0]
    np.testing.assert_allclose(vector(library, pk), vector_of(person_color(2)), atol=1e-6)
    jobs.close()
    ingest.close()


def test_a_face_that_was_left_out_is_taken_in_with_one_call(tmp_path: Path, library: Library) -> None:
    engine, events, jobs = FakeEngine(), EventHub(), JobQueue(1)
    CollectionService(library.database, events, Origin.WINDOW, engine.contract).create("archive")
    ingest = IngestService(library, engine, jobs, events, Origin.WINDOW)
    photos = PhotoService(library.database, library.thumbnails, events, Origin.WINDOW)
    history = HistoryService(library.database, events, Origin.WINDOW)
    edits = FaceEditService(library, engine, events, Origin.WINDOW)
    engine.bars = QualityBars({QualityFilter.AUTO: Bars(side=100)})
    picture = save_image(tmp_path / "p.png", painted([LEFT, RIGHT, (person_color(3), (520, 20, 40))]))
    ingest.index_image("archive", picture)
    before = photos.detail(1, 1)
    assert [len(before.faces), len(before.unindexed)] == [1, 2]
    pk, changes = edits.add_unindexed(1, 1, 0)
    face = stored(library, pk)
    assert (face.detected, face.source) == (before.unindexed[0].detected, FaceSource.DETECTOR)
    np.testing.assert_allclose(vector(library, pk), vector_of(person_color(2)), atol=1e-6)
    assert library.thumbnails.get("face", pk)
    after = photos.detail(1, 1)
    assert after.unindexed == before.unindexed[1:]
    assert len(after.faces) == 2
    assert changes.change is not None and changes.change.summary == "Face taken in on p.png"
    history.undo(changes.change.id)
    assert photos.detail(1, 1) == before
    with pytest.raises(ResourceNotFound):
        edits.add_unindexed(1, 1, 2)
    with pytest.raises(ResourceNotFound):
        edits.add_unindexed(1, 2, 0)
    jobs.close()
    ingest.close()
