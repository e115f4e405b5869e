"""How photos, faces and people are drawn everywhere: boxes, tags, rings, dots, check marks.

All functions paint in the painter's logical coordinates; pens are cosmetic, so a scaled painter keeps
the widths of the design.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from app.ui.theme import Theme, person_color

_BLACK_55, _BLACK_35 = QColor(0, 0, 0, 140), QColor(0, 0, 0, 89)
_WHITE = QColor("#FFFFFF")


_elisions: dict[tuple[str, str, int, Qt.TextElideMode], str] = {}


def elided(text: str, font: QFont, width: int, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> str:
    """Text cut to a width with an ellipsis; remembered, for painting many cells."""
    key = (text, font.key(), width, mode)
    found = _elisions.get(key)
    if found is None:
        if len(_elisions) > 8192:
            _elisions.clear()
        found = _elisions[key] = QFontMetricsF(font).elidedText(text, mode, width)
    return found


def cosmetic(color: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen of the same width at every zoom, with square joins."""
    pen = QPen(color, width, style)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if style == Qt.PenStyle.DashLine:
        pen.setDashPattern([3, 2])
    return pen


def box_color(color: int | None) -> QColor:
    """The colour of a face's box: the person's, or white when it has no name."""
    return QColor(_WHITE) if color is None else QColor(person_color(color).hex)


def paint_box(
    painter: QPainter,
    rect: QRectF,
    color: QColor,
    *,
    dashed: bool = False,
    width: float = 2.0,
    radius: float = 4.0,
    scale: float = 1.0,
) -> None:
    """A face's box: 1 px black at 55 %, `width` px of colour, 1 px black at 35 %.

    `rect` is the outer edge of the colour. `scale` is the painter's zoom: distances between the
    strokes are divided by it so that they stay the same on the screen.
    """
    one = 1.0 / scale
    half = width / 2 / scale
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    r = radius / scale
    painter.setPen(cosmetic(_BLACK_55, 1))
    painter.drawRoundedRect(rect.adjusted(-one / 2, -one / 2, one / 2, one / 2), r, r)
    inner = (width + 0.5) / scale
    painter.setPen(cosmetic(_BLACK_35, 1))
    painter.drawRoundedRect(rect.adjusted(inner, inner, -inner, -inner), r / 2, r / 2)
    painter.setPen(cosmetic(color, width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), r, r)
    painter.restore()


def paint_selected_box(painter: QPainter, rect: QRectF, *, scale: float = 1.0) -> None:
    """The sign of a selected box: 2 px white outside it."""
    out = 2.0 / scale
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(cosmetic(_WHITE, 2))
    painter.drawRoundedRect(rect.adjusted(-out, -out, out, out), 5 / scale, 5 / scale)
    painter.restore()


def handle_points(rect: QRectF) -> tuple[QPointF, ...]:
    """Centres of the eight handles: from the top left, clockwise."""
    c = rect.center()
    return (
        rect.topLeft(),
        QPointF(c.x(), rect.top()),
        rect.topRight(),
        QPointF(rect.right(), c.y()),
        rect.bottomRight(),
        QPointF(c.x(), rect.bottom()),
        rect.bottomLeft(),
        QPointF(rect.left(), c.y()),
    )


def paint_handles(painter: QPainter, rect: QRectF, *, scale: float = 1.0) -> None:
    """Eight white handles of 8x8 with a dark edge."""
    side = 8 / scale
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(cosmetic(QColor(0, 0, 0, 178), 1))
    painter.setBrush(_WHITE)
    for point in handle_points(rect):
        painter.drawRect(QRectF(point.x() - side / 2, point.y() - side / 2, side, side))
    painter.restore()


def paint_landmark(painter: QPainter, point: QPointF, *, scale: float = 1.0) -> None:
    """A landmark: white, radius 2, with a dark edge of 1 px."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(cosmetic(QColor(0, 0, 0, 178), 1))
    painter.setBrush(_WHITE)
    painter.drawEllipse(point, 2.25 / scale, 2.25 / scale)
    painter.restore()


def tag_size(theme: Theme, text: str, value: str = "") -> tuple[int, int]:
    """Width and height of a tag in logical pixels."""
    width = QFontMetricsF(theme.font("label", 600)).horizontalAdvance(text)
    if value:
        width += 4 + QFontMetricsF(theme.font("label", 500)).horizontalAdvance(value)
    return round(width + 10), 18


def paint_tag(
    painter: QPainter, theme: Theme, rect: QRectF, text: str, value: str = "", *, fill: QColor, ink: QColor
) -> None:
    """A name over a box, with a similarity: radius 4, 18 high, a hairline of black at 35 %."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_BLACK_35, 1))
    painter.setBrush(fill)
    painter.drawRoundedRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5), 4, 4)
    strong, plain = theme.font("label", 600), theme.font("label", 500)
    width = QFontMetricsF(strong).horizontalAdvance(text)
    total = width + (4 + QFontMetricsF(plain).horizontalAdvance(value) if value else 0)
    x = rect.left() + max((rect.width() - total) / 2, 4)
    middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    painter.setPen(ink)
    painter.setFont(strong)
    painter.drawText(QRectF(x, rect.top(), width + 2, rect.height()), middle, text)
    if value:
        faint = QColor(ink)
        faint.setAlphaF(0.85)
        painter.setPen(faint)
        painter.setFont(plain)
        painter.drawText(QRectF(x + width + 4, rect.top(), 60, rect.height()), middle, value)
    painter.restore()


