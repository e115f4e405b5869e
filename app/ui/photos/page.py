"""The page: header, filters, grid, and what is done with a selection."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.domain.records import ChangeSet, User
from app.services.describing import DescribeService
from app.services.photos import PhotoCell, PhotoService, PhotoSort
from app.services.users import UserService
from app.ui.attributes.chips import LabelChip, LooksChip
from app.ui.attributes.undescribed import UndescribedBar
from app.ui.controller import PageHost, TaskRunner
from app.ui.controller.pictures import QUARTERS, photo_key
from app.ui.photos.bar import SelectionBar
from app.ui.photos.filters import PhotoFilters
from app.ui.photos.model import Arranged, PhotoGridModel, arrange
from app.ui.theme import Size
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.field import SearchField
from app.ui.widgets.grid import PHOTO_STYLE, GridView, ThumbnailDelegate
from app.ui.widgets.header import FilterBar, Header
from app.ui.widgets.slider import SizeSlider
from app.ui.widgets.text import Label

_SORTS = (
    (PhotoSort.TAKEN, "Date taken"),
    (PhotoSort.ADDED, "Date added"),
    (PhotoSort.NAME, "File name"),
    (PhotoSort.FACES, "Count of faces"),
)
_STEP = 16
_LIST_MS = 300
_Answer = tuple[Arranged, int, tuple[int, ...], list[User]]


class PhotosPage(QWidget):
    """A Page over the photos of the collection in force. `host.add_photos` asks the window for files."""

    key = "photos"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        photos: PhotoService,
        users: UserService,
        describe: DescribeService,
    ) -> None:
        super().__init__()
        self._host, self._tasks, self._photos, self._users = host, tasks, photos, users
        self._collection_pk: int | None = None
        self._total = 0
        self._stale = True
        self._known_people: list[User] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_LIST_MS)
        self._soon.timeout.connect(self._list)
        self._sort, self._descending = PhotoSort.TAKEN, True
        theme = host.theme
        self._header = Header(theme, "Photos")
        self._size = SizeSlider(theme, "image", Size.CELL_PHOTO, Size.CELL_MIN, Size.CELL_MAX)
        self._sort_button = Button(theme, "Date taken", icon="sort-descending", tooltip="Sort the photos")
        self._sort_button.setMenu(self._sort_menu())
        add = Button(theme, "Add photos", variant=Variant.PRIMARY, icon="plus-bold", shortcut_hint="Ctrl+O")
        add.clicked.connect(lambda: host.add_photos())
        for widget in (self._size, self._sort_button, add):
            self._header.add(widget)
        looks = LooksChip(theme)
        labels = LabelChip(theme, tasks, describe, lambda: self._collection_pk)
        self._filters = PhotoFilters(theme, looks, labels, self)
        self._undescribed = UndescribedBar(host, tasks, photos, describe)
        self._find = SearchField(theme, "Name or file")
        self._shown = Label(theme, role="small", token="t2")
        self._clear = Button(theme, "Clear filters", variant=Variant.LINK, height=28)
        bar = FilterBar(theme)
        for chip in self._filters.chips:
            bar.add(chip)
        bar.add(self._find)
        bar.add_right(self._shown)
        bar.add_right(self._clear)
        self.model = PhotoGridModel(photos, tasks, self)
        self._delegate = ThumbnailDelegate(theme, host.images, PHOTO_STYLE)
        self.grid = GridView(theme, self._delegate, host.images)
        self.grid.setModel(self.model)
        self.grid.setAccessibleName("Photos")
        self._nothing = EmptyState(
            theme,
            icon="image-square",
            missing="No photos here yet",
            hint="Drop photos or a folder anywhere.",
            action="Choose photos…",
        )
        self._nothing.acted.connect(lambda: host.add_photos())
        self._no_match = EmptyState(
            theme,
            icon="sliders-horizontal",
            missing="No photo matches",
            hint="Loosen or clear the filters.",
            action="Clear filters",
        )
        self._no_match.acted.connect(self._clear_filters)
        self._bar = SelectionBar(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        notice = self._undescribed
        for part in (self._header, bar, notice, self.grid, self._nothing, self._no_match, self._bar):
            column.addWidget(part, 1 if part in (self.grid, self._nothing, self._no_match) else 0)
        self._connect()
        self._show_state()

    def _connect(self) -> None:
        self._size.side_changed.connect(self.grid.set_cell_side)
        self.grid.cell_side_changed.connect(self._size.set_side)
        self._find.searched.connect(self._filters.set_text)
        self._find.escaped.connect(self.grid.setFocus)
        self._filters.changed.connect(self._list)
        self._clear.clicked.connect(self._clear_filters)
        self.grid.activated.connect(lambda index: self.open(self.model.id_at(index.row())))
        self.grid.selection_changed.connect(self._selected)
        self.grid.context_menu.connect(self._menu)
        self._bar.closed.connect(self.grid.select_none)
        self._bar.named.connect(self._name)
        self._bar.remove.connect(self.remove)
        self._bar.compare.connect(lambda: self._use("compare"))
        self._bar.search.connect(lambda: self._use("search"))
        for keys, act in (
            ("Ctrl+F", self._find.setFocus),
            ("Delete", self.remove),
            ("N", self._bar.ask_name),
            ("F2", self._bar.ask_name),
            ("C", lambda: self._use("compare")),
            ("S", lambda: self._use("search")),
            ("Ctrl++", lambda: self.grid.set_cell_side(self.grid.cell_side() + _STEP)),
            ("Ctrl+=", lambda: self.grid.set_cell_side(self.grid.cell_side() + _STEP)),
            ("Ctrl+-", lambda: self.grid.set_cell_side(self.grid.cell_side() - _STEP)),
        ):
            shortcut = QShortcut(
                QKeySequence(keys), self.grid if len(keys) == 1 or keys == "Delete" else self
            )
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # -- the page's life --------------------------------------------------------------------------

    def activate(self, **params: Any) -> None:
        """Params: collection_pk (as the host has it), label (show the photos that have it)."""
        pk = self._host.collection_pk
        if pk != self._collection_pk:
            self._collection_pk = pk
            self._filters.clear()
            self._find.clear()
            self.model.clear()
            self._stale = True
        if params.get("label") is not None:
            self._filters.clear()
            self._find.clear()
            self._filters.labels.pick([params["label"]])
        elif self._stale:
            # What is listed may be the same, and what is in it not.
            self.model.refresh()
            self._list()
        self.grid.setFocus()

    def deactivate(self) -> None:
        """Nothing runs on behalf of a hidden page: it lists again when it comes back."""

    def apply_changes(self, changes: ChangeSet) -> None:
        """Ask again for the cells that were touched, and for the list when photos came or went."""
        if self._collection_pk is None:
            return
        self._host.images.forget(*(photo_key(pk, turned) for pk in changes.photos for turned in QUARTERS))
        if not self.isVisible():
            self._stale = True
            return
        if changes.photos or changes.users or self._collection_pk in changes.collections:
            self._list_soon()
        self.model.refresh(changes.photos if not changes.users else None)

    # -- listing -----------------------------------------------------------------------------------

    def _list_soon(self) -> None:
        """While photos keep coming, a few times a second is often enough to list them all."""
        if not self._soon.isActive():
            self._soon.start()

    def _list(self) -> None:
        pk = self._collection_pk
        if pk is None:
            self._show_state()
            return
        self._soon.stop()
        self._stale = False
        wanted, sort, descending = self._filters.current, self._sort, self._descending
        before = self.model.ids()
        whole = sort is PhotoSort.TAKEN and descending and not self._filters.active

        def work() -> _Answer:
            listing = self._photos.listing(pk, wanted, sort, descending)
            every = listing if whole else self._photos.listing(pk)
            arranged = arrange(before, listing, headings=sort is not PhotoSort.NAME)
            return arranged, len(every.ids), every.years, self._users.list(pk)

        self._tasks.run(work, done=self._show, failed=self._host.show_error, key=(self, "list"))

    def _show(self, answer: _Answer) -> None:
        arranged, self._total, years, people = answer
        if self._collection_pk is None:
            return
        self.model.show(self._collection_pk, arranged)
        if people != self._known_people:
            self._known_people = people
            self._filters.set_people(people)
        self._filters.set_years(years)
        wanted = self._filters.current
        self._undescribed.check(self._collection_pk, labels=bool(wanted.labels), looks=bool(wanted.looks))
        self._show_state()

    def _show_state(self) -> None:
        count = self.model.rowCount()
        filtered = self._filters.active
        self.grid.setVisible(bool(count))
        self._nothing.setVisible(not count and not filtered)
        self._no_match.setVisible(not count and filtered)
        noun = "photo" if self._total == 1 else "photos"
        self._header.set_caption(f"{self._total:,} {noun} in {self._host.collection_name}")
        self._shown.setText(f"{count:,} of {self._total:,} shown" if filtered else "")
        self._clear.setVisible(filtered)
        self._selected()

    def _clear_filters(self) -> None:
        self._find.clear()
        self._filters.clear()

    def _sort_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for sort, text in _SORTS:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(sort is self._sort)
            # Not through the action's data: Qt would hand the enum back as its text.
            action.triggered.connect(lambda _=False, sort=sort: self._set_sort(sort, self._descending))
            group.addAction(action)
        menu.addSeparator()
        reverse = menu.addAction("Reverse the order")
        reverse.triggered.connect(lambda: self._set_sort(self._sort, not self._descending))
        return menu

    def _set_sort(self, sort: PhotoSort, descending: bool) -> None:
        self._sort, self._descending = sort, descending
        self._sort_button.setText(dict(_SORTS)[sort])
        self._sort_button.set_icon("sort-descending" if descending else "sort-ascending")
        self._list()

    # -- acts --------------------------------------------------------------------------------------

    def open(self, photo_pk: int) -> None:
        """Show one photo; left and right step through the order of this page."""
        self._host.navigate("photo", photo_pk=photo_pk, ids=np.array(self.model.ids(), np.int64))

    def remove(self) -> None:
        """Take the selected photos out of the collection; a toast offers to undo it."""
        pks = self.grid.selected_ids()
        if pks and self._collection_pk is not None:
            self._tasks.run(
                self._photos.remove, self._collection_pk, pks, done=self._done, failed=self._host.show_error
            )

    def _done(self, changes: ChangeSet) -> None:
        if changes.change is not None:
            self._host.toast(changes.change.summary, changes.change.id)

    def _cells(self) -> list[PhotoCell]:
        contents = [self.model.cell(row) for row in self.grid.selected_rows()]
        return [content.subject for content in contents if content is not None]

    def _selected(self) -> None:
        rows = self.grid.selected_count() if self.grid.isVisibleTo(self) else 0
        cells = self._cells() if 0 < rows <= 2000 else []
        nameable = bool(cells) and len(cells) == rows and all(len(cell.faces) == 1 for cell in cells)
        self._bar.show_for(rows, nameable)

    def _name(self, name: str) -> None:
        faces = [cell.faces[0].face_pk for cell in self._cells() if len(cell.faces) == 1]
        if faces and self._collection_pk is not None:
            self._tasks.run(
                self._users.name_faces,
                self._collection_pk,
                faces,
                name,
                done=self._done,
                failed=self._host.show_error,
            )
            self.grid.setFocus()

    def _use(self, page: str) -> None:
        ids = self.grid.selected_ids()
        if ids:
            self._host.navigate(page, photo_pk=ids[0])

    def _menu(self, where: QPoint) -> None:
        ids = self.grid.selected_ids()
        if not ids:
            return
        menu = QMenu(self)
        acts: list[tuple[str, str, Any]] = [
            ("Open", "Return", lambda: self.open(ids[0])),
            ("Compare with…", "C", lambda: self._use("compare")),
            ("Search with its largest face", "S", lambda: self._use("search")),
            ("Analyse", "", lambda: self._use("analyse")),
            ("Show the file in its folder", "", lambda: self._reveal(ids[0])),
        ]
        for text, keys, act in acts:
            menu.addAction(_action(menu, text, keys, act))
        menu.addSeparator()
        noun = "photo" if len(ids) == 1 else f"{len(ids):,} photos"
        menu.addAction(_action(menu, f"Remove {noun} from {self._host.collection_name}", "Del", self.remove))
        menu.exec(where)
        menu.deleteLater()

    def _reveal(self, photo_pk: int) -> None:
        self._tasks.run(self._photos.files, [photo_pk], done=self._host.reveal, failed=self._host.show_error)


def _action(menu: QMenu, text: str, keys: str, act: Any) -> QAction:
    action = QAction(f"{text}\t{keys}" if keys else text, menu)
    action.triggered.connect(lambda: act())
    return action
