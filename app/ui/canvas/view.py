"""A picture that is zoomed and panned: wheel, pinch, keys, fit with a short animation."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QPoint, QPointF, QRect, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QNativeGestureEvent, QPainter, QPainterPath, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from app.ui.canvas.geometry import ZOOM_STEP, Box, clamped_zoom, fit_scale, next_zoom
from app.ui.canvas.picture import Mipmaps, PictureItem
from app.ui.theme import Duration, Theme

_WHEEL_NOTCH = 120.0


class PictureView(QGraphicsView):
    """Shows one picture. `zoom` is device pixels a picture pixel: 1.0 is "100 %" on any screen.

    While `fitted`, the picture follows the size of the view. `margin` (view pixels) is kept free around
    a fitted picture.
    """

    zoom_changed = Signal(float)
    view_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.margin = 0.0
        self.focus: Box | None = None
        """What must stay in sight; with it, fitting fills the view if it can and crops the rest."""
        self.rounded: tuple[float, str] | None = None
        """(radius, token of the ground): corners painted over in the colour of what lies behind."""
        self._item = PictureItem()
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        scene.addItem(self._item)
        self.setScene(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setMouseTracking(True)
        # Drops belong to whatever the view is part of.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self._fitted = True
        self._animation = QVariantAnimation(self)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.valueChanged.connect(self._animate)
        self._path: tuple[float, QPointF, float, QPointF] | None = None
        theme.changed.connect(self._wear_theme)
        self._wear_theme()

    def _wear_theme(self) -> None:
        self.setBackgroundBrush(self.theme.color("well"))
        self.viewport().update()

    # The picture

    @property
    def picture_size(self) -> tuple[int, int]:
        return self._item.size

    @property
    def picture(self) -> Mipmaps | None:
        return self._item.mipmaps

    def set_picture(self, picture: Mipmaps | None, width: int, height: int) -> None:
        """Show a picture of that full size. The same size again (the pixels behind a thumbnail) keeps
        the zoom and the place; another size is fitted."""
        same = (width, height) == self._item.size
        self._item.set_picture(picture, width, height)
        if not same:
            self.stop_animation()
            self.scene().setSceneRect(QRectF(0, 0, width, height))
            self._fitted = True
            self._apply_fit()
        self.viewport().update()

    def clear(self) -> None:
        self.set_picture(None, 0, 0)

    # Zoom. `scale` is view pixels a picture pixel; `zoom` counts device pixels.

    @property
    def scale_now(self) -> float:
        return self.transform().m11()

    @property
    def zoom(self) -> float:
        return self.scale_now * self.devicePixelRatioF()

    @property
    def fitted(self) -> bool:
        return self._fitted

    @property
    def whole_scale(self) -> float:
        """The scale at which all of the picture is in sight."""
        size = self.viewport().size()
        return fit_scale(self._item.size, (size.width(), size.height()), self.margin)

    @property
    def fitting_scale(self) -> float:
        """The scale of a fitted picture: whole, or filling the view where `focus` stays in sight."""
        size, (width, height) = self.viewport().size(), self._item.size
        if self.focus is not None and width and height:
            filling = max(size.width() / width, size.height() / height)
            fits = self.focus.width * filling <= size.width() and self.focus.height * filling <= size.height()
            if fits and filling <= 2.0:
                return filling
        return self.whole_scale

    @property
    def lowest_zoom(self) -> float:
        """As far out as one can go: fitted, or 10 % where that is smaller."""
        return min(self.whole_scale * self.devicePixelRatioF(), 0.1)

    def fit(self, animated: bool = True) -> None:
        """The whole picture, in the middle; stays so when the view's size changes."""
        self._go(self.fitting_scale, QPointF(*self._middle()), animated)
        self._fitted = True

    def zoom_to(self, zoom: float, at: QPointF | None = None, animated: bool = False) -> None:
        """Zoom so that the picture point under `at` (view coordinates; its middle if None) stays there."""
        if not self.has_picture:
            return
        self._fitted = False
        zoom = clamped_zoom(zoom, self.lowest_zoom)
        scale = zoom / self.devicePixelRatioF()
        anchor = QPointF(self.viewport().rect().center()) if at is None else at
        if animated:
            fixed = self.to_picture(anchor)
            middle = QPointF(self.viewport().rect().center())
            self._go(scale, fixed + (middle - anchor) / scale, True)
        else:
            self.stop_animation()
            self._set_scale(scale, anchor)

    def zoom_in(self) -> None:
        self.zoom_to(next_zoom(self.zoom, 1, self.lowest_zoom))

    def zoom_out(self) -> None:
        self.zoom_to(next_zoom(self.zoom, -1, self.lowest_zoom))

    def show_region(self, box: Box, animated: bool = True) -> None:
        """Bring a part of the picture into sight, scrolling no more than needed."""
        seen = self.seen
        if box.left >= seen.left and box.right <= seen.right:
            x = (seen.left + seen.right) / 2
        else:
            x = box.center[0]
        if box.top >= seen.top and box.bottom <= seen.bottom:
            y = (seen.top + seen.bottom) / 2
        else:
            y = box.center[1]
        fitted = self._fitted
        self._go(self.scale_now, QPointF(x, y), animated)
        self._fitted = fitted

    @property
    def has_picture(self) -> bool:
        return self._item.size != (0, 0)

    @property
    def seen(self) -> Box:
        """The part of the picture in sight, in picture pixels (may reach outside it)."""
        rect = self.viewport().rect()
        top_left = self.to_picture(QPointF(rect.topLeft()))
        return Box(
            top_left.x(),
            top_left.y(),
            top_left.x() + rect.width() / self.scale_now,
            top_left.y() + rect.height() / self.scale_now,
        )

    def to_picture(self, point: QPointF | QPoint) -> QPointF:
        """View coordinates to picture pixels, without rounding."""
        inverse, _ = self.viewportTransform().inverted()
        return inverse.map(QPointF(point))

    def to_view(self, box: Box) -> Box:
        """A box in picture pixels to view coordinates."""
        transform = self.viewportTransform()
        return box.scaled(transform.m11(), transform.dx(), transform.dy())

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by view pixels."""
        self.stop_animation()
        self._fitted = False
        self.horizontalScrollBar().setValue(round(self.horizontalScrollBar().value() - dx))
        self.verticalScrollBar().setValue(round(self.verticalScrollBar().value() - dy))

    def center_on(self, x: float, y: float) -> None:
        """Bring a picture point to the middle, as far as the edges allow."""
        self.stop_animation()
        self._fitted = False
        self.centerOn(QPointF(x, y))

    def stop_animation(self) -> None:
        self._animation.stop()
        self._path = None

    def _middle(self) -> tuple[float, float]:
        width, height = self._item.size
        if self.focus is not None:
            return self.focus.center
        return width / 2, height / 2

    def _go(self, scale: float, center: QPointF, animated: bool) -> None:
        self.stop_animation()
        if not self.has_picture:
            return
        duration = self.theme.duration(Duration.FIT) if animated and self.isVisible() else 0
        if duration == 0:
            self._set_scale(scale, None)
            self.centerOn(center)
            self.view_changed.emit()
            return
        start = self.to_picture(QPointF(self.viewport().rect().center()))
        self._path = (self.scale_now, start, scale, center)
        self._animation.setDuration(duration)
        self._animation.start()

    def _animate(self, progress: float) -> None:
        if self._path is None:
            return
        scale0, center0, scale1, center1 = self._path
        # Geometric in the scale, so that the zoom looks even.
        self._set_scale(scale0 * (scale1 / scale0) ** progress, None)
        self.centerOn(center0 + (center1 - center0) * progress)
        self.view_changed.emit()

    def _apply_fit(self) -> None:
        if self.has_picture:
            self._set_scale(self.fitting_scale, None)
            self.centerOn(*self._middle())
            self.view_changed.emit()

    def _set_scale(self, scale: float, at: QPointF | None) -> None:
        before = self.to_picture(at) if at is not None else None
        self.setTransform(QTransform.fromScale(scale, scale))
        if before is not None and at is not None:
            drift = self.viewportTransform().map(before) - at
            across, down = self.horizontalScrollBar(), self.verticalScrollBar()
            across.setValue(round(across.value() + drift.x()))
            down.setValue(round(down.value() + drift.y()))
        self.zoom_changed.emit(self.zoom)
        self.view_changed.emit()

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.stop_animation()
            self._apply_fit()
        self.view_changed.emit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.view_changed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel zooms about the pointer; a touchpad's two fingers pan, or zoom with Ctrl."""
        event.accept()
        if not self.has_picture:
            return
        zooms = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.hasPixelDelta() and event.phase() != Qt.ScrollPhase.NoScrollPhase and not zooms:
            delta = event.pixelDelta()
            self.pan(delta.x(), delta.y())
            return
        angle = event.angleDelta()
        turned = (angle.y() or angle.x()) / _WHEEL_NOTCH
        if turned:
            self.zoom_to(self.zoom * ZOOM_STEP**turned, event.position())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            kind = event.gestureType()
            if kind == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_to(self.zoom * (1 + event.value()), event.position())
                return True
            if kind == Qt.NativeGestureType.SmartZoomNativeGesture:
                if self._fitted:
                    self.zoom_to(1.0, event.position(), animated=True)
                else:
                    self.fit()
                return True
        return super().viewportEvent(event)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self.rounded is None:
            return
        radius, ground = self.rounded
        whole = QRectF(self.viewport().rect())
        corners, inner = QPainterPath(), QPainterPath()
        corners.addRect(whole)
        inner.addRoundedRect(whole, radius, radius)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(corners - inner, self.theme.color(ground))
        painter.restore()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, self.theme.color("well"))
