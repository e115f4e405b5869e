"""Searches that a person keeps by name."""

from __future__ import annotations

import json
from typing import Any

from app.domain.errors import InvalidParameter, ResourceNotFound
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.services.events import EventHub
from app.services.naming import checked_name
from app.services.search.results import SaveResult
from app.storage import tables
from app.storage.clock import now_ms
from app.storage.database import Database
from app.storage.repositories import collections, searches

_LONGEST_QUERY = 1 << 20


class SavedSearches:
    """Each change can be undone. Thread-safe."""

    def __init__(self, database: Database, events: EventHub, origin: Origin) -> None:
        self._database = database
        self._events = events
        self._origin = origin

    def save(self, collection_pk: int, name: str, query: dict[str, Any]) -> SaveResult:
        """Keep `query` (plain JSON) under a name; a search of that name is replaced."""
        name = checked_name(name)
        try:
            text = json.dumps(query, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise InvalidParameter(f"The search cannot be saved: {error}.") from error
        if len(text) > _LONGEST_QUERY:
            raise InvalidParameter("The search cannot be saved: it is larger than 1 MiB.")
        with self._database.act(ChangeKind.SAVE_SEARCH, self._origin, collection_pk) as act:
            connection = act.work.connection
            if collections.name_of(connection, collection_pk) is None:
                raise ResourceNotFound("This collection is not in the library any more.")
            act.work.summary = f"Search “{name}” saved"
            table = tables.saved_searches
            same = (each.id for each in searches.of_collection(connection, collection_pk)
                    if each.name.casefold() == name.casefold())  # fmt: skip
            pk = next(same, None)
            if pk is None:
                pk = act.work.insert(
                    table,
                    {"collection_pk": collection_pk, "name": name, "query": text, "created_at": now_ms()},
                )
                act.work.refer(tables.collections, collection_pk)
            else:
                act.work.update(table, pk, {"name": name, "query": text})
            found = searches.by_pk(connection, pk)
        assert found is not None, "it was written in this transaction"
        self._events.publish(act.changes)
        return SaveResult(found, act.changes)

    def all(self, collection_pk: int) -> list[searches.SavedSearch]:
        """In order of creation."""
        with self._database.read() as connection:
            return searches.of_collection(connection, collection_pk)

    def delete(self, pk: int) -> ChangeSet:
        with self._database.read() as connection:
            found = searches.by_pk(connection, pk)
        if found is None:
            raise ResourceNotFound("This saved search does not exist any more.")
        with self._database.act(ChangeKind.SAVE_SEARCH, self._origin, found.collection_pk) as act:
            if searches.by_pk(act.work.connection, pk) is None:
                raise ResourceNotFound("This saved search does not exist any more.")
            act.work.delete(tables.saved_searches, pk)
            act.work.summary = f"Saved search “{found.name}” deleted"
        self._events.publish(act.changes)
        return act.changes
