"""Switching a collection to another model, with painted engines: in place, resumable, undoable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select, update

from app.domain.errors import Conflict, InvalidParameter, ModelError, ResourceNotFound
from app.domain.geometry import BoundingBox, Landmarks, LandmarkType
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.jobs import JobQueue, JobState, JobView
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.face_edits import FaceEditService
from app.services.faces import FaceService
from app.services.history import HistoryService
from app.services.ingest import IngestService
from app.services.models import Following, ModelService
from app.services.search import SearchService
from app.services.users import UserService
from app.services.vector_store import VectorStore
from app.storage import tables
from app.storage.library import open_library
from tests.fakes import FakeEngine, light_model, painted, person_color, save_image, shade, vector_of

LIGHT = light_model().contract


class Gated(FakeEngine):
    """Measures by the light model only while `gate` is open; `held` says that somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.held = threading.Event(), threading.Event()
        self.gate.set()
        self.measured = 0

    def embed(
        self, pixels: NDArray[np.uint8], landmarks: Sequence[Landmarks], contract: str | None = None
    ) -> NDArray[np.float32]:
        if contract == LIGHT.digest:
            if not self.gate.is_set():
                self.held.set()
            assert self.gate.wait(20)
            self.measured += 1
        return super().embed(pixels, landmarks, contract)


