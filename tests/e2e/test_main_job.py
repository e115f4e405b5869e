"""The main job on a real screen: drop a folder out of another program, see its faces, name them by
keyboard, take it back, kill the program, and find everything again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.storage.library import open_library
from app.storage.repositories.rows import Connection
from tests.e2e.conftest import Display
from tests.e2e.test_demo_window import colours

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0

# Another program, such as a file manager: a press on it begins to drag the paths it was given.
SOURCE = """
import sys
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QLabel

class Files(QLabel):
    def mousePressEvent(self, event):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction)

app = QApplication(["files"])
files = Files("drag me")
files.setWindowTitle("Some files")
files.resize(200, 120)
files.show()
app.exec()
"""


class Running:
    """The program in a window of its own, over one library."""

    def __init__(self, display: Display, home: Path, library: Path) -> None:
        own = {"HOME": str(home), "TMPDIR": str(home)}
        own |= dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), "")
        self.display, self.library = display, library
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "--library", str(library)],
            cwd=ROOT,
            env={**display.environment, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.window = display.wait_for_window("Likeness$")
        display.xdotool("windowsize", "--sync", self.window, "1200", "800")
        display.xdotool("windowmove", self.window, "380", "40")

    def press(self, *keys: str) -> None:
        self.display.xdotool("windowactivate", "--sync", self.window)
        for key in keys:
            self.display.xdotool("key", key)
            time.sleep(0.1)

    def write(self, words: str) -> None:
        self.display.xdotool("type", "--delay", "20", words)

    def seen(self, query: str) -> list[Any]:
        """What a query finds in the library, as another process sees it."""
        library = open_library(self.library)
        try:
            with library.database.read() as connection:
                return _rows(connection, query)
        finally:
            library.close()


def _rows(connection: Connection, query: str) -> list[Any]:
    return [tuple(row) for row in connection.exec_driver_sql(query)]


def until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not ready():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_S:.0f} s"
        time.sleep(0.2)


@contextmanager
def dragged(display: Display, paths: list[Path]) -> Iterator[None]:
    """Hold `paths` by the mouse at the middle of the screen; they are dropped at the end."""
    source = subprocess.Popen(
        [sys.executable, "-c", SOURCE, *map(str, paths)],
        env=display.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        window = display.wait_for_window("Some files")
        display.xdotool("windowmove", "--sync", window, "20", "300")
        display.xdotool("windowactivate", "--sync", window)
        display.xdotool("mousemove", "--window", window, "100", "60", "mousedown", "1")
        time.sleep(0.3)
        # In steps: an X11 drag is told where it is only while it moves.
        for x in range(200, 901, 50):
            display.xdotool("mousemove", str(x), "440")
            time.sleep(0.03)
        yield
        display.xdotool("mouseup", "1")
    finally:
        time.sleep(0.5)
        source.kill()
        source.wait()


@pytest.fixture
def photographs() -> list[Path]:
    """Portraits of the demo, more than one of some people."""
    return sorted((ROOT / "resources" / "demo").rglob("*.jpg"))


PEOPLE = "select display_name, (select count(*) from faces where user_pk = users.id) from users order by 1"


def test_drop_name_undo_kill_and_find_again(xvfb, tmp_path: Path, photographs: list[Path]) -> None:
    folder, library = tmp_path / "Portraits", tmp_path / "library"
    folder.mkdir()
    for path in photographs:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "broken.jpg").write_bytes(photographs[0].read_bytes()[:2000])
    program = Running(xvfb, tmp_path, library)
    try:
        with dragged(xvfb, [folder]):
            pass
        state = "select state, failed from jobs"
        until(lambda: [row[0] for row in program.seen(state)] == ["done"], "the folder is indexed")
        assert program.seen("select display_name from collections") == [("Portraits",)]
        faces = program.seen("select count(*) from faces")[0][0]
        assert faces >= len(photographs)

        # Faces page, first face, its name.
        program.press("ctrl+2")
        xvfb.wait_for_window("Faces")
        # A page without its faces has hundreds of colours.
        page = tmp_path / "faces.png"
        time.sleep(0.5)
        until(lambda: colours(xvfb.screenshot(page, program.window)) > 5000, "the faces are seen")
        program.press("Home", "n")
        program.write("Ada Example")
        program.press("Return")
        until(lambda: program.seen(PEOPLE) == [("Ada Example", 1)], "a face is named")
        program.press("ctrl+z")
        until(lambda: program.seen(PEOPLE) == [], "the name is taken back")
        program.press("ctrl+shift+z")
        until(lambda: program.seen(PEOPLE) == [("Ada Example", 1)], "and given again")

        program.process.kill()
        program.process.communicate()
        program = Running(xvfb, tmp_path, library)
        assert program.seen(PEOPLE) == [("Ada Example", 1)]
        program.press("ctrl+z")
        until(lambda: program.seen(PEOPLE) == [], "undo reaches back before the kill")
        xvfb.close_window(program.window, program.process)
        said, _ = program.process.communicate(timeout=30)
        assert program.process.returncode == 0, said
        assert "Traceback" not in said, said
    finally:
        program.process.kill()
        program.process.communicate()
