"""The main window: it assembles sidebar, pages, menu, toast and overlays, and passes on what is asked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QByteArray, QEasingCurve, QEvent, QPoint, QSettings, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QStackedWidget, QWidget

from app.ui.shell.actions import PAGE_ACTIONS, Actions
from app.ui.shell.altkey import AltKey
from app.ui.shell.goto import ActionHits, GoTo
from app.ui.shell.keymap import groups_of
from app.ui.shell.overlay import DropVeil, KeyOverlay
from app.ui.shell.regions import Regions
from app.ui.shell.sidebar import Rail, Sidebar
from app.ui.shell.views import COLLECTION_PAGES, HitProvider, JobView, PageSpec, SidebarCollection
from app.ui.theme import Duration, Size, Theme
from app.ui.widgets.drop import can_take, content_of
from app.ui.widgets.toast import Toast, ToastHost, ToastMessage

_ON_COLLECTION = {page[0] for page in COLLECTION_PAGES}
_MARKED = {"photo": "photos", "person": "people"}  # pages that the sidebar shows as another one


class MainWindow(QMainWindow):
    """Knows pages by key and nothing of what they do.

    A controller registers pages, tells what to show (`set_collections`, `set_jobs`, `show_page`,
    `toast`) and listens: `page_asked`, `files_dropped`, `rename_asked`, `delete_asked`,
    `cancel_asked`, `resume_asked`, and the `triggered` of `commands`. Asking for a page changes nothing
    by itself: the controller answers with `show_page`.
    """

    page_asked = Signal(str, object)
    """(page key, pk of a collection or None: the one in force)"""
    page_shown = Signal(str)
    files_dropped = Signal(object, object)
    """(DroppedContent, pk of the collection it was dropped on or None)"""
    pasted = Signal(object)
    """DroppedContent of the clipboard, when the page in sight did not take it"""
    new_collection_asked = Signal()
    rename_asked = Signal(int, str)
    delete_asked = Signal(int)
    cancel_asked = Signal(str)
    resume_asked = Signal(str)
    closing = Signal()

    def __init__(self, theme: Theme, settings: QSettings | None = None) -> None:
        """`settings` remembers geometry and the sidebar; None remembers nothing."""
        super().__init__()
        self.theme, self._settings = theme, settings
        self.commands = Actions(theme, self)
        self._specs: dict[str, PageSpec] = {}
        self._pages: dict[str, QWidget] = {}
        self._current = ""
        self._pk: int | None = None
        self._wide = Size.SIDEBAR
        self._names: dict[int, str] = {}
        self._railed: bool | None = None
        self.setWindowTitle("Likeness")
        self.setMinimumSize(*Size.WINDOW_MIN)
        self.resize(*Size.WINDOW)
        self.setAcceptDrops(True)
        self._assemble()
        self._connect()
        self._restore()

    # -- putting it together --------------------------------------------------------------------------

    def _assemble(self) -> None:
        theme = self.theme
        self.sidebar = Sidebar(theme, self.commands)
        self.rail = Rail(theme, self.commands, self.sidebar.jobs)
        self._side = QStackedWidget()
        self._side.addWidget(self.sidebar)
        self._side.addWidget(self.rail)
        self._side.setMinimumWidth(Size.SIDEBAR_MIN)
        self._side.setMaximumWidth(Size.SIDEBAR_MAX)
        self.stack = QStackedWidget()
        self.stack.setMinimumWidth(560)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self._side)
        self._splitter.addWidget(self.stack)
        self._splitter.setCollapsible(0, False)
        self._splitter.setCollapsible(1, False)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setHandleWidth(0)  # the sidebar draws the line
        self._splitter.setObjectName("bare")
        self._splitter.setSizes([Size.SIDEBAR, Size.WINDOW[0] - Size.SIDEBAR])
        self.setCentralWidget(self._splitter)
        self._width = QVariantAnimation(self)
        self._width.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._width.valueChanged.connect(lambda width: self._side.setFixedWidth(int(width)))
        self._width.finished.connect(self._side_settled)
        self._menu = QMenu(self)
        for menu in self.commands.build_menus(self):
            self._menu.addMenu(menu)
            if sys.platform == "darwin":
                self.menuBar().addMenu(menu)
        self.toasts = ToastHost(theme, self.stack)
        # A page that comes is raised above its siblings, of which the toast is one.
        self.stack.currentChanged.connect(self.toasts.stay_on_top)
        self._veil = DropVeil(theme, self.stack)
        self.go_to = GoTo(theme, self)
        self.go_to.add_provider(ActionHits(self.commands))
        self._keys = KeyOverlay(theme, self)
        self._regions = Regions(self, self._list_regions)
        self._alt = AltKey(self, self.open_menu)

    def _connect(self) -> None:
        commands, sidebar = self.commands, self.sidebar
        for asking in (sidebar, self.rail):
            asking.page_asked.connect(self.page_asked)
        sidebar.tree.rename_asked.connect(self.rename_asked)
        sidebar.tree.delete_asked.connect(self.delete_asked)
        sidebar.tree.dropped.connect(self.files_dropped)
        sidebar.jobs.cancel_asked.connect(self.cancel_asked)
        sidebar.jobs.resume_asked.connect(self.resume_asked)
        for key in PAGE_ACTIONS:
            commands.all()[key].triggered.connect(lambda _=False, key=key: self.page_asked.emit(key, None))
        commands.settings.triggered.connect(lambda: self.page_asked.emit("settings", None))
        commands.go_to.triggered.connect(self.go_to.open)
        commands.sidebar.triggered.connect(self.toggle_sidebar)
        commands.keys.triggered.connect(self.show_keys)
        commands.next_region.triggered.connect(lambda: self._regions.step(1))
        commands.previous_region.triggered.connect(lambda: self._regions.step(-1))
        commands.menu.triggered.connect(self.open_menu)
        commands.paste.triggered.connect(self._paste)
        commands.new_collection.triggered.connect(self._new)
        commands.quit.triggered.connect(self.close)

    # -- pages ----------------------------------------------------------------------------------------

    def register(self, spec: PageSpec) -> None:
        """Make a page known; it is built when it is first shown."""
        self._specs[spec.key] = spec

    def page(self, key: str) -> QWidget:
        """The page of a key, built now if it was not. Raises KeyError for an unknown key."""
        found = self._pages.get(key)
        if found is None:
            found = self._pages[key] = self._specs[key].factory()
            self.stack.addWidget(found)
        return found

    def built_pages(self) -> dict[str, QWidget]:
        """The pages built so far, by key."""
        return dict(self._pages)

    @property
    def current_key(self) -> str:
        """The key of the page in sight, "" before the first."""
        return self._current

    @property
    def current_page(self) -> QWidget | None:
        return self._pages.get(self._current)

    def show_page(self, key: str, collection_pk: int | None = None, **params: Any) -> QWidget:
        """Bring a page into sight and call its `activate(**params)`; the sidebar marks it.

        `collection_pk` is the collection in force from now on (None: stays).
        """
        page = self.page(key)
        before = self.current_page
        if before is not None and before is not page and hasattr(before, "deactivate"):
            before.deactivate()
        if collection_pk is not None:
            self._pk = collection_pk
        self._current = key
        self.stack.setCurrentWidget(page)
        marked = _MARKED.get(key, key)
        for side in (self.sidebar, self.rail):
            side.set_active(marked, self._pk)
        self._show_title()
        if hasattr(page, "activate"):
            page.activate(**params)
        self.page_shown.emit(key)
        return page

    def _show_title(self) -> None:
        marked, spec = _MARKED.get(self._current, self._current), self._specs.get(self._current)
        title, name = spec.title if spec is not None else "", self._names.get(self._pk or -1, "")
        place = f"{title} – {name}" if name and marked in _ON_COLLECTION else title
        self.setWindowTitle(f"{place} – Likeness" if place else "Likeness")

    # -- what is told ---------------------------------------------------------------------------------

    def set_collections(
        self, collections: Sequence[SidebarCollection], current_pk: int | None = None
    ) -> None:
        """The collections of the sidebar; `current_pk` is the one in force (None: stays)."""
        self._names = {collection.pk: collection.name for collection in collections}
        if current_pk is not None or self._pk not in self._names:
            self._pk = current_pk
        for side in (self.sidebar, self.rail):
            side.set_collections(collections)
            side.set_active(_MARKED.get(self._current, self._current), self._pk)
        for key in _ON_COLLECTION:
            self.commands.all()[key].setEnabled(bool(collections))
        self._show_title()

    def set_jobs(self, jobs: Sequence[JobView]) -> None:
        """All jobs that run, wait, or can be resumed, the most important first."""
        self.sidebar.jobs.set_jobs(jobs)
        self.rail.set_jobs(jobs)

    def toast(self, message: ToastMessage) -> Toast:
        """Say what was done, above the foot of the page."""
        return self.toasts.show(message)

    def add_hits(self, provider: HitProvider) -> None:
        """Let the go-to list find more: people, photos."""
        self.go_to.add_provider(provider)

    # -- menu, keys, regions --------------------------------------------------------------------------

    def open_menu(self) -> None:
        """The menu below its button, with the keyboard in it."""
        button = self.rail.menu_button if self.railed else self.sidebar.menu_button
        self._menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))
        self._menu.setActiveAction(self._menu.actions()[0])

    def show_keys(self) -> None:
        """All keys of the page in sight."""
        page = self.current_page
        own = page.key_groups() if page is not None and hasattr(page, "key_groups") else None
        everywhere = groups_of("")
        if own is not None:
            own = (*(group for group in own if group not in everywhere), *everywhere)
        self._keys.present(own if own is not None else groups_of(self._current))

    def _list_regions(self) -> list[QWidget]:
        page = self.current_page
        inside = page.regions() if page is not None and hasattr(page, "regions") else [page] if page else []
        if self.railed:
            side: list[QWidget] = [self.rail]
        else:
            side = [self.sidebar.tree, self.sidebar.tools, self.sidebar.jobs]
        toast = self.toasts.current()
        return [*side[:2], *inside, *side[2:], *([toast] if toast is not None else [])]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.commands.dispatch(event):
            super().keyPressEvent(event)

    def _paste(self) -> None:
        content = content_of(QGuiApplication.clipboard().mimeData())
        if not content:
            self.toast(ToastMessage("There is no picture on the clipboard.", icon="info"))
            return
        page = self.current_page
        if page is not None and hasattr(page, "paste") and page.paste(content):
            return
        self.pasted.emit(content)

    def _new(self) -> None:
        page = self.current_page
        if page is not None and hasattr(page, "new_item") and page.new_item():
            return
        self.new_collection_asked.emit()

    # -- sidebar and rail -----------------------------------------------------------------------------

    @property
    def railed(self) -> bool:
        """True while the rail stands for the sidebar."""
        return self._side.currentWidget() is self.rail

    def toggle_sidebar(self) -> None:
        """Sidebar or rail, until the window crosses the width that decides by itself."""
        self._railed = not self.railed
        self._show_side(rail=self._railed)

    def _show_side(self, *, rail: bool) -> None:
        if rail == self.railed and self._width.state() != QVariantAnimation.State.Running:
            return
        if not self.railed and self.isVisible():
            self._wide = max(self._side.width(), Size.SIDEBAR_MIN)
        end = Size.RAIL if rail else self._wide
        self._width.stop()
        start = self._side.width()
        self._side.setCurrentWidget(self.rail if rail else self.sidebar)
        time = self.theme.duration(Duration.PANEL) if self.isVisible() else 0
        if not time:
            self._side.setFixedWidth(end)
            self._side_settled()
            return
        self._width.setStartValue(start)
        self._width.setEndValue(end)
        self._width.setDuration(time)
        self._width.start()

    def _side_settled(self) -> None:
        width = self._side.minimumWidth()
        if not self.railed:
            self._side.setMinimumWidth(Size.SIDEBAR_MIN)
            self._side.setMaximumWidth(Size.SIDEBAR_MAX)
        self._splitter.setSizes([width, self.width() - width])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        was, now = event.oldSize().width() < Size.RAIL_BELOW, event.size().width() < Size.RAIL_BELOW
        if was != now and event.oldSize().width() >= 0:
            self._railed = None
        self._show_side(rail=now if self._railed is None else self._railed)

    # -- drops ----------------------------------------------------------------------------------------

    def _takes(self, event: QDropEvent) -> bool:
        """Files from outside; what is dragged from this window has receivers of its own."""
        return event.source() is None and can_take(event.mimeData())

    def _show_drag(self, active: bool) -> None:
        page = self.current_page
        if page is not None and hasattr(page, "set_drag_active"):
            page.set_drag_active(active)
        elif active:
            name = self._names.get(self._pk or -1, "")
            self._veil.present(f"Drop to add to {name}" if name else "Drop to add photos")
        else:
            self._veil.hide()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._takes(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._show_drag(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._takes(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_drag(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_drag(False)
        content = content_of(event.mimeData()) if self._takes(event) else None
        if content:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.files_dropped.emit(content, None)

    # -- remembered -----------------------------------------------------------------------------------

    def _restore(self) -> None:
        if self._settings is None:
            return
        geometry = self._settings.value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        width = self._settings.value("window/sidebar")
        if width is not None:
            self._wide = min(max(int(str(width)), Size.SIDEBAR_MIN), Size.SIDEBAR_MAX)
            self._splitter.setSizes([self._wide, self.width() - self._wide])
        rail = self._settings.value("window/rail")
        self._railed = None if rail is None else str(rail) == "true"

    def remember(self) -> None:
        """Write geometry, the sidebar's width and whether it was put away to the settings."""
        if self._settings is None:
            return
        self._settings.setValue("window/geometry", self.saveGeometry())
        width = self._wide if self.railed else self._side.width()
        self._settings.setValue("window/sidebar", width)
        if self._railed is None:
            self._settings.remove("window/rail")
        else:
            self._settings.setValue("window/rail", str(self._railed).lower())
        self._settings.sync()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.remember()
        self.closing.emit()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._veil.hide()
