"""The page: a query at the left, what was found at the right. One search, then only re-splitting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import LikenessError
from app.domain.records import ChangeSet, Collection, User
from app.rekognition.snippets import Where
from app.services.collections import CollectionService
from app.services.faces import FaceService
from app.services.photos import PhotoService
from app.services.search import SearchService
from app.services.users import UserService
from app.ui.controller import PageHost, TaskRunner
from app.ui.search.acts import NextActs
from app.ui.search.asking import Asking
from app.ui.search.drops import PictureTarget
from app.ui.search.keeping import Keeping
from app.ui.search.keys import KEYS, add_keys
from app.ui.search.menu import show_menu
from app.ui.search.outcome import Kind, Outcome, Searcher, Wanted
from app.ui.search.panel import QueryPanel
from app.ui.search.query import Queries, Query
from app.ui.search.response import Asked
from app.ui.search.results import Results
from app.ui.search.saving import Search
from app.ui.search.sources import Sources
from app.ui.shell.keymap import KeyGroup
from app.ui.theme import Size
from app.ui.widgets.button import Button
from app.ui.widgets.drop import DroppedContent
from app.ui.widgets.glyph import Divider
from app.ui.widgets.header import Header
from app.ui.widgets.segmented import SegmentedControl


class SearchPage(PictureTarget):
    """`activate(face_pk=...)`, `photo_pk` or `source` (a path, bytes or a face row) begin a search."""

    key = "search"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        search: SearchService,
        photos: PhotoService,
        faces: FaceService,
        users: UserService,
        collections: CollectionService,
        default_threshold: Callable[[], float] = lambda: 80.0,
        *,
        where: Callable[[], Where],
    ) -> None:
        """`default_threshold` gives the one to begin with, 0-100; another one holds from the next visit.
        `where`: whom the lines beside the results are to ask."""
        super().__init__()
        self._host, self._tasks, self._search = host, tasks, search
        self._users, self._collections = users, collections
        self._searcher = Searcher(search, collections, photos)
        self.query: Query | None = None
        self.outcome: Outcome | None = None
        self._people: dict[int, User] = {}
        self._known: list[Collection] = []
        self._collection_pk: int | None = None
        self._host_pk: int | None = None
        self._kind, self._limit = Kind.FACES, 100
        self._stale = True
        self._failure = ""
        self._default_threshold, self._begun_with = default_threshold, default_threshold()
        theme = host.theme
        self.header = Header(theme, "Search", line=True)
        self.mode = SegmentedControl(theme, name="Search for")
        self.mode.add(Kind.FACES.value, "Faces", icon="user-focus", tooltip="Faces (F)")
        self.mode.add(Kind.PEOPLE.value, "People", icon="users", tooltip="People (P)")
        self.mode.add(Kind.PHOTOS.value, "Photos", icon="image-square", tooltip="Photos (O)")
        self.save_button = Button(
            theme,
            "Save search",
            icon="bookmark-simple",
            tooltip="Save this search, open a saved one",
            shortcut_hint="Ctrl+S",
        )
        self.asking = Asking(host, tasks, faces, search, where, self)
        drawer = self.asking.drawer
        for widget in (self.mode, Divider(theme, upright=True), self.save_button, drawer.button):
            self.header.add(widget)
        self.panel = QueryPanel(theme, self._begun_with)
        self.results = Results(host, tasks, faces, photos)
        self.sources = Sources(host, tasks, Queries(search, photos, faces), self)
        self.keeping = Keeping(host, tasks, search, collections, self)
        self.acts = NextActs(host, tasks, self._searcher, users, self.results)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.panel)
        body.addWidget(self.results, 1)
        body.addWidget(drawer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(body, 1)
        self.takes, self.take = self.sources.takes, self.sources.take_mime
        self.own_source = self.results.grid
        self.drag_active.connect(self.panel.preview.set_drag_active)
        self._connect()
        add_keys(self)
        self.panel.show_limit(self._limit)
        self._show()

    def _connect(self) -> None:
        panel, results, bar = self.panel, self.results, self.results.bar
        panel.preview.picked.connect(self.pick)
        panel.searched.picked.connect(self.pick)
        panel.preview.paste_asked.connect(self.sources.paste)
        panel.preview.open_asked.connect(self.sources.open)
        panel.preview.clear_asked.connect(self.clear)
        panel.threshold.changed.connect(lambda _value: self._show())
        panel.collection_chosen.connect(self._search_in)
        panel.limit_chosen.connect(self._search_most)
        panel.together.changed.connect(self._run)
        panel.together.unknown.connect(
            lambda name: self._host.toast(f"Nobody is named “{name}” in this collection.")
        )
        self.sources.loaded.connect(self.search_with)
        self.sources.late.connect(lambda: panel.preview.say("Looking for faces…"))
        self.sources.failed.connect(lambda: panel.show_query(self.query))
        self.mode.chosen.connect(lambda key: self.set_kind(Kind(key)))
        self.save_button.clicked.connect(self.ask_save)
        self.keeping.opened.connect(self.open_search)
        self.keeping.listed.connect(results.welcome.set_saved)
        results.welcome.open_asked.connect(self.sources.open)
        results.welcome.search_opened.connect(self.keeping.open)
        results.grid.activated.connect(lambda index: self.open(results.model.id_at(index.row())))
        results.grid.context_menu.connect(partial(show_menu, self))
        bar.compare.connect(lambda: self.use("compare"))
        bar.search.connect(lambda: self.use("search"))

    # -- the page's life ----------------------------------------------------------------------------

    def activate(self, **params: Any) -> None:
        if self._host.collection_pk != self._host_pk:
            self._host_pk = self._collection_pk = self._host.collection_pk
            self.sources.collection_pk = self._host_pk
            self._stale = True
        if self._default_threshold() != self._begun_with:
            self._begun_with = self._default_threshold()
            self.panel.threshold.set_value(self._begun_with)
        if self._stale:
            self._refresh()
        source = params.get("source")
        face_pk = params.get("face_pk", source if isinstance(source, int) else None)
        if face_pk is not None:
            self.sources.of_face(face_pk)
        elif params.get("photo_pk") is not None:
            self.sources.of_photo(params["photo_pk"])
        elif isinstance(source, bytes):
            self.sources.of_bytes(source)
        elif source is not None:
            self.sources.of_file(Path(source))
        (self.results.grid if self.results.grid.isVisible() else self.results.welcome.button).setFocus()

    def deactivate(self) -> None:
        """The query stays for the next time."""
        self.acts.stop()
        self.panel.preview.set_drag_active(False)

    def apply_changes(self, changes: ChangeSet) -> None:
        if not (changes.faces or changes.users or changes.collections or changes.photos):
            # Only the journal has it: a search was saved or deleted.
            self.keeping.refresh(self._collection_pk)
            return
        if not self.isVisible():
            self._stale = True
            return
        for face_pk in changes.faces:
            self._host.images.forget(("face", face_pk))
        self._refresh()

    def paste(self, content: DroppedContent) -> bool:
        """The window's Paste."""
        return self.sources.take(content)

    def regions(self) -> list[QWidget]:
        return [
            self.header,
            self.panel,
            self.results.welcome,
            self.results.grid,
            self.results.bar,
            self.asking.drawer,
        ]

    def key_groups(self) -> list[KeyGroup]:
        return list(KEYS)

    def _refresh(self) -> None:
        """Names, collections and matches may be others."""
        self._stale = False
        pk = self._collection_pk

        def work() -> tuple[list[Collection], list[User]]:
            found = self._collections.list()
            known = any(each.id == pk for each in found)
            return found, self._users.list(pk) if pk is not None and known else []

        self._tasks.run(work, done=self._refreshed, failed=self._host.show_error, key=(id(self), "names"))
        self.keeping.refresh(pk)

    def _refreshed(self, answer: tuple[list[Collection], list[User]]) -> None:
        self._known, users = answer
        if self._collection_pk not in {each.id for each in self._known}:
            self._collection_pk = self._host.collection_pk
        self._people = {user.id: user for user in users}
        self.panel.show_collections(self._known, self._collection_pk)
        self.panel.together.set_known([user for user in users if not user.hidden])
        self.results.bar.set_names([user.display_name for user in users])
        self._run()

    # -- searching ------------------------------------------------------------------------------------

    def search_with(self, query: Query) -> None:
        """Another picture."""
        self.query = query
        self.panel.show_query(query)
        self._run()

    def pick(self, index: int) -> None:
        """Search with another face of the picture."""
        if self.query is not None and 0 <= index < len(self.query.faces) and index != self.query.chosen:
            self.search_with(self.query.choosing(index))

    def clear(self) -> None:
        self.sources.cancel()
        self.query = None
        self.panel.show_query(None)
        self._run()
        self.results.welcome.button.setFocus()

    def set_kind(self, kind: Kind) -> None:
        if kind is not self._kind:
            self._kind = kind
            self._show()

    def _search_in(self, collection_pk: int) -> None:
        if collection_pk != self._collection_pk:
            self._collection_pk = collection_pk
            self._refresh()

    def _search_most(self, limit: int) -> None:
        self._limit = limit
        self._run()

    def _run(self) -> None:
        pk, together = self._collection_pk, self.panel.together
        face = self.query.face if self.query is not None else None
        if pk is None or (face is None and not together.people):
            self._tasks.cancel((id(self), "search"))
            self._found(None)
            return
        wanted = Wanted(
            pk,
            self._limit,
            face.measured if face is not None else None,
            face.face_pk if face is not None else None,
            together.people,
            together.mode,
        )
        self._tasks.run(
            self._searcher.run,
            wanted,
            done=self._found,
            failed=self._failed,
            key=(id(self), "search"),
        )

    def _failed(self, error: Exception) -> None:
        """A sentence stays where the results would be; any other error is the window's to tell."""
        if not isinstance(error, LikenessError):
            self._host.show_error(error)
        self.outcome = None
        self._failure = str(error) if isinstance(error, LikenessError) else "Try it again."
        self._show()

    def _found(self, outcome: Outcome | None) -> None:
        begins = self.outcome is None and outcome is not None
        self.outcome, self._failure = outcome, ""
        self._show()
        if begins and self.results.grid.isVisible():
            # The button that had the keyboard has gone with the welcome.
            self.results.grid.setFocus()

    @property
    def kind(self) -> Kind:
        """What is shown: photos as soon as people were added."""
        together = self.outcome is not None and self.outcome.company is not None
        return Kind.PHOTOS if together else self._kind

    def _show(self) -> None:
        """Split what was found at the threshold again; nothing is searched."""
        no_face = self.query is not None and not self.query.faces
        kind, threshold = self.kind, self.panel.threshold.value
        self.results.show_outcome(
            self.outcome, kind, threshold, self._people, no_face=no_face, failure=self._failure
        )
        # People who were added are in photos together: faces and people are no answer to that.
        together = self.outcome is not None and self.outcome.company is not None
        for one in (Kind.FACES, Kind.PEOPLE):
            self.mode.set_enabled(one.value, not together)
        self.mode.set_current(kind.value)
        self.asking.show(self._asked())
        self.panel.show_limit(self._limit, "people" if self._kind is Kind.PEOPLE else "faces")
        self.acts.show(self.outcome, kind, threshold, self._people)

    # -- results --------------------------------------------------------------------------------------

    def open(self, identity: tuple[str, int]) -> None:
        """The photo of a face, the person, or the photo."""
        kind, pk = identity
        collection = self._collection_pk
        if kind == Kind.PEOPLE:
            self._host.navigate("person", collection_pk=collection, user_pk=pk)
        elif kind == Kind.PHOTOS:
            self._host.navigate("photo", collection_pk=collection, photo_pk=pk)
        elif self.outcome is not None:
            match = next((each for each in self.outcome.faces if each.face_pk == pk), None)
            if match is not None:
                self._host.navigate("photo", collection_pk=collection, photo_pk=match.photo_pk, face_pk=pk)

    def use(self, page: str) -> None:
        pks = self.acts.selected()
        if pks and page == "search":
            self.sources.of_face(pks[0])
        elif pks:
            self._host.navigate(page, face_pk=pks[0])

    # -- saving, asking -------------------------------------------------------------------------------

    def ask_save(self) -> None:
        """The pop-up that saves this search and opens others."""
        something = self.query is not None or self.panel.together.people
        self.keeping.ask(self.save_button, self._title(), self._current if something else None)

    def _title(self) -> str:
        """A name to begin with: who was found, or the picture's."""
        if self.outcome is not None and self.outcome.people and self.query is not None:
            best = self.outcome.people[0]
            if best.similarity >= self.panel.threshold.value and best.user_pk in self._people:
                return self._people[best.user_pk].display_name
        if self.query is not None:
            return self.query.name
        return ", ".join(self.panel.together.names())

    def _current(self) -> Search:
        together = self.panel.together
        return Search(
            query=self.query,
            kind=self._kind,
            threshold=self.panel.threshold.value,
            limit=self._limit,
            people=together.people,
            mode=together.mode,
        )

    def open_search(self, search: Search) -> None:
        """Show a saved search; what it finds is what is there now."""
        self.sources.cancel()
        self.query, self._kind, self._limit = search.query, search.kind, search.limit
        self.mode.set_current(search.kind.value)
        self.panel.together.set_people(search.people, search.mode)
        self.panel.threshold.set_value(search.threshold)
        self.panel.show_query(search.query)
        self._run()

    def _asked(self) -> Asked | None:
        if self.outcome is None:
            return None
        pk, threshold = self.outcome.collection_pk, self.panel.threshold.value
        name = next((each.collection_id for each in self._known if each.id == pk), "")
        return Asked(self.outcome, self.query, self.kind, threshold, self._limit, name, dict(self._people))

    # -- the page as a widget -------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < Size.NARROW_BELOW
        self.panel.setFixedWidth(Size.INSPECTOR_NARROW if narrow else Size.SEARCH_PANEL)
        self.asking.drawer.set_narrow(narrow)
