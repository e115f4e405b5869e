"""The page: header, filters, cards, and what is done with a selection."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QActionGroup, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.domain.records import ChangeSet, User
from app.services.faces import FaceService
from app.services.search import SearchService
from app.services.users import UserService
from app.ui.canvas.mime import dragged_faces
from app.ui.controller import PageHost, TaskRunner
from app.ui.people.acts import PeopleActs
from app.ui.people.bars import ClashBar, SelectionBar
from app.ui.people.delegate import CardDelegate
from app.ui.people.grid import PeopleGrid
from app.ui.people.loader import RosterLoader
from app.ui.people.menu import card_menu
from app.ui.people.model import PeopleModel, dragged_people
from app.ui.people.popup import NamePopup
from app.ui.people.roster import Card, Having, Show, Sort, person_key
from app.ui.shell.keymap import KeyGroup
from app.ui.theme import Size
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.chip import Chip
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.field import SearchField
from app.ui.widgets.header import FilterBar, Header
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.text import Label

_SEGMENTS = ((Show.ALL, "All"), (Show.NAMED, "Named"), (Show.NOT_NAMED, "Not named"), (Show.HIDDEN, "Hidden"))
KEYS = KeyGroup(
    "People",
    (
        ("← → ↑ ↓", "Move"),
        ("Shift ← / Ctrl ←", "Extend, move without selecting"),
        ("Space", "Select or deselect"),
        ("Enter", "Open the person, name a group"),
        ("N / F2", "Write the name in place"),
        ("M", "Merge"),
        ("H", "Hide, show again"),
        ("Delete", "Delete, can be undone"),
        ("C / S", "Compare with, search with"),
        ("Ctrl N", "New person"),
        ("Ctrl F", "Find a person"),
        ("Menu / Shift F10", "Context menu"),
    ),
)
_HINT_FROM = 1000  # width of the page from which the hint about dragging has room


class PeoplePage(QWidget):
    """A Page over the people of the collection in force."""

    key = "people"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        users: UserService,
        faces: FaceService,
        search: SearchService,
    ) -> None:
        super().__init__()
        self._host = host
        self._faces = faces
        self._loader = RosterLoader(host, tasks, users, search, self)
        self._show, self._sort, self._having, self._text = Show.ALL, Sort.FACES, Having.ANY, ""
        self._goal: tuple[str, int] | None = None
        self.acts = PeopleActs(host, tasks, users, self)
        self._build()
        self._connect()
        self._loader.changed.connect(self._loaded)
        self._show_cards()

    # -- building ---------------------------------------------------------------------------------

    def _build(self) -> None:
        theme = self._host.theme
        self.header = Header(theme, "People")
        self.sort_button = Button(theme, self._sort, icon="sort-descending", tooltip="Sort the people")
        self.sort_button.setMenu(self._sort_menu())
        self.new_button = Button(
            theme, "New person", variant=Variant.PRIMARY, icon="user-plus", shortcut_hint="Ctrl+N"
        )
        self.header.add(self.sort_button)
        self.header.add(self.new_button)
        self.segments = SegmentedControl(theme, height=Size.CONTROL_SMALL, name="Show")
        for show, text in _SEGMENTS:
            self.segments.add(show, text)
        self.status = Chip(theme, "Status")
        self.status.set_menu(self._status_menu())
        self.find_field = SearchField(theme, "Find a person")
        self._hint = Label(theme, "Drag one card onto another to merge", role="small", token="t2")
        self.filters = FilterBar(theme)
        for control in (self.segments, self.status, self.find_field):
            self.filters.add(control)
        self.filters.add_right(self._hint)
        self.model = PeopleModel(self)
        self._delegate = CardDelegate(theme, self._host.images)
        self.grid = PeopleGrid(theme, self._delegate, self._host.images, self.model)
        self.nothing = EmptyState(
            theme,
            "No people here yet",
            "Name a face on a photo, or add photos: faces that are alike gather here.",
            icon="users",
            action="New person",
            action_icon="user-plus",
        )
        self.no_match = EmptyState(
            theme, "Nobody here", "Nobody matches.", icon="magnifying-glass", action="Show everyone"
        )
        self.bar, self.clash = SelectionBar(theme), ClashBar(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.header, self.filters, self.grid, self.nothing, self.no_match, self.bar, self.clash):
            column.addWidget(part, 1 if part in (self.grid, self.nothing, self.no_match) else 0)

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_person)
        self.nothing.acted.connect(self.new_person)
        self.no_match.acted.connect(self._clear_filters)
        self.segments.chosen.connect(lambda key: self._filter(show=Show(key)))
        self.status.cleared.connect(lambda: self._set_having(Having.ANY))
        self.find_field.searched.connect(lambda text: self._filter(text=text))
        self.find_field.escaped.connect(self.grid.setFocus)
        self.grid.activated.connect(self._activated)
        self.grid.named.connect(self._name)
        self.grid.edit_ended.connect(self._catch_up)
        self.grid.selection_changed.connect(self._selected)
        self.grid.context_menu.connect(self._menu)
        self.grid.dropped.connect(self._drop)
        self.bar.closed.connect(self.grid.select_none)
        self.bar.merge.connect(self.merge)
        self.bar.hide_asked.connect(self.hide_selected)
        self.bar.remove.connect(self.remove)
        self.clash.merge.connect(lambda user, other: self.acts.merge([user], other))
        self.acts.clashed.connect(self.clash.offer)
        self.acts.created.connect(self._created)
        for keys, act in (
            ("Ctrl+F", self.find_field.setFocus),
            ("C", lambda: self._use("compare")),
            ("S", lambda: self._use("search")),
            ("N", self.rename),
            ("F2", self.rename),
            ("Delete", self.remove),
            ("M", self.merge),
            ("H", self.hide_selected),
        ):
            shortcut = QShortcut(QKeySequence(keys), self if keys == "Ctrl+F" else self.grid)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _sort_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for sort in Sort:
            action = group.addAction(menu.addAction(sort))
            action.setCheckable(True)
            action.setChecked(sort is self._sort)
        group.triggered.connect(lambda action: self._filter(sort=Sort(action.text())))
        return menu

    def _status_menu(self) -> QMenu:
        menu = QMenu(self)
        for having in (Having.ACTIVE, Having.NO_FACE):
            menu.addAction(having).triggered.connect(lambda _=False, h=having: self._set_having(h))
        return menu

    # -- the page's life --------------------------------------------------------------------------

    def activate(self, **params: Any) -> None:
        """Params: user_pk (the card to stand on)."""
        if self._host.collection_pk != self._loader.collection_pk:
            self.grid.select_none()
        if "user_pk" in params:
            self._goal = person_key(params["user_pk"])
        self._loader.start(self._host.collection_pk)
        self._go_to_goal()
        self.grid.setFocus()

    def deactivate(self) -> None:
        """Looking for groups stops; it begins again when the page comes back."""
        self._loader.stop()

    def apply_changes(self, changes: ChangeSet) -> None:
        """People or faces changed: list again, or when the page is seen again."""
        self._loader.note(changes)
        self.acts.note(changes)

    def new_item(self) -> bool:
        """Ctrl+N on this page means a new person."""
        self.new_person()
        return True

    def regions(self) -> list[QWidget]:
        """For F6."""
        return [self.grid, self.filters, self.header, self.bar, self.clash]

    def key_groups(self) -> list[KeyGroup]:
        """For F1."""
        return [KEYS]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint.setVisible(event.size().width() >= _HINT_FROM)

    # -- listing ----------------------------------------------------------------------------------

    def _loaded(self) -> None:
        self._delegate.set_names(self._loader.roster.names())
        self._show_cards()

    def _filter(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self, f"_{name}", value)
        self.sort_button.setText(self._sort)
        self._show_cards()

    def _set_having(self, having: Having) -> None:
        self.status.set_value(having)
        self._filter(having=having)

    def _clear_filters(self) -> None:
        self.find_field.clear()
        self.segments.set_current(Show.ALL)
        self.status.set_value("")
        self._filter(show=Show.ALL, having=Having.ANY, text="")

    def _catch_up(self) -> None:
        """What changed while a name was being typed is shown now."""
        QTimer.singleShot(0, self, self._show_cards)

    def _show_cards(self) -> None:
        if self.grid.editing:
            return  # replacing the cards would close the editor; `_catch_up` follows
        roster, loaded = self._loader.roster, self._loader.loaded
        counts = roster.counts()
        for show, text in _SEGMENTS:
            self.segments.set_text(show, f"{text} {counts[show]:,}")
        everyone = counts[Show.ALL]
        self.header.set_caption(f"{everyone:,} in {self._host.collection_name}" if loaded else "")
        cards = roster.cards(self._show, self._sort, self._text, self._having)
        self.model.show(cards)
        empty = not any(counts.values())
        self.grid.setVisible(bool(cards) or not loaded)
        self.nothing.setVisible(loaded and empty)
        self.no_match.setVisible(loaded and not empty and not cards)
        if not cards:
            self.no_match.set_words(*self._why_nobody())
        self._selected()
        self._go_to_goal()

    def _why_nobody(self) -> tuple[str, str]:
        if self._text:
            return "Nobody by that name", f"No name here holds “{self._text}”."
        if self._show is Show.HIDDEN:
            return "Nobody is hidden", "Hide people who are not of interest with H: they wait here."
        if self._show is Show.NOT_NAMED:
            return "Everyone has a name", "Faces that are alike and have no name gather here."
        return "Nobody here", "Nobody matches these filters."

    def _go_to_goal(self) -> None:
        row = self.model.row_of(self._goal) if self._goal is not None else -1
        if row >= 0:
            self._goal = None
            self.grid.set_current_row(row)

    # -- acts -------------------------------------------------------------------------------------

    def new_person(self) -> None:
        """Ask for a name below the button."""
        pk = self._loader.collection_pk
        if pk is None:
            return
        popup = NamePopup(self._host.theme, "New person", "Create", (), self)
        popup.named.connect(lambda name: self.acts.create(pk, name))
        popup.open_below(self.new_button)

    def _created(self, user: User) -> None:
        self._goal = person_key(user.id)
        self._clear_filters()
        self._loader.load()
        self.grid.setFocus()

    def rename(self) -> None:
        """Write the name of the current card in place."""
        self.grid.edit_name(self.grid.currentIndex().row())

    def _name(self, card: Card, name: str) -> None:
        if card.user is not None:
            self.acts.rename(card.user.id, name)
        elif self._loader.collection_pk is not None:
            self.acts.name_faces(self._loader.collection_pk, card.faces, name)

    def open_selected(self) -> None:
        self._activated(self.grid.currentIndex())

    def _activated(self, index: QModelIndex) -> None:
        card = self.model.card_at(index.row())
        if card is None:
            return
        if card.user is None:
            self.grid.edit_name(index.row())
        else:
            self._host.navigate("person", user_pk=card.user.id)

    def _target(self, cards: list[Card]) -> Card | None:
        """Whom the selection would merge into: the person with the most faces."""
        people = [card for card in cards if card.user is not None]
        groups = len(cards) - len(people)
        if not people or len(cards) < 2 or (groups and len(people) > 1):
            return None
        return max(people, key=lambda card: card.count)

    def merge(self) -> None:
        """Merge the selection, or show where the one selected person could go."""
        cards = self.grid.selected_cards()
        if len(cards) == 1 and cards[0].user is not None:
            self._host.navigate("person", user_pk=cards[0].user.id, panel="merge")
            return
        target = self._target(cards)
        if target is None or target.user is None:
            return
        sources = [card.user.id for card in cards if card.user is not None and card is not target]
        if sources:
            self.acts.merge(sources, target.user.id)
        else:
            self.acts.assign([face for card in cards for face in card.faces], target.user.id)

    def hide_selected(self) -> None:
        cards = self.grid.selected_cards()
        people = [card.user for card in cards if card.user is not None]
        faces = [face for card in cards for face in card.faces]
        if people:
            self.acts.hide([user.id for user in people], not people[0].hidden)
        elif faces:
            self.acts.run(self._faces.hide, faces, True)

    def _use(self, page: str) -> None:
        """Compare or search with the cover of the current card."""
        card = self.model.card_at(self.grid.currentIndex().row())
        if card is not None and card.cover is not None:
            self._host.navigate(page, face_pk=card.cover)

    def remove(self) -> None:
        """Delete the selected people; their faces stay, without a name."""
        people = [card.user.id for card in self.grid.selected_cards() if card.user is not None]
        if people:
            self.acts.delete(people)

    def _drop(self, mime: QMimeData, row: int) -> None:
        target = self.model.card_at(row)
        if target is None:
            return
        people, faces = dragged_people(mime), dragged_faces(mime)
        if target.user is None:
            if len(people) == 1:
                self.acts.assign(target.faces, people[0])
        elif people:
            self.acts.merge(people, target.user.id)
        elif faces:
            self.acts.assign(faces, target.user.id)

    def _selected(self) -> None:
        cards = self.grid.selected_cards() if self.grid.isVisibleTo(self) else []
        people = [card.user for card in cards if card.user is not None]
        target = self._target(cards)
        hidden = bool(people) and people[0].hidden
        self.bar.show_for(len(cards), len(people), target.name if target is not None else "", hidden)

    def _menu(self, where: QPoint) -> None:
        cards = self.grid.selected_cards()
        if cards:
            menu = card_menu(self, cards, self._target(cards))
            menu.exec(where)
            menu.deleteLater()
