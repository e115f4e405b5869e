"""Indexes that keep in step with the database: with acts, undo, other processes, the cache file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from app.domain.embedding import EmbeddingContract
from app.domain.errors import Conflict, ResourceNotFound
from app.domain.records import Collection
from app.services import vector_store
from app.services.vector_store import NOBODY, PHOTO, USER, VectorStore
from app.storage import tables
from app.storage.library import open_library
from app.storage.repositories import contracts
from tests.fakes import FakeEngine, person_color, shade
from tests.unit.services.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio.at(tmp_path)
    yield made
    made.library.close()


@pytest.fixture
def archive(studio: Studio) -> Collection:
    return studio.collections.create("archive")


def person(number: int, left: int = 40) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    return person_color(number), (left, 40, 80)


def held(store: VectorStore, collection_pk: int) -> dict[int, tuple[int, int]]:
    """face -> (user, photo), as the index has it."""
    index = store.of(collection_pk).index
    ids = index.ids()
    users, photos = index.values(USER, ids).tolist(), index.values(PHOTO, ids).tolist()
    return dict(zip(ids.tolist(), zip(users, photos, strict=True), strict=True))


def stored(studio: Studio, collection_pk: int) -> dict[int, tuple[int, int]]:
    query = select(tables.faces).where(tables.faces.c.collection_pk == collection_pk)
    with studio.library.database.read() as connection:
        return {
            row["id"]: (NOBODY if row["user_pk"] is None else row["user_pk"], row["photo_pk"])
            for row in connection.execute(query).mappings()
        }


def in_step(store: VectorStore, studio: Studio, collection_pk: int) -> bool:
    """The index, and the people's vectors, are what a new build would give."""
    fresh = VectorStore(studio.library, studio.engine).of(collection_pk)
    now = store.of(collection_pk)
    ids = np.sort(fresh.index.ids())
    return (
        held(store, collection_pk) == stored(studio, collection_pk)
        and np.array_equal(now.index.vectors(ids)[1], fresh.index.vectors(ids)[1])
        and np.array_equal(now.people.keys, fresh.people.keys)
        and np.array_equal(now.people.counts, fresh.people.counts)
        and np.allclose(now.people.vectors, fresh.people.vectors, atol=1e-6)
    )


def test_every_act_and_its_undo_is_seen(studio: Studio, archive: Collection) -> None:
    store = VectorStore(studio.library, studio.engine)
    other = studio.collections.create("other")
    assert held(store, archive.id) == {}
    photo, faces = studio.add_photo(archive.id, [person(0), person(1, 200), person(2, 400)])
    _, more = studio.add_photo(archive.id, [(shade(person_color(0), 3), (40, 40, 80))])
    assert in_step(store, studio, archive.id)
    assert len(held(store, archive.id)) == 4
    acts = [
        lambda: studio.users.name_faces(archive.id, [faces[0], more[0]], "Ada"),
        lambda: studio.users.name_faces(archive.id, [faces[1]], "Ben"),
        lambda: studio.users.unassign([more[0]]),
        lambda: studio.users.name_faces(archive.id, [more[0]], "Ben"),
        lambda: studio.faces.delete_pks([faces[2]]),
        lambda: studio.faces.move([faces[1]], other.id),
        lambda: studio.faces.hide([faces[0]], True),
        lambda: studio.photos.remove(archive.id, [photo]),
    ]
    made = []
    for act in acts:
        made.append(act())
        assert in_step(store, studio, archive.id)
        assert in_step(store, studio, other.id)
    assert len(held(store, archive.id)) == 1
    for changes in reversed(made):
        if changes.change is not None:
            studio.history.undo(changes.change.id)
        assert in_step(store, studio, archive.id)
        assert in_step(store, studio, other.id)
    assert sorted(held(store, archive.id)) == sorted([*faces, *more])


