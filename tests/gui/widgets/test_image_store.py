from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QThread
from PySide6.QtGui import QColor, QImage

from app.ui.widgets.grid.images import ImageRequest, ImageStore, render


def jpeg(width: int = 64, height: int = 48, color: str = "#DA2A78") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPEG", 95)
    return bytes(data)


@pytest.fixture
def make():
    stores: list[ImageStore] = []

    def build(loader, **options) -> ImageStore:
        stores.append(ImageStore(loader, **options))
        return stores[-1]

    yield build
    for store in stores:
        store.close()


def test_a_picture_comes_off_the_windows_thread_and_is_kept(make, qtbot) -> None:
    loaders = []

    def load(key):
        loaders.append((key, threading.current_thread() is threading.main_thread()))
        return jpeg()

    store = make(load)
    request = ImageRequest("a", 32, 32, 4)
    with qtbot.waitSignal(store.ready) as came:
        assert store.pixmap(request) is None
    assert came.args == ["a"]
    pixmap = store.pixmap(request)
    assert (pixmap.width(), pixmap.height()) == (32, 32)
    assert store.pixmap(request) is pixmap
    assert store.nearest("a") is pixmap
    assert loaders == [("a", False)]
    assert store.held_bytes == 32 * 32 * 4


def test_the_newest_is_served_first_and_what_scrolled_out_is_dropped(make, qtbot) -> None:
    gate, order = threading.Event(), []

    def load(key):
        if key == "first":
            gate.wait(5)
        order.append(key)
        return jpeg()

    store = make(load, workers=1)
    view = object()
    store.pixmap(ImageRequest("first", 8, 8))
    qtbot.waitUntil(lambda: store.waiting == 1 and not store._waiting)
    store.begin_frame(view)
    for key in ("old 1", "old 2", "stays"):
        store.pixmap(ImageRequest(key, 8, 8))
    store.end_frame(view)
    store.begin_frame(view)
    for key in ("stays", "new 1", "new 2"):
        store.pixmap(ImageRequest(key, 8, 8))
    store.end_frame(view)
    store.prefetch(ImageRequest("later", 8, 8))
    gate.set()
    qtbot.waitUntil(lambda: store.waiting == 0)
    assert order == ["first", "new 2", "new 1", "stays", "later"]


def test_memory_is_bounded_and_the_oldest_goes(make, qtbot) -> None:
    store = make(lambda key: jpeg(), budget=4 * 10 * 10 * 4)
    requests = [ImageRequest(n, 10, 10) for n in range(6)]
    for request in requests:
        with qtbot.waitSignal(store.ready):
            store.pixmap(request)
    assert store.held_bytes <= 1600
    assert store.nearest(0) is None
    assert store.nearest(5) is not None


@pytest.mark.parametrize("answer", [None, b"no picture", b""], ids=["nothing", "not a picture", "empty"])
def test_what_cannot_be_had_is_asked_once(make, qtbot, answer) -> None:
    asked = []

    def load(key):
        asked.append(key)
        return answer

    store = make(load)
    request = ImageRequest("a", 8, 8)
    with qtbot.waitSignal(store.ready):
        store.pixmap(request)
    assert store.pixmap(request) is None
    assert store.failed(request)
    assert asked == ["a"]
    store.forget("a")
    with qtbot.waitSignal(store.ready):
        store.pixmap(request)
    assert asked == ["a", "a"]


def test_a_loader_that_raises_does_not_end_the_thread(make, qtbot) -> None:
    def load(key):
        if key == "bad":
            raise OSError("gone")
        return jpeg()

    store = make(load, workers=1)
    with qtbot.waitSignal(store.ready):
        store.pixmap(ImageRequest("bad", 8, 8))
    with qtbot.waitSignal(store.ready):
        store.pixmap(ImageRequest("good", 8, 8))
    assert store.pixmap(ImageRequest("good", 8, 8)) is not None


def test_closing_joins_the_threads_and_later_requests_are_ignored(make, qtbot) -> None:
    store = make(lambda key: jpeg())
    store.pixmap(ImageRequest("a", 8, 8))
    store.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("thumbnails")]
    assert store.pixmap(ImageRequest("b", 8, 8)) is None
    assert QThread.currentThread() is store.thread()


def halves() -> QImage:
    """200x100: red on the left, blue on the right."""
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    for x in range(100, 200):
        for y in range(100):
            image.setPixelColor(x, y, QColor(Qt.GlobalColor.blue))
    return image


def test_the_crop_follows_the_focus() -> None:
    assert render(halves(), ImageRequest("a", 40, 40, 0, 0.1, 0.5)).pixelColor(38, 20).red() > 250
    assert render(halves(), ImageRequest("a", 40, 40, 0, 0.9, 0.5)).pixelColor(2, 20).blue() > 250


def test_corners_are_round() -> None:
    image = render(halves(), ImageRequest("a", 40, 40, 20))
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(20, 20).alpha() == 255


def test_it_is_quiet_a_while_after_a_view_was_painted(make, qtbot) -> None:
    store = make(lambda key: jpeg())
    assert store.quiet(0.2)
    store.begin_frame(store)
    store.end_frame(store)
    assert not store.quiet(0.2)
    qtbot.waitUntil(lambda: store.quiet(0.2), timeout=2000)
