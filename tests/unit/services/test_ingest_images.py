"""IndexFaces, pasted pictures, stored parameters, limits: with a painted engine."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from app.domain.errors import ImageError, InvalidParameter, ResourceNotFound
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.domain.records import Change, ChangeKind, Origin
from app.inference.quality_filter import Bars, QualityBars, QualityFilter, Reason
from app.jobs import CancelToken, JobQueue, JobState
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.ingest import FilePlace, IngestService, originals, sentences
from app.services.ingest.analysis import choose
from app.services.ingest.feed import PathFeed
from app.services.ingest.flow import Flow
from app.services.ingest.params import IndexParams
from app.services.photos import PhotoService
from app.storage import journal, tables
from app.storage.library import Library, open_library
from app.storage.repositories.memberships import Outcome
from tests.fakes import FakeEngine, painted, person_color, save_image, vector_of


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def ingest(library: Library, engine: FakeEngine) -> Iterator[IngestService]:
    jobs, events = JobQueue(1), EventHub()
    service = IngestService(library, engine, jobs, events, Origin.COMMAND_LINE)
    CollectionService(library.database, events, Origin.WINDOW, engine.contract).create("archive", "Archive")
    yield service
    jobs.close()
    service.close()


def png(*people: tuple[int, int], background: int = 128) -> bytes:
    """A PNG of (person, side) squares."""
    squares = [(person_color(n), (10 + 120 * i, 40, side)) for i, (n, side) in enumerate(people)]
    buffer = io.BytesIO()
    Image.fromarray(painted(squares, background=background)).save(buffer, "PNG")
    return buffer.getvalue()


def changes_of(library: Library, kind: ChangeKind) -> list[Change]:
    with library.database.read() as connection:
        query = select(tables.changes.c.id).where(tables.changes.c.kind == kind.value)
        return [journal.get_change(connection, pk) for pk in connection.execute(query).scalars()]


def test_an_image_is_indexed_at_once_large_to_small(ingest: IngestService, library: Library) -> None:
    result = ingest.index_image("archive", png((1, 40), (2, 90)), "holiday:1")
    assert [face.external_image_id for face in result.faces] == ["holiday:1"] * 2
    sizes = [face.detected.box.area for face in result.faces]
    assert sizes == sorted(sizes, reverse=True)
    assert len({face.face_id for face in result.faces}) == 2
    assert {face.image_id for face in result.faces} == {result.image_id}
    (change,) = changes_of(library, ChangeKind.INDEX)
    assert change.summary == "1 photo indexed into Archive, 2 faces"
    assert (change.origin, change.open) == (Origin.COMMAND_LINE, False)
    with library.database.read() as connection:
        vector = connection.execute(select(tables.embeddings.c.vector)).scalars().first()
    assert vector is not None
    np.testing.assert_allclose(np.frombuffer(vector, "<f4"), vector_of(person_color(2)), atol=1e-6)
    assert library.thumbnails.has("face", [face.id for face in result.faces])


def test_the_same_image_with_the_same_external_id_is_stored_once(
    ingest: IngestService, library: Library
) -> None:
    data = png((1, 40))
    first = ingest.index_image("archive", data, "a")
    again = ingest.index_image("archive", data, "a")
    assert (first.added, again.added) == (True, False)
    assert again.faces == first.faces
    other = ingest.index_image("archive", data, "b")
    assert other.added
    assert other.image_id == first.image_id
    assert other.faces[0].face_id != first.faces[0].face_id
    assert len(changes_of(library, ChangeKind.INDEX)) == 2


def test_a_face_is_known_again_where_a_person_moved_its_box(
    ingest: IngestService, library: Library, engine: FakeEngine
) -> None:
    data = png((1, 40), (2, 90))
    first = ingest.index_image("archive", data)
    large = first.faces[0]
    box = large.detected.box
    moved = {"left": box.left + 0.1 * box.width, "width": 0.9 * box.width}
    with library.database.act(ChangeKind.EDIT_FACE, Origin.WINDOW) as act:
        act.work.update(tables.faces, large.id, moved)
    again = ingest.index_image("archive", data)
    assert not again.added
    assert [face.face_id for face in again.faces] == [face.face_id for face in first.faces]


def test_only_faces_that_are_not_stored_are_added(ingest: IngestService, library: Library) -> None:
    data = png((1, 40), (2, 90), (3, 60))
    first = ingest.index_image("archive", data, max_faces=1)
    everyone = ingest.index_image("archive", data)
    assert everyone.added and everyone.unindexed == []
    assert len(everyone.faces) == 3 and first.faces[0] in everyone.faces
    detail = PhotoService(library.database, library.thumbnails, EventHub(), Origin.WINDOW).detail
    assert detail(1, first.photo_pk).unindexed == []
    fewer = ingest.index_image("archive", data, max_faces=1)
    assert (len(fewer.faces), len(fewer.unindexed), fewer.added) == (1, 2, False)
    # What is stored is not left out, whatever a later call leaves out.
    ingest.index_image("archive", data, "other", max_faces=1)
    assert detail(1, first.photo_pk).unindexed == []
    crops = [face.id for face in everyone.faces]
    assert library.thumbnails.has("face", crops)


def test_a_switch_of_the_model_meanwhile_measures_again(
    ingest: IngestService, library: Library, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.ingest import single
    from app.services.ingest.record import ContractChanged

    stored, calls = single.store, []

    def switched(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 1:
            raise ContractChanged("switched")
        return stored(*args)

    monkeypatch.setattr(single, "store", switched)
    assert len(ingest.index_image("archive", png((1, 40))).faces) == 1
    assert (len(calls), engine.detections) == (2, 2)
    assert len(changes_of(library, ChangeKind.INDEX)) == 1


def test_a_file_is_known_by_the_place_that_its_bytes_were_read_from(
    ingest: IngestService, library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(png((1, 40)))
    place = FilePlace(path, path.stat().st_mtime_ns)
    result = ingest.index_image("archive", path.read_bytes(), place=place)
    assert list(library.originals.iterdir()) == []
    service = PhotoService(library.database, library.thumbnails, EventHub(), Origin.WINDOW)
    assert [each.path for each in service.detail(1, result.photo_pk).paths] == [path]
    job = ingest.index_paths(1, [path])
    assert ingest.run_to_end(job.id).message == "The photo is in Archive already"


def test_bytes_are_kept_in_the_library(ingest: IngestService, library: Library) -> None:
    data = png((1, 40))
    ingest.index_image("archive", data)
    (kept,) = library.originals.iterdir()
    assert kept.read_bytes() == data
    assert kept.suffix == ".png"


def test_a_file_stays_where_it_is(ingest: IngestService, library: Library, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(png((1, 40)))
    ingest.index_image("archive", path)
    assert list(library.originals.iterdir()) == []
    job = ingest.index_paths(1, [path])
    assert ingest.run_to_end(job.id).message == "The photo is in Archive already"


def test_max_faces_leaves_out_the_smallest_and_says_why(ingest: IngestService, library: Library) -> None:
    result = ingest.index_image("archive", png((1, 40), (1, 60), (1, 50)), max_faces=2)
    assert len(result.faces) == 2
    (left_out,) = result.unindexed
    assert left_out.reasons == ("EXCEEDS_MAX_FACES",)
    assert left_out.face.box.area < min(face.detected.box.area for face in result.faces)
    with library.database.read() as connection:
        kept = connection.execute(select(tables.memberships.c.unindexed)).scalar()
    assert kept is not None
    assert "EXCEEDS_MAX_FACES" in kept


def test_the_filter_leaves_out_what_it_names_and_keeps_all_that_was_found_of_it(
    library: Library, ingest: IngestService, engine: FakeEngine
) -> None:
    engine.bars = QualityBars({QualityFilter.AUTO: Bars(side=30), QualityFilter.HIGH: Bars(side=50)})
    data = png((1, 60), (2, 40), (3, 20))
    result = ingest.index_image("archive", data)
    assert len(result.faces) == 2
    (left_out,) = result.unindexed
    assert left_out.reasons == (Reason.SMALL_BOUNDING_BOX,)
    (kept,) = (
        PhotoService(library.database, library.thumbnails, EventHub(), Origin.WINDOW)
        .detail(1, result.photo_pk)
        .unindexed
    )
    assert (kept.detected, kept.reasons) == (left_out.face, ("SMALL_BOUNDING_BOX",))
    high = ingest.index_image("archive", data, "high", quality=QualityFilter.HIGH)
    assert (len(high.faces), len(high.unindexed)) == (1, 2)
    none = ingest.index_image("archive", data, "none", quality=QualityFilter.NONE)
    assert (len(none.faces), none.unindexed) == (3, [])


def test_a_face_that_the_model_makes_nothing_of_is_left_out(
    ingest: IngestService, engine: FakeEngine
) -> None:
    engine.bars = QualityBars({QualityFilter.AUTO: Bars(recognisable=5)}, why=Bars(sharpness=50))
    engine.recognisable = 4.0
    result = ingest.index_image("archive", png((1, 60), (2, 40)))
    assert result.faces == []
    assert [each.reasons for each in result.unindexed] == [
        (Reason.LOW_FACE_QUALITY,),
        (Reason.LOW_SHARPNESS, Reason.LOW_FACE_QUALITY),
    ]
    engine.recognisable = float("nan")  # a model that does not tell
    assert len(ingest.index_image("archive", png((1, 60)), "other").faces) == 1


def test_a_job_filters_as_it_was_told_to(
    library: Library, ingest: IngestService, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.bars = QualityBars({QualityFilter.AUTO: Bars(side=30)})
    for name, quality in (("a", QualityFilter.AUTO), ("b", QualityFilter.NONE)):
        path = tmp_path / f"{name}.png"
        path.write_bytes(png((1, 60), (2, 20), background=100 if name == "a" else 128))
        ended = ingest.run_to_end(ingest.index_paths(1, [path], quality=quality).id)
        assert ended.message == (
            "1 photo indexed into Archive, 1 face (1 left out)"
            if quality is QualityFilter.AUTO
            else "1 photo indexed into Archive, 2 faces"
        )
    with library.database.read() as connection:
        counts = connection.execute(select(tables.faces.c.photo_pk)).scalars().all()
    assert sorted(counts) == [1, 2, 2]


def test_photos_that_lie_are_noted(library: Library, ingest: IngestService, engine: FakeEngine) -> None:
    engine.lies = 90
    assert ingest.index_image("archive", png((1, 60))).turned == 90
    with library.database.read() as connection:
        assert connection.execute(select(tables.photos.c.turned)).scalar() == 90


def test_an_image_without_faces_is_a_photo_without_faces(ingest: IngestService, library: Library) -> None:
    result = ingest.index_image("archive", png())
    assert result.faces == []
    with library.database.read() as connection:
        assert connection.execute(select(tables.memberships.c.status)).scalar() == "indexed"


@pytest.mark.parametrize("external", ["", "with space", "é", "x" * 256, "a/b", "a\n"])
def test_external_ids_that_rekognition_refuses(ingest: IngestService, external: str) -> None:
    with pytest.raises(InvalidParameter):
        ingest.index_image("archive", png((1, 40)), external)


def test_what_cannot_be_indexed_stores_nothing(
    ingest: IngestService, library: Library, tmp_path: Path
) -> None:
    with pytest.raises(ImageError):
        ingest.index_image("archive", b"rubbish")
    with pytest.raises(ImageError):
        ingest.index_image("archive", tmp_path / "nowhere.jpg")
    with pytest.raises(ResourceNotFound):
        ingest.index_image("elsewhere", png((1, 40)))
    with pytest.raises(InvalidParameter):
        ingest.index_image("archive", png((1, 40)), max_faces=0)
    assert changes_of(library, ChangeKind.INDEX) == []
    assert list(library.originals.iterdir()) == []


def test_a_pasted_picture_is_kept_and_indexed(ingest: IngestService, library: Library) -> None:
    data = png((1, 40), (2, 60))
    job = ingest.index_bytes(1, data, "Pasted: picture/1")
    final = ingest.run_to_end(job.id)
    assert (final.state, final.message) == (JobState.DONE, "1 photo indexed into Archive, 2 faces")
    again = ingest.run_to_end(ingest.index_bytes(1, data, "another name").id)
    assert again.message == "The photo is in Archive already"
    (kept,) = library.originals.iterdir()
    assert kept.read_bytes() == data
    assert kept.name.endswith("Pasted_ picture_1.png")


@pytest.mark.parametrize("name", ["", "...", "a" * 300, "ä" * 200, "x" * 90 + ".jpeg", "..", "con\x00.png"])
def test_any_name_can_be_kept(library: Library, name: str) -> None:
    path = originals.keep(library, b"bytes", name)
    assert path.parent == library.originals
    assert path.read_bytes() == b"bytes"
    assert originals.keep(library, b"bytes", "other") == path


@given(st.lists(st.binary(min_size=1, max_size=40).filter(lambda name: not {0, 47} & set(name)), min_size=1))
def test_stored_paths_read_back_as_they_were(names: list[bytes]) -> None:
    paths = [Path("/photos") / name.decode("utf-8", "surrogateescape") for name in names]
    params = IndexParams.of(7, paths, urgent=True, quality=QualityFilter.HIGH)
    assert IndexParams.from_json(params.to_json()) == params


def face(side: float, quality: float) -> DetectedFace:
    landmarks = Landmarks(np.zeros((5, 2), np.float32))
    box = BoundingBox(0.0, 0.0, side, side)
    return DetectedFace(box, landmarks, 99.0, Pose(0, 0, 0), Quality(quality, quality))


def test_over_the_limit_the_worst_go_first_then_the_smallest() -> None:
    large_blurred, small, middle, large = face(0.5, 5), face(0.1, 90), face(0.2, 95), face(0.4, 90)

    def chosen(faces: list[DetectedFace], most: int | None) -> tuple[list[DetectedFace], list[DetectedFace]]:
        engine = FakeEngine()
        digest = engine.contract.digest
        result = choose(engine, painted([]), faces, QualityFilter.NONE, most, digest)
        assert result.vectors.shape == (len(result.faces), engine.contract.dimension)
        assert all(each.reasons == (Reason.EXCEEDS_MAX_FACES,) for each in result.left_out)
        return result.faces, [each.face for each in result.left_out]

    kept, left_out = chosen([small, large_blurred, middle, large], 3)
    assert (kept, left_out) == ([large, middle, small], [large_blurred])
    kept, left_out = chosen([small, large_blurred, middle, large], 2)
    assert (kept, left_out) == ([large, middle], [large_blurred, small])
    assert chosen([small, large], None) == ([large, small], [])


def test_sentences() -> None:
    assert sentences.summary(Outcome(200, 318, 0), "Archive") == "200 photos indexed into Archive, 318 faces"
    assert sentences.summary(Outcome(1, 1, 2), "A") == "1 photo indexed into A, 1 face, 2 failed"
    line = sentences.summary(Outcome(2, 3, 1, 4), "A")
    assert line == "2 photos indexed into A, 3 faces (4 left out), 1 failed"
    assert sentences.summary(Outcome(0, 0, 1), "A") == "1 photo could not be indexed into A"
    assert sentences.title([Path("/x/Holiday 2024")], "A") == "Index Holiday 2024 into A"
    assert sentences.title([Path("/x/1"), Path("/x/2")], "A") == "Index 2 items into A"
    assert sentences.nothing_new(0, 0, "A") == "There are no pictures there."


def test_the_feed_counts_ahead_of_what_is_taken(tmp_path: Path) -> None:
    for number in range(200):
        save_image(tmp_path / f"{number:03}.png", np.zeros((2, 2, 3), np.uint8))
    feed = PathFeed([tmp_path, tmp_path / "missing"])
    assert len(feed.take(3)) == 3
    assert feed.total is None
    while feed.walk_ahead():
        pass
    assert feed.total == 201
    assert len(feed.taken_errors()) == 1
    assert feed.taken_errors() == []
    rest = feed.take(500)
    assert [path.name for path in rest[:2]] == ["003.png", "004.png"]
    assert len(rest) == 197
    assert feed.take(1) == []


def test_the_flow_lets_in_what_fits_and_one_that_never_would() -> None:
    flow = Flow(CancelToken(), max_photos=2, max_bytes=100)
    assert flow.try_enter(1000)
    assert not flow.try_enter(1)
    flow.leave(1000)
    assert flow.try_enter(60)
    assert not flow.try_enter(60)
    assert flow.try_enter(40)
    assert not flow.try_enter(0)
    timer = threading.Timer(0.05, flow.leave, (60,))
    timer.start()
    flow.wait(lambda: False)
    assert flow.try_enter(60)
    flow.leave(60)
    flow.leave(40, ValueError("the first"))
    with pytest.raises(ValueError, match="the first"):
        flow.drain()
    timer.join()