def test_deleting_the_newest_face_does_not_read_everything_anew(studio: Studio, archive: Collection) -> None:
    store = VectorStore(studio.library, studio.engine)
    _, faces = studio.add_photo(archive.id, [person(0), person(1, 300)])
    index = store.of(archive.id).index
    studio.faces.delete_pks(faces[-1:])
    assert store.of(archive.id).index is index and sorted(held(store, archive.id)) == faces[:1]
    studio.history.undo_last()
    assert store.of(archive.id).index is index and sorted(held(store, archive.id)) == faces


def test_a_vector_that_is_filled_in_without_the_journal_is_seen(studio: Studio, archive: Collection) -> None:
    store = VectorStore(studio.library, studio.engine)
    _, faces = studio.add_photo(archive.id, [person(0), person(1, 300)])
    with studio.library.database.write() as connection:
        where = tables.embeddings.c.face_pk == faces[0]
        row = connection.execute(select(tables.embeddings).where(where)).mappings().one()
        connection.execute(tables.embeddings.delete().where(where))
    fresh = VectorStore(studio.library, studio.engine)
    assert list(held(fresh, archive.id)) == faces[1:]
    index = fresh.of(archive.id).index
    with studio.library.database.write() as connection:
        assert contracts.fill(connection, faces[0], row["contract_pk"], row["vector"])
        assert not contracts.fill(connection, faces[0], row["contract_pk"], row["vector"]), "only once"
    assert sorted(held(fresh, archive.id)) == faces and fresh.of(archive.id).index is index
    assert in_step(store, studio, archive.id)


def test_what_another_process_writes_is_seen(studio: Studio, archive: Collection) -> None:
    store = VectorStore(studio.library, studio.engine)
    assert held(store, archive.id) == {}
    second = Studio(studio.folder, open_library(studio.folder / "library"))
    try:
        _, faces = second.add_photo(archive.id, [person(0)])
        second.users.name_faces(archive.id, faces, "Ada")
        assert list(held(store, archive.id)) == faces
        assert len(store.of(archive.id).people) == 1
    finally:
        second.library.close()


def test_a_deleted_collection_is_not_searched_until_it_is_back(studio: Studio, archive: Collection) -> None:
    store = VectorStore(studio.library, studio.engine)
    _, faces = studio.add_photo(archive.id, [person(0)])
    assert list(held(store, archive.id)) == faces
    studio.collections.delete(archive.id)
    with pytest.raises(ResourceNotFound):
        store.of(archive.id)
    with pytest.raises(ResourceNotFound):
        store.of(12345)
    studio.history.undo_last()
    assert list(held(store, archive.id)) == faces


def test_vectors_of_another_model_are_refused(studio: Studio, archive: Collection) -> None:
    studio.add_photo(archive.id, [person(0)])
    other = FakeEngine()
    other.contract = dataclasses.replace(other.contract, model_id="another")
    assert isinstance(other.contract, EmbeddingContract)
    with pytest.raises(Conflict, match=r"fake-squares, which is not installed"):
        VectorStore(studio.library, other).of(archive.id)


def test_a_vector_of_wrong_length_is_left_out(studio: Studio, archive: Collection) -> None:
    _, faces = studio.add_photo(archive.id, [person(0), person(1, 300)])
    with studio.library.database.write() as connection:
        table = tables.embeddings
        connection.execute(table.update().where(table.c.face_pk == faces[0]).values(vector=b"abc"))
    store = VectorStore(studio.library, studio.engine)
    assert list(held(store, archive.id)) == [faces[1]]


