"""The theme in force: which tokens, the fonts and icons made from them, and how much may move."""

from __future__ import annotations

from enum import StrEnum
from functools import cache, lru_cache

from PySide6.QtCore import QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QStyleHints
from PySide6.QtWidgets import QApplication

from app.ui.theme import typography
from app.ui.theme.glyphs import GlyphEngine, paint_glyph
from app.ui.theme.mark import app_icon
from app.ui.theme.palette import palette
from app.ui.theme.sheet import style_sheet
from app.ui.theme.tokens import DARK, LIGHT, Tokens


class ThemeMode(StrEnum):
    """What the person chose: the system's scheme, or one of the two for good."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@lru_cache(maxsize=512)
def _color(value: str, alpha: int) -> QColor:
    color = QColor(value)
    color.setAlpha(alpha)
    return color


@cache
def _style_hints() -> QStyleHints:
    """Kept for good: once Python drops this wrapper, those of its children (accessibility) turn invalid."""
    return QGuiApplication.styleHints()


class Theme(QObject):
    """Applies the design to the application and answers what widgets ask when they paint.

    Made once by whoever starts the window and passed to every widget; never looked up. Widgets read
    `tokens`, `color`, `font` and `paint_icon` at paint time and repaint on `changed`.
    """

    changed = Signal()

    def __init__(
        self,
        application: QApplication,
        mode: ThemeMode = ThemeMode.SYSTEM,
        reduce_motion: bool | None = None,
    ) -> None:
        """`reduce_motion` None follows the system's preference."""
        super().__init__(application)
        self._application = application
        self._mode = mode
        self._reduce_motion = reduce_motion
        self.tokens: Tokens = LIGHT
        typography.load_fonts()
        application.setStyle("Fusion")
        application.setFont(typography.font())
        application.setWindowIcon(app_icon())
        _style_hints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def mode(self) -> ThemeMode:
        return self._mode

    def set_mode(self, mode: ThemeMode) -> None:
        """Follow the system, or force light or dark. The native parts (menus, title bar) go along."""
        if mode == self._mode:
            return
        self._mode = mode
        self._apply()

    def set_reduce_motion(self, reduce: bool | None) -> None:
        """True or False decides; None follows the system."""
        self._reduce_motion = reduce

    @property
    def reduce_motion(self) -> bool:
        if self._reduce_motion is not None:
            return self._reduce_motion
        hints = _style_hints()
        accessibility = getattr(hints, "accessibility", None)
        preference = getattr(accessibility(), "motionPreference", None) if accessibility else None
        return preference is not None and preference() == Qt.MotionPreference.ReducedMotion

    def duration(self, milliseconds: int) -> int:
        """The time an animation takes now: 0 when motion is to be reduced."""
        return 0 if self.reduce_motion else milliseconds

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        if self._mode == ThemeMode.SYSTEM:
            self._wear(DARK if scheme == Qt.ColorScheme.Dark else LIGHT)

    def _apply(self) -> None:
        hints = _style_hints()
        if self._mode == ThemeMode.SYSTEM:
            hints.unsetColorScheme()
            scheme = hints.colorScheme()
        else:
            scheme = Qt.ColorScheme.Dark if self._mode == ThemeMode.DARK else Qt.ColorScheme.Light
            hints.setColorScheme(scheme)
        self._wear(DARK if scheme == Qt.ColorScheme.Dark else LIGHT)

    def _wear(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._application.setPalette(palette(tokens))
        self._application.setStyleSheet(style_sheet(tokens))
        self.changed.emit()

    def color(self, token: str, alpha: int = 255) -> QColor:
        """The colour of a token by name (or of a literal #RRGGBB), alpha 0-255."""
        return _color(token if token.startswith("#") else getattr(self.tokens, token), alpha)

    @property
    def hairline(self) -> QColor:
        """The line outside a pale colour on a surface: black at 22 % (light) or 40 % (dark)."""
        return _color("#000000", 102) if self.tokens.dark else _color("#171A1A", 56)

    def font(self, role: str = "body", weight: int | None = None) -> QFont:
        """A font of a role: display, hero, name, title, brand, lead, body, small, label, section, mono."""
        return typography.font(role, weight)

    def icon(self, name: str, token: str = "t2", size: int = 16) -> QIcon:
        """An icon (Phosphor name without `ph.`) that follows the theme by itself."""
        return QIcon(GlyphEngine(name, lambda: self.color(token), size, lambda: self.color("edge")))

    def paint_icon(
        self, painter: QPainter, rect: QRect | QRectF, name: str, token: str = "t2", size: int = 16
    ) -> None:
        """Draw an icon centred in `rect` in the colour of a token."""
        paint_glyph(painter, rect, name, self.color(token), size)
