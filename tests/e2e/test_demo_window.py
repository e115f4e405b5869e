"""README's first command: the demo's window on a real screen, started as a person starts it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]


def colours(path: Path) -> int:
    with Image.open(path) as image:
        return len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0))


def test_readme_starts_with_the_two_commands() -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks[0].endswith(".venv/bin/python -m app --demo")
    assert blocks[1].endswith(".venv/bin/python -m pytest")
    for block in blocks[:2]:
        assert block.startswith("python3 -m venv .venv && ") and "\n" not in block


def test_the_demo_shows_its_photographs_and_closes(xvfb, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    own = {"HOME": str(tmp_path), "TMPDIR": str(temporary)}
    own |= dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), "")
    program = subprocess.Popen(
        [sys.executable, "-m", "app", "--demo"],
        cwd=ROOT,
        env={**xvfb.environment, **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        window = xvfb.wait_for_window("Likeness", timeout=60)
        # Thumbnails of photographs have many thousands of colours; the empty window has hundreds.
        deadline = time.monotonic() + 60
        while (seen := colours(xvfb.screenshot(tmp_path / "demo.png", window))) < 5000:
            if program.poll() is not None or time.monotonic() > deadline:
                program.terminate()
                said, _ = program.communicate(timeout=30)
                raise AssertionError(f"no photographs to be seen, only {seen} colours: {said}")
            time.sleep(0.5)
        assert list(temporary.iterdir()), "the demo's library is a temporary one"
        xvfb.close_window(window, program)
        said, _ = program.communicate(timeout=30)
        assert program.returncode == 0, said
        assert "Traceback" not in said, said
    finally:
        program.kill()
        program.communicate()
    assert not list(temporary.iterdir()), "and gone with the window"
