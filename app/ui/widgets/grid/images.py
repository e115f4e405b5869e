"""Thumbnails on their way from bytes to the screen, off the window's thread."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import NamedTuple

from PySide6.QtCore import QElapsedTimer, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPixmap

from app.ui.theme.jpeg import image_of_jpeg

Loader = Callable[[Hashable], "bytes | QImage | None"]

_BUDGET_MS = 5  # of one turn of the event loop, spent on turning images into pixmaps


class ImageRequest(NamedTuple):
    """One picture at one size: `key` is the caller's name of the bytes; sizes in device pixels.

    The picture is cropped to the shape around the focus (ratios 0-1 of the image) and its corners
    are rounded by `radius` device pixels; a circle when the radius is half the width.
    """

    key: Hashable
    width: int
    height: int
    radius: float = 0.0
    focus_x: float = 0.5
    focus_y: float = 0.5


def render(image: QImage, request: ImageRequest) -> QImage:
    """Crop around the focus, scale smoothly to the size and round the corners."""
    wanted = request.width / request.height
    width, height = image.width(), image.height()
    if width / height > wanted:
        crop_w, crop_h = max(1, round(height * wanted)), height
    else:
        crop_w, crop_h = width, max(1, round(width / wanted))
    left = min(max(round(request.focus_x * width - crop_w / 2), 0), width - crop_w)
    top = min(max(round(request.focus_y * height - crop_h / 2), 0), height - crop_h)
    if (crop_w, crop_h) != (width, height):
        image = image.copy(left, top, crop_w, crop_h)
    image = image.scaled(
        request.width,
        request.height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    if request.radius <= 0:
        return image.convertToFormat(QImage.Format.Format_RGB32)
    rounded = QImage(request.width, request.height, QImage.Format.Format_ARGB32_Premultiplied)
    rounded.fill(Qt.GlobalColor.transparent)
    painter = QPainter(rounded)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(QRectF(rounded.rect()), request.radius, request.radius)
    painter.setClipPath(path)
    painter.drawImage(0, 0, image)
    painter.end()
    return rounded


class ImageStore(QObject):
    """Pixmaps by request: at once when cached, else loaded, decoded and scaled on own threads.

    The newest request is served first. `begin_frame`/`end_frame` around a full paint drop what that
    view asked for earlier and does not ask for any more. `loader` runs on a worker thread and returns
    encoded bytes (or an image), or None when there is nothing; it must be safe to call from there.
    Call `close()` before the application ends: it joins the threads.
    """

    ready = Signal(object)
    """A key whose pixmap is there now (or has failed: `failed(request)` tells)."""

    _arrived = Signal()

    def __init__(
        self, loader: Loader, parent: QObject | None = None, *, workers: int = 2, budget: int = 96 << 20
    ) -> None:
        """`budget` bounds the pixmaps kept, in bytes."""
        super().__init__(parent)
        self._loader = loader
        self._budget = budget
        self._held = 0
        self._cache: OrderedDict[ImageRequest, QPixmap] = OrderedDict()
        self._latest: dict[Hashable, ImageRequest] = {}
        self._failed: set[ImageRequest] = set()
        # By the id of the view that asked: a thread of ours must never hold the last reference to one.
        self._waiting: OrderedDict[ImageRequest, int | None] = OrderedDict()
        self._working: set[ImageRequest] = set()
        self._done: deque[tuple[ImageRequest, QImage | None]] = deque()
        self._frames: dict[int, set[ImageRequest]] = {}
        self._owner: int | None = None
        self._painted = 0.0
        self._wake = threading.Condition()
        self._closing = False
        self._announced = False
        self._workers = workers
        self._threads: list[threading.Thread] = []
        self._arrived.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def pixmap(self, request: ImageRequest) -> QPixmap | None:
        """The pixmap, or None now and `ready(key)` when it is there. Only from the window's thread."""
        found = self._cache.get(request)
        if self._owner is not None:
            self._frames[self._owner].add(request)
        if found is not None:
            self._cache.move_to_end(request)
            return found
        self._ask(request, self._owner, front=True)
        return None

    def prefetch(self, request: ImageRequest, owner: object = None) -> None:
        """Ask for what may be needed soon, after everything that is needed now."""
        if request not in self._cache:
            self._ask(request, None if owner is None else id(owner), front=False)

    def nearest(self, key: Hashable) -> QPixmap | None:
        """The last pixmap of this key in any size, to show scaled until the right one comes."""
        request = self._latest.get(key)
        return self._cache.get(request) if request is not None else None

    def failed(self, request: ImageRequest) -> bool:
        """True when the loader had nothing, or bytes that are no picture."""
        return request in self._failed

    def begin_frame(self, owner: object) -> None:
        """A view starts to paint all of what it shows; what it asks for now is what it wants."""
        self._painted = time.monotonic()
        self._owner = id(owner)
        self._frames[self._owner] = set()

    def end_frame(self, owner: object) -> None:
        """Forget what the view asked for in earlier frames and no longer shows."""
        self._owner = None
        wanted = self._frames.pop(id(owner), set())
        with self._wake:
            for request in [r for r, o in self._waiting.items() if o == id(owner) and r not in wanted]:
                del self._waiting[request]

    def forget(self, *keys: Hashable) -> None:
        """What these keys show has changed: load it again when it is asked for."""
        gone = set(keys)
        for request in [request for request in self._cache if request.key in gone]:
            self._held -= _weight(self._cache.pop(request))
        self._failed = {request for request in self._failed if request.key not in gone}
        for key in gone:
            self._latest.pop(key, None)

    def clear(self) -> None:
        """Drop all pixmaps and everything waiting."""
        with self._wake:
            self._waiting.clear()
        self._cache.clear()
        self._latest.clear()
        self._failed.clear()
        self._held = 0

    def quiet(self, seconds: float) -> bool:
        """Whether no view has painted all that it shows for so long: nobody scrolls. From any thread."""
        return time.monotonic() - self._painted >= seconds

    @property
    def held_bytes(self) -> int:
        return self._held

    @property
    def waiting(self) -> int:
        """How many requests are neither served nor dropped."""
        with self._wake:
            return len(self._waiting) + len(self._working)

    def close(self) -> None:
        """Stop and join the threads. What was asked for is dropped."""
        with self._wake:
            self._closing = True
            self._waiting.clear()
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._done.clear()

    def _ask(self, request: ImageRequest, owner: int | None, *, front: bool) -> None:
        if request in self._failed:
            return
        with self._wake:
            if self._closing or request in self._working:
                return
            known = request in self._waiting
            if known and not front:
                return
            self._waiting[request] = owner
            self._waiting.move_to_end(request, last=front)
            if not known:
                self._wake.notify()
        if len(self._threads) < self._workers:
            thread = threading.Thread(target=self._work, name=f"thumbnails-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closing:
                    self._wake.wait()
                if self._closing:
                    return
                request, _ = self._waiting.popitem(last=True)
                self._working.add(request)
            image = self._make(request)
            with self._wake:
                self._done.append((request, image))
                announce = not self._announced and not self._closing
                self._announced = True
            if announce:
                self._arrived.emit()

    def _make(self, request: ImageRequest) -> QImage | None:
        try:
            found = self._loader(request.key)
        except Exception:
            # A picture that cannot be had is a grey cell, not the end of the thread that loads them.
            return None
        if found is None:
            return None
        image = found if isinstance(found, QImage) else image_of_jpeg(found)
        return None if image.isNull() else render(image, request)

    @Slot()
    def _drain(self) -> None:
        clock = QElapsedTimer()
        clock.start()
        came: list[Hashable] = []
        while True:
            with self._wake:
                if self._closing:
                    return
                if not self._done:
                    self._announced = False
                    break
                if came and clock.elapsed() >= _BUDGET_MS:
                    self._arrived.emit()
                    break
                request, image = self._done.popleft()
                self._working.discard(request)
            if image is None:
                self._failed.add(request)
            else:
                self._keep(request, QPixmap.fromImage(image))
            came.append(request.key)
        for key in dict.fromkeys(came):
            self.ready.emit(key)

    def _keep(self, request: ImageRequest, pixmap: QPixmap) -> None:
        self._cache[request] = pixmap
        self._latest[request.key] = request
        self._held += _weight(pixmap)
        while self._held > self._budget and len(self._cache) > 1:
            old, dropped = self._cache.popitem(last=False)
            self._held -= _weight(dropped)
            if self._latest.get(old.key) == old:
                del self._latest[old.key]


def _weight(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