class Desk:
    """A process's worth of services on one library."""

    def __init__(self, folder: Path) -> None:
        self.library = open_library(folder)
        self.database = self.library.database
        self.engine = Gated()
        self.engine.others.append(light_model())
        self.jobs, self.events, self.told = JobQueue(2), EventHub(), list[ChangeSet]()
        origin, self.closed = Origin.WINDOW, False
        self.events.subscribe(self.told.append)
        store = VectorStore(self.library, self.engine)
        self.search = SearchService(store, self.engine, self.library, self.events, origin)
        self.ingest = IngestService(self.library, self.engine, self.jobs, self.events, origin)
        self.collections = CollectionService(self.database, self.events, origin, self.engine.contract)
        self.users = UserService(self.database, self.events, origin, self.search.similarities_to_user)
        self.history = HistoryService(self.database, self.events, origin)
        self.edits = FaceEditService(self.library, self.engine, self.events, origin)
        thumbnails, match = self.library.thumbnails, self.search.similarities_to_user
        self.faces = FaceService(self.database, thumbnails, self.engine, self.events, origin, match)
        self.models = ModelService(
            self.library, self.engine, self.jobs, self.events, origin, lambda: pytest.fail("no demo here")
        )

    def index(self, pk: int, *paths: Path) -> JobView:
        return self.ingest.run_to_end(self.ingest.index_paths(pk, paths).id)

    def use(self, pk: int, model: str = LIGHT.model_id, **options: bool) -> JobView:
        return self.end(self.models.use(pk, model, **options))

    def end(self, view: JobView | None) -> JobView:
        assert view is not None
        final = self.jobs.wait(view.id, 20)
        assert final is not None and final.state.ended
        return final

    def following(self, pk: int) -> Following:
        return next(each for each in self.models.following() if each.collection_pk == pk)

    def vectors(self, digest: str) -> dict[int, NDArray[np.float32]]:
        query = (
            select(tables.embeddings.c.face_pk, tables.embeddings.c.vector)
            .join(tables.contracts, tables.contracts.c.id == tables.embeddings.c.contract_pk)
            .where(tables.contracts.c.digest == digest)
        )
        with self.database.read() as connection:
            return {row[0]: np.frombuffer(row[1], "<f4") for row in connection.execute(query)}

    def face_pks(self) -> list[int]:
        with self.database.read() as connection:
            return list(connection.execute(select(tables.faces.c.id).order_by(tables.faces.c.id)).scalars())

    def found(self, pk: int, path: Path) -> list[int]:
        return sorted(match.face_pk for match in self.search.by_image(pk, path, 80.0).matches)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.engine.gate.set()
            self.jobs.close()
            self.ingest.close()
            self.models.close()
            self.library.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    desks: list[Desk] = []

    def open_desk() -> Desk:
        desks.append(Desk(tmp_path / "library"))
        return desks[-1]

    yield open_desk
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(opened: Callable[[], Desk]) -> Desk:
    return opened()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Six photos of the persons 0 to 5; person 0 is on the last one, too."""
    folder = tmp_path / "photos"
    folder.mkdir()
    made = [
        save_image(folder / f"{number}.png", painted([(person_color(number), (60, 60, 120))]))
        for number in range(6)
    ]
    two = [(shade(person_color(0), 2), (60, 60, 120)), (person_color(9), (320, 60, 80))]
    return [*made, save_image(folder / "two.png", painted(two))]


@pytest.fixture
def family(desk: Desk, photos: list[Path]) -> int:
    pk = desk.collections.create("family", "Family").id
    desk.index(pk, photos[0].parent)
    return pk


def test_every_face_is_measured_again_in_place(desk: Desk, family: int, photos: list[Path]) -> None:
    before = desk.face_pks()
    anna = desk.users.name_faces(family, desk.found(family, photos[0]), "Anna")
    assert anna.change is not None
    matches = desk.found(family, photos[0])
    assert len(matches) == 2

    final = desk.use(family)
    assert final.state is JobState.DONE and final.done == final.total == 8
    assert final.message == "Family follows fake-light now: 8 faces measured again"
    assert desk.face_pks() == before and set(desk.vectors(LIGHT.digest)) == set(before)
    assert desk.search.model_id(family) == "fake-light"
    assert desk.collections.contract(family) == LIGHT
    assert desk.found(family, photos[0]) == matches
    (person,) = desk.users.list(family)
    assert (person.display_name, person.face_count) == ("Anna", 2)
    # Similarities are those of the new model's scale.
    face = desk.search.by_image(family, photos[0], 0.0).matches[0]
    assert face.similarity == pytest.approx(float(light_model().scale.similarity(face.cosine)))
    state = desk.following(family)
    assert (state.model_id, state.lacking, state.installed) == ("fake-light", 0, True)
    assert state.kept == (("fake-squares", desk.engine.contract.digest, 8),)


def test_the_vectors_are_those_that_indexing_gives(desk: Desk, family: int, photos: list[Path]) -> None:
    desk.use(family)
    other = desk.collections.create("other").id
    desk.use(other)
    desk.index(other, photos[0].parent)
    with desk.database.read() as connection:
        rows = connection.execute(
            select(tables.faces.c.collection_pk, tables.faces.c.photo_pk, tables.embeddings.c.vector)
            .join(tables.embeddings, tables.embeddings.c.face_pk == tables.faces.c.id)
            .join(tables.contracts, tables.contracts.c.id == tables.embeddings.c.contract_pk)
            .where(tables.contracts.c.digest == LIGHT.digest)
        ).all()
    of = {pk: sorted((photo, data) for each, photo, data in rows if each == pk) for pk in (family, other)}
    assert of[family] == of[other] and len(of[family]) == 8
    assert not desk.following(other).kept, "a collection that follows it from the start has one vector a face"


def test_searches_use_the_old_vectors_until_all_are_new(desk: Desk, family: int, photos: list[Path]) -> None:
    desk.engine.gate.clear()
    job = desk.models.use(family, "fake-light")
    assert desk.engine.held.wait(20)
    assert desk.search.model_id(family) == "fake-squares"
    assert len(desk.found(family, photos[0])) == 2
    with pytest.raises(Conflict, match="under way"):
        desk.models.use(family, "fake-light")
    with pytest.raises(Conflict, match="being switched"):
        desk.models.delete_old_vectors(family)
    desk.engine.gate.set()
    assert desk.end(job).state is JobState.DONE
    assert desk.search.model_id(family) == "fake-light"


def test_photos_that_come_meanwhile_get_both_vectors(
    desk: Desk, family: int, photos: list[Path], tmp_path: Path
) -> None:
    desk.engine.gate.clear()
    job = desk.models.use(family, "fake-light")
    assert desk.engine.held.wait(20)
    late = save_image(tmp_path / "late.png", painted([(person_color(30), (60, 60, 120))]))
    index = desk.ingest.index_paths(family, [late], urgent=True)
    desk.engine.gate.set()
    assert desk.end(index).state is JobState.DONE
    assert desk.end(job).state is JobState.DONE
    (new,) = desk.found(family, late)
    assert new in desk.vectors(LIGHT.digest)
    assert new in desk.vectors(desk.engine.contract.digest) or not desk.following(family).lacking
    assert not desk.following(family).lacking


def test_an_index_job_that_outlasts_the_switch_measures_by_the_new_model(
    desk: Desk, family: int, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photo that was measured by the old model before the switch and is recorded after it."""
    from app.services.ingest import run

    analyse = run.analyse
    switched = threading.Event()

    def slow(*args: object, **options: object) -> object:
        result = analyse(*args, **options)  # type: ignore[arg-type]
        if not switched.is_set():
            switched.set()
            with desk.database.write() as connection:
                connection.execute(update(tables.collections).values(contract_pk=light))
        return result

    with desk.database.write() as connection:
        description = '{"model_id": "fake-light"}'
        statement = tables.contracts.insert().values(digest=LIGHT.digest, description=description)
        key = connection.execute(statement).inserted_primary_key
        assert key is not None
        light = int(key[0])
    monkeypatch.setattr(run, "analyse", slow)
    late = save_image(tmp_path / "late.png", painted([(person_color(30), (60, 60, 120))]))
    assert desk.index(family, late).failed == 0
    (vector,) = desk.vectors(LIGHT.digest).values()
    np.testing.assert_allclose(vector, vector_of(person_color(30), 64), atol=1e-6)


