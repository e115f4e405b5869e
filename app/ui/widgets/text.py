"""Labels: in a role and a colour of the design, cut to their width, or in paragraphs."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.theme import ROLES, Theme


class Label(QLabel):
    """One line of text in a role (see ROLES) and a token's colour."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        parent: QWidget | None = None,
        *,
        role: str = "body",
        weight: int | None = None,
        token: str = "t1",
    ) -> None:
        super().__init__(text, parent)
        self.theme, self._token = theme, token
        self.setFont(theme.font(role, weight))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumHeight(ROLES[role].line)
        theme.changed.connect(self._recolor)
        self._recolor()

    def set_token(self, token: str) -> None:
        self._token = token
        self._recolor()

    def _recolor(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, self.theme.color(self._token))
        self.setPalette(palette)


class ElidedLabel(Label):
    """A line that is cut with an ellipsis when it has no room; the whole text is then the tooltip.

    Below 88 px it is cut in the middle, so that both ends of a name stay.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._whole = ""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(self._whole or super().text())

    def setText(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._cut()

    def text(self) -> str:
        return self._whole

    def sizeHint(self) -> QSize:
        return QSize(
            round(QFontMetricsF(self.font()).horizontalAdvance(self._whole)) + 2, self.minimumHeight()
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        mode = Qt.TextElideMode.ElideMiddle if self.width() < 88 else Qt.TextElideMode.ElideRight
        shown = QFontMetricsF(self.font()).elidedText(self._whole, mode, self.width())
        if shown != super().text():
            super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class Paragraph(QWidget):
    """Text over several lines with the line height of its role; breaks at the width it gets."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        parent: QWidget | None = None,
        *,
        role: str = "body",
        weight: int | None = None,
        token: str = "t2",
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        width: int | None = None,
    ) -> None:
        """`width` fixes the width in logical pixels; else the layout decides."""
        super().__init__(parent)
        self.theme, self._token, self._align = theme, token, align
        self._font, self._line, self._text = theme.font(role, weight), ROLES[role].line, text
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if width is not None:
            self.setFixedWidth(width)
        self.setAccessibleName(text)
        theme.changed.connect(self.update)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_token(self, token: str) -> None:
        self._token = token
        self.update()

    def _lines(self, width: int) -> QTextLayout:
        layout = QTextLayout(self._text.replace("\n", "\u2028"), self._font)
        option = QTextOption(self._align)
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(option)
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y + (self._line - line.height()) / 2))
            y += self._line
        layout.endLayout()
        return layout

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        # A layout that aligns the widget asks with the layout's width, not with what the widget takes.
        return self._lines(max(min(width, self.maximumWidth()), 40)).lineCount() * self._line

    def natural_width(self) -> int:
        """What it takes without breaks other than its own, in logical pixels."""
        metrics = QFontMetricsF(self._font)
        return round(max((metrics.horizontalAdvance(line) for line in self._text.split("\n")), default=0)) + 2

    def sizeHint(self) -> QSize:
        fixed = self.minimumWidth() == self.maximumWidth()
        width = self.width() if fixed else min(self.natural_width(), 480)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        if self.minimumWidth() == self.maximumWidth():
            return self.sizeHint()
        return QSize(80, self._line)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.theme.color(self._token))
        self._lines(self.width()).draw(painter, QPointF(0, 0))
