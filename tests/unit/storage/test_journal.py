from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import Conflict, DependedOn
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.storage import journal, tables
from app.storage.database import Database
from app.storage.library import open_library

W = Origin.WINDOW


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    library = open_library(tmp_path)
    with library.database.write() as connection:
        connection.execute(tables.contracts.insert().values(digest="d", description="{}"))
    yield library.database
    library.close()


def make_collection(database: Database, name: str = "a") -> tuple[int, ChangeSet]:
    with database.act(ChangeKind.CREATE_COLLECTION, W) as act:
        pk = act.work.insert(
            tables.collections,
            {"collection_id": name, "display_name": name, "contract_pk": 1, "created_at": 1},
        )
        act.work.summary = f"Collection {name} created"
    return pk, act.changes


def rename(database: Database, pk: int, **values: object) -> ChangeSet:
    with database.act(ChangeKind.RENAME_COLLECTION, W, pk) as act:
        act.work.update(tables.collections, pk, values)
    return act.changes


def row(database: Database, pk: int) -> dict[str, object] | None:
    with database.read() as connection:
        found = connection.execute(select(tables.collections).where(tables.collections.c.id == pk))
        first = found.mappings().first()
        return dict(first) if first else None


def id_of(changes: ChangeSet) -> int:
    assert changes.change is not None
    return changes.change.id


def test_an_act_that_touches_nothing_leaves_no_change(database: Database) -> None:
    pk, _ = make_collection(database)
    assert rename(database, pk, display_name="a").change is None


def test_a_failed_act_leaves_nothing(database: Database) -> None:
    pk, _ = make_collection(database)
    with pytest.raises(RuntimeError), database.act(ChangeKind.RENAME_COLLECTION, W) as act:
        act.work.update(tables.collections, pk, {"display_name": "b"})
        raise RuntimeError
    assert row(database, pk)["display_name"] == "a"  # type: ignore[index]


def test_undo_and_redo_put_the_same_row_back(database: Database) -> None:
    pk, created = make_collection(database)
    before = row(database, pk)
    undone = database.reverse(id_of(created), W)
    assert row(database, pk) is None
    database.reverse(id_of(undone), W)
    assert row(database, pk) == before


def test_an_old_change_is_undone_while_a_later_one_to_other_columns_stays(database: Database) -> None:
    pk, _ = make_collection(database)
    first = rename(database, pk, display_name="b")
    rename(database, pk, created_at=5)
    database.reverse(id_of(first), W)
    found = row(database, pk)
    assert found is not None and (found["display_name"], found["created_at"]) == ("a", 5)


def test_what_later_changes_rest_on_is_refused_and_they_are_named(database: Database) -> None:
    pk, created = make_collection(database)
    second = rename(database, pk, display_name="b")
    third = rename(database, pk, display_name="c")
    with pytest.raises(DependedOn) as refusal:
        database.reverse(id_of(created), W)
    assert refusal.value.changes == (id_of(third), id_of(second))
    with pytest.raises(DependedOn):
        database.reverse(id_of(second), W)
    for change in (third, second, created):
        database.reverse(id_of(change), W)
    assert row(database, pk) is None


def test_an_undone_change_is_not_undone_twice(database: Database) -> None:
    _, created = make_collection(database)
    database.reverse(id_of(created), W)
    with pytest.raises(Conflict, match="already"):
        database.reverse(id_of(created), W)


def test_undoing_a_redo_undoes_the_act_it_brought_back(database: Database) -> None:
    pk, created = make_collection(database)
    redone = database.reverse(id_of(database.reverse(id_of(created), W)), W)
    database.reverse(id_of(redone), W)
    assert row(database, pk) is None
    with database.read() as connection:
        redoable = journal.last_redoable(connection)
    assert redoable is not None
    database.reverse(redoable.id, W)
    assert row(database, pk) is not None
    with database.read() as connection:
        last = journal.last_undoable(connection)
    assert last is not None and last.id == id_of(created)


def test_a_new_act_ends_redo(database: Database) -> None:
    _, created = make_collection(database)
    database.reverse(id_of(created), W)
    make_collection(database, "other")
    with database.read() as connection:
        assert journal.last_redoable(connection) is None


def test_undo_of_a_deletion_meets_a_new_namesake(database: Database) -> None:
    pk, _ = make_collection(database)
    deleted = rename(database, pk, deleted_at=9)
    make_collection(database, "a")
    with pytest.raises(Conflict, match="same name"):
        database.reverse(id_of(deleted), W)


def test_an_open_change_is_refused(database: Database) -> None:
    _, created = make_collection(database)
    with database.write() as connection:
        connection.execute(tables.changes.update().values(open=True))
    with pytest.raises(Conflict, match="still running"):
        database.reverse(id_of(created), W)
