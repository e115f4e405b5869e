"""Headings of a grid's sections: title, caption, a note and links at the right."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from app.ui.theme import Theme
from app.ui.widgets.grid.layout import GridLayout, Section, SectionLink
from app.ui.widgets.painting import elided, paint_person_dot

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


class HeadingPainter:
    """Paints headings and knows where their links lie."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.hot: tuple[int, str] | None = None

    def paint(self, painter: QPainter, number: int, grid: GridLayout, offset: int) -> None:
        """Paint the heading of section `number` with the content scrolled by `offset`."""
        box, section, theme = grid.heading(number), grid.sections[number], self._theme
        rect = QRect(box.x, box.y - offset, box.width, box.height)
        if section.divider:
            self._divider(painter, rect, section)
            return
        right = rect.right() + 1
        for link, place in self._links(section, rect):
            painter.setFont(theme.font("small", 500))
            if self.hot == (number, link.key):
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("hover"))
                painter.drawRoundedRect(place, 6, 6)
            painter.setPen(theme.color("accent_text" if link.accent else "t1"))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), link.text)
            right = place.left() - 8
        if section.note:
            painter.setFont(theme.font("small"))
            width = painter.fontMetrics().horizontalAdvance(section.note) + 1
            painter.setPen(theme.color("t2"))
            painter.drawText(QRect(right - width, rect.top(), width, rect.height()), _LEFT, section.note)
            right -= width + 8
            if section.note_icon:
                icon = QRect(right - 14, rect.top(), 14, rect.height())
                theme.paint_icon(painter, icon, section.note_icon, section.note_token, 14)
                right -= 22
        x = rect.left()
        if section.dot is not None:
            paint_person_dot(painter, theme, QPointF(x + 5, rect.center().y() + 0.5), section.dot, 10)
            x += 18
        for text, font, token in (
            (section.title, theme.font("body", 600), "t1"),
            (section.caption, theme.font("body"), "t3"),
        ):
            if not text or x >= right:
                continue
            painter.setFont(font)
            painter.setPen(theme.color(token))
            shown = elided(text, font, right - x)
            painter.drawText(QRect(x, rect.top(), right - x, rect.height()), _LEFT, shown)
            x += painter.fontMetrics().horizontalAdvance(shown) + 8

    def _divider(self, painter: QPainter, rect: QRect, section: Section) -> None:
        theme = self._theme
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("t2"))
        painter.drawText(rect, _LEFT, section.title)
        x = rect.left() + painter.fontMetrics().horizontalAdvance(section.title) + 12
        painter.setPen(QPen(theme.color("line2"), 1))
        y = rect.center().y()
        painter.drawLine(x, y, rect.right(), y)

    def _links(self, section: Section, rect: QRect) -> list[tuple[SectionLink, QRect]]:
        metrics = QFontMetrics(self._theme.font("small", 500))
        right, found = rect.right() + 1, []
        for link in reversed(section.links):
            width = metrics.horizontalAdvance(link.text) + 17
            found.append((link, QRect(right - width, rect.center().y() - 13, width, 28)))
            right -= width + 4
        return found

    def link_at(self, grid: GridLayout, point: QPoint, offset: int) -> tuple[int, str] | None:
        """(section, link key) under a point of the viewport."""
        y = point.y() + offset
        number = grid.section_at(y)
        box = grid.heading(number)
        if not box.y <= y < box.y + box.height:
            return None
        rect = QRect(box.x, box.y - offset, box.width, box.height)
        for link, place in self._links(grid.sections[number], rect):
            if place.contains(point):
                return number, link.key
        return None