def paint_person_dot(
    painter: QPainter, theme: Theme, center: QPointF, color: int, diameter: float = 8
) -> None:
    """A dot in a person's colour with the hairline that pale colours need."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.hairline, 1))
    painter.setBrush(QColor(person_color(color).hex))
    r = diameter / 2 + 0.5
    painter.drawEllipse(center, r, r)
    painter.restore()


def paint_avatar(
    painter: QPainter, theme: Theme, rect: QRectF, picture: QPixmap | None, color: int | None, ground: str
) -> None:
    """A person: the picture in a circle, 2 px of the ground, a ring of 2 px in the colour, a hairline.

    `rect` is the picture's own circle; the ring lies up to 5 px outside it. `ground` is the token of
    the surface beneath. A picture that is already round (see ImageRequest.radius) is drawn as it is.
    """
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    center, r = rect.center(), rect.width() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    if color is not None:
        painter.setBrush(theme.hairline)
        painter.drawEllipse(center, r + 5, r + 5)
        painter.setBrush(QColor(person_color(color).hex))
        painter.drawEllipse(center, r + 4, r + 4)
    else:
        painter.setBrush(theme.color("line2"))
        painter.drawEllipse(center, r + 3, r + 3)
    painter.setBrush(theme.color(ground))
    painter.drawEllipse(center, r + 2, r + 2)
    if picture is None or picture.isNull():
        painter.setBrush(theme.color("hover"))
        painter.drawEllipse(rect)
        theme.paint_icon(painter, rect, "user", "t3", 20)
    else:
        path = QPainterPath()
        path.addEllipse(rect)
        painter.setClipPath(path)
        painter.drawPixmap(rect, picture, QRectF(picture.rect()))
    painter.restore()


def paint_selection(painter: QPainter, theme: Theme, rect: QRect, radius: float, surface: int = 2) -> None:
    """A selected cell: 3 px accent inside its edge, then 1-2 px of the surface."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = QRectF(rect)
    gap = 3 + surface / 2
    ground = theme.color("#0D0F0F" if theme.tokens.dark else "surface")
    painter.setPen(QPen(ground, surface))
    painter.drawRoundedRect(inner.adjusted(gap, gap, -gap, -gap), max(radius - 3, 1), max(radius - 3, 1))
    painter.setPen(QPen(theme.color("accent"), 3))
    painter.drawRoundedRect(inner.adjusted(1.5, 1.5, -1.5, -1.5), max(radius - 1, 1), max(radius - 1, 1))
    painter.restore()


def paint_check(painter: QPainter, theme: Theme, center: QPointF, diameter: float = 20) -> None:
    """The check mark of a selected cell: an accent disc with 2 px of the surface around it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("#0D0F0F" if theme.tokens.dark else "surface"))
    painter.drawEllipse(center, diameter / 2 + 2, diameter / 2 + 2)
    painter.setBrush(theme.color("accent"))
    painter.drawEllipse(center, diameter / 2, diameter / 2)
    r = diameter / 2
    square = QRectF(center.x() - r, center.y() - r, diameter, diameter)
    theme.paint_icon(painter, square, "check", "on_accent", 12)
    painter.restore()


def paint_focus(painter: QPainter, theme: Theme, rect: QRect, radius: float) -> None:
    """The ring of the current cell of a grid: 2 px inside, accent on a thin line of the ground."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = QRectF(rect)
    painter.setPen(QPen(theme.color("window"), 1))
    painter.drawRoundedRect(inner.adjusted(2.5, 2.5, -2.5, -2.5), max(radius - 2, 1), max(radius - 2, 1))
    painter.setPen(QPen(theme.color("accent"), 2))
    painter.drawRoundedRect(inner.adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()
