"""Collections: ids, names, pages, deletion and what undo brings back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import (
    DependedOn,
    InvalidPaginationToken,
    InvalidParameter,
    ResourceAlreadyExists,
    ResourceNotFound,
)
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.storage.library import Library, open_library
from tests.fakes import FakeEngine

CONTRACT = FakeEngine().contract


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def told() -> list[ChangeSet]:
    return []


@pytest.fixture
def service(library: Library, told: list[ChangeSet]) -> CollectionService:
    hub = EventHub()
    hub.subscribe(told.append)
    return CollectionService(library.database, hub, Origin.WINDOW, CONTRACT)


def test_a_new_collection_is_listed_and_told_of(service: CollectionService, told: list[ChangeSet]) -> None:
    made = service.create("family_2024.v1", "Family, 2024")
    assert service.list() == [made]
    assert (made.display_name, made.contract, made.face_count) == ("Family, 2024", CONTRACT.digest, 0)
    assert told[0].collections == {made.id}
    change = told[0].change
    assert change is not None
    assert (change.kind, change.summary) == (
        ChangeKind.CREATE_COLLECTION,
        "Collection Family, 2024 created",
    )


@pytest.mark.parametrize("collection_id", ["", "a b", "é", "a" * 256, "a:b", "a\n"])
def test_ids_that_rekognition_refuses_are_refused(service: CollectionService, collection_id: str) -> None:
    with pytest.raises(InvalidParameter):
        service.create(collection_id)


def test_ids_are_case_sensitive_and_taken_once(service: CollectionService) -> None:
    service.create("a")
    service.create("A")
    with pytest.raises(ResourceAlreadyExists):
        service.create("a")


def test_any_name_makes_a_free_id(service: CollectionService) -> None:
    names = ["Été à Paris!", "Ete a  Paris", "東京", "_" * 3, "東京 2"]
    made = [service.create_named(name).collection_id for name in names]
    assert made == ["ete-a-paris", "ete-a-paris-2", "collection", "collection-2", "2"]


@pytest.mark.parametrize("name", ["", " \t\n", "x" * 256])
def test_empty_and_endless_names_are_refused(service: CollectionService, name: str) -> None:
    with pytest.raises(InvalidParameter):
        service.create_named(name)


def test_a_deleted_collection_is_gone_until_it_is_brought_back(
    service: CollectionService, library: Library
) -> None:
    made = service.create("a", "Archive")
    deleted = service.delete(made.id)
    assert deleted.change is not None and deleted.change.summary == "Collection Archive deleted"
    assert service.list() == []
    for act in (
        lambda: service.get("a"),
        lambda: service.by_pk(made.id),
        lambda: service.rename(made.id, "b"),
        lambda: service.delete(made.id),
    ):
        with pytest.raises(ResourceNotFound):
            act()
    library.database.reverse(deleted.change.id, Origin.WINDOW)
    assert service.list() == [made]


def test_a_namesake_of_a_deleted_collection_is_named_when_undo_meets_it(
    service: CollectionService, library: Library
) -> None:
    deleted = service.delete(service.create("a").id)
    service.create("a", "The second")
    assert deleted.change is not None
    with pytest.raises(DependedOn) as refusal:
        library.database.reverse(deleted.change.id, Origin.WINDOW)
    assert len(refusal.value.changes) == 1
    # The window's own ids never meet that.
    assert service.create_named("a").collection_id == "a-2"


def test_pages_hold_while_collections_come_and_go(service: CollectionService) -> None:
    made = [service.create(f"c{number}") for number in range(7)]
    first = service.page(3)
    assert [item.collection_id for item in first.items] == ["c0", "c1", "c2"]
    service.delete(made[1].id)
    service.delete(made[4].id)
    service.create("new")
    second = service.page(3, first.next_token)
    third = service.page(3, second.next_token)
    assert [item.collection_id for item in second.items + third.items] == ["c3", "c5", "c6", "new"]
    assert third.next_token is None


@pytest.mark.parametrize("token", ["", "!", "eyJ9", "YQ==", "bnVsbA==", "é", "MTI=", "W10="])
def test_rubbish_is_no_token(service: CollectionService, token: str) -> None:
    with pytest.raises(InvalidPaginationToken):
        service.page(3, token)


@pytest.mark.parametrize("size", [-1, 4097])
def test_page_sizes_have_bounds(service: CollectionService, size: int) -> None:
    with pytest.raises(InvalidParameter):
        service.page(size)


def test_a_listener_that_fails_keeps_no_other_from_hearing() -> None:
    hub, heard = EventHub(), []

    def fail(_: ChangeSet) -> None:
        raise RuntimeError("broken view")

    stop = hub.subscribe(fail)
    hub.subscribe(heard.append)
    changes = ChangeSet(faces=frozenset([1]))
    with pytest.raises(RuntimeError):
        hub.publish(changes)
    stop()
    stop()
    hub.publish(changes)
    hub.publish(ChangeSet())
    assert heard == [changes, changes]
