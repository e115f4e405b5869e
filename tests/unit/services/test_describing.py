"""What faces look like and photos show: lazily, in the background, and never in the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.attributes import Emotion, Trait
from app.domain.errors import ImageError, ResourceNotFound
from app.imaging.decode import DecodedImage
from app.jobs import Job, JobContext, JobQueue, JobState
from app.services.describing import DescribeService
from app.services.events import EventHub
from app.services.photo_files import PhotoFiles
from app.storage import tables
from app.storage.database import Act
from tests.fakes import FakeFaceDescriber, FakePhotoDescriber, painted, person_color
from tests.unit.services.studio import Studio

ANNA, BERT = person_color(0), person_color(1)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio.at(tmp_path)
    yield made
    made.library.close()


@pytest.fixture
def jobs() -> Iterator[JobQueue]:
    queue = JobQueue(2)
    yield queue
    queue.close()


@pytest.fixture
def describers() -> tuple[FakeFaceDescriber, FakePhotoDescriber]:
    return FakeFaceDescriber(), FakePhotoDescriber()


@pytest.fixture
def describe(studio: Studio, jobs: JobQueue, describers) -> DescribeService:
    hub = EventHub()
    hub.subscribe(studio.told.append)
    return DescribeService(studio.library, studio.engine, *describers, jobs, hub)


@pytest.fixture
def collection(studio: Studio) -> int:
    return studio.collections.create_named("Family").id


def test_an_image_is_analysed_and_nothing_is_stored(describe: DescribeService, studio: Studio) -> None:
    found = describe.analyse(painted([(ANNA, (40, 40, 120)), (BERT, (300, 40, 60))]))
    assert [face.attributes.age for face in found.faces] == [
        FakeFaceDescriber.age_of(ANNA),
        FakeFaceDescriber.age_of(BERT),
    ]
    assert found.faces[0].mesh.shape == (478, 2)
    assert found.description.labels[0].name == "Square"
    with pytest.raises(ImageError):
        describe.analyse(b"no picture")
    assert studio.told == []


def test_a_photo_that_lies_is_looked_at_upright_and_its_boxes_lie(
    describe: DescribeService, studio: Studio, collection: int
) -> None:
    studio.engine.lies = 90
    found = describe.analyse(painted([(ANNA, (40, 40, 120))]))
    assert found.turned == 90
    (instance,) = found.description.labels[0].instances
    assert instance.box == pytest.approx((0.1, 0.7, 0.2, 0.2))
    photo, _ = studio.add_photo(collection, [(ANNA, (40, 40, 120))])
    assert describe.photo(photo).labels[0].instances[0].box == pytest.approx((0.1, 0.1, 0.2, 0.2))
    other, _ = studio.add_photo(collection, [(BERT, (40, 40, 120))])
    with studio.library.database.write() as connection:
        connection.execute(tables.photos.update().values(turned=180))
    assert describe.photo(other).labels[0].instances[0].box == pytest.approx((0.7, 0.7, 0.2, 0.2))


def test_a_face_is_described_once_and_again_when_it_changes(
    describe: DescribeService, studio: Studio, collection: int, describers
) -> None:
    _, (face,) = studio.add_photo(collection, [(ANNA, (40, 40, 120))])
    first = describe.face(face)
    assert first.traits[Trait.SMILE] == pytest.approx(0.75) and Emotion.HAPPY in first.emotions
    again = describe.face(face)
    assert again.age == first.age and (again.landmarks == first.landmarks).all()
    assert describers[0].described == 1
    _move(studio, collection, face)
    describe.face(face)
    assert describers[0].described == 2
    with pytest.raises(ResourceNotFound):
        describe.face(face + 99)
    assert describe.mesh(face).shape == (478, 2)


def test_another_model_describes_anew(
    describe: DescribeService, studio: Studio, collection: int, describers
) -> None:
    photo, (face,) = studio.add_photo(collection, [(ANNA, (40, 40, 120))])
    describe.face(face), describe.photo(photo)
    describers[0].made_by = describers[1].made_by = "newer"
    assert describe.waiting(collection) == 1
    describe.face(face), describe.photo(photo)
    assert (describers[0].described, describers[1].described) == (2, 2)
    assert describe.waiting(collection) == 0


def test_a_collection_is_described_in_the_background(
    describe: DescribeService, studio: Studio, collection: int, jobs: JobQueue, describers
) -> None:
    photos = [
        studio.add_photo(collection, [(ANNA, (40, 40, 120)), (BERT, (300, 40, 60))])[0] for _ in range(5)
    ]
    nobody, _ = studio.add_photo(collection)
    view = describe.start(collection)
    assert view is not None
    ended = jobs.wait(view.id, 20)
    assert ended is not None and ended.state is JobState.DONE and (ended.done, ended.failed) == (6, 0)
    assert describe.waiting(collection) == 0 and describe.start(collection) is None
    assert describers[0].described == 10 and describers[1].described == 6
    assert describe.labels(collection) == [("Shape", 6), ("Square", 6)]
    assert set().union(*(told.photos for told in studio.told)) >= {*photos, nobody}
    assert not any(told.change for told in studio.told[-1:])


def test_what_cannot_be_read_is_left_out_and_the_rest_goes_on(
    describe: DescribeService, studio: Studio, collection: int, jobs: JobQueue
) -> None:
    studio.add_photo(collection, [(ANNA, (40, 40, 120))], name="gone.png")
    studio.add_photo(collection, [(BERT, (40, 40, 120))])
    (studio.folder / "gone.png").unlink()
    view = describe.start(collection)
    assert view is not None
    ended = jobs.wait(view.id, 20)
    assert ended is not None and ended.state is JobState.DONE and (ended.done, ended.failed) == (2, 1)
    assert describe.waiting(collection) == 1
    # It is not tried again and again.
    assert describe.start(collection) is None


def test_indexing_does_not_wait_for_it(
    describe: DescribeService, studio: Studio, collection: int, jobs: JobQueue, describers
) -> None:
    for _ in range(3):
        studio.add_photo(collection, [(ANNA, (40, 40, 120))])
    begun, gate = threading.Event(), threading.Event()
    describers[0].before = lambda: (begun.set(), gate.wait(20))
    view = describe.start(collection)
    assert view is not None and begun.wait(20)
    assert describe.start(collection).id == view.id  # type: ignore[union-attr]

    def index(context: JobContext) -> str:
        return "indexed"

    bulk = jobs.submit(Job("index", "Indexing", index))
    ended = jobs.wait(bulk.id, 20)
    assert ended is not None and ended.message == "indexed"
    assert jobs.view(view.id).state is JobState.RUNNING  # type: ignore[union-attr]
    gate.set()
    assert jobs.wait(view.id, 20).state is JobState.DONE  # type: ignore[union-attr]


def test_cancelled_it_keeps_what_is_done_and_goes_on_later(
    describe: DescribeService, studio: Studio, collection: int, jobs: JobQueue, describers
) -> None:
    for _ in range(30):
        studio.add_photo(collection, [(ANNA, (40, 40, 120))])
    third = threading.Event()
    describers[0].before = lambda: third.set() if describers[0].described >= 3 else None
    view = describe.start(collection)
    assert view is not None and third.wait(20)
    jobs.cancel(view.id)
    ended = jobs.wait(view.id, 20)
    assert ended is not None and ended.state is JobState.CANCELLED
    left = describe.waiting(collection)
    assert 0 < left <= 27
    again = describe.start(collection)
    assert again is not None
    jobs.wait(again.id, 20)
    assert describe.waiting(collection) == 0


def test_a_face_that_moved_while_it_was_looked_at_is_looked_at_again(
    describe: DescribeService, studio: Studio, collection: int, describers
) -> None:
    _, (face,) = studio.add_photo(collection, [(ANNA, (40, 40, 120))])
    describers[0].before = lambda: _move(studio, collection, face)
    describe.face(face)
    assert describe.waiting(collection) == 1


def _move(studio: Studio, collection: int, face_pk: int) -> None:
    from app.domain.records import ChangeKind, Origin
    from app.storage import tables

    with studio.library.database.act(ChangeKind.EDIT_FACE, Origin.WINDOW, collection) as act:
        assert isinstance(act, Act)
        act.work.update(tables.faces, face_pk, {"landmarks": bytes(range(40)), "left": 0.123})


def test_a_photo_is_read_once_for_all_its_faces(
    describe: DescribeService, studio: Studio, collection: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, faces = studio.add_photo(collection, [(ANNA, (40, 40, 120)), (BERT, (300, 40, 60))])
    read: list[int] = []
    decode = PhotoFiles.decode

    def counted(self: PhotoFiles, photo_pk: int, max_side: int | None = None) -> DecodedImage:
        read.append(photo_pk)
        return decode(self, photo_pk, max_side)

    monkeypatch.setattr(PhotoFiles, "decode", counted)
    one, other = (describe.mesh(face) for face in faces)
    assert len(read) == 1 and not (one == other).all()


def test_it_waits_until_it_is_quiet_and_can_be_stopped_meanwhile(
    describe: DescribeService, studio: Studio, collection: int, jobs: JobQueue, describers
) -> None:
    studio.add_photo(collection, [(ANNA, (40, 40, 120))])
    asked, quiet = threading.Event(), threading.Event()

    def is_quiet() -> bool:
        asked.set()
        return quiet.is_set()

    view = describe.start(collection, is_quiet)
    assert view is not None and asked.wait(20)
    jobs.cancel(view.id)
    assert jobs.wait(view.id, 20).state is JobState.CANCELLED  # type: ignore[union-attr]
    assert describers[0].described == 0
    quiet.set()
    again = describe.start(collection, is_quiet)
    assert again is not None
    assert jobs.wait(again.id, 20).state is JobState.DONE  # type: ignore[union-attr]
    assert describers[0].described == 1


def test_it_waits_while_photos_are_indexed(
    describe: DescribeService, studio: Studio, collection: int, jobs: JobQueue, describers
) -> None:
    studio.add_photo(collection, [(ANNA, (40, 40, 120))])
    begun, gate = threading.Event(), threading.Event()

    def index(context: JobContext) -> str:
        begun.set()
        gate.wait(20)
        assert describers[0].described == 0
        return ""

    bulk = jobs.submit(Job("index", "Indexing", index))
    assert begun.wait(20)
    view = describe.start(collection)
    assert view is not None
    assert jobs.wait(view.id, 0.5).state is JobState.RUNNING  # type: ignore[union-attr]
    gate.set()
    assert jobs.wait(bulk.id, 20).state is JobState.DONE  # type: ignore[union-attr]
    assert jobs.wait(view.id, 20).state is JobState.DONE  # type: ignore[union-attr]
