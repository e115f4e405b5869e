"""Fixtures of the end-to-end tests: a real screen with a window manager, seen by nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SCREEN = "1600x1000x24"
START_LIMIT_S = 20.0


@dataclass(frozen=True)
class Display:
    """A running X server. `name` is what DISPLAY wants."""

    name: str

    @property
    def environment(self) -> dict[str, str]:
        """For a program that shows a real window on it: no inherited platform or Wayland session."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if key not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
        }
        return {**kept, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb", "XDG_SESSION_TYPE": "x11"}

    def xdotool(self, *arguments: str, timeout: float = 30.0) -> str:
        """Run xdotool there and give what it printed. Raises CalledProcessError when it fails."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=True,
        )
        return done.stdout.strip()

    def wait_for_window(self, title: str, timeout: float = 60.0) -> str:
        """The id of the first visible window whose title holds `title` (a regular expression)."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                return self.xdotool("search", "--onlyvisible", "--name", title).splitlines()[0]
            except (subprocess.CalledProcessError, IndexError):
                time.sleep(0.1)
        raise AssertionError(f"no window called {title!r} within {timeout:.0f} s")

    def close_window(self, window: str, program: subprocess.Popen[str], tries: int = 5) -> None:
        """Close a window by its manager's key and wait for its program to end.

        A key that comes while the manager still hands the focus around is lost, rarely and on a busy
        machine: it is pressed again then, as a person would.
        """
        for _ in range(tries):
            self.xdotool("windowactivate", "--sync", window)
            self.xdotool("key", "alt+F4")
            try:
                program.wait(10)
                return
            except subprocess.TimeoutExpired:
                continue
        raise AssertionError(f"the program did not end, asked {tries} times")

    def screenshot(self, path: Path, window: str = "root") -> Path:
        """A PNG of a window, or of the whole screen."""
        command = ["import", "-display", self.name, "-window", window, str(path)]
        subprocess.run(command, env=self.environment, timeout=30, check=True, capture_output=True)
        return path


@pytest.fixture(scope="session")
def xvfb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Display]:
    """An Xvfb on a free display with openbox on it. Skips where they are not installed, but not in CI."""
    missing = [tool for tool in ("Xvfb", "openbox", "xdotool", "import") if shutil.which(tool) is None]
    if missing:
        sentence = f"needs a screen of its own: install {', '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    logs = tmp_path_factory.mktemp("xvfb")
    reading, writing = os.pipe()
    with (logs / "xvfb.log").open("wb") as log:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"],
            pass_fds=(writing,),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    os.close(writing)
    manager = None
    try:
        # The server writes its number when it is ready, and closes the pipe if it dies before.
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start: " + (logs / "xvfb.log").read_text(errors="replace")
        display = Display(f":{number}")
        ready = logs / "openbox-is-up"
        with (logs / "openbox.log").open("wb") as log:
            manager = subprocess.Popen(
                ["openbox", "--sm-disable", "--startup", f"touch {ready}"],
                env=display.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_LIMIT_S
        while not ready.exists():
            assert manager.poll() is None and time.monotonic() < deadline, "openbox did not start: " + (
                logs / "openbox.log"
            ).read_text(errors="replace")
            time.sleep(0.05)
        yield display
    finally:
        for process in (manager, server):
            if process is not None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
