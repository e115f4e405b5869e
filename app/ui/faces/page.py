"""The page: how faces are grouped, which are shown, and the bar that names a selection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.domain.records import ChangeSet, Collection, User
from app.services.collections import CollectionService
from app.services.describing import DescribeService
from app.services.faces import FaceCell, FaceFilter, FaceService
from app.services.photos import PhotoService
from app.services.search.service import SearchService
from app.services.users import UserService
from app.ui.attributes.chips import LabelChip, LooksChip
from app.ui.attributes.undescribed import UndescribedBar
from app.ui.canvas.mime import dragged_faces
from app.ui.controller import PageHost, TaskRunner
from app.ui.controller.pictures import face_key
from app.ui.faces.bar import FaceBar
from app.ui.faces.grouping import OPEN_PERSON, SELECT_ALL, FaceOrder, GroupBy, order
from app.ui.faces.model import FaceGridModel
from app.ui.photos.filters import ChoiceChip
from app.ui.theme import Size
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.grid import FACE_STYLE, RESULT_STYLE, GridView, ThumbnailDelegate
from app.ui.widgets.header import FilterBar, Header
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.slider import SizeSlider
from app.ui.widgets.text import Label

_STEP = 8
_LIST_MS = 600


class FacesPage(QWidget):
    """A Page over the faces of the collection in force."""

    key = "faces"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        faces: FaceService,
        users: UserService,
        search: SearchService,
        collections: CollectionService,
        photos: PhotoService,
        describe: DescribeService,
    ) -> None:
        super().__init__()
        self._host, self._tasks, self._faces = host, tasks, faces
        self._users, self._search, self._collections = users, search, collections
        self._collection_pk: int | None = None
        self._by, self._filter, self._alike_to = GroupBy.CLUSTER, FaceFilter(), None
        self._named: list[User] = []
        self._stale = True
        # Grouping thousands of faces takes a second: while they keep coming, not more often than that.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_LIST_MS)
        self._soon.timeout.connect(self._list)
        theme = host.theme
        self._header = Header(theme, "Faces")
        self._size = SizeSlider(theme, "user-focus", Size.CELL_FACE, 64, 240)
        self._header.add(self._size)
        self._group = SegmentedControl(theme, height=Size.CONTROL_SMALL, name="Group by")
        for by, text in (
            (GroupBy.CLUSTER, "Cluster"),
            (GroupBy.ALIKE, "Alike to…"),
            (GroupBy.QUALITY, "Quality"),
            (GroupBy.SIZE, "Size"),
            (GroupBy.DATE, "Date"),
        ):
            self._group.add(by.value, text)
        self._name_chip = ChoiceChip(theme, "Names")
        self._name_chip.set_choices([("named", {"named": True}), ("not named", {"named": False})])
        self._quality = ChoiceChip(theme, "Quality")
        self._quality.set_choices(
            [("Medium or better", {"min_sharpness": 20.0}), ("High", {"min_sharpness": 50.0})]
        )
        self._looks = LooksChip(theme)
        self._labels = LabelChip(theme, tasks, describe, lambda: self._collection_pk)
        self._chips = (self._name_chip, self._looks, self._labels, self._quality)
        self._undescribed = UndescribedBar(host, tasks, photos, describe)
        self._fact = Label(theme, role="small", token="t2")
        bar = FilterBar(theme)
        bar.add(Label(theme, "Group by", role="small", token="t3"))
        for widget in (self._group, *self._chips):
            bar.add(widget)
        bar.add_right(self._fact)
        self.model = FaceGridModel(faces, tasks, self)
        self._plain = ThumbnailDelegate(theme, host.images, FACE_STYLE)
        self._captioned = ThumbnailDelegate(theme, host.images, RESULT_STYLE)
        self.grid = GridView(theme, self._plain, host.images, side=Size.CELL_FACE)
        self.grid.set_side_range(64, 240)
        self.grid.setModel(self.model)
        self.grid.setDragEnabled(True)
        self.grid.can_drop = lambda mime, row: bool(self._dropped_for(mime, row))
        self.grid.setAccessibleName("Faces")
        self._nothing = EmptyState(
            theme,
            icon="user-focus",
            missing="No faces here yet",
            hint="Drop photos or a folder anywhere: their faces appear here, the same person together.",
            action="Choose photos…",
        )
        self._nothing.acted.connect(lambda: host.add_photos())
        self._no_match = EmptyState(
            theme,
            icon="sliders-horizontal",
            missing="No face matches",
            hint="Loosen or clear the filters.",
            action="Clear filters",
        )
        self._no_match.acted.connect(self._clear_filters)
        self._bar = FaceBar(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        notice = self._undescribed
        for part in (self._header, bar, notice, self.grid, self._nothing, self._no_match, self._bar):
            column.addWidget(part, 1 if part in (self.grid, self._nothing, self._no_match) else 0)
        self._connect()
        self._show(FaceOrder([], []), [])

    def _connect(self) -> None:
        self._size.side_changed.connect(self.grid.set_cell_side)
        self.grid.cell_side_changed.connect(self._size.set_side)
        self._group.chosen.connect(lambda key: self._set_group(GroupBy(key)))
        for chip in self._chips:
            chip.chosen.connect(self._choose)
        self.grid.activated.connect(lambda index: self._open(self.model.id_at(index.row())))
        self.grid.selection_changed.connect(self._selected)
        self.grid.context_menu.connect(self._menu)
        self.grid.link_clicked.connect(self._link)
        self.grid.dropped.connect(self._drop)
        self._bar.closed.connect(self.grid.select_none)
        self._bar.named.connect(self.name)
        self._bar.not_this.connect(self.unassign)
        self._bar.move_asked.connect(self._ask_collection)
        self._bar.delete.connect(self.delete)
        for keys, act in (
            ("N", self._bar.ask_name),
            ("F2", self._bar.ask_name),
            ("Delete", self.delete),
            ("X", self.unassign),
            ("C", lambda: self._use("compare")),
            ("S", lambda: self._use("search")),
            ("Ctrl+F", self._name_chip.showMenu),
            ("Ctrl++", lambda: self.grid.set_cell_side(self.grid.cell_side() + _STEP)),
            ("Ctrl+=", lambda: self.grid.set_cell_side(self.grid.cell_side() + _STEP)),
            ("Ctrl+-", lambda: self.grid.set_cell_side(self.grid.cell_side() - _STEP)),
        ):
            bare = len(keys) == 1 or keys in ("Delete", "F2")
            shortcut = QShortcut(QKeySequence(keys), self.grid if bare else self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # -- the page's life --------------------------------------------------------------------------

    def activate(self, **params: Any) -> None:
        """Params: face_pk (group by likeness to it)."""
        pk = self._host.collection_pk
        if pk != self._collection_pk:
            self._collection_pk, self._stale, self._alike_to = pk, True, None
            self._by = GroupBy.CLUSTER
            self._group.set_current(self._by.value)
            self.grid.set_delegate(self._plain)
            self._drop_filters()
            self._show(FaceOrder([], []), [])
        if "face_pk" in params:
            self._alike_to, self._stale = params["face_pk"], True
            self._set_group(GroupBy.ALIKE)
        elif self._stale:
            self.model.refresh()
            self._list()
        self.grid.setFocus()

    def deactivate(self) -> None:
        """Nothing runs on behalf of a hidden page: it groups again when it comes back."""

    def apply_changes(self, changes: ChangeSet) -> None:
        described = changes.photos and (self._filter.looks or self._filter.labels)
        if not (changes.faces or changes.users or described) or self._collection_pk is None:
            return
        if not self.isVisible():
            self._stale = True
            return
        self._host.images.forget(*(face_key(pk) for pk in changes.faces))
        self.model.refresh(None if changes.users else changes.faces)
        if not self._soon.isActive():
            self._soon.start()

    # -- order -------------------------------------------------------------------------------------

    def _set_group(self, by: GroupBy) -> None:
        if by is GroupBy.ALIKE:
            chosen = self.grid.selected_ids()
            self._alike_to = chosen[0] if chosen else self._alike_to
            if self._alike_to is None:
                self._group.set_current(self._by.value)
                self._host.toast("Select a face first, then choose “Alike to…”.")
                return
        self._by = by
        self._group.set_current(by.value)
        self.grid.set_delegate(self._captioned if by is GroupBy.ALIKE else self._plain)
        self._list()

    def _choose(self, values: dict[str, Any]) -> None:
        self._filter = replace(self._filter, **values)
        self._list()

    def _drop_filters(self) -> None:
        for chip in self._chips:
            chip.blockSignals(True)
            chip.clear()
            chip.blockSignals(False)
        self._filter = FaceFilter()

    def _clear_filters(self) -> None:
        self._drop_filters()
        self._list()
        self.grid.setFocus()

    def _list(self) -> None:
        pk = self._collection_pk
        if pk is None:
            return
        self._stale = False
        by, wanted, alike_to = self._by, self._filter, self._alike_to

        def work() -> tuple[FaceOrder, list[User]]:
            users = self._users.list(pk)
            return order(self._search, self._faces, users, pk, by, wanted, alike_to), users

        self._tasks.run(
            work,
            done=lambda answer: self._show(*answer),
            failed=self._host.show_error,
            key=(self, "list"),
        )

    def _show(self, shown: FaceOrder, users: list[User]) -> None:
        self._named = users
        self._bar.set_names([user.display_name for user in users])
        self.model.show(shown)
        self.grid.setVisible(bool(shown.ids))
        self._nothing.setVisible(not shown.total)
        self._no_match.setVisible(bool(shown.total) and not shown.ids)
        self._header.set_caption(f"{shown.total:,} in {self._host.collection_name}")
        self._fact.setText(shown.fact)
        if self._collection_pk is not None:
            wanted = self._filter
            self._undescribed.check(self._collection_pk, labels=bool(wanted.labels), looks=bool(wanted.looks))
        self._selected()

    # -- acts --------------------------------------------------------------------------------------

    def _run(self, act: Any, *args: Any) -> None:
        self._tasks.run(act, *args, done=self._done, failed=self._host.show_error)

    def _done(self, changes: ChangeSet) -> None:
        if changes.change is not None:
            self._host.toast(changes.change.summary, changes.change.id)

    def name(self, name: str) -> None:
        """Give the selected faces to the person of that name, who is made if there is none."""
        pks = self.grid.selected_ids()
        if pks and self._collection_pk is not None:
            self._run(self._users.name_faces, self._collection_pk, pks, name)
            self.grid.select_none()
            self.grid.setFocus()

    def unassign(self) -> None:
        """Say of the selected named faces that they are not the person they are named as."""
        cells = [cell for cell in self._cells() if cell.user_pk is not None]
        by_user: dict[int, list[int]] = {}
        for cell in cells:
            by_user.setdefault(cell.user_pk or 0, []).append(cell.id)
        for user_pk, pks in by_user.items():
            self._run(self._users.reject, pks, user_pk)
        if not by_user and self.grid.selected_count():
            self._host.toast("These faces have no name that could be wrong.")

    def _dropped_for(self, mime: QMimeData, row: int) -> list[int]:
        """Which of the faces in a drag the person of that row does not have yet; none without a person."""
        target = self._user_at(row)
        if target is None:
            return []
        faces = dragged_faces(mime)
        return [pk for pk in faces if self._user_at(self.model.row_of(pk)) != target]

    def _drop(self, mime: QMimeData, row: int) -> None:
        """Faces dropped on a person's face are given to that person."""
        target, faces = self._user_at(row), self._dropped_for(mime, row)
        if faces:
            self._run(self._users.assign, faces, target)

    def _user_at(self, row: int) -> int | None:
        cell = self.model.cell(row) if 0 <= row < self.model.rowCount() else None
        user_pk: int | None = cell.subject.user_pk if cell is not None else None
        return user_pk

    def delete(self) -> None:
        pks = self.grid.selected_ids()
        if pks:
            self._run(self._faces.delete_pks, pks)

    def _cells(self) -> list[FaceCell]:
        contents = [self.model.cell(row) for row in self.grid.selected_rows()]
        return [content.subject for content in contents if content is not None]

    def _selected(self) -> None:
        count = self.grid.selected_count()
        cells = self._cells() if 0 < count <= 5000 else []
        self._bar.show_for(count, any(cell.user_pk is not None for cell in cells))

    def _link(self, section: int, key: str) -> None:
        head = self.model.sections()[section]
        if key == SELECT_ALL:
            self.grid.select_rows(list(range(head.start, head.start + head.count)))
            self.grid.setFocus()
        elif key == OPEN_PERSON:
            user = next((each for each in self._named if each.display_name == head.title), None)
            if user is not None:
                self._host.navigate("person", user_pk=user.id)

    def _open(self, face_pk: int) -> None:
        cell = self.model.cell(self.model.row_of(face_pk))
        if cell is not None:
            self._host.navigate("photo", photo_pk=cell.subject.photo_pk, face_pk=face_pk)

    def _use(self, page: str) -> None:
        ids = self.grid.selected_ids()
        if ids:
            self._host.navigate(page, face_pk=ids[0])

    def _ask_collection(self) -> None:
        self._tasks.run(self._collections.list, done=self._offer, failed=self._host.show_error)

    def _offer(self, found: list[Collection]) -> None:
        menu = QMenu(self)
        for collection in found:
            if collection.id != self._collection_pk:
                action = menu.addAction(f"Move to {collection.display_name}")
                action.triggered.connect(lambda _=False, pk=collection.id: self._move(pk))
        if menu.isEmpty():
            menu.addAction("There is no other collection yet").setEnabled(False)
        menu.popup(self._bar.mapToGlobal(QPoint(self._bar.width() - 320, -menu.sizeHint().height())))
        menu.aboutToHide.connect(menu.deleteLater)

    def _move(self, collection_pk: int) -> None:
        self._run(self._faces.move, self.grid.selected_ids(), collection_pk)

    def _menu(self, where: QPoint) -> None:
        ids = self.grid.selected_ids()
        if not ids:
            return
        menu = QMenu(self)
        for text, act in (
            ("Open the photo\tReturn", lambda: self._open(ids[0])),
            ("Name…\tN", self._bar.ask_name),
            ("Not this person\tX", self.unassign),
            ("Faces alike to this one", lambda: self._set_group(GroupBy.ALIKE)),
            ("Compare with…\tC", lambda: self._use("compare")),
            ("Search with this face\tS", lambda: self._use("search")),
            ("Analyse", lambda: self._use("analyse")),
            ("Delete\tDel", self.delete),
        ):
            menu.addAction(text).triggered.connect(lambda _=False, run=act: run())
        menu.exec(where)
        menu.deleteLater()
