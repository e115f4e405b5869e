"""What comes into the window: drops, pastes, addresses; and the first page, where it all begins."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QPushButton

from app.ui.controller.failures import FailureList
from app.ui.widgets.grid import CellState
from tests.fakes import painted
from tests.gui.program.stage import CTRL, KEY, PHOTOS, SHIFT, Stage, drop, face, picture, urls

MIDDLE = QPoint(700, 400)


def image(person: int = 9, background: int = 40) -> QImage:
    pixels = painted([face(person)], background=background)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()


def indexed(stage: Stage) -> int:
    return len(stage.bench.photos.listing(stage.pk).ids)


@pytest.fixture
def clipboard() -> Iterator[object]:
    yield QGuiApplication.clipboard()
    QGuiApplication.clipboard().clear()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A web server on this machine with one picture, /ada.png."""
    data = picture(tmp_path, "served.png", face(3), background=33).read_bytes()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/ada.png"
            self.send_response(200 if found else 404)
            self.end_headers()
            if found:
                self.wfile.write(data)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    web = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    thread.join()
    web.server_close()


# -- the first run -------------------------------------------------------------------------------------


def test_a_new_library_begins_with_one_place_to_drop(empty_stage) -> None:
    assert empty_stage.window.current_key == "empty"
    page = empty_stage.window.page("empty")
    texts = [button.text() for button in page.findChildren(QPushButton)]
    assert texts[:3] == ["Choose photos…", "Choose a folder…", "Paste"]
    assert not empty_stage.window.commands.faces.isEnabled()
    empty_stage.key(empty_stage.window, KEY.Key_2, CTRL)
    empty_stage.rest()
    assert empty_stage.window.current_key == "empty"


def test_a_folder_dropped_on_the_first_page_makes_a_collection_of_its_name(empty_stage) -> None:
    stage = empty_stage
    folder = stage.folder / "Summer_by the  sea"
    (folder / "deeper").mkdir(parents=True)
    picture(folder, "one.png", face(0), background=50)
    picture(folder / "deeper", "two.png", face(1), background=51)
    (folder / "notes.txt").write_text("no picture")
    assert drop(stage.window, urls(folder), MIDDLE)
    stage.rest(lambda: stage.window.current_key == "photos")
    assert stage.said == "2 photos indexed into Summer by the sea, 2 faces"
    assert set(stage.photo_names()) == {"one.png", "two.png"}
    assert stage.window.windowTitle() == "Photos – Summer by the sea – Likeness"
    stage.key(stage.window, KEY.Key_Z, CTRL)
    stage.rest(lambda: stage.window.current_key == "empty")


def test_the_buttons_of_the_first_page(empty_stage, monkeypatch) -> None:
    stage = empty_stage
    page = stage.window.page("empty")
    one = picture(stage.folder, "one.png", face(0), background=50)
    buttons = {button.text(): button for button in page.findChildren(QPushButton)}
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    buttons["Choose photos…"].click()
    stage.rest()
    assert stage.window.current_key == "empty"
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(one)], ""))
    buttons["Choose photos…"].click()
    stage.rest(lambda: stage.window.current_key == "photos")
    assert stage.shown.host.collection_name == "My photos"


def test_the_demo_fills_a_collection(empty_stage) -> None:
    empty_stage.window.page("empty").open_demo.emit()
    empty_stage.rest(lambda: empty_stage.demo_asked == 1)
    assert [each.display_name for each in empty_stage.bench.collections.list()] == ["Demo"]


# -- drops -----------------------------------------------------------------------------------------------


def test_files_dropped_anywhere(stage) -> None:
    files = [picture(stage.folder, f"new{n}.png", face(4 + n), background=60 + n) for n in range(3)]
    stage.page("history")
    assert drop(stage.window, urls(*files), MIDDLE)
    stage.rest(lambda: indexed(stage) == 10)
    assert stage.said == "3 photos indexed into Archive, 3 faces"
    assert stage.window.current_key == "history", "the person stays where they are"


def test_photos_that_are_known_say_so(stage) -> None:
    assert drop(stage.window, urls(*(stage.pictures / name for name in PHOTOS)), MIDDLE)
    stage.rest(lambda: bool(stage.said))
    assert stage.said == "All 6 photos are in Archive already"
    assert indexed(stage) == 7