class TestCacheFile:
    @pytest.fixture(autouse=True)
    def _small_is_worth_a_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vector_store, "_WORTH_A_FILE", 1)

    @pytest.fixture
    def builds(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """Collections that were read from the database whole."""
        seen: list[int] = []
        real = vector_store.vectors.stream

        def counted(connection: object, collection_pk: int, *rest: object, **named: object) -> object:
            seen.append(collection_pk)
            return real(connection, collection_pk, *rest, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(vector_store.vectors, "stream", counted)
        return seen

    def closed(self, studio: Studio, collection_pk: int) -> Path:
        store = VectorStore(studio.library, studio.engine)
        store.of(collection_pk)
        store.close()
        assert not list(studio.library.cache.glob("*.partial"))
        (path,) = studio.library.cache.glob("vectors-*.index")
        return path

    def test_saves_the_next_start_from_reading_all(
        self, studio: Studio, archive: Collection, builds: list[int]
    ) -> None:
        _, faces = studio.add_photo(archive.id, [person(0), person(1, 300)])
        studio.users.name_faces(archive.id, faces[:1], "Ada")
        self.closed(studio, archive.id)
        # What happened after it was written is read from the journal.
        _, more = studio.add_photo(archive.id, [person(2)])
        studio.faces.delete_pks([faces[1]])
        builds.clear()
        store = VectorStore(studio.library, studio.engine)
        assert sorted(held(store, archive.id)) == [faces[0], more[0]]
        assert builds == []
        assert in_step(store, studio, archive.id)

    def test_is_not_written_again_unchanged(self, studio: Studio, archive: Collection) -> None:
        studio.add_photo(archive.id, [person(0)])
        path = self.closed(studio, archive.id)
        before = path.stat().st_mtime_ns, path.stat().st_ino
        self.closed(studio, archive.id)
        assert (path.stat().st_mtime_ns, path.stat().st_ino) == before

    def test_that_is_damaged_is_made_again(
        self, studio: Studio, archive: Collection, builds: list[int]
    ) -> None:
        studio.add_photo(archive.id, [person(0), person(1, 300)])
        path = self.closed(studio, archive.id)
        path.write_bytes(path.read_bytes()[:-5])
        builds.clear()
        store = VectorStore(studio.library, studio.engine)
        assert held(store, archive.id) == stored(studio, archive.id)
        assert builds == [archive.id]

    def test_of_a_restored_library_is_made_again(
        self, studio: Studio, archive: Collection, builds: list[int]
    ) -> None:
        """The copy's journal goes on with the same row numbers, but they mean other things."""
        studio.add_photo(archive.id, [person(0)])
        path = studio.library.database.path
        studio.library.database.close()
        copy = path.read_bytes()
        studio.reopen()
        studio.add_photo(archive.id, [person(1)])
        self.closed(studio, archive.id)
        studio.library.close()
        for part in path.parent.glob("library.db*"):
            part.unlink()
        path.write_bytes(copy)
        studio.library = open_library(studio.folder / "library")
        studio._build()
        _, faces = studio.add_photo(archive.id, [person(5)])
        builds.clear()
        store = VectorStore(studio.library, studio.engine)
        assert in_step(store, studio, archive.id)
        assert faces[0] in held(store, archive.id)
        assert builds[0] == archive.id

    def test_of_a_deleted_collection_goes(self, studio: Studio, archive: Collection) -> None:
        studio.add_photo(archive.id, [person(0)])
        path = self.closed(studio, archive.id)
        studio.collections.delete(archive.id)
        with pytest.raises(ResourceNotFound):
            VectorStore(studio.library, studio.engine).of(archive.id)
        assert not path.exists()

    def test_that_cannot_be_written_does_no_harm(
        self, studio: Studio, archive: Collection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        studio.add_photo(archive.id, [person(0)])

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(vector_store, "save_index", full)
        store = VectorStore(studio.library, studio.engine)
        store.of(archive.id)
        store.close()
        assert len(held(store, archive.id)) == 1


def test_a_long_absence_is_made_good_by_reading_all(
    studio: Studio, archive: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_store, "_JOURNAL_STEP", 2)
    store = VectorStore(studio.library, studio.engine)
    store.of(archive.id)
    studio.add_photo(archive.id, [person(0), person(1, 300)])
    assert in_step(store, studio, archive.id)
    monkeypatch.setattr(vector_store, "_TOO_FAR_BEHIND", 3)
    studio.add_photo(archive.id, [person(2), person(3, 300)])
    assert in_step(store, studio, archive.id)
