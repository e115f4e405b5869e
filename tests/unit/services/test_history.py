"""History: listed, told in words, undone alone or with what rests on it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.domain.errors import Conflict, DependedOn, ResourceNotFound
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.services.history import HistoryFilter
from app.storage import tables
from app.storage.clock import now_ms
from tests.fakes import person_color
from tests.unit.services.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio.at(tmp_path)
    yield made
    made.library.close()


@pytest.fixture
def collection(studio: Studio) -> int:
    return studio.collections.create("c", "Archive").id


@pytest.fixture
def faces(studio: Studio, collection: int) -> list[int]:
    """Two photos of two faces; the first of each is the larger."""
    return [
        face
        for photo in range(2)
        for face in studio.add_photo(
            collection,
            [(person_color(2 * photo + each), (10 + 100 * each, 10, 60 - 20 * each)) for each in range(2)],
        )[1]
    ]


def pk_of(changes: ChangeSet | None) -> int:
    assert changes is not None and changes.change is not None
    return changes.change.id


def summaries(studio: Studio, wanted: HistoryFilter | None = None) -> list[str]:
    ids = studio.history.listing(wanted).tolist()
    rows = studio.history.rows(ids)
    return [rows[pk].change.summary for pk in ids]


def test_newest_first_and_filtered(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.users.name_faces(collection, faces[:2], "Élodie")
    studio.users.name_faces(collection, faces[2:3], "Bea")
    (elodie, _) = studio.users.list(collection)
    studio.faces.delete_pks(faces[:1])
    assert summaries(studio)[:3] == ["1 face of Élodie deleted", "1 face named Bea", "2 faces named Élodie"]
    assert summaries(studio, HistoryFilter(user_pk=elodie.id)) == [
        "1 face of Élodie deleted",
        "2 faces named Élodie",
    ]
    assert summaries(studio, HistoryFilter(text="ÉLODIE", kinds=frozenset([ChangeKind.ASSOCIATE]))) == [
        "2 faces named Élodie"
    ]
    assert summaries(studio, HistoryFilter(kinds=frozenset([ChangeKind.CREATE_COLLECTION]))) == [
        "Collection Archive created"
    ]
    assert summaries(studio, HistoryFilter(origin=Origin.ENDPOINT)) == []
    assert len(summaries(studio, HistoryFilter(collection_pk=collection))) == 5


def test_days_are_those_of_the_clock_on_the_wall(studio: Studio, collection: int, faces: list[int]) -> None:
    today = date.today()
    day = 86_400_000
    first = studio.history.listing().tolist()[-1]
    with studio.library.database.write() as connection:
        moment = tables.changes.c.created_at
        connection.execute(
            tables.changes.update().where(tables.changes.c.id == first).values({moment: moment - 400 * day})
        )
    old = HistoryFilter(end=today - timedelta(days=300))
    assert studio.history.listing(old).tolist() == [first]
    assert first not in studio.history.listing(HistoryFilter(start=today - timedelta(days=1))).tolist()
    listing = studio.history.by_day(today=today + timedelta(days=1))
    assert listing.ids.tolist() == studio.history.listing().tolist()
    assert [section.start for section in listing.sections] == [0, 2]
    assert listing.sections[0].title == "Yesterday"
    assert listing.sections[1].title.endswith(str((today - timedelta(days=400)).year))
    assert studio.history.by_day(today=today).sections[0].title == "Today"


def test_a_row_is_pictured_with_its_faces(studio: Studio, collection: int, faces: list[int]) -> None:
    photos = studio.photos.listing(collection).ids.tolist()
    named = pk_of(studio.users.name_faces(collection, faces, "Ada"))
    (ada,) = studio.users.list(collection)
    cover = pk_of(studio.users.set_cover(ada.id, faces[3]))
    hidden = pk_of(studio.users.hide([ada.id], True))
    removed = pk_of(studio.photos.remove(collection, photos))
    rows = studio.history.rows([named, cover, hidden, removed])
    assert (rows[named].faces, rows[named].count) == (tuple(faces[:3]), 4)
    assert (rows[cover].faces, rows[cover].count) == ((faces[3],), 0)
    assert (rows[removed].faces, rows[removed].count) == ((faces[0], faces[2]), 4), "the largest of each"
    assert rows[hidden].faces == (), "no face of hers is left"


def test_the_detail_says_what_was_and_what_is(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.users.name_faces(collection, faces[:1], "J. Beatty")
    named = pk_of(studio.users.name_faces(collection, faces[:3], "Joyce Beatty"))
    detail = studio.history.detail(named)
    assert detail.before == ["2 faces: not named", "1 face: J. Beatty"]
    assert detail.after == ["3 faces: Joyce Beatty", "New person: Joyce Beatty"]
    joyce = studio.users.list(collection)[1]
    renamed = studio.history.detail(pk_of(studio.users.rename(joyce.id, "J. B.")))
    assert (renamed.before, renamed.after) == (["J. B.: Name: Joyce Beatty"], ["J. B.: Name: J. B."])
    assert [change.id for change in studio.history.detail(named).dependents] == [renamed.row.change.id]
    hidden = studio.history.detail(pk_of(studio.faces.hide(faces[:2], True)))
    assert (hidden.before, hidden.after) == (["2 faces shown"], ["2 faces hidden"])
    gone = studio.history.detail(pk_of(studio.collections.delete(collection)))
    assert (gone.before, gone.after) == (["In the library"], ["Deleted"])
    with pytest.raises(ResourceNotFound):
        studio.history.detail(999)


def test_the_equal_command_names_the_same_things(studio: Studio, collection: int, faces: list[int]) -> None:
    ids = studio.face_ids(faces)
    named = studio.history.detail(pk_of(studio.users.name_faces(collection, faces[:2], "Zoë O'Neil")))
    assert named.equal_command is not None
    assert [shlex.split(line) for line in named.equal_command.splitlines()] == [
        ["likeness", "users", "create", "c", "zoe-o-neil", "--name", "Zoë O'Neil"],
        ["likeness", "users", "associate", "c", "zoe-o-neil", ids[0], ids[1], "--threshold", "0"],
    ]
    freed = studio.history.detail(pk_of(studio.users.unassign(faces[:1])))
    assert freed.equal_command == f"likeness users disassociate c zoe-o-neil {ids[0]}"
    deleted = studio.history.detail(pk_of(studio.users.delete("c", "zoe-o-neil")))
    assert deleted.equal_command == "likeness users delete c zoe-o-neil"
    first, *_, created = reversed(studio.history.listing().tolist()[-2:])
    assert studio.history.detail(first).equal_command == "likeness collections create c --name Archive"
    indexed = studio.history.detail(created).equal_command
    assert indexed is not None
    assert shlex.split(indexed) == ["likeness", "index", "c", str(studio.folder / "photo0.png")]
    hidden = studio.history.detail(pk_of(studio.faces.hide(faces[:1], True)))
    assert hidden.equal_command is None


def test_undo_and_redo_of_the_last(studio: Studio, collection: int, faces: list[int]) -> None:
    before = studio.state()
    named = studio.users.name_faces(collection, faces[:2], "Ada")
    after = studio.state()
    studio.told.clear()
    undone = studio.history.undo_last()
    assert studio.state() == before
    assert studio.told == [undone]
    assert undone is not None and undone.faces == set(faces[:2])
    assert studio.history.rows([pk_of(named)])[pk_of(named)].undone
    studio.reopen()
    redone = studio.history.redo_last()
    assert studio.state() == after
    assert redone is not None and redone.change is not None
    assert redone.change.summary == "Redone: 2 faces named Ada"
    assert studio.history.redo_last() is None
    studio.history.undo(pk_of(redone))
    assert studio.state() == before
    assert studio.history.rows([pk_of(redone)])[pk_of(redone)].undone
    with pytest.raises(Conflict, match="undone already"):
        studio.history.undo(pk_of(named))


def test_nothing_to_undo(studio: Studio) -> None:
    assert studio.history.undo_last() is None
    assert studio.history.redo_last() is None
    with pytest.raises(ResourceNotFound):
        studio.history.undo(1)


def test_redo_of_an_old_undo_waits_for_what_it_rests_on(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    """Ada is named, then renamed; both are undone. The renaming alone has nobody to rename."""
    named = studio.users.name_faces(collection, faces[:2], "Ada")
    (ada,) = studio.users.list(collection)
    studio.users.rename(ada.id, "Bea")
    renaming_undone = studio.history.undo_last()
    naming_undone = studio.history.undo_last()
    with pytest.raises(DependedOn) as refusal:
        studio.history.undo(pk_of(renaming_undone))
    assert refusal.value.changes == (pk_of(naming_undone),)
    studio.history.undo_with_dependents(pk_of(renaming_undone))
    assert [user.display_name for user in studio.users.list(collection)] == ["Bea"]
    assert not studio.history.rows([pk_of(named)])[pk_of(named)].undone


def test_all_in_a_collection_rests_on_its_creation(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.users.name_faces(collection, faces[:2], "Ada")
    created = studio.history.listing().tolist()[-1]
    assert len(studio.history.detail(created).dependents) == 3
    before = studio.state()
    done = studio.history.undo_with_dependents(created)
    assert studio.state() == {}
    assert done.faces == set(faces)
    while studio.history.redo_last() is not None:
        pass
    assert studio.state() == before


def test_undoing_together_is_all_or_nothing(studio: Studio, collection: int, faces: list[int]) -> None:
    named = studio.users.name_faces(collection, faces[:2], "Ada")
    (ada,) = studio.users.list(collection)
    renamed = studio.users.rename(ada.id, "Bea")
    with studio.library.database.write() as connection:
        running = {"kind": "index", "origin": "window", "summary": "Indexing", "open": True}
        key = connection.execute(tables.changes.insert().values(created_at=now_ms(), **running))
        assert key.inserted_primary_key is not None
        row = {"table_name": "users", "row_pk": ada.id, "op": "r"}
        connection.execute(tables.change_rows.insert().values(change_pk=key.inserted_primary_key[0], **row))
    before = studio.state()
    with pytest.raises(Conflict, match="still running"):
        studio.history.undo_with_dependents(pk_of(named))
    assert studio.state() == before
    assert not studio.history.rows([pk_of(renamed)])[pk_of(renamed)].undone