def test_broken_files_are_listed_with_their_reasons(stage, clipboard) -> None:
    page = stage.page("photos")
    own = stage.folder / "mixed"
    own.mkdir()
    good = picture(own, "good.png", face(4), background=61)
    cut = own / "cut.png"
    cut.write_bytes(good.read_bytes()[:90])
    text, gone = own / "text.jpg", own / "gone.png"
    text.write_text("These are words.")
    assert drop(stage.window, urls(good, cut, text, gone, stage.pictures / "bea.png"), MIDDLE)
    stage.rest(lambda: "3 failed" in stage.said)
    assert stage.said == "1 photo indexed into Archive, 1 face, 3 failed"
    # The ones that could be read are cells with their reasons.
    failed = {page.model.cell(row).name: page.model.cell(row) for row in range(page.model.rowCount())}
    failed = {name.split(",")[0]: cell for name, cell in failed.items() if cell.state is CellState.FAILED}
    assert failed["text.jpg"].reason == "Not an image"
    assert failed["cut.png"].reason == "File is cut short"
    # All of them stand in a list, also the one that nobody could read.
    stage.take_offer()
    stage.rest(lambda: stage.window.findChild(FailureList) is not None)
    shown = stage.window.findChild(FailureList)
    assert shown.isVisible() and not shown.isModal()
    rows = [shown.list.topLevelItem(row) for row in range(shown.list.topLevelItemCount())]
    reasons = {row.text(0): row.text(1) for row in rows}
    assert reasons.keys() == {"cut.png", "text.jpg", "gone.png"}
    assert reasons["gone.png"] == "File is missing. gone.png was moved, renamed or deleted."
    shown.copy.click()
    assert f"{text}\tNot an image" in clipboard.text()
    stage.key(shown, KEY.Key_Escape)
    assert not shown.isVisible()


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_file_and_a_folder_whose_names_are_no_text(empty_stage) -> None:
    stage = empty_stage
    folder = Path(os.fsdecode(os.fsencode(stage.folder) + b"/\xff summer"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes no such names")
    picture(folder, "one.png", face(0), background=50)
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png"))
    picture(stage.folder, "plain.png", face(1), background=51).rename(odd)
    assert drop(stage.window, urls(folder), MIDDLE)
    stage.rest(lambda: stage.window.current_key == "photos")
    assert stage.shown.host.collection_name == "� summer"
    assert set(stage.photo_names()) == {"one.png", "caf�.png"}
    assert drop(stage.window, urls(odd), MIDDLE)
    stage.rest(lambda: stage.said == "The photo is in � summer already")


def test_a_picture_out_of_a_browser_is_kept_by_the_library(stage) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("http://127.0.0.1:9/nobody-answers.png")])
    mime.setImageData(image())
    stage.page("photos")
    assert drop(stage.window, mime, MIDDLE)
    stage.rest(lambda: indexed(stage) == 8)
    assert stage.said == "1 photo indexed into Archive, 1 face"
    (kept,) = stage.bench.library.originals.iterdir()
    assert QImage(str(kept)).size() == image().size()


def test_an_address_dropped_without_its_picture_is_fetched(stage, server) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl(f"{server}/ada.png")])
    assert drop(stage.window, mime, MIDDLE)
    stage.rest(lambda: indexed(stage) == 8)
    assert any(name.endswith("ada.png") for name in stage.photo_names())


@pytest.mark.parametrize(
    ("address", "words"),
    [("/gone.png", "answered 404"), ("ftp://example.org/a.png", "must begin with http")],
)
def test_an_address_that_gives_no_picture_says_why(stage, server, monkeypatch, address, words) -> None:
    full = server + address if address.startswith("/") else address
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (full, True))
    stage.key(stage.window, KEY.Key_L, CTRL)
    stage.rest(lambda: stage.alarmed)
    assert words in stage.said
    assert indexed(stage) == 7


def test_add_from_a_url_by_the_keyboard(stage, server, monkeypatch) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (f" {server}/ada.png ", True))
    stage.key(stage.window, KEY.Key_L, CTRL)
    stage.rest(lambda: indexed(stage) == 8)


def test_words_are_not_taken(stage) -> None:
    mime = QMimeData()
    mime.setText("hello")
    assert not drop(stage.window, mime, MIDDLE)


def test_a_drop_on_a_collection_goes_into_it(stage) -> None:
    other = stage.bench.collections.create_named("Other").id
    stage.rest()
    tree = stage.window.sidebar.tree
    row = next(n for n in range(2) if tree.model().index(n, 0).data() == "Other")
    point = tree.visualRect(tree.model().index(row, 0)).center()
    new = picture(stage.folder, "new.png", face(4), background=61)
    assert drop(tree.viewport(), urls(new), point)
    stage.rest(lambda: len(stage.bench.photos.listing(other).ids) == 1)
    assert stage.said == "1 photo indexed into Other, 1 face"
    assert indexed(stage) == 7 and stage.shown.host.collection_name == "Archive"


# -- paste and the menu ----------------------------------------------------------------------------------


def test_paste_a_picture_a_file_and_nothing(stage, clipboard) -> None:
    stage.page("photos")
    clipboard.setImage(image())
    stage.key(stage.window, KEY.Key_V, CTRL)
    stage.rest(lambda: indexed(stage) == 8)
    clipboard.setMimeData(urls(picture(stage.folder, "new.png", face(4), background=61)))
    stage.key(stage.window, KEY.Key_V, CTRL)
    stage.rest(lambda: indexed(stage) == 9)
    clipboard.setText("words")
    stage.key(stage.window, KEY.Key_V, CTRL)
    stage.rest(lambda: stage.said == "There is no picture on the clipboard.")
    assert indexed(stage) == 9


def test_paste_on_search_searches_with_it(stage, clipboard) -> None:
    stage.page("search")
    clipboard.setImage(image(0))
    stage.key(stage.window, KEY.Key_V, CTRL)
    stage.rest()
    assert indexed(stage) == 7
    assert stage.window.page("search").results.model.rowCount() >= 4


def test_a_folder_by_the_keyboard(stage, monkeypatch) -> None:
    own = stage.folder / "own"
    own.mkdir()
    picture(own, "new.png", face(4), background=61)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(own))
    stage.key(stage.window, KEY.Key_O, CTRL | SHIFT)
    stage.rest(lambda: indexed(stage) == 8)


def test_a_new_collection_is_named_in_place(stage) -> None:
    stage.key(stage.window, KEY.Key_N, CTRL)
    stage.rest(lambda: len(stage.bench.collections.list()) == 2)
    editor = stage.window.focusWidget()
    assert editor.accessibleName() == "Name of the collection"
    QTest.keyClicks(editor, "Holidays")
    stage.key(editor, KEY.Key_Return)
    stage.rest(lambda: stage.bench.collections.list()[1].display_name == "Holidays")
