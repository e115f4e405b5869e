"""The page: it puts the parts together, steps through the photos and passes wishes on to the acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.embedding import EmbeddingContract
from app.domain.errors import LikenessError, ResourceNotFound
from app.domain.geometry import BoundingBox
from app.domain.records import ChangeSet
from app.rekognition.snippets import Where
from app.services.celebrities import CelebrityService
from app.services.collections import CollectionService
from app.services.describing import DescribeService
from app.services.face_edits import FaceEditService
from app.services.faces import FaceService
from app.services.ingest import IngestService
from app.services.photos import Listing, PhotoService
from app.services.search import SearchService
from app.services.users import UserService
from app.ui.canvas.canvas import FaceCanvas
from app.ui.canvas.editor import NameEditor
from app.ui.canvas.marks import Marks
from app.ui.canvas.navigator import Navigator
from app.ui.canvas.picture import Mipmaps
from app.ui.canvas.selection import FaceSelection
from app.ui.canvas.tools import Tool
from app.ui.controller import PageHost, TaskRunner
from app.ui.photo.actions import add_shortcuts, face_menu
from app.ui.photo.acts import FaceActs
from app.ui.photo.celebrities import CelebrityFinder
from app.ui.photo.files import FileActs
from app.ui.photo.filmstrip import Filmstrip
from app.ui.photo.header import PhotoHeader
from app.ui.photo.inspector import Inspector
from app.ui.photo.loading import PhotoLoader
from app.ui.photo.looking import Looking
from app.ui.photo.notice import Notice
from app.ui.photo.state import Opened, PhotoState, Suggestion
from app.ui.photo.wiring import connect_parts
from app.ui.theme import Size

_NO_IDS = np.zeros(0, np.int64)


class PhotoPage(QWidget):
    """One photo. `activate(photo_pk=..., ids=..., face_pk=...)`: `ids` is the order of stepping (an int64
    array; the collection's by date without it), `face_pk` the face to select."""

    key = "photo"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        photos: PhotoService,
        faces: FaceService,
        users: UserService,
        edits: FaceEditService,
        search: SearchService,
        ingest: IngestService,
        collections: CollectionService,
        contract: EmbeddingContract,
        describe: DescribeService,
        celebrities: CelebrityService | None = None,
        parent: QWidget | None = None,
        *,
        where: Callable[[], Where],
    ) -> None:
        """Without `celebrities` nothing is said of them. `where`: whom the lines of the inspector are to
        ask."""
        super().__init__(parent)
        self._host, self._tasks = host, tasks
        self._photos, self._collections = photos, collections
        self._model_version = contract.model_id
        self._ids: NDArray[np.int64] = _NO_IDS
        self._photo_pk: int | None = None
        self._wanted_face: int | None = None
        self._state: PhotoState | None = None
        self._collection_id = ""
        self.selection = FaceSelection(self)
        self.loader = PhotoLoader(tasks, photos, users, search, self)
        self.acts = FaceActs(host, tasks, faces, users, edits, self)
        self.files = FileActs(host, tasks, ingest, photos, self)
        self._build(where)
        self.looking = Looking(
            tasks, describe, self.canvas, self.inspector, self.header.layers, self.selection, self
        )
        if celebrities is not None:
            self.looking.ask_celebrities(CelebrityFinder(tasks, photos, celebrities, self))
        connect_parts(self, host)
        self._connect()
        add_shortcuts(self)

    def _build(self, where: Callable[[], Where]) -> None:
        theme = self._host.theme
        self.header = PhotoHeader(theme)
        self.canvas = FaceCanvas(theme, self.selection)
        self.canvas.setAccessibleName("Photo")
        self.navigator = Navigator(self.canvas)
        self.editor = NameEditor(theme, self.canvas.viewport())
        self.notice = Notice(theme)
        self.filmstrip = Filmstrip(theme, self._host.images)
        self.inspector = Inspector(self._host, self.selection, where)
        left = QVBoxLayout()
        left.setSpacing(0)
        for widget, stretch in ((self.canvas, 1), (self.notice, 0), (self.filmstrip, 0)):
            left.addWidget(widget, stretch)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.inspector)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(row, 1)
        self.inspector.setFixedWidth(Size.INSPECTOR)

    def _connect(self) -> None:
        self.header.layers_changed.connect(self._show_layers)
        self.canvas.view_changed.connect(self._move_editor)
        self.canvas.face_drawn.connect(self._add_face)
        self.canvas.menu_wanted.connect(self._show_menu)
        for named in (self.editor.named, self.inspector.faces.named):
            named.connect(self._name)
        self.filmstrip.chosen.connect(lambda row: self.show_photo(int(self._ids[row])))
        self.loader.opened.connect(self._opened)
        self.loader.refused.connect(self._refused)
        self.loader.pixels.connect(self._have_pixels)
        self.loader.unreadable.connect(self._unreadable)
        self.loader.suggested.connect(self._suggested)
        self.loader.unsuggested.connect(self._host.show_error)
        self.acts.done.connect(self._acted)
        self.acts.failed.connect(self._reload)

    # Coming and going

    def activate(self, **params: Any) -> None:
        ids: Sequence[int] | None = params.get("ids")
        if ids is not None:
            self._set_ids(np.asarray(ids, np.int64))
        photo_pk = params.get("photo_pk", self._photo_pk)
        if photo_pk is not None:
            self.show_photo(int(photo_pk), params.get("face_pk"))
        if ids is None and (photo_pk is None or self._row_of(int(photo_pk)) < 0):
            self._list_all()
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def deactivate(self) -> None:
        self.canvas.settle()
        self.editor.finish()
        self.loader.forget()
        self.looking.leave()

    def apply_changes(self, changes: ChangeSet) -> None:
        state = self._state
        if state is None or self._photo_pk is None:
            return
        faces = {view.face.id for view in state.detail.faces}
        people = {view.user.id for view in state.detail.faces if view.user}
        mine = self._photo_pk in changes.photos or faces & changes.faces or people & changes.users
        if mine or state.collection_pk in changes.collections:
            self._reload()

    def _list_all(self) -> None:
        pk = self._host.collection_pk
        if pk is not None:
            self._tasks.run(
                self._photos.listing,
                pk,
                done=self._listed,
                failed=self._host.show_error,
                key=(id(self), "ids"),
            )

    def _listed(self, listing: Listing) -> None:
        self._set_ids(listing.ids)
        if self._photo_pk is None and len(self._ids):
            self.show_photo(int(self._ids[0]))

    def _set_ids(self, ids: NDArray[np.int64]) -> None:
        self._ids = ids
        self.filmstrip.strip.set_ids(ids, self._row_of(self._photo_pk))
        self._show_position()

    def _row_of(self, photo_pk: int | None) -> int:
        if photo_pk is None:
            return -1
        found = np.flatnonzero(self._ids == photo_pk)
        return int(found[0]) if len(found) else -1

    def show_photo(self, photo_pk: int, face_pk: int | None = None) -> None:
        """Another photo of the strip, or from anywhere."""
        collection_pk = self._host.collection_pk
        if collection_pk is None:
            return
        self._wanted_face = face_pk
        if photo_pk == self._photo_pk and self._state is not None:
            self.selection.select(face_pk if face_pk is not None else self.selection.current)
        else:
            self.canvas.settle()
            self.editor.finish()
            self.selection.select(None)
        self._photo_pk = photo_pk
        self._show_position()
        self.loader.load(collection_pk, photo_pk)

    def step(self, by: int) -> None:
        row = self._row_of(self._photo_pk) + by
        if 0 <= row < len(self._ids):
            self.show_photo(int(self._ids[row]))

    def go_back(self) -> None:
        self._host.navigate("photos", photo_pk=self._photo_pk)

    def _show_position(self) -> None:
        row = self._row_of(self._photo_pk)
        self.filmstrip.show_row(row, len(self._ids))
        caption = f"{row + 1:,} of {len(self._ids):,}" if row >= 0 else ""
        self.header.set_name(self.header.name.text(), caption)

    # What was loaded

    def _opened(self, photo_pk: int, opened: Opened) -> None:
        if photo_pk != self._photo_pk:
            return
        before, state = self._state, opened.state
        same = before is not None and (before.photo_pk, before.turned) == (photo_pk, state.turned)
        if same and before is not None:
            # Keep what was suggested until it is asked again, so that nothing flickers.
            unnamed = {view.face.id for view in state.faces if view.user is None}
            kept = {pk: s for pk, s in before.suggestions.items() if pk in unnamed}
            state = state.with_suggestions(kept) if before.asked else state
        self.header.set_name(state.detail.name, self.header.caption.text())
        if not same or (self.canvas.picture is None and opened.preview is not None):
            self.canvas.set_picture(opened.preview, *state.size)
        self._show(state)
        if self._wanted_face is not None:
            self.selection.select(self._wanted_face)
            self._wanted_face = None
        self.notice.show_state(state)
        self.filmstrip.strip.set_turned(opened.turned)
        if not same or self.notice.isVisible():
            self.loader.load_pixels(photo_pk, state.turned)
        self.loader.ask_suggestions(state)
        self._find_collection_id(state.collection_pk)

    def _show(self, state: PhotoState | None) -> None:
        self._state = state
        self.canvas.set_marks(state.marks() if state else Marks())
        self.editor.set_names(state.names() if state else [])
        self.acts.turned = state.turned if state else 0
        self.inspector.show_state(state, self._collection_id, self._model_version)
        self.looking.show(state)

    def _find_collection_id(self, collection_pk: int) -> None:
        def work() -> tuple[str, str]:
            collection = self._collections.by_pk(collection_pk)
            return collection.collection_id, self._collections.contract(collection_pk).model_id

        self._tasks.run(work, done=self._have_collection, key=(id(self), "collection"))

    def _have_collection(self, found: tuple[str, str]) -> None:
        collection_id, model_version = found
        if (collection_id, model_version) != (self._collection_id, self._model_version):
            self._collection_id, self._model_version = collection_id, model_version
            self.inspector.show_state(self._state, self._collection_id, self._model_version)

    def _have_pixels(self, photo_pk: int, picture: Mipmaps) -> None:
        if photo_pk != self._photo_pk:
            return
        self.canvas.set_picture(picture, picture.width, picture.height)
        if self._state is not None:
            self.notice.show_state(self._state)
        row = self._row_of(photo_pk)
        if 0 <= row < len(self._ids) - 1:
            self.loader.read_ahead(int(self._ids[row + 1]))

    def _unreadable(self, photo_pk: int, error: Exception) -> None:
        if photo_pk != self._photo_pk or self._state is None:
            return
        if isinstance(error, LikenessError):
            self.notice.say(f"{error} The faces and names are kept.", can_locate=True)
        else:
            self._host.show_error(error)

    def _suggested(self, photo_pk: int, suggestions: dict[int, Suggestion]) -> None:
        if self._state is not None and photo_pk == self._state.photo_pk:
            self._show(self._state.with_suggestions(suggestions))

    def _refused(self, photo_pk: int, error: Exception) -> None:
        """The photo has left the collection: on to the one that takes its place, else back."""
        if photo_pk != self._photo_pk:
            return
        if not isinstance(error, ResourceNotFound):
            self._host.show_error(error)
            return
        row = self._row_of(photo_pk)
        self._photo_pk = None
        self._show(None)
        self.canvas.clear()
        self._set_ids(self._ids[self._ids != photo_pk])
        if row >= 0 and len(self._ids):
            self.show_photo(int(self._ids[min(row, len(self._ids) - 1)]))
        else:
            self.go_back()

    def _reload(self) -> None:
        if self._state is not None and self._photo_pk is not None:
            self.loader.load(self._state.collection_pk, self._photo_pk)

    # Acts

    def begin_name(self, face_pk: int, typed: str) -> None:
        """Open the name of a face at its box; `typed` are the letters that began it."""
        box = self.canvas.view_box_of(face_pk)
        view = self._state.face(face_pk) if self._state else None
        if box is None or view is None:
            return
        self.selection.select(face_pk)
        old = view.user.display_name if view.user else ""
        self.editor.open_at(face_pk, box, typed or old, begun=bool(typed))

    def _move_editor(self) -> None:
        box = self.canvas.view_box_of(self.editor.key) if self.editor.key is not None else None
        if box is not None:
            self.editor.place(box)

    def _name(self, face_pk: int, name: str) -> None:
        if self._state is not None:
            self.acts.name(self._state.collection_pk, face_pk, name)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_face(self, box: BoundingBox) -> None:
        if self._state is not None:
            self.acts.add(self._state.collection_pk, self._state.photo_pk, box)

    def _acted(self, face_pk: int | None) -> None:
        self._wanted_face = face_pk if face_pk is not None else self.selection.current
        self.canvas.set_tool(Tool.SELECT)
        self._reload()

    def _show_menu(self, face_pk: int | None, at: QPoint) -> None:
        menu = face_menu(self, self._state, face_pk)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def navigate_with_face(self, page: str, face_pk: int) -> None:
        self._host.navigate(page, face_pk=face_pk)

    def navigate_to_person(self, user_pk: int) -> None:
        self._host.navigate("person", user_pk=user_pk)

    def copy_json(self) -> None:
        self.inspector.json.copy()

    def locate(self) -> None:
        if self._state is not None:
            self.files.locate(self._state, self)

    def turn(self, degrees: int) -> None:
        if self._state is not None:
            self.files.turn(self._state, degrees)

    # Looks

    def _show_layers(self) -> None:
        header = self.header
        self.canvas.set_layers(header.boxes.isChecked(), header.names.isChecked())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < Size.NARROW_BELOW
        self.inspector.setFixedWidth(Size.INSPECTOR_NARROW if narrow else Size.INSPECTOR)
