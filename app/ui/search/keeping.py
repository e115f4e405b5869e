"""Saved searches: listed, kept under a name, opened again, deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.domain.records import ChangeSet
from app.services.collections import CollectionService
from app.services.search import SavedSearch, SaveResult, SearchService
from app.ui.controller import PageHost, TaskRunner
from app.ui.search.saved import SavedPopup
from app.ui.search.saving import Search, UnreadableSearch, from_json, to_json


class Keeping(QObject):
    """`listed` carries the saved searches of the collection, `opened` a Search to show."""

    listed = Signal(list)
    opened = Signal(object)

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        search: SearchService,
        collections: CollectionService,
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._host, self._tasks, self._search, self._page = host, tasks, search, page
        self._collections = collections
        self.searches: list[SavedSearch] = []
        self._collection_pk: int | None = None

    def refresh(self, collection_pk: int | None) -> None:
        self._collection_pk = collection_pk
        if collection_pk is None:
            self._listed([])
            return
        self._tasks.run(
            self._search.saved,
            collection_pk,
            done=self._listed,
            failed=self._host.show_error,
            key=(id(self), "saved"),
        )

    def _listed(self, found: list[SavedSearch]) -> None:
        self.searches = found
        self.listed.emit(found)

    def ask(self, anchor: QWidget, name: str, current: Callable[[], Search] | None) -> SavedPopup | None:
        """The pop-up below `anchor`; `current` gives the search to save, None where there is none."""
        if current is None and not self.searches:
            self._host.toast("There is no search to save yet, and none was saved.")
            return None
        popup = SavedPopup(
            self._host.theme, self.searches, self._page, name=name, can_save=current is not None
        )
        if current is not None:
            popup.saved.connect(lambda chosen: self.save(chosen, current()))
        popup.opened.connect(self.open)
        popup.deleted.connect(self.delete)
        popup.open_below(anchor)
        return popup

    def save(self, name: str, search: Search) -> None:
        pk = self._collection_pk
        if pk is None:
            return

        def work() -> SaveResult:
            # What the vectors follow is the collection's: a search is not compared with other ones.
            contract = self._collections.by_pk(pk).contract
            return self._search.save(pk, name, to_json(search) | {"contract": contract})

        self._tasks.run(work, done=lambda result: self._changed(result.changes), failed=self._host.show_error)

    def delete(self, search: SavedSearch) -> None:
        self._tasks.run(
            self._search.delete_saved, search.id, done=self._changed, failed=self._host.show_error
        )

    def _changed(self, changes: ChangeSet) -> None:
        self.refresh(self._collection_pk)
        if changes.change is not None:
            self._host.toast(changes.change.summary, changes.change.id)

    def open(self, search: SavedSearch) -> None:
        """Read it off the window's thread; the picture in it takes a moment."""

        def work() -> Search:
            saved: Any = json.loads(search.query)
            found = from_json(saved)
            face = found.query.face if found.query is not None else None
            contract = self._collections.by_pk(search.collection_pk).contract
            if face is not None and face.measured.contract != contract and face.measured.aligned is None:
                raise UnreadableSearch(
                    f"“{search.name}” was saved with another face model. Search with its picture again."
                )
            return found

        self._tasks.run(work, done=self.opened.emit, failed=self._host.show_error, key=(id(self), "open"))
