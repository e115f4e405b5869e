"""The page: a picture and what was found in it, nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.domain.attributes import Label
from app.domain.records import ChangeSet
from app.rekognition.snippets import Where
from app.services.celebrities import CelebrityService
from app.services.describing import DescribeService
from app.services.faces import FaceService
from app.services.ingest import READABLE_SUFFIXES
from app.services.photos import PhotoService
from app.ui.analyse.celebrities_tab import Recognised
from app.ui.analyse.inspector import AnalyseInspector, names_of
from app.ui.analyse.state import Analysed, Analysing, Load
from app.ui.analyse.waiting import WaitingBar
from app.ui.attributes.layer_control import LayerControl
from app.ui.attributes.state import Answer, sentence_of
from app.ui.canvas.canvas import FaceCanvas
from app.ui.canvas.layers import LandmarkLayer
from app.ui.canvas.marks import Marks
from app.ui.canvas.mime import dragged_faces
from app.ui.canvas.selection import FaceSelection
from app.ui.compare.side import PictureZone
from app.ui.controller import PageHost, TaskRunner
from app.ui.photo.looking import highlights
from app.ui.theme import Duration, Size, Space
from app.ui.widgets.button import IconButton
from app.ui.widgets.drop import DroppedContent, can_take, content_of
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.header import Header


class AnalysePage(QWidget):
    """`activate(source=...)` (a path or bytes), `photo_pk` or `face_pk` bring a picture along."""

    key = "analyse"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        describe: DescribeService,
        photos: PhotoService,
        faces: FaceService,
        celebrities: CelebrityService | None = None,
        parent: QWidget | None = None,
        *,
        where: Callable[[], Where],
    ) -> None:
        """Without `celebrities` nothing is said of them. `where`: whom the lines beside the result are to
        ask."""
        super().__init__(parent)
        self._host, self._tasks, self._celebrities = host, tasks, celebrities
        self._analysing = Analysing(describe, photos, faces)
        self.analysed: Analysed | None = None
        self._loading = ""
        self.selection = FaceSelection(self)
        self._build(celebrities is not None, where)
        self._add_keys()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(Duration.PROGRESS_AFTER)
        self._late.timeout.connect(lambda: self.waiting.show_for(self._loading))
        self._show(None)

    def _build(self, celebrities: bool, where: Callable[[], Where]) -> None:
        theme = self._host.theme
        self.header = Header(theme, "Analyse", line=True)
        self.layers = LayerControl(theme)
        self.paste_button = IconButton(
            theme, "clipboard", "Paste a picture", side=Size.CONTROL, shortcut_hint="Ctrl+V"
        )
        self.open_button = IconButton(theme, "folder-open", "Open a picture…", side=Size.CONTROL)
        self.clear_button = IconButton(theme, "x", "Clear", side=Size.CONTROL)
        for widget in (self.layers, self.paste_button, self.open_button, self.clear_button):
            self.header.add(widget)
        self.zone = PictureZone(theme, ground="well")
        self.zone.setAccessibleName("Picture to analyse")
        self.canvas = FaceCanvas(theme, self.selection, editable=False)
        self.canvas.setAccessibleName("Picture")
        self.empty = EmptyState(
            theme,
            icon="bounding-box",
            missing="What is in a picture?",
            hint="Drop or paste one here: faces and what they look like, things, colours. "
            "Nothing is stored, nothing is sent.",
            action="Open a picture…",
        )
        stack = self._stack = QStackedLayout(self.zone)
        stack.addWidget(self.empty)
        stack.addWidget(self.canvas)
        self.waiting = WaitingBar(theme)
        self.inspector = AnalyseInspector(theme, self.selection, celebrities, where)
        # As wide as its five tabs need, in a narrow window too.
        self.inspector.setFixedWidth(Size.HISTORY_DETAIL)
        self._holder = QVBoxLayout()
        self._holder.setSpacing(0)
        self._holder.addWidget(self.zone, 1)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(self._holder, 1)
        left.addWidget(self.waiting)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.inspector)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(row, 1)
        self.layers.chosen.connect(lambda layer: self.canvas.set_layers(landmarks=layer))
        self.paste_button.clicked.connect(self.paste_clipboard)
        self.open_button.clicked.connect(self.open)
        self.empty.acted.connect(self.open)
        self.clear_button.clicked.connect(self.clear)
        self.inspector.json.copied.connect(lambda: self._host.toast("Copied"))
        self.zone.dropped.connect(self.take)
        self.zone.faces_dropped.connect(self._take_face)
        self.waiting.cancelled.connect(self._cancel)
        self.inspector.lit.connect(self._light)
        self.inspector.celebrities.retry.connect(self._ask_celebrities)
        self.inspector.celebrities.settings_wanted.connect(lambda: self._host.navigate("settings"))
        self.inspector.tabs.currentChanged.connect(lambda _index: self.canvas.set_highlights(()))

    def _add_keys(self) -> None:
        canvas = self.canvas
        keys: list[tuple[Callable[[], object], tuple[str, ...]]] = [
            (self.layers.step, ("L", "Alt+Shift+L")),
            (lambda: canvas.set_layers(boxes=not canvas.show_boxes), ("B", "Alt+Shift+B")),
            (lambda: canvas.set_layers(tags=not canvas.show_tags), ("N", "Alt+Shift+N")),
            (canvas.fit, ("0",)),
            (lambda: canvas.zoom_to(1.0, animated=True), ("1",)),
            (canvas.zoom_in, ("+", "=")),
            (canvas.zoom_out, ("-",)),
            (self.toggle_inspector, ("Ctrl+I",)),
            (self.inspector.json.copy, ("Ctrl+Shift+C",)),
        ]
        for act, sequences in keys:
            for sequence in sequences:
                shortcut = QShortcut(QKeySequence(sequence), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(lambda act=act: act() and None)

    # A page of the window

    def activate(self, **params: Any) -> None:
        source = params.get("source")
        if isinstance(source, bytes):
            self.load(self._analysing.of_bytes(source), "the picture")
        elif isinstance(source, Path):
            self.load(self._analysing.of_file(source), source.name)
        elif params.get("photo_pk") is not None:
            self.load(self._analysing.of_photo(params["photo_pk"]), "the photo")
        elif params.get("face_pk") is not None:
            self._take_face(params["face_pk"])
        (self.canvas if self.analysed is not None else self.empty.button).setFocus()

    def deactivate(self) -> None:
        """The picture stays for the next time."""
        self.canvas.set_highlights(())

    def apply_changes(self, changes: ChangeSet) -> None:
        """Nothing stored is shown here."""

    def paste(self, content: DroppedContent) -> bool:
        return self.take(content)

    def set_drag_active(self, active: bool) -> None:
        self.zone.set_active(active)

    def regions(self) -> list[QWidget]:
        return [self.canvas if self.analysed is not None else self.empty.button, self.inspector.tabs]

    # Where pictures come from

    def take(self, content: DroppedContent) -> bool:
        """A file before an image before an address. False: nothing of use."""
        if content.paths:
            self.load(self._analysing.of_file(content.paths[0]), content.paths[0].name)
        elif content.image is not None:
            self.load(self._analysing.of_image(content.image), "the picture")
        elif content.urls:
            self.load(self._analysing.of_url(content.urls[0]), "the picture")
        return bool(content)

    def _take_face(self, face_pk: int) -> None:
        self.load(self._analysing.of_face(face_pk), "the photo")

    def paste_clipboard(self) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        faces = dragged_faces(mime) if mime is not None else []
        if faces:
            self._take_face(faces[0])
        elif mime is None or not can_take(mime) or not self.take(content_of(mime)):
            self._host.toast("There is no picture on the clipboard.")

    def open(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in sorted(READABLE_SUFFIXES))
        name, _ = QFileDialog.getOpenFileName(
            self, "Analyse a picture", "", f"Pictures ({suffixes});;All files (*)"
        )
        if name:
            self.load(self._analysing.of_file(Path(name)), Path(name).name)

    def load(self, load: Load, name: str) -> None:
        """Look at another picture; the one shown stays until all is known of it."""
        self._loading = name
        self._late.start()
        self._tasks.run(load, done=self._loaded, failed=self._failed, key=(id(self), "picture"))

    def _loaded(self, analysed: Analysed) -> None:
        self._arrived()
        self._show(analysed)
        self._ask_celebrities()

    def _failed(self, error: Exception) -> None:
        self._arrived()
        self._host.show_error(error)

    def _arrived(self) -> None:
        self._late.stop()
        self.waiting.hide()

    def _cancel(self) -> None:
        self._tasks.cancel((id(self), "picture"))
        self._arrived()

    def clear(self) -> None:
        self._cancel()
        self._show(None)
        self.empty.button.setFocus()

    # What is shown

    def _show(self, analysed: Analysed | None) -> None:
        self.analysed = analysed
        self._tasks.cancel((id(self), "celebrities"))
        there = analysed is not None
        self._stack.setCurrentWidget(self.canvas if there else self.empty)
        self.zone.set_framed(not there)
        padding = (0, 0, 0, 0) if there else (Space.PAGE_LEFT, Space.L, Space.PAGE_RIGHT, Space.XL)
        self._holder.setContentsMargins(*padding)
        self.inspector.setVisible(there)
        for widget in (self.layers, self.clear_button):
            widget.setVisible(there)
        self.header.set_caption(analysed.caption() if analysed else "")
        canvas = self.canvas
        canvas.set_highlights(())
        canvas.dense.forget()
        self.selection.select(None)
        if analysed is None:
            canvas.clear()
            canvas.set_marks(Marks())
            self.inspector.show_picture(None)
            return
        canvas.set_picture(analysed.view, *analysed.size)
        canvas.fit(animated=False)
        canvas.set_marks(analysed.marks({}))
        for index, face in enumerate(analysed.analysis.faces):
            canvas.set_dense(LandmarkLayer.THIRTY, index, analysed.points(face.attributes.landmarks))
            canvas.set_dense(LandmarkLayer.MESH, index, analysed.points(face.mesh))
        self.inspector.show_picture(analysed)
        if analysed.count:
            self.selection.select(analysed.chosen)

    def _light(self, label: Label | None) -> None:
        turned = self.analysed.turned if self.analysed else 0
        self.canvas.set_highlights(highlights(label, turned))

    def _ask_celebrities(self) -> None:
        """After the rest: the picture is shown meanwhile."""
        service, analysed = self._celebrities, self.analysed
        if service is None or analysed is None:
            return

        def ask() -> Recognised:
            packs = sum(pack.enabled for pack in service.packs())
            return Recognised(service.recognize(analysed.source, describe=False), packs)

        self.inspector.show_celebrities(Answer())
        self._tasks.run(
            ask,
            done=self._have_celebrities,
            failed=lambda error: self.inspector.show_celebrities(Answer(trouble=sentence_of(error))),
            key=(id(self), "celebrities"),
        )

    def _have_celebrities(self, found: Recognised) -> None:
        self.inspector.show_celebrities(Answer(found))
        if self.analysed is not None and found.result.faces:
            self.canvas.set_marks(self.analysed.marks(names_of(found)))

    def toggle_inspector(self) -> None:
        if self.analysed is not None:
            self.inspector.setVisible(not self.inspector.isVisible())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.layers.set_words_shown(self.width() >= 900)
