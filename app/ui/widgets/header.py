"""The bars of a page: header, filter bar, docked bar, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QSizePolicy, QWidget

from app.ui.theme import Size, Space, Theme
from app.ui.widgets.button import IconButton
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.text import ElidedLabel, Label


class Header(Panel):
    """The top of a page, 56 high: title, caption, and actions at the right (`add`)."""

    def __init__(
        self, theme: Theme, title: str, parent: QWidget | None = None, *, line: bool = False
    ) -> None:
        """`line` draws the separator below (pages without a filter bar)."""
        super().__init__(theme, "window", parent, lines=("bottom",) if line else ())
        self.setFixedHeight(Size.HEADER)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(Space.PAGE_LEFT, 0, Space.PAGE_RIGHT, 0)
        self.row.setSpacing(Space.S)
        self.title = Label(theme, title, role="title")
        self.caption = ElidedLabel(theme, token="t3")
        self.caption.setContentsMargins(4, 4, 0, 0)
        self.caption.setMinimumHeight(24)
        self.row.addWidget(self.title)
        self.row.addWidget(self.caption, 1)

    def set_caption(self, text: str) -> None:
        self.caption.setText(text)

    def add(self, widget: QWidget) -> None:
        """Append an action at the right."""
        self.row.addWidget(widget)


class FilterBar(Panel):
    """Filters at the left (`add`), facts and their reset at the right (`add_right`); line below.

    48 high; when the filters need a second line it grows by one.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "window", parent, lines=("bottom",))
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.PAGE_LEFT, 6, Space.PAGE_RIGHT, 14)
        row.setSpacing(Space.L)
        self._filters = QWidget()
        self._left = FlowLayout(self._filters)
        right = QWidget()
        right.setFixedHeight(Size.CONTROL_SMALL)
        self._right = QHBoxLayout(right)
        self._right.setContentsMargins(0, 0, 0, 0)
        self._right.setSpacing(Space.S)
        row.addWidget(self._filters, 1)
        row.addWidget(right, 0, Qt.AlignmentFlag.AlignTop)
        self.setFixedHeight(Size.FILTER_BAR)

    def add(self, widget: QWidget) -> None:
        self._left.addWidget(widget)

    def add_right(self, widget: QWidget) -> None:
        self._right.addWidget(widget)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """As many lines as the filters need beside the facts."""
        taken = self._right.sizeHint().width()
        width = self.width() - Space.PAGE_LEFT - Space.PAGE_RIGHT - (taken + Space.L if taken else Space.L)
        self.setFixedHeight(max(Size.FILTER_BAR, self._left.heightForWidth(max(width, 80)) + 20))


class DockedBar(Panel):
    """The bar at the foot that comes with a selection: 56 or 64 high, raised, line above."""

    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        height: int = Size.DOCKED_BAR,
        closable: bool = True,
    ) -> None:
        super().__init__(theme, "raised", parent, lines=("top",), line_token="line2")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.show)
        self.setFixedHeight(height)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.PAGE_LEFT, 1, Space.PAGE_RIGHT, 0)
        row.setSpacing(Space.S)
        self._left, self._right = QHBoxLayout(), QHBoxLayout()
        for part in (self._left, self._right):
            part.setSpacing(Space.S)
        self.words = Label(theme, weight=600)
        self.words.setContentsMargins(0, 0, 8, 0)
        row.addWidget(self.words)
        row.addLayout(self._left)
        row.addStretch(1)
        row.addLayout(self._right)
        if closable:
            close = IconButton(theme, "x", "Select none", side=Size.CONTROL, shortcut_hint="Esc")
            close.clicked.connect(self.closed)
            row.addWidget(_Upright(theme))
            row.addWidget(close)

    def set_shown(self, shown: bool) -> None:
        """Hide at once, but come only when a double click is out of the question: the bar moves what
        lies above it, and the second click must fall on the cell of the first."""
        if not shown:
            self._soon.stop()
            self.hide()
        elif self.isHidden() and not self._soon.isActive():
            self._soon.start(QApplication.doubleClickInterval())

    def show_now(self) -> None:
        """Come at once if it was about to come."""
        if self._soon.isActive():
            self._soon.stop()
            self.show()

    def set_words(self, text: str) -> None:
        """The fact at the left ("12 selected")."""
        self.words.setText(text)

    def add(self, widget: QWidget) -> None:
        self._left.addWidget(widget)

    def add_right(self, widget: QWidget) -> None:
        self._right.addWidget(widget)


class _Upright(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setFixedSize(9, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(4, 0, 1, 20, self.theme.color("line2"))


class _Crumb(QAbstractButton):
    """A word of the way back."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self.theme = theme
        self.setText(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(QFontMetricsF(self.theme.font()).horizontalAdvance(self.text())) + 2, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.theme.font())
        painter.setPen(self.theme.color("t1" if self.underMouse() else "t2"))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRectF(self.rect()), middle, self.text())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.update()


class NavigationBreadcrumb(Panel):
    """A header with a way back: arrow, the page it leads to, a caret, the name, a caption; 56 high."""

    back = Signal()

    def __init__(
        self,
        theme: Theme,
        parent_page: str,
        parent: QWidget | None = None,
        *,
        ground: str = "window",
        left: int = 16,
        right: int = Space.PAGE_RIGHT,
    ) -> None:
        super().__init__(theme, ground, parent, lines=("bottom",))
        self.setFixedHeight(Size.HEADER)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(left, 0, right, 0)
        self.row.setSpacing(Space.S)
        arrow = IconButton(
            theme, "arrow-left", f"Back to {parent_page}", side=Size.CONTROL, shortcut_hint="Esc"
        )
        crumb = _Crumb(theme, parent_page)
        for button in (arrow, crumb):
            button.clicked.connect(self.back)
            self.row.addWidget(button)
        crumb.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow before it does the same
        self.row.addWidget(Glyph(theme, "caret-right", token="t3", size=12))
        self.name = ElidedLabel(theme, weight=600)
        self.caption = Label(theme, token="t3")
        self.caption.setContentsMargins(4, 0, 0, 0)
        self.row.addWidget(self.name)
        self.row.addWidget(self.caption)
        self.row.addStretch(1)

    def set_name(self, name: str, caption: str = "") -> None:
        self.name.setText(name)
        self.caption.setText(caption)

    def add(self, widget: QWidget) -> None:
        """Append an action at the right."""
        self.row.addWidget(widget)

    def add_stretch(self) -> None:
        self.row.addStretch(1)
