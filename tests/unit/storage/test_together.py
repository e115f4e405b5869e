"""Several acts in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.domain.records import ChangeKind, Origin
from app.storage import tables
from app.storage.database import Database
from app.storage.library import open_library


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    library = open_library(tmp_path)
    with library.database.write() as connection:
        connection.execute(tables.contracts.insert().values(digest="d", description="{}"))
    yield library.database
    library.close()


def make(database: Database, name: str) -> None:
    with database.act(ChangeKind.CREATE_COLLECTION, Origin.WINDOW) as act:
        act.work.insert(
            tables.collections,
            {"collection_id": name, "display_name": name, "contract_pk": 1, "created_at": 1},
        )


def names(database: Database) -> list[str]:
    with database.read() as connection:
        query = select(tables.collections.c.collection_id).order_by(tables.collections.c.id)
        return list(connection.execute(query).scalars())


def changes(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(tables.changes)).scalar_one()


def seen_elsewhere(database: Database) -> list[str]:
    found: list[list[str]] = []
    thread = threading.Thread(target=lambda: found.append(names(database)))
    thread.start()
    thread.join(10)
    return found[0]


def test_what_is_done_together_is_seen_inside_at_once_and_outside_at_the_end(database: Database) -> None:
    with database.together():
        make(database, "a")
        assert names(database) == ["a"]
        make(database, "b")
        assert names(database) == ["a", "b"]
        assert seen_elsewhere(database) == []
    assert names(database) == seen_elsewhere(database) == ["a", "b"]
    assert changes(database) == 2


def test_all_of_it_is_taken_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.together():
        make(database, "a")
        make(database, "b")
        raise RuntimeError
    assert names(database) == []
    assert changes(database) == 0
    make(database, "c")
    assert names(database) == ["c"]


def test_an_act_that_fails_inside_is_taken_back_alone(database: Database) -> None:
    with database.together():
        make(database, "a")
        with pytest.raises(RuntimeError), database.act(ChangeKind.CREATE_COLLECTION, Origin.WINDOW) as act:
            act.work.insert(
                tables.collections,
                {"collection_id": "b", "display_name": "b", "contract_pk": 1, "created_at": 1},
            )
            raise RuntimeError
        make(database, "c")
    assert names(database) == ["a", "c"]
    assert changes(database) == 2


def test_together_within_together_is_one(database: Database) -> None:
    with pytest.raises(RuntimeError), database.together():
        with database.together():
            make(database, "a")
        make(database, "b")
        assert names(database) == ["a", "b"]
        raise RuntimeError
    assert names(database) == []


def test_other_threads_write_before_or_after(database: Database) -> None:
    inside, done = threading.Event(), threading.Event()

    def other() -> None:
        inside.wait(10)
        make(database, "other")
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with database.together():
        make(database, "a")
        inside.set()
        assert not done.wait(0.2)
        make(database, "b")
    thread.join(10)
    assert names(database) == ["a", "b", "other"]
