"""Index jobs with a painted engine: what is stored, skipped, failed, cancelled and taken up again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select, update

from app.domain.errors import Conflict, DependedOn, InvalidParameter, ModelError, ResourceNotFound
from app.domain.faces import DetectedFace
from app.domain.records import Change, ChangeKind, ChangeSet, Origin
from app.jobs import JobQueue, JobState, JobView
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.ingest import IngestService
from app.storage import journal, tables
from app.storage.library import Library, open_library
from tests.fakes import FakeEngine, painted, person_color, save_image


class SlowEngine(FakeEngine):
    """Waits for `gate` before it looks at a photo."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)

    def detect(self, pixels: NDArray[np.uint8]) -> list[DetectedFace]:
        self.entered.release()
        assert self.gate.wait(20)
        return super().detect(pixels)


class Bench:
    """A process's worth of services on one library."""

    def __init__(self, folder: Path, engine: FakeEngine | None = None) -> None:
        self.library: Library = open_library(folder)
        self.engine = engine or FakeEngine()
        self.jobs = JobQueue(2)
        self.events = EventHub()
        self.told: list[ChangeSet] = []
        self.events.subscribe(self.told.append)
        self.ingest = IngestService(self.library, self.engine, self.jobs, self.events, Origin.WINDOW)
        self.collections = CollectionService(
            self.library.database, self.events, Origin.WINDOW, self.engine.contract
        )

    def index(self, pk: int, *paths: Path) -> JobView:
        return self.ingest.run_to_end(self.ingest.index_paths(pk, paths).id)

    def count(self, table: str, **values: object) -> int:
        columns = tables.metadata.tables[table].c
        query = select(func.count()).where(*(columns[key] == value for key, value in values.items()))
        with self.library.database.read() as connection:
            return int(connection.execute(query.select_from(tables.metadata.tables[table])).scalar_one())

    def changes(self) -> list[Change]:
        """Index changes, the oldest first."""
        query = select(tables.changes.c.id).where(tables.changes.c.kind == ChangeKind.INDEX.value)
        with self.library.database.read() as connection:
            return [journal.get_change(connection, pk) for pk in connection.execute(query).scalars()]

    def places(self) -> dict[str, tuple[int, bool]]:
        """Path to (photo, missing)."""
        with self.library.database.read() as connection:
            rows = connection.execute(select(tables.photo_paths))
            return {os.fsdecode(row.path): (row.photo_pk, row.missing_since is not None) for row in rows}

    def close(self) -> None:
        self.jobs.close()
        self.ingest.close()
        self.library.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []

    def open_bench(engine: FakeEngine | None = None) -> Bench:
        benches.append(Bench(tmp_path / "library", engine))
        return benches[-1]

    yield open_bench
    for bench in benches:
        bench.close()


@pytest.fixture
def bench(opened: Callable[..., Bench]) -> Bench:
    return opened()


@pytest.fixture
def archive(bench: Bench) -> int:
    return bench.collections.create_named("Archive").id


