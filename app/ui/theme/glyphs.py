"""Icons: glyphs of the Phosphor font, drawn in the colour of the text they stand with."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, lru_cache

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPixmap,
    QRawFont,
)

from app.ui.theme.pixels import pixel_ratio
from app.ui.theme.resources import icon_font_files


@cache
def _font() -> tuple[QRawFont, dict[str, str]]:
    ttf, names = icon_font_files()
    data = ttf.read_bytes()
    raw = QRawFont(data, 1000.0)
    if not raw.isValid():
        raise RuntimeError("The icon font cannot be read. Install the program again.")
    table: dict[str, str] = json.loads(names.read_text("utf-8"))
    return raw, table


@cache
def _outline(name: str) -> tuple[QPainterPath, QRectF]:
    """The glyph's outline at 1000 px an em, and the em square it is centred in."""
    raw, table = _font()
    if name not in table:
        raise KeyError(f"the icon font has no glyph named {name!r}")
    index = raw.glyphIndexesForString(chr(int(table[name], 16)))[0]
    advance = raw.advancesForGlyphIndexes([index])[0].x()
    square = QRectF(0.0, -raw.ascent(), advance, raw.ascent() + raw.descent())
    return raw.pathForGlyph(index), square


def has_glyph(name: str) -> bool:
    """True when the icon font knows the name (without the `ph.` prefix)."""
    return name in _font()[1]


@lru_cache(maxsize=4096)
def _rendered(name: str, size: int, rgba: int, ratio: float) -> QPixmap:
    path, square = _outline(name)
    side = round(size * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scale = side / max(square.width(), square.height())
    painter.translate(
        (side - square.width() * scale) / 2 - square.left() * scale,
        (side - square.height() * scale) / 2 - square.top() * scale,
    )
    painter.scale(scale, scale)
    painter.fillPath(path, QColor.fromRgba(rgba))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def glyph_pixmap(name: str, color: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon as a square pixmap of `size` logical pixels at a device pixel ratio; cached."""
    return _rendered(name, size, color.rgba(), ratio)


def paint_glyph(painter: QPainter, rect: QRect | QRectF, name: str, color: QColor, size: int) -> None:
    """Draw the icon centred in `rect`, on whole device pixels so that it stays sharp."""
    ratio = pixel_ratio(painter)
    pixmap = glyph_pixmap(name, color, size, ratio)
    center = QRectF(rect).center()
    x = round((center.x() - size / 2) * ratio) / ratio
    y = round((center.y() - size / 2) * ratio) / ratio
    painter.drawPixmap(QPointF(x, y), pixmap)


class GlyphEngine(QIconEngine):
    """Asks for the colour when it paints, so an icon made once follows a change of theme."""

    def __init__(
        self, name: str, color: Callable[[], QColor], size: int, disabled: Callable[[], QColor]
    ) -> None:
        super().__init__()
        self._name, self._color, self._size, self._disabled = name, color, size, disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        color = self._disabled() if mode == QIcon.Mode.Disabled else self._color()
        paint_glyph(painter, rect, self._name, color, min(self._size, rect.width(), rect.height()))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        color = self._disabled() if mode == QIcon.Mode.Disabled else self._color()
        side = min(round(self._size * scale), size.width(), size.height())
        paint_glyph(painter, QRect(QPoint(), size), self._name, color, side)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return GlyphEngine(self._name, self._color, self._size, self._disabled)