def test_undo_goes_back_and_redo_forward_again(desk: Desk, family: int, photos: list[Path]) -> None:
    matches = desk.found(family, photos[0])
    desk.use(family)
    change = desk.history.undo_last()
    assert change is not None and change.change is not None and change.change.kind is ChangeKind.UNDO
    assert desk.search.model_id(family) == "fake-squares"
    assert desk.found(family, photos[0]) == matches
    desk.history.redo_last()
    assert desk.search.model_id(family) == "fake-light"
    assert desk.found(family, photos[0]) == matches


def test_history_says_which_models_and_the_command(desk: Desk, family: int) -> None:
    desk.use(family)
    change = desk.told[-1].change
    assert change is not None and change.kind is ChangeKind.SWITCH_MODEL
    assert change.summary == "Family switched to the face model fake-light"
    detail = desk.history.detail(change.id)
    assert (detail.before, detail.after) == (["Face model: fake-squares"], ["Face model: fake-light"])
    assert detail.equal_command == "likeness models use family fake-light"


def test_undo_measures_what_came_since_by_the_old_model(
    desk: Desk, family: int, photos: list[Path], tmp_path: Path
) -> None:
    desk.use(family)
    change = desk.told[-1].change
    assert change is not None
    late = save_image(tmp_path / "late.png", painted([(person_color(30), (60, 60, 120))]))
    desk.index(family, late)
    new = desk.found(family, late)
    assert len(new) == 1 and desk.following(family).lacking == 0
    desk.history.undo(change.id)
    filled = next(view for view in desk.jobs.views() if view.kind == "measure faces")
    assert desk.end(filled).message == "1 face of Family measured"
    # Search sees it, though no change tells of it.
    assert desk.found(family, late) == new
    assert desk.following(family).lacking == 0


def test_a_switch_back_takes_the_kept_vectors(desk: Desk, family: int) -> None:
    desk.use(family)
    before = desk.engine.measured
    assert desk.use(family, "fake-squares").state is JobState.DONE
    assert desk.engine.measured == before and desk.search.model_id(family) == "fake-squares"


def test_faces_without_their_file_keep_the_old_vector(desk: Desk, family: int, photos: list[Path]) -> None:
    gone = desk.found(family, photos[3])
    away = photos[3].rename(photos[3].with_name("away"))
    final = desk.use(family)
    assert final.state is JobState.DONE and final.failed == 1
    assert final.message.endswith("1 face keeps its old vector only, because the photo cannot be read")
    ((path, reason),) = desk.ingest.failures(final.id)
    assert path == photos[3] and "last seen" in reason
    assert desk.following(family).lacking == 1
    assert gone[0] in desk.face_pks() and gone[0] in desk.vectors(desk.engine.contract.digest)
    assert len(desk.found(family, photos[0])) == 2
    # Deleting the old vectors leaves the one that nothing can replace.
    assert desk.models.delete_old_vectors(family) == 7
    assert list(desk.vectors(desk.engine.contract.digest)) == gone
    away.rename(photos[3])
    desk.end(desk.models.switches.fill(family))
    assert desk.found(family, photos[3]) == gone and desk.models.switches.fill(family) is None


