"""The page: bar, scrolling head and faces, panels at the right, what is done with a selection."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import ResourceNotFound
from app.domain.records import ChangeSet
from app.services.faces import FaceService
from app.services.history import HistoryService
from app.services.photos import PhotoService
from app.services.search import SearchService
from app.services.users import UserService
from app.ui.controller import PageHost, TaskRunner
from app.ui.people.acts import PeopleActs
from app.ui.people.bars import ClashBar
from app.ui.people.popup import NamePopup
from app.ui.person.answers import PendingAnswers
from app.ui.person.bar import FacesBar
from app.ui.person.choosers import BirthdayPopup, color_menu
from app.ui.person.confirmed import ConfirmedModel, HeadedGrid
from app.ui.person.facts import LINE, FaceOrder, PersonFacts, Suggestion
from app.ui.person.head import PersonHead
from app.ui.person.keys import KEYS
from app.ui.person.loader import PersonLoader
from app.ui.person.menu import faces_menu
from app.ui.person.panels import Panels
from app.ui.person.toolbar import PersonBar
from app.ui.shell.keymap import KeyGroup
from app.ui.theme import Size
from app.ui.widgets.grid import FACE_STYLE, ThumbnailDelegate


class PersonPage(QWidget):
    """A Page over one person; `activate` takes user_pk, and panel ("merge", "split" or "cover")."""

    key = "person"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        users: UserService,
        faces: FaceService,
        photos: PhotoService,
        search: SearchService,
        history: HistoryService,
    ) -> None:
        super().__init__()
        self._host, self._faces, self._history = host, faces, history
        self._facts: PersonFacts | None = None
        self._order = FaceOrder.NEWEST
        self._undoable: list[int] = []
        self._pending = PendingAnswers()
        self._fresh = True
        self.acts = PeopleActs(host, tasks, users, self)
        self._loader = PersonLoader(host, tasks, users, faces, photos, search, self)
        theme = host.theme
        self.bar = PersonBar(theme)
        self.head = PersonHead(theme, host.images)
        self.model = ConfirmedModel(self)
        self._delegate = ThumbnailDelegate(theme, host.images, FACE_STYLE)
        self.grid = HeadedGrid(theme, self._delegate, host.images, side=Size.CELL_FACE)
        self.grid.setModel(self.model)
        self.grid.setAccessibleName("Confirmed faces")
        scroller = QWidget()
        inside = QVBoxLayout(scroller)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.grid)
        self.grid.set_head(self.head, scroller)
        self.panels = Panels(theme, host.images, self)
        self.faces_bar, self.clash = FacesBar(theme), ClashBar(theme)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(scroller, 1)
        middle.addWidget(self.panels)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(middle, 1)
        column.addWidget(self.faces_bar)
        column.addWidget(self.clash)
        self._connect()
        self._connect_panels()

    def _connect(self) -> None:
        host, identity, card = self._host, self.head.identity, self.head.suggestions
        self._loader.facts_read.connect(self._show)
        self._loader.suggestions_read.connect(self._show_suggestions)
        self._loader.gone.connect(self._gone)
        self.acts.done.connect(self._note)
        self.acts.failed.connect(self._failed)
        self.acts.clashed.connect(self._clash)
        self.clash.merge.connect(self._merge_into)
        self.bar.back.connect(self.go_back)
        self.bar.panel_asked.connect(self.panels.toggle)
        self.bar.hide_asked.connect(self.hide_person)
        self.bar.rename_asked.connect(identity.edit_name)
        self.bar.photos_asked.connect(lambda: host.navigate("photos", user_pk=self._loader.user_pk))
        self.bar.delete_asked.connect(lambda: self.acts.delete([self.user_pk]))
        identity.renamed.connect(lambda name: self.acts.rename(self.user_pk, name))
        identity.birthday_asked.connect(self._ask_birthday)
        identity.color_asked.connect(self._ask_color)
        identity.id_copied.connect(self._copy_id)
        card.list.confirmed.connect(lambda one: self._answer([one.face_pk], True))
        card.list.rejected.connect(lambda one: self._answer([one.face_pk], False))
        card.list.opened.connect(lambda one: self._open_photo(one.photo_pk, one.face_pk))
        card.list.undo_asked.connect(self.undo)
        card.confirm_all.connect(lambda pks: self._answer(pks, True))
        card.reject_all.connect(lambda pks: self._answer(pks, False))
        self.head.timeline.chosen.connect(lambda _years: self._show_faces())
        self.head.order_chosen.connect(self.set_order)
        self.grid.activated.connect(self._open)
        self.grid.selection_changed.connect(self._selected)
        self.grid.context_menu.connect(self._menu)
        self.faces_bar.closed.connect(self.grid.select_none)
        self.faces_bar.not_person.connect(self.reject_selected)
        self.faces_bar.move_asked.connect(self.move_selected)
        self.faces_bar.cover.connect(self.cover_selected)
        self.faces_bar.remove.connect(self.remove_selected)
        for keys, act in (
            ("X", self.reject_selected),
            ("Delete", self.remove_selected),
            ("N", self.name_key),
            ("F2", self.name_key),
            ("M", lambda: self.panels.toggle("merge")),
            ("H", self.hide_person),
            ("U", self.undo),
            ("C", lambda: self._use("compare")),
            ("S", lambda: self._use("search")),
        ):
            shortcut = QShortcut(QKeySequence(keys), self.grid)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)

    def _connect_panels(self) -> None:
        panels = self.panels
        panels.changed.connect(self._panel_changed)
        panels.merge.merge.connect(lambda pks: self.acts.merge(pks, self.user_pk))
        panels.split.split.connect(self._split)
        panels.split.pick_asked.connect(self._select_standing_out)
        panels.cover.chosen.connect(lambda pk: self.acts.set_cover(self.user_pk, pk))

    # -- the page's life --------------------------------------------------------------------------

    def activate(self, **params: Any) -> None:
        """Params: user_pk (without it the person shown last), panel."""
        user_pk = params.get("user_pk", self._loader.user_pk)
        if user_pk is None:
            self._host.navigate("people")
            return
        if user_pk != self._loader.user_pk:
            self._facts, self._fresh = None, True
            self._undoable.clear()
            self._pending.clear()
            self.grid.select_none()
            self.head.timeline.clear()
            self.head.set_order(FaceOrder.NEWEST)
            self._order = FaceOrder.NEWEST
            self.panels.open("")
            self.grid.verticalScrollBar().setValue(0)
        self._loader.start(user_pk)
        if "panel" in params:
            self.panels.open(params["panel"])
        else:
            self.grid.setFocus()

    def deactivate(self) -> None:
        self._loader.stop()
        self.clash.hide()
        self.head.identity.stop_editing()

    def apply_changes(self, changes: ChangeSet) -> None:
        """Read again when people or faces changed; suggestions follow every name that is given."""
        self._loader.note(changes)

    def regions(self) -> list[QWidget]:
        """For F6."""
        return [self.head.suggestions, self.grid, self.panels, self.faces_bar, self.clash, self.bar]

    def key_groups(self) -> list[KeyGroup]:
        """For F1."""
        return list(KEYS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # What has a use of its own for Esc has taken it before.
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.go_back()
        else:
            super().keyPressEvent(event)

    def go_back(self) -> None:
        self._host.navigate("people", user_pk=self._loader.user_pk)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.panels.set_narrow(event.size().width() < Size.NARROW_BELOW - Size.SIDEBAR)

    def _gone(self, error: ResourceNotFound) -> None:
        self._host.navigate("people")

    # -- showing ----------------------------------------------------------------------------------

    def _show(self, facts: PersonFacts) -> None:
        self._facts = facts
        self.bar.show_user(facts.user)
        if not self.head.identity.editing:
            self.head.show_facts(facts)
        self.panels.show_facts(facts)
        self._show_faces()
        if self._fresh:
            self.grid.fit_head()

    def _show_suggestions(self, found: list[Suggestion], reading: int) -> None:
        if self._facts is None:
            return
        found = self._pending.open(found, reading)
        self.head.show_suggestions(self._facts.user.display_name, found)
        if self._fresh and found and self.grid.hasFocus():
            self.head.suggestions.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._fresh = False

    def _show_faces(self) -> None:
        if self._facts is None:
            return
        faces = self._facts.ordered(self._order, self.head.timeline.range())
        self.model.show(faces, tags=self._order is FaceOrder.LEAST_ALIKE)
        self.head.show_count(len(faces), len(self._facts.faces))
        self._selected()

    def set_order(self, order: FaceOrder) -> None:
        self._order = order
        self.head.set_order(order)
        self._show_faces()

    def _panel_changed(self, key: str) -> None:
        self.bar.show_panel(key)
        if key == "split":
            self.set_order(FaceOrder.LEAST_ALIKE)
            self.grid.show_first_row()
        if key == "merge":
            self._loader.load_similar(self.panels.merge.show_similar)
        if not key:
            self.grid.setFocus()
        self._selected()

    def _selected(self) -> None:
        count = self.grid.selected_count()
        self.panels.split.show_selected(count)
        self.faces_bar.show_for(0 if self.panels.current() == "split" else count)

    def _select_standing_out(self) -> None:
        rows = [self.model.face_at(row) for row in range(self.model.rowCount())]
        found = [
            row
            for row, face in enumerate(rows)
            if face is not None and face.similarity is not None and face.similarity < LINE
        ]
        self.grid.select_rows(found)
        if found:
            self.grid.scrollTo(self.model.index(found[0]))

    # -- acts -------------------------------------------------------------------------------------

    @property
    def user_pk(self) -> int:
        """The row of the person shown."""
        assert self._loader.user_pk is not None, "the page shows nobody yet"
        return self._loader.user_pk

    def _failed(self) -> None:
        self._pending.clear()
        self._loader.load()

    def _note(self, changes: ChangeSet) -> None:
        self._pending.stored(self._loader.readings)
        if changes.change is not None:
            self._undoable.append(changes.change.id)

    def undo(self) -> None:
        """Take back the last act of this page."""
        if self._undoable:
            self._loader.run(self._history.undo, self._undoable.pop(), self._undone)

    def _undone(self, changes: ChangeSet) -> None:
        self._pending.clear()
        if changes.change is not None:
            self._host.toast(changes.change.summary, changes.change.id)

    def _answer(self, face_pks: list[int], yes: bool) -> None:
        user_pk = self._loader.user_pk
        if face_pks and user_pk is not None:
            self._pending.given(face_pks)
            (self.acts.confirm if yes else self.acts.reject)(face_pks, user_pk)

    def reject_selected(self) -> None:
        """The selected faces are not this person, which is remembered."""
        self._answer(self.grid.selected_ids(), False)

    def move_selected(self) -> None:
        """Ask who the selected faces are."""
        faces, facts = self.grid.selected_ids(), self._facts
        if not faces or facts is None:
            return
        names = [other.display_name for other in facts.others]
        what = "Who is this?" if len(faces) == 1 else f"Who are these {len(faces):,}?"
        popup = NamePopup(self._host.theme, what, "Name", names, self)
        popup.named.connect(lambda name: self.acts.name_faces(facts.user.collection_pk, faces, name))
        popup.open_below(self.faces_bar.other if self.faces_bar.isVisible() else self.head.order)

    def name_key(self) -> None:
        """N and F2 name the selected faces, or else the person."""
        if self.grid.selected_count():
            self.move_selected()
        else:
            self.grid.verticalScrollBar().setValue(0)
            self.head.identity.edit_name()

    def _use(self, page: str) -> None:
        """Compare or search with the first selected face."""
        faces = self.grid.selected_ids()
        if faces:
            self._host.navigate(page, face_pk=faces[0])

    def cover_selected(self) -> None:
        faces = self.grid.selected_ids()
        if len(faces) == 1:
            self.acts.set_cover(self.user_pk, faces[0])

    def remove_selected(self) -> None:
        faces = self.grid.selected_ids()
        if faces:
            self.acts.run(self._faces.delete_pks, faces)

    def hide_person(self) -> None:
        if self._facts is not None:
            self.acts.hide([self._facts.user.id], not self._facts.user.hidden)

    def _split(self, name: str) -> None:
        faces = self.grid.selected_ids()
        self.grid.select_none()
        self.acts.split(self.user_pk, faces, name or None)

    def _clash(self, user_pk: int, name: str, other_pk: int) -> None:
        self._loader.load()
        self.clash.offer(user_pk, name, other_pk)

    def _merge_into(self, user_pk: int, other_pk: int) -> None:
        """This person goes into the other one, whose page this then is."""
        self.acts.merge([user_pk], other_pk)
        self._host.navigate("person", user_pk=other_pk)

    def _ask_birthday(self) -> None:
        if self._facts is not None:
            user = self._facts.user
            popup = BirthdayPopup(self._host.theme, user.display_name, user.birthday, self)
            popup.chosen.connect(lambda day: self.acts.set_birthday(user.id, day))
            popup.open_below(self.head.identity.birthday)

    def _ask_color(self) -> None:
        if self._facts is not None:
            user, button = self._facts.user, self.head.identity.color
            menu = color_menu(
                self._host.theme, user.color, lambda number: self.acts.set_color(user.id, number), self
            )
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def _copy_id(self) -> None:
        if self._facts is not None:
            QGuiApplication.clipboard().setText(self._facts.user.user_id)
            self._host.toast(f"User ID {self._facts.user.user_id} copied")

    def open_selected(self) -> None:
        self._open(self.grid.currentIndex())

    def _open(self, index: QModelIndex) -> None:
        face = self.model.face_at(index.row())
        if face is not None:
            self._open_photo(face.cell.photo_pk, face.pk)

    def _open_photo(self, photo_pk: int, face_pk: int) -> None:
        shown = [self.model.face_at(row) for row in range(self.model.rowCount())]
        photos = dict.fromkeys(face.cell.photo_pk for face in shown if face is not None)
        photos.setdefault(photo_pk)
        self._host.navigate("photo", photo_pk=photo_pk, face_pk=face_pk, ids=np.array(list(photos), np.int64))

    def _menu(self, where: QPoint) -> None:
        count = self.grid.selected_count()
        if not count:
            return
        menu = faces_menu(self, count)
        menu.exec(where)
        menu.deleteLater()
