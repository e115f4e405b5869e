"""Dropping in: what was dropped as plain data, and the zone that shows where it may fall."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QByteArray, QMimeData, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app.ui.theme import Radius, Theme


@dataclass(frozen=True)
class DroppedContent:
    """Files and folders, web addresses, and an image, as a drop or the clipboard brought them."""

    paths: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    image: QImage | None = None

    def __bool__(self) -> bool:
        return bool(self.paths or self.urls or self.image is not None)


def can_take(mime: QMimeData) -> bool:
    """True for files, folders, web addresses and images."""
    return mime.hasUrls() or mime.hasImage()


def url_of(path: Path) -> QUrl:
    """The address of an absolute path, for a drag. QUrl.fromLocalFile spoils a name that is no text."""
    return QUrl.fromEncoded(QByteArray(path.as_uri().encode("ascii")))


def path_of(url: QUrl) -> Path:
    """The path that a file's address means, also where its name is no text."""
    if os.name == "nt" or url.host():
        return Path(url.toLocalFile())
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
    return Path(os.fsdecode(unquote_to_bytes(encoded)))


def content_of(mime: QMimeData) -> DroppedContent:
    """Copy what a QMimeData holds: the data itself is gone after the event.

    A picture dragged from a browser comes as an image and as its address; both are kept, and the
    receiver prefers the image.
    """
    paths, urls = [], []
    for url in mime.urls():
        if url.isLocalFile():
            paths.append(path_of(url))
        elif url.scheme() in ("http", "https"):
            urls.append(url.toString())
    image = None
    if mime.hasImage() and not paths:
        found = mime.imageData()
        image = found if isinstance(found, QImage) and not found.isNull() else None
    return DroppedContent(tuple(paths), tuple(urls), image)


class DropZone(QWidget):
    """A dashed frame of radius 12 that takes drops: its border turns accent and its fill tint meanwhile."""

    dropped = Signal(object)
    """DroppedContent"""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        ground: str = "surface",
        takes_drops: bool = True,
    ) -> None:
        """`ground` is the fill's token at rest: surface, or well for a zone that holds a picture."""
        super().__init__(parent)
        self.theme, self._ground, self._active, self._framed = theme, ground, False, True
        self.setAcceptDrops(takes_drops)
        theme.changed.connect(self.update)

    def set_active(self, active: bool) -> None:
        """Show that a drop would be taken here."""
        if active != self._active:
            self._active = active
            self.update()

    def set_framed(self, framed: bool) -> None:
        """Without the dashed frame (it holds a picture); a drag still shows it."""
        self._framed = framed
        self.update()

    @property
    def active(self) -> bool:
        return self._active

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if can_take(event.mimeData()):
            self.set_active(True)
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.setAccepted(can_take(event.mimeData()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.set_active(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.set_active(False)
        content = content_of(event.mimeData())
        if content:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(content)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self.theme.color
        if self._framed or self._active:
            pen = QPen(color("accent" if self._active else "line2"), 2, Qt.PenStyle.CustomDashLine)
            pen.setDashPattern([3, 2])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("tint" if self._active else self._ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), Radius.DROP, Radius.DROP)