def test_where_many_photos_are_gone_nothing_is_switched(desk: Desk, family: int, photos: list[Path]) -> None:
    for path in photos[:4]:
        path.unlink()
    final = desk.use(family)
    assert final.state is JobState.FAILED and "4 of its 8 faces" in final.message
    assert desk.search.model_id(family) == "fake-squares"
    final = desk.use(family, anyway=True)
    assert final.state is JobState.DONE and desk.following(family).lacking == 4


def test_a_cancelled_switch_changes_nothing_and_goes_on_where_it_was(desk: Desk, family: int) -> None:
    desk.engine.gate.clear()
    job = desk.models.use(family, "fake-light")
    assert desk.engine.held.wait(20)
    desk.jobs.cancel(job.id)
    desk.engine.gate.set()
    assert desk.end(job).state is JobState.CANCELLED
    assert desk.search.model_id(family) == "fake-squares" and not desk.models.switches.unfinished()
    done = desk.engine.measured
    assert desk.use(family).state is JobState.DONE
    assert desk.engine.measured == 7 and 0 < done < 7, "a photo is measured once"


def test_a_switch_that_was_stopped_goes_on_after_a_restart(
    opened: Callable[[], Desk], photos: list[Path]
) -> None:
    first = opened()
    pk = first.collections.create("family", "Family").id
    first.index(pk, photos[0].parent)
    first.engine.gate.clear()
    job = first.models.use(pk, "fake-light")
    assert first.engine.held.wait(20)
    closing = threading.Thread(target=first.close)
    first.engine.gate.set()
    closing.start()
    closing.join(20)
    second = opened()
    (stopped,) = second.models.switches.unfinished()
    assert (stopped.job_id, stopped.running, stopped.collection_pk) == (job.id, False, pk)
    assert second.search.model_id(pk) == "fake-squares"
    (view,) = second.models.switches.take_up()
    assert second.end(view).state is JobState.DONE
    assert second.search.model_id(pk) == "fake-light" and not second.models.switches.unfinished()


def test_a_stopped_switch_can_be_given_up(desk: Desk, family: int) -> None:
    desk.engine.gate.clear()
    job = desk.models.use(family, "fake-light")
    assert desk.engine.held.wait(20)
    with pytest.raises(Conflict):
        desk.models.switches.dismiss(job.id)
    desk.jobs.cancel(job.id)
    desk.engine.gate.set()
    desk.end(job)
    with desk.database.write() as connection:
        connection.execute(update(tables.jobs).where(tables.jobs.c.id == job.id).values(state="interrupted"))
    desk.models.switches.dismiss(job.id)
    assert not desk.models.switches.unfinished()
    with pytest.raises(ResourceNotFound):
        desk.models.switches.resume(12345)


def test_what_cannot_be_switched_is_refused(desk: Desk, family: int) -> None:
    with pytest.raises(ModelError, match="no fake model"):
        desk.models.use(family, "nobody")
    with pytest.raises(InvalidParameter, match="already"):
        desk.models.use(family, "fake-squares")
    with pytest.raises(ResourceNotFound):
        desk.models.use(family + 100, "fake-light")


def test_an_empty_collection_is_switched_at_once(desk: Desk) -> None:
    pk = desk.collections.create("new").id
    assert desk.use(pk).state is JobState.DONE
    assert desk.collections.contract(pk) == LIGHT


# -- undo beside vectors that are not in the journal -------------------------------------------------


def test_indexing_can_be_undone_after_a_switch(desk: Desk, family: int, tmp_path: Path) -> None:
    late = save_image(tmp_path / "late.png", painted([(person_color(30), (60, 60, 120))]))
    change = desk.told[-1].change if desk.index(family, late) else None
    assert change is not None and change.kind is ChangeKind.INDEX
    desk.use(family)
    desk.history.undo(change.id)
    assert len(desk.face_pks()) == 8
    redo = desk.history.redo_last()
    assert redo is not None
    assert len(desk.face_pks()) == 9 and len(desk.found(family, late)) == 1
    # With the old vectors gone it works all the same.
    desk.models.delete_old_vectors(family)
    desk.history.undo(change.id)
    assert len(desk.face_pks()) == 8


