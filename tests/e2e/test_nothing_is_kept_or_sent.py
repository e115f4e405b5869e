"""The program and the libraries that it uses leave nothing of their own behind, and open no connection."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "resources" / "demo" / "eileen-collins.jpg"

PROGRAM = """
import sys, time
import numpy as np
from PIL import Image
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
engine = OnnxFaceEngine(find_models_dir())
pixels = np.asarray(Image.open(sys.argv[1]).convert("RGB"))
faces = engine.detect(pixels)
assert len(faces) == 1, faces
engine.embed(pixels, [faces[0].landmarks])
time.sleep(3)  # what is sent late would be sent by now
"""


MODELS = ("-c", PROGRAM, str(PHOTO))
WINDOW = ("-m", "app", "self-test")


def run(home: Path, *before: str, program: tuple[str, ...] = MODELS) -> None:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "LANG")}
    subprocess.run(
        [*before, sys.executable, *program],
        cwd=ROOT,
        env={**kept, "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        timeout=120,
    )


def test_running_the_models_leaves_no_file(tmp_path: Path) -> None:
    run(tmp_path)
    assert not list(tmp_path.rglob("*"))


def can_trace() -> bool:
    """Whether strace is there and allowed to look at a process."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_trace(), reason="needs strace to see connections")
@pytest.mark.parametrize("program", [MODELS, WINDOW], ids=["models", "window"])
def test_no_connection_is_opened(tmp_path: Path, program: tuple[str, ...]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    trace = tmp_path / "trace"
    run(home, "strace", "-f", "-e", "trace=socket,connect,sendto", "-o", str(trace), program=program)
    calls = [line for line in trace.read_text(errors="replace").splitlines() if "AF_INET" in line]
    assert trace.stat().st_size > 0 and not calls