def photo(path: Path, *people: int, background: int = 128) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    squares = [(person_color(n), (20 + 90 * place, 40, 70)) for place, n in enumerate(people)]
    return save_image(path, painted(squares, background=background))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three photos with three faces altogether."""
    made = tmp_path / "photos"
    photo(made / "one.png", 1)
    photo(made / "two.png", 1, 2)
    photo(made / "none.png")
    return made


def test_a_folder_becomes_photos_faces_vectors_and_pictures(bench: Bench, archive: int, folder: Path) -> None:
    final = bench.index(archive, folder)
    assert (final.state, final.done, final.total, final.failed) == (JobState.DONE, 3, 3, 0)
    assert final.message == "3 photos indexed into Archive, 3 faces"
    assert bench.count("memberships", status="indexed") == 3
    assert bench.count("faces") == bench.count("embeddings") == 3
    with bench.library.database.read() as connection:
        photos = connection.execute(select(tables.photos)).all()
        faces = list(connection.execute(select(tables.faces.c.id)).scalars())
    assert {(row.width, row.height, row.format) for row in photos} == {(640, 480, "PNG")}
    assert bench.library.thumbnails.has("photo", [row.id for row in photos]) == {row.id for row in photos}
    assert bench.library.thumbnails.has("face", faces) == set(faces)


def test_the_job_is_one_change_that_can_be_undone(bench: Bench, archive: int, folder: Path) -> None:
    bench.index(archive, folder)
    (change,) = bench.changes()
    assert (change.summary, change.open) == ("3 photos indexed into Archive, 3 faces", False)
    bench.library.database.reverse(change.id, Origin.WINDOW)
    assert bench.count("faces") == bench.count("embeddings") == bench.count("memberships") == 0
    (undone,) = bench.changes()
    assert undone.undone_by is not None
    bench.library.database.reverse(undone.undone_by, Origin.WINDOW)
    assert bench.count("faces") == bench.count("embeddings") == 3
    assert bench.count("memberships", status="indexed") == 3


def test_news_is_published_after_the_pictures_are_there(bench: Bench, archive: int, folder: Path) -> None:
    without: list[int] = []

    def check(changes: ChangeSet) -> None:
        faces = sorted(changes.faces)
        without.extend(set(faces) - bench.library.thumbnails.has("face", faces))

    bench.events.subscribe(check)
    bench.index(archive, folder)
    assert without == []
    news = ChangeSet()
    for told in bench.told:
        news = news.merged(told)
    assert (len(news.photos), len(news.faces)) == (3, 3)
    assert news.change is not None
    assert not news.change.open


def test_the_same_photos_again_add_nothing_and_leave_no_change(
    bench: Bench, archive: int, folder: Path
) -> None:
    bench.index(archive, folder)
    looked = bench.engine.detections
    final = bench.index(archive, folder)
    assert (final.state, final.done, final.total) == (JobState.DONE, 3, 3)
    assert final.message == "All 3 photos are in Archive already"
    assert bench.engine.detections == looked
    assert len(bench.changes()) == 1
    assert bench.count("memberships") == bench.count("photo_paths") == 3


def test_a_known_path_is_not_read(
    bench: Bench, archive: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.index(archive, folder)

    def refuse(path: Path, limit: int) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr("app.services.ingest.run.read_file", refuse)
    assert bench.index(archive, folder).failed == 0


def test_copies_are_one_photo_in_two_places(bench: Bench, archive: int, folder: Path) -> None:
    (folder / "copy.png").write_bytes((folder / "one.png").read_bytes())
    final = bench.index(archive, folder)
    assert (final.done, final.message) == (4, "3 photos indexed into Archive, 3 faces")
    assert bench.count("photos") == 3
    assert len(bench.places()) == 4
    assert not any(missing for _, missing in bench.places().values())


def test_a_moved_file_is_found_in_its_new_place(bench: Bench, archive: int, folder: Path) -> None:
    bench.index(archive, folder)
    before = bench.places()[str(folder / "one.png")][0]
    (folder / "one.png").rename(folder / "renamed.png")
    final = bench.index(archive, folder)
    assert final.message == "All 3 photos are in Archive already"
    assert bench.places()[str(folder / "renamed.png")] == (before, False)
    assert bench.places()[str(folder / "one.png")] == (before, True)
    assert bench.count("photos") == 3
    assert len(bench.changes()) == 1
    (folder / "renamed.png").rename(folder / "one.png")
    bench.index(archive, folder)
    assert bench.places()[str(folder / "one.png")] == (before, False)


def test_a_changed_file_is_another_photo(bench: Bench, archive: int, folder: Path) -> None:
    bench.index(archive, folder)
    before = bench.places()[str(folder / "one.png")][0]
    photo(folder / "one.png", 3, 4, 5)
    final = bench.index(archive, folder)
    assert final.message == "1 photo indexed into Archive, 3 faces"
    assert bench.places()[str(folder / "one.png")][0] != before
    assert bench.count("photos") == 4
    assert bench.count("faces", photo_pk=before) == 1


def test_a_touched_file_is_the_same_photo(bench: Bench, archive: int, folder: Path) -> None:
    bench.index(archive, folder)
    os.utime(folder / "one.png", ns=(1, 1))
    bench.index(archive, folder)
    assert (bench.count("photos"), len(bench.changes())) == (3, 1)


def test_another_collection_has_its_own_faces_of_the_same_photos(
    bench: Bench, archive: int, folder: Path
) -> None:
    bench.index(archive, folder)
    other = bench.collections.create_named("Other").id
    assert bench.index(other, folder).message == "3 photos indexed into Other, 3 faces"
    assert (bench.count("photos"), bench.count("faces")) == (3, 6)
    assert bench.count("photo_paths") == 3


def test_a_bad_file_is_failed_with_its_reason_and_the_job_goes_on(
    bench: Bench, archive: int, folder: Path
) -> None:
    (folder / "bad.jpg").write_bytes(b"not a picture at all")
    (folder / "empty.png").write_bytes(b"")
    final = bench.index(archive, folder, folder / "nowhere.jpg")
    assert (final.state, final.done, final.total, final.failed) == (JobState.DONE, 6, 6, 3)
    assert final.message == "3 photos indexed into Archive, 3 faces, 3 failed"
    failures = dict(bench.ingest.failures(final.id))
    assert set(failures) == {folder / "bad.jpg", folder / "empty.png", folder / "nowhere.jpg"}
    assert all(failures.values())
    with bench.library.database.read() as connection:
        query = select(tables.memberships.c.reason).where(tables.memberships.c.status == "failed")
        assert set(connection.execute(query).scalars()) == {"Not an image", "File is empty"}


def test_a_failed_file_is_tried_again(bench: Bench, archive: int, folder: Path) -> None:
    bad = folder / "bad.jpg"
    bad.write_bytes(b"not a picture at all")
    bench.index(archive, bad)
    again = bench.index(archive, bad)
    assert (again.failed, len(bench.ingest.failures(again.id))) == (1, 1)
    assert len(bench.changes()) == 1


def test_names_of_no_encoding(bench: Bench, archive: int, tmp_path: Path) -> None:
    made = photo(tmp_path / "photos" / "plain.png", 1)
    odd = os.fsencode(made.parent) + b"/\xff\xfe caf\xe9 \xf0\x9f\x98\x80.png"
    try:
        os.rename(made, odd)  # noqa: PTH104 - bytes
    except OSError:
        pytest.skip("this file system takes no such names")
    assert bench.index(archive, made.parent).message.startswith("1 photo indexed")
    with bench.library.database.read() as connection:
        assert connection.execute(select(tables.photo_paths.c.path)).scalars().all() == [odd]


def test_names_of_no_encoding_in_titles_and_reasons(bench: Bench, archive: int, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff folder"
    gone, broken = folder + b"/caf\xe9.png", folder + b"/br\xf6ken.png"
    try:
        os.mkdir(folder)  # noqa: PTH102 - bytes
        Path(os.fsdecode(broken)).write_bytes(b"no picture")
    except OSError:
        pytest.skip("this file system takes no such names")
    ended = bench.index(archive, Path(os.fsdecode(folder)))
    assert ended.title == "Index � folder into Archive"
    ended = bench.index(archive, Path(os.fsdecode(gone)))
    assert ended.title == "Index caf�.png into Archive"
    assert bench.ingest.failures(ended.id) == [
        (Path(os.fsdecode(gone)), "File is missing. caf�.png was moved, renamed or deleted.")
    ]


def test_an_error_of_the_engine_fails_one_photo(
    opened: Callable[..., Bench], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Picky(FakeEngine):
        def detect(self, pixels: NDArray[np.uint8]) -> list[DetectedFace]:
            found = super().detect(pixels)
            if len(found) == 2:
                raise ValueError("unforeseen")
            return found

    bench = opened(Picky())
    pk = bench.collections.create_named("Archive").id
    final = bench.index(pk, folder)
    assert final.message == "2 photos indexed into Archive, 1 face, 1 failed"
    assert bench.ingest.failures(final.id)[0][1].startswith("Could not be analysed")
    assert "unforeseen" in caplog.text


def test_a_missing_model_stops_the_job(opened: Callable[..., Bench], folder: Path) -> None:
    class Broken(FakeEngine):
        def detect(self, pixels: NDArray[np.uint8]) -> list[DetectedFace]:
            raise ModelError("The model file is missing.")

    bench = opened(Broken())
    pk = bench.collections.create_named("Archive").id
    final = bench.index(pk, folder)
    assert (final.state, final.message) == (JobState.FAILED, "The model file is missing.")
    assert bench.count("memberships") == 0
    assert bench.changes() == []


def test_cancelling_keeps_what_is_done_and_drops_the_rest(
    opened: Callable[..., Bench], tmp_path: Path
) -> None:
    engine = SlowEngine()
    bench = opened(engine)
    pk = bench.collections.create_named("Archive").id
    for number in range(30):
        photo(tmp_path / "many" / f"{number}.png", number, background=100 + number)
    job = bench.ingest.index_paths(pk, [tmp_path / "many"])
    for _ in range(2):
        assert engine.entered.acquire(timeout=20)
    bench.jobs.cancel(job.id)
    engine.gate.set()
    final = bench.ingest.run_to_end(job.id)
    assert final.state is JobState.CANCELLED
    assert bench.count("memberships", status="waiting") == 0
    indexed = bench.count("memberships", status="indexed")
    assert indexed == bench.count("faces") == bench.count("embeddings") == 2
    (change,) = bench.changes()
    assert (change.summary, change.open) == ("2 photos indexed into Archive, 2 faces", False)
    bench.library.database.reverse(change.id, Origin.WINDOW)
    assert bench.count("memberships") == bench.count("faces") == 0
    assert bench.ingest.interrupted() == []


def test_a_cancelled_job_that_did_nothing_leaves_no_change(
    opened: Callable[..., Bench], folder: Path
) -> None:
    engine = SlowEngine()
    bench = opened(engine)
    pk = bench.collections.create_named("Archive").id
    holder = bench.ingest.index_paths(pk, [folder / "one.png"])
    assert engine.entered.acquire(timeout=20)
    job = bench.ingest.index_paths(pk, [folder / "two.png"])
    bench.jobs.cancel(job.id)
    engine.gate.set()
    assert bench.ingest.run_to_end(job.id).state is JobState.CANCELLED
    assert bench.ingest.run_to_end(holder.id).state is JobState.DONE
    assert len(bench.changes()) == 1


def test_a_quit_leaves_a_job_that_resumes_as_the_same_change(
    opened: Callable[..., Bench], tmp_path: Path
) -> None:
    engine = SlowEngine()
    first = opened(engine)
    pk = first.collections.create_named("Archive").id
    for number in range(30):
        photo(tmp_path / "many" / f"{number}.png", number, background=100 + number)
    job = first.ingest.index_paths(pk, [tmp_path / "many"])
    assert engine.entered.acquire(timeout=20)
    closing = threading.Thread(target=first.close)
    closing.start()
    engine.gate.set()
    closing.join()

    second = opened()
    (offered,) = second.ingest.interrupted()
    assert (offered.id, offered.state, offered.title) == (job.id, JobState.INTERRUPTED, job.title)
    (change,) = second.changes()
    assert change.open
    with pytest.raises(Conflict, match="still running"):
        second.library.database.reverse(change.id, Origin.WINDOW)
    second.ingest.resume(job.id)
    final = second.ingest.run_to_end(job.id)
    assert (final.state, final.done, final.total) == (JobState.DONE, 30, 30)
    (change,) = second.changes()
    assert (change.summary, change.open) == ("30 photos indexed into Archive, 30 faces", False)
    assert second.count("faces") == 30
    with pytest.raises(Conflict):
        second.ingest.resume(job.id)


def test_the_same_paths_again_go_on_with_the_job_that_was_stopped(
    opened: Callable[..., Bench], tmp_path: Path
) -> None:
    engine = SlowEngine()
    first = opened(engine)
    pk = first.collections.create_named("Archive").id
    for number in range(30):
        photo(tmp_path / "many" / f"{number}.png", number, background=100 + number)
    job = first.ingest.index_paths(pk, [tmp_path / "many"])
    assert engine.entered.acquire(timeout=20)
    closing = threading.Thread(target=first.close)
    closing.start()
    engine.gate.set()
    closing.join()

    second = opened()
    another = second.ingest.run_to_end(second.ingest.index_paths(pk, [tmp_path / "many" / "0.png"]).id)
    assert another.id != job.id
    assert second.ingest.run_to_end(second.ingest.index_paths(pk, [tmp_path / "many"]).id).id == job.id
    assert second.ingest.interrupted() == []
    assert not any(change.open for change in second.changes())
    assert second.count("faces") == 30
    # It has ended: the next time is a job of its own.
    assert second.index(pk, tmp_path / "many").id != job.id


def test_a_dismissed_job_closes_its_change(opened: Callable[..., Bench], tmp_path: Path) -> None:
    engine = SlowEngine()
    first = opened(engine)
    pk = first.collections.create_named("Archive").id
    for number in range(30):
        photo(tmp_path / "many" / f"{number}.png", number, background=100 + number)
    job = first.ingest.index_paths(pk, [tmp_path / "many"])
    assert engine.entered.acquire(timeout=20)
    closing = threading.Thread(target=first.close)
    closing.start()
    engine.gate.set()
    closing.join()
    second = opened()
    second.ingest.dismiss(job.id)
    assert second.ingest.interrupted() == []
    assert second.count("memberships", status="waiting") == 0
    assert not any(change.open for change in second.changes())


def test_a_job_of_another_running_process_is_left_alone(opened: Callable[..., Bench], folder: Path) -> None:
    engine = SlowEngine()
    first, second = opened(engine), opened()
    pk = first.collections.create_named("Archive").id
    job = first.ingest.index_paths(pk, [folder])
    assert engine.entered.acquire(timeout=20)
    assert second.ingest.interrupted() == []
    with pytest.raises(Conflict):
        second.ingest.resume(job.id)
    assert second.index(pk, folder).state is JobState.DONE
    engine.gate.set()
    first.ingest.run_to_end(job.id)
    assert first.count("memberships", status="indexed") == 3
    assert first.count("faces") == 3


def test_a_photo_removed_while_it_waits_stays_out(opened: Callable[..., Bench], folder: Path) -> None:
    engine = SlowEngine()
    bench = opened(engine)
    pk = bench.collections.create_named("Archive").id
    job = bench.ingest.index_paths(pk, [folder / "one.png"])
    assert engine.entered.acquire(timeout=20)
    with bench.library.database.act(ChangeKind.REMOVE_PHOTOS, Origin.WINDOW, pk) as act:
        act.work.delete(tables.memberships, 1)
    engine.gate.set()
    bench.ingest.run_to_end(job.id)
    assert bench.count("memberships") == bench.count("faces") == 0


def test_a_collection_deleted_meanwhile_ends_the_job(opened: Callable[..., Bench], folder: Path) -> None:
    engine = SlowEngine()
    bench = opened(engine)
    pk = bench.collections.create_named("Archive").id
    job = bench.ingest.index_paths(pk, [folder])
    assert engine.entered.acquire(timeout=20)
    bench.collections.delete(pk)
    engine.gate.set()
    final = bench.ingest.run_to_end(job.id)
    assert final.state is JobState.FAILED
    assert "Archive was deleted" in final.message
    assert bench.count("faces") == 0
    with pytest.raises(ResourceNotFound):
        bench.ingest.index_paths(pk, [folder])


def test_a_full_disk_interrupts_and_the_job_resumes(bench: Bench, archive: int, tmp_path: Path) -> None:
    for number in range(40):
        photo(tmp_path / "many" / f"{number}.png", *range(6), background=100 + number)
    database = bench.library.database
    with database.engine.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    from sqlalchemy import event

    def limit(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 30}")  # type: ignore[attr-defined]

    event.listen(database.engine, "checkout", limit)
    final = bench.index(archive, tmp_path / "many")
    assert final.state is JobState.INTERRUPTED
    assert "is full" in final.message
    event.remove(database.engine, "checkout", limit)
    database.engine.dispose()
    assert 0 < bench.count("memberships", status="indexed") < 40
    (offered,) = bench.ingest.interrupted()
    bench.ingest.resume(offered.id)
    assert bench.ingest.run_to_end(offered.id).state is JobState.DONE
    assert bench.count("memberships", status="indexed") == 40
    assert bench.count("faces") == bench.count("embeddings") == 240


def test_later_naming_rests_on_the_job(bench: Bench, archive: int, folder: Path) -> None:
    bench.index(archive, folder)
    with bench.library.database.act(ChangeKind.HIDE, Origin.WINDOW, archive) as act:
        act.work.update(tables.faces, 1, {"hidden": True})
    with pytest.raises(DependedOn):
        bench.library.database.reverse(bench.changes()[0].id, Origin.WINDOW)


def test_what_cannot_be_indexed_is_refused_at_once(bench: Bench, archive: int, folder: Path) -> None:
    with pytest.raises(InvalidParameter):
        bench.ingest.index_paths(archive, [])
    with pytest.raises(ResourceNotFound):
        bench.ingest.index_paths(archive + 1, [folder])
    with bench.library.database.write() as connection:
        connection.execute(update(tables.contracts).values(digest="of another model"))
    with pytest.raises(InvalidParameter, match="face model that is not installed"):
        bench.ingest.index_paths(archive, [folder])
    with pytest.raises(ResourceNotFound):
        bench.ingest.resume(99)