def test_a_deleted_face_comes_back_with_what_it_needs(desk: Desk, family: int, photos: list[Path]) -> None:
    (face,) = desk.found(family, photos[2])
    desk.faces.delete_pks([face])
    deleted = desk.told[-1].change
    desk.use(family)
    assert deleted is not None
    desk.history.undo(deleted.id)
    filled = next(view for view in desk.jobs.views() if view.kind == "measure faces")
    desk.end(filled)
    assert desk.found(family, photos[2]) == [face]


def test_undoing_an_edit_measures_the_face_where_it_was(desk: Desk, family: int, photos: list[Path]) -> None:
    (face,) = desk.found(family, photos[2])
    desk.edits.set_landmark(face, LandmarkType.NOSE, 0.9, 0.9)
    edited = desk.told[-1].change
    desk.use(family)
    moved = desk.vectors(LIGHT.digest)[face]
    assert edited is not None
    desk.history.undo(edited.id)
    filled = [view for view in desk.jobs.views() if view.kind == "measure faces"]
    desk.end(filled[-1])
    again = desk.vectors(LIGHT.digest)[face]
    np.testing.assert_allclose(again, vector_of(person_color(2), 64), atol=1e-5)
    assert not np.allclose(again, moved, atol=1e-3)
    assert desk.found(family, photos[2]) == [face]
    # And forward again: the vector that was filled in gives way to the one that comes back.
    desk.history.redo_last()
    np.testing.assert_allclose(desk.vectors(LIGHT.digest)[face], moved, atol=1e-6)


def test_an_edited_face_is_measured_by_the_model_of_its_collection(
    desk: Desk, family: int, photos: list[Path]
) -> None:
    desk.use(family)
    (face,) = desk.found(family, photos[2])
    desk.edits.set_box(face, BoundingBox(0.1, 0.12, 0.18, 0.24))
    assert desk.found(family, photos[2]) == [face]
    assert face not in desk.vectors(desk.engine.contract.digest), "the old one no longer fits the face"


# -- two contracts in one process ---------------------------------------------------------------------


def test_collections_of_two_models_are_searched_side_by_side(
    desk: Desk, family: int, photos: list[Path]
) -> None:
    light = desk.collections.create("light").id
    desk.use(light)
    desk.index(light, photos[0].parent)
    seen = desk.search.look_at(photos[0])
    for pk, dimension in ((family, 128), (light, 64)):
        found = desk.search.by_image(pk, seen, 80.0)
        assert len(found.matches) == 2 and found.image.vectors.shape[1] == dimension
    # A face of one searched in the other is measured by the other's model.
    (face,) = desk.found(family, photos[2])
    pixels = painted([(person_color(2), (60, 60, 120))])
    stored = desk.search.stored(family, face, pixels, seen.faces[0].landmarks)
    vector = desk.search.vector_in(light, stored)
    assert vector.shape == (64,) and desk.search.by_vector(light, vector, 80.0)
    np.testing.assert_array_equal(desk.search.vector_in(family, stored), stored.vector)


def test_vectors_of_one_model_are_never_among_anothers(desk: Desk, family: int) -> None:
    desk.use(family)
    with desk.database.read() as connection:
        query = select(
            tables.embeddings.c.contract_pk, func.min(func.length(tables.embeddings.c.vector)), func.count()
        ).group_by(tables.embeddings.c.contract_pk)
        sizes = {(row[1] // 4, row[2]) for row in connection.execute(query)}
    assert sizes == {(128, 8), (64, 8)}
    store = desk.search._store.of(family)
    assert store.contract == LIGHT.digest and store.index.dimension == 64 and len(store.index) == 8


def test_a_collection_whose_model_is_gone_says_so_and_can_be_switched(
    desk: Desk, family: int, photos: list[Path]
) -> None:
    desk.use(family)
    desk.engine.others.clear()
    with pytest.raises(Conflict, match="fake-light, which is not installed"):
        desk.found(family, photos[0])
    assert desk.following(family).installed is False
    assert desk.use(family, "fake-squares").state is JobState.DONE
    assert len(desk.found(family, photos[0])) == 2
