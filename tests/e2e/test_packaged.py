"""The built program, in an environment with nothing of the checkout in it.

A build takes a minute and 350 MB: it is made where LIKENESS_TEST_PACKAGED=1, and in continuous integration.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.skipif(
        not (os.environ.get("LIKENESS_TEST_PACKAGED") or os.environ.get("CI")),
        reason="builds the program: set LIKENESS_TEST_PACKAGED=1",
    ),
    pytest.mark.timeout(900),
]


def test_the_built_program_tests_itself(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    command = [sys.executable, str(ROOT / "packaging" / "build.py")]
    command += [
        "--dist",
        str(tmp_path / "dist"),
        "--work",
        str(tmp_path / "work"),
        "--screenshot",
        str(picture),
    ]
    built = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=850
    )
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-4000:]
    with Image.open(picture) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape[0] >= 600 and pixels.shape[1] >= 900, "the window has its size"
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 1000, "photographs are to be seen in it"
