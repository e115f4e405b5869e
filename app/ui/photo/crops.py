"""The faces of the photo as small crops, linked with the canvas through a FaceSelection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.canvas.keys import starts_a_name
from app.ui.canvas.mime import FACES_MIME, faces_mime
from app.ui.canvas.selection import FaceSelection
from app.ui.controller.pictures import face_key
from app.ui.theme import Radius, Theme
from app.ui.theme.pixels import pixel_ratio
from app.ui.widgets.grid.images import ImageRequest

SIDE, GAP = 32, 4
_CELL = SIDE + GAP
_MOST_ROWS = 8
_BAR = 3

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Crop:
    """One face of the list. `color` is the person's, None where there is no name."""

    face_pk: int
    title: str
    color: str | None
    suggested: bool = False


class Pictures(Protocol):
    """Gives small pictures of faces by face_key: an ImageStore, or what stands in for one."""

    @property
    def ready(self) -> SignalInstance: ...

    def pixmap(self, request: ImageRequest) -> QPixmap | None: ...


class CropModel(QAbstractListModel):
    """Faces in the order of the canvas; drags carry their rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._crops: tuple[Crop, ...] = ()

    def set_crops(self, crops: Sequence[Crop]) -> None:
        """Other faces; the view keeps its place when they are the same ones."""
        same = [c.face_pk for c in crops] == [c.face_pk for c in self._crops]
        if same and crops:
            self._crops = tuple(crops)
            self.dataChanged.emit(self.index(0), self.index(len(crops) - 1))
            return
        self.beginResetModel()
        self._crops = tuple(crops)
        self.endResetModel()

    def crop(self, row: int) -> Crop:
        return self._crops[row]

    def row_of(self, face_pk: int | None) -> int:
        return next((row for row, crop in enumerate(self._crops) if crop.face_pk == face_pk), -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._crops)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._crops[index.row()].title
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return [FACES_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return faces_mime(self._crops[index.row()].face_pk for index in indexes)


class CropDelegate(QStyledItemDelegate):
    """A crop with the person's colour along its foot, a ring when selected or pointed at."""

    def __init__(self, theme: Theme, images: Pictures, selection: FaceSelection) -> None:
        super().__init__()
        self._theme, self._images, self._selection = theme, images, selection

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(_CELL, _CELL)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        if not isinstance(model, CropModel):
            return
        crop = model.crop(index.row())
        cell: QRect = option.rect
        square = QRectF(cell.x() + GAP / 2, cell.y() + GAP / 2, SIDE, SIDE)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        clip = QPainterPath()
        clip.addRoundedRect(square, Radius.PHOTO, Radius.PHOTO)
        painter.setClipPath(clip)
        painter.fillRect(square, self._theme.color("hover"))
        side = round(SIDE * pixel_ratio(painter))
        picture = self._images.pixmap(ImageRequest(face_key(crop.face_pk), side, side))
        if picture is not None:
            painter.drawPixmap(square, picture, QRectF(picture.rect()))
        if crop.color is not None:
            foot = QRectF(square.left(), square.bottom() - _BAR, SIDE, _BAR)
            if crop.suggested:
                foot.setWidth(SIDE / 2)
            painter.fillRect(foot, QColor(crop.color))
        painter.setClipping(False)
        self._paint_ring(painter, square, crop.face_pk)
        painter.restore()

    def _paint_ring(self, painter: QPainter, square: QRectF, face_pk: int) -> None:
        current = face_pk == self._selection.current
        if not current and face_pk != self._selection.hovered:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("surface"), 2))
        painter.drawRoundedRect(square, Radius.PHOTO, Radius.PHOTO)
        painter.setPen(QPen(self._theme.color("t1" if current else "edge"), 2))
        ring = square.adjusted(-1, -1, 1, 1)
        painter.drawRoundedRect(ring, Radius.PHOTO + 1, Radius.PHOTO + 1)


class CropList(QListView):
    """All faces of the photo: click or arrows select, a drag carries a face, letters name it."""

    naming_wanted = Signal(int, str)
    deletion_wanted = Signal(int)

    def __init__(
        self,
        theme: Theme,
        images: Pictures,
        selection: FaceSelection,
        parent: QWidget | None = None,
        *,
        editable: bool = True,
    ) -> None:
        """With `editable` False faces can be selected and nothing else: letters stay with the page."""
        super().__init__(parent)
        self._images, self._faces, self._editable = images, selection, editable
        self._model = CropModel(self)
        self._delegate = CropDelegate(theme, images, selection)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(0)
        self.setGridSize(QSize(_CELL, _CELL))
        self.setMouseTracking(True)
        self.setDragEnabled(editable)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Faces of this photo")
        self.entered.connect(lambda index: selection.hover(self._model.crop(index.row()).face_pk))
        self.selectionModel().currentChanged.connect(self._chosen)
        selection.current_changed.connect(self._follow)
        selection.hovered_changed.connect(lambda _key: self.viewport().update())
        images.ready.connect(lambda _key: self.viewport().update())
        theme.changed.connect(self.viewport().update)

    def set_crops(self, crops: Sequence[Crop]) -> None:
        self._model.set_crops(crops)
        self._follow(self._faces.current)
        self.updateGeometry()
        self._fit_height()

    def _chosen(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self._faces.select(self._model.crop(current.row()).face_pk)

    def _follow(self, face_pk: int | None) -> None:
        index = self._model.index(self._model.row_of(face_pk))
        self.selectionModel().blockSignals(True)
        self.setCurrentIndex(index)
        self.selectionModel().blockSignals(False)
        if index.isValid():
            self.scrollTo(index)
        self.viewport().update()

    def _fit_height(self) -> None:
        columns = max(self.width() // _CELL, 1)
        rows = -(-self._model.rowCount() // columns)
        # Qt keeps room for a bar that may be needed, which would cost a column.
        policy = Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAsNeeded if rows > _MOST_ROWS else policy.ScrollBarAlwaysOff
        if wanted != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(wanted)
        self.setFixedHeight(max(min(rows, _MOST_ROWS), 1) * _CELL)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def leaveEvent(self, event: QEvent) -> None:
        self._faces.hover(None)
        super().leaveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.indexAt(event.position().toPoint()).isValid():
            self._faces.hover(None)
        super().mouseMoveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Arrows and letters are the list's here, not the page's shortcuts."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
            naming = self._editable and self._faces.current is not None and starts_a_name(event)
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if naming or (plain and event.key() in arrows):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self._faces.current
        if current is None or event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
        elif not self._editable:
            self._step_or_leave(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.naming_wanted.emit(current, "")
        elif event.key() == Qt.Key.Key_Delete:
            self.deletion_wanted.emit(current)
        elif starts_a_name(event):
            self.naming_wanted.emit(current, event.text())
        elif event.key() == Qt.Key.Key_Escape:
            self._faces.select(None)
        else:
            super().keyPressEvent(event)

    def _step_or_leave(self, event: QKeyEvent) -> None:
        """Where nothing can be edited: arrows and Esc; letters and the rest are the page's."""
        if event.key() == Qt.Key.Key_Escape:
            self._faces.select(None)
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)
