"""The tests' own screen shows real windows, and its pictures show them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import Image

PROGRAM = """
import sys
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication(sys.argv)
window = QWidget(windowTitle="A test of the screen")
window.setPalette(QPalette(QColor(200, 30, 60)))
window.resize(300, 200)
window.show()
sys.exit(application.exec())
"""


def test_a_window_is_seen_and_closed_by_its_manager(xvfb, tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=xvfb.environment, stderr=subprocess.PIPE, text=True
    )
    try:
        window = xvfb.wait_for_window("A test of the screen", timeout=30)
        picture = xvfb.screenshot(tmp_path / "window.png", window)
        with Image.open(picture) as image:
            assert image.size == (300, 200)
            assert image.convert("RGB").getpixel((150, 100)) == (200, 30, 60)
        xvfb.close_window(window, program)
        assert program.returncode == 0, program.stderr and program.stderr.read()
    finally:
        program.kill()
        program.communicate()
