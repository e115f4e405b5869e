"""Collections: made, named, listed, deleted."""

from __future__ import annotations

import builtins
import json
from dataclasses import asdict

from app.domain.embedding import EmbeddingContract
from app.domain.errors import ResourceAlreadyExists, ResourceNotFound
from app.domain.records import ChangeKind, ChangeSet, Collection, Origin
from app.services.events import EventHub
from app.services.lookups import collection_of
from app.services.metrics.meter import UNCOUNTED, Meter, counts
from app.services.naming import checked_collection_id, checked_name, free_slug
from app.services.paging import Page, paged
from app.storage import tables
from app.storage.clock import now_ms
from app.storage.database import Database
from app.storage.repositories import changes, collections, contracts
from app.storage.repositories.contracts import Named
from app.storage.unit_of_work import UnitOfWork

MOST_PER_PAGE = 4096


class CollectionService:
    """Thread-safe. New collections follow `contract`."""

    def __init__(
        self,
        database: Database,
        events: EventHub,
        origin: Origin,
        contract: EmbeddingContract,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._database = database
        self._events = events
        self._origin = origin
        self._contract = contract
        self._meter = meter

    @counts("CreateCollection")
    def create(self, collection_id: str, display_name: str | None = None) -> Collection:
        """Raises InvalidParameter, ResourceAlreadyExists."""
        checked_collection_id(collection_id)
        name = checked_name(display_name if display_name is not None else collection_id)
        with self._database.act(ChangeKind.CREATE_COLLECTION, self._origin) as act:
            if collections.pk_of(act.work.connection, collection_id) is not None:
                raise ResourceAlreadyExists(f"There is a collection “{collection_id}” already.")
            made = self._insert(act.work, collection_id, name)
        self._events.publish(act.changes)
        return made

    @counts("CreateCollection")
    def create_named(self, display_name: str) -> Collection:
        """A collection of any name; its id is made from that. Raises InvalidParameter."""
        name = checked_name(display_name)
        with self._database.act(ChangeKind.CREATE_COLLECTION, self._origin) as act:
            stem = free_slug(name, frozenset(), "collection")
            used = collections.used_collection_ids(act.work.connection, stem)
            made = self._insert(act.work, free_slug(name, used, "collection"), name)
        self._events.publish(act.changes)
        return made

    def get(self, collection_id: str) -> Collection:
        """Raises ResourceNotFound."""
        with self._database.read() as connection:
            found = collections.by_collection_id(connection, collection_id)
        if found is None:
            raise ResourceNotFound(f"There is no collection “{collection_id}”.")
        return found

    def pk(self, collection_id: str) -> int:
        """The row, with nothing counted. Raises ResourceNotFound."""
        with self._database.read() as connection:
            return collection_of(connection, collection_id)

    def by_pk(self, pk: int) -> Collection:
        """Raises ResourceNotFound."""
        with self._database.read() as connection:
            found = collections.by_pk(connection, pk)
        if found is None:
            raise ResourceNotFound("This collection was deleted.")
        return found

    def contract(self, pk: int) -> EmbeddingContract:
        """What the collection's vectors depend on. Raises ResourceNotFound."""
        with self._database.read() as connection:
            found = contracts.of_collection(connection, pk)
        if found is None:
            raise ResourceNotFound("This collection was deleted.")
        return found.embedding

    def list(self) -> builtins.list[Collection]:
        """In order of creation, with counts."""
        with self._database.read() as connection:
            return collections.all_collections(connection)

    def page(self, max_results: int | None = None, next_token: str | None = None) -> Page[Named]:
        """In order of creation, without counts. Raises InvalidParameter, InvalidPaginationToken."""
        with self._database.read() as connection:
            return paged(
                f"collections of {changes.library_mark(connection)}",
                next_token,
                max_results,
                MOST_PER_PAGE,
                lambda after, limit: contracts.collections_after(connection, after, limit),
                lambda collection: collection.pk,
            )

    def rename(self, pk: int, display_name: str) -> ChangeSet:
        """The id stays. Raises InvalidParameter, ResourceNotFound."""
        name = checked_name(display_name)
        with self._database.act(ChangeKind.RENAME_COLLECTION, self._origin, pk) as act:
            old = _name(act.work, pk)
            act.work.update(tables.collections, pk, {"display_name": name})
            act.work.summary = f"Collection {old} renamed {name}"
        self._events.publish(act.changes)
        return act.changes

    @counts("DeleteCollection")
    def delete(self, pk: int) -> ChangeSet:
        """Its faces, vectors and users go with it; undo brings all back. Raises ResourceNotFound."""
        with self._database.act(ChangeKind.DELETE_COLLECTION, self._origin, pk) as act:
            act.work.summary = f"Collection {_name(act.work, pk)} deleted"
            act.work.update(tables.collections, pk, {"deleted_at": now_ms()})
        self._events.publish(act.changes)
        return act.changes

    def _insert(self, work: UnitOfWork, collection_id: str, name: str) -> Collection:
        description = json.dumps(asdict(self._contract), sort_keys=True)
        contract_pk = collections.ensure_contract(work.connection, self._contract, description)
        work.summary = f"Collection {name} created"
        pk = work.insert(
            tables.collections,
            {
                "collection_id": collection_id,
                "display_name": name,
                "contract_pk": contract_pk,
                "created_at": now_ms(),
            },
        )
        # Read here: after the commit anybody may delete it.
        made = collections.by_pk(work.connection, pk)
        assert made is not None, "it was inserted a line above"
        return made


def _name(work: UnitOfWork, pk: int) -> str:
    name = collections.name_of(work.connection, pk)
    if name is None:
        raise ResourceNotFound("This collection was deleted.")
    return name
