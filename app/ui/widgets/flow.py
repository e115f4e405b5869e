"""A layout that puts widgets side by side and breaks into lines."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Items at their size hints, left to right, as many lines as the width needs.

    An item that would break the line but can be narrower (down to its minimum) takes what is left.
    """

    def __init__(self, parent: QWidget | None = None, *, gap: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        width = sum(item.sizeHint().width() + self._gap for item in self._items)
        height = max((item.sizeHint().height() for item in self._items), default=0)
        return QSize(max(width - self._gap, 0), height).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the items (or only measure) and give the height; a line's items share its middle."""
        margins = self.contentsMargins()
        area = rect.marginsRemoved(margins)
        x, y = area.left(), area.top()
        line: list[tuple[QLayoutItem, int, QSize]] = []

        def close(top: int) -> int:
            height = max((size.height() for _, _, size in line), default=0)
            if move:
                for item, left, size in line:
                    item.setGeometry(QRect(QPoint(left, top + (height - size.height()) // 2), size))
            line.clear()
            return height

        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            left = area.right() + 1 - x
            if size.width() > left >= item.minimumSize().width():
                size = QSize(left, size.height())
            elif line and size.width() > left:
                y += close(y) + self._gap
                x = area.left()
            line.append((item, x, size))
            x += size.width() + self._gap
        y += close(y)
        return y - area.top() + margins.top() + margins.bottom()
