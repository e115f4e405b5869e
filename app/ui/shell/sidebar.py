"""The sidebar, and the rail that stands for it in a narrow window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.ui.shell.actions import Actions, shortcut_text
from app.ui.shell.jobs import JobsFoot, JobsPopup
from app.ui.shell.trees import CollectionTree, ToolList
from app.ui.shell.views import COLLECTION_PAGES, TOOL_PAGES, JobState, JobView, SidebarCollection
from app.ui.theme import Size, Theme
from app.ui.widgets.button import IconButton
from app.ui.widgets.glyph import Mark, Panel
from app.ui.widgets.text import Label, Paragraph


def _section(theme: Theme, text: str, action: QWidget | None = None) -> QWidget:
    row = QWidget()
    row.setFixedHeight(28)
    line = QHBoxLayout(row)
    line.setContentsMargins(16, 0, 10, 0)
    line.addWidget(Label(theme, text, role="section", token="t3"), 1)
    if action is not None:
        line.addWidget(action)
    return row


class Sidebar(Panel):
    """Brand, collections, tools, jobs. Emits what is asked; told what to show."""

    page_asked = Signal(str, object)
    """(page key, pk of the collection or None for a tool)"""

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(theme, "sidebar", parent, lines=("right",))
        self.setAccessibleName("Sidebar")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addWidget(self._brand(theme, actions))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 8)
        rows.setSpacing(0)
        add = IconButton(theme, "plus", "New collection", side=24, icon_size=14, shortcut_hint="Ctrl+N")
        add.clicked.connect(actions.new_collection.trigger)
        rows.addWidget(_section(theme, "Collections", add))
        self._hint_holder = QWidget()
        hint_row = QVBoxLayout(self._hint_holder)
        hint_row.setContentsMargins(16, 4, 16, 12)
        words = "No collections yet. Drop photos here to make the first one."
        hint_row.addWidget(Paragraph(theme, words, role="small", token="t3"))
        rows.addWidget(self._hint_holder)
        self.tree = CollectionTree(theme)
        self.tree.page_asked.connect(self.page_asked)
        rows.addWidget(self.tree)
        rows.addSpacing(12)
        rows.addWidget(_section(theme, "Tools"))
        self.tools = ToolList(theme, TOOL_PAGES)
        self.tools.page_asked.connect(lambda key: self.page_asked.emit(key, None))
        rows.addWidget(self.tools)
        rows.addStretch(1)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        column.addWidget(area, 1)
        self.jobs = JobsFoot(theme)
        column.addWidget(self.jobs)

    def _brand(self, theme: Theme, actions: Actions) -> QWidget:
        brand = QWidget()
        brand.setFixedHeight(Size.HEADER)
        row = QHBoxLayout(brand)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(Mark(theme, 24))
        row.addWidget(Label(theme, "Likeness", role="brand"), 1)
        go_to = IconButton(theme, "command", "Go to", shortcut_hint="Ctrl+K")
        go_to.clicked.connect(actions.go_to.trigger)
        self.menu_button = IconButton(theme, "list", "Menu", shortcut_hint="F10")
        self.menu_button.clicked.connect(actions.menu.trigger)
        row.addWidget(go_to)
        row.addWidget(self.menu_button)
        return brand

    def set_collections(self, collections: Sequence[SidebarCollection]) -> None:
        self.tree.set_collections(collections)
        self._hint_holder.setVisible(not collections)

    def set_active(self, key: str, pk: int | None) -> None:
        self.tree.set_active(key, pk)
        self.tools.set_active(key)


class _JobsSign(IconButton):
    """Jobs on the rail: a ring that fills."""

    share = -1.0

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.share < 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        painter.setPen(QPen(self.theme.color("press"), 3))
        painter.drawEllipse(ring)
        painter.setPen(QPen(self.theme.color("accent"), 3))
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * self.share))


class Rail(Panel):
    """56 wide: the mark, the menu, the pages of the collection in force and the tools, as icons."""

    page_asked = Signal(str, object)

    def __init__(self, theme: Theme, actions: Actions, foot: JobsFoot, parent: QWidget | None = None) -> None:
        super().__init__(theme, "sidebar", parent, lines=("right",))
        self.setAccessibleName("Sidebar")
        self.setFixedWidth(Size.RAIL)
        self._collections: tuple[SidebarCollection, ...] = ()
        self._pk: int | None = None
        self._foot = foot
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 16, 9, 12)
        column.setSpacing(4)
        column.addWidget(Mark(theme, 24), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(12)
        center = Qt.AlignmentFlag.AlignHCenter
        go_to = IconButton(theme, "command", "Go to", side=40, shortcut_hint="Ctrl+K")
        go_to.clicked.connect(actions.go_to.trigger)
        self.menu_button = IconButton(theme, "list", "Menu", side=40, shortcut_hint="F10")
        self.menu_button.clicked.connect(actions.menu.trigger)
        self._choose = IconButton(theme, "folders", "Collections", side=40)
        self._choose.clicked.connect(self._choose_collection)
        for button in (go_to, self.menu_button, self._choose):
            column.addWidget(button, 0, center)
        column.addSpacing(8)
        self._pages: dict[str, IconButton] = {}
        for key, text, icon in (*COLLECTION_PAGES, *TOOL_PAGES):
            if key == TOOL_PAGES[0][0]:
                column.addSpacing(8)
            hint = shortcut_text(actions.all()[key])
            button = IconButton(theme, icon, text, side=40, shortcut_hint=hint, checkable=True)
            button.clicked.connect(lambda _checked=False, key=key: self._ask(key))
            self._pages[key] = button
            column.addWidget(button, 0, center)
        column.addStretch(1)
        self._jobs = _JobsSign(theme, "check-circle", "No jobs running", side=40)
        self._jobs.clicked.connect(self._show_jobs)
        column.addWidget(self._jobs, 0, center)
        self._popup: JobsPopup | None = None
        self._active = ""

    def _ask(self, key: str) -> None:
        self._mark()
        tool = key in {page[0] for page in TOOL_PAGES}
        self.page_asked.emit(key, None if tool else self._pk)

    def _mark(self) -> None:
        for key, button in self._pages.items():
            button.setChecked(key == self._active)

    def set_collections(self, collections: Sequence[SidebarCollection]) -> None:
        self._collections = tuple(collections)
        for key, _, _ in COLLECTION_PAGES:
            self._pages[key].setEnabled(bool(collections))
        self._choose.setEnabled(bool(collections))

    def set_active(self, key: str, pk: int | None) -> None:
        self._active, self._pk = key, pk if pk is not None else self._pk
        self._mark()
        name = next((c.name for c in self._collections if c.pk == self._pk), "")
        for page, text, _ in COLLECTION_PAGES:
            self._pages[page].setAccessibleName(f"{text} of {name}" if name else text)

    def set_jobs(self, jobs: Sequence[JobView]) -> None:
        running = [job for job in jobs if job.state in (JobState.RUNNING, JobState.CANCELLING)]
        total = sum(job.total for job in running)
        self._jobs.share = sum(job.done for job in running) / total if total else (0.0 if jobs else -1.0)
        self._jobs.set_icon("" if jobs else "check-circle")
        self._jobs.set_tooltip(f"{jobs[0].title}, {jobs[0].facts()}" if jobs else "No jobs running")
        self._jobs.update()

    def _show_jobs(self) -> None:
        if self._foot.jobs():
            if self._popup is None:
                self._popup = JobsPopup(self._foot)
            self._popup.set_jobs(self._foot.jobs())
            corner = self._jobs.mapToGlobal(QPoint(self._jobs.width() + 12, self._jobs.height()))
            self._popup.move(corner.x(), corner.y() - self._popup.height())
            self._popup.show()

    def _choose_collection(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for collection in self._collections:
            action = menu.addAction(f"{collection.name}\t{collection.faces:,}")
            action.setCheckable(True)
            action.setChecked(collection.pk == self._pk)
            action.triggered.connect(lambda _=False, pk=collection.pk: self.page_asked.emit("photos", pk))
        menu.popup(self._choose.mapToGlobal(QPoint(self._choose.width() + 8, 0)))
