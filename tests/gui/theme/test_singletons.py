from __future__ import annotations

import subprocess
import sys

PAINT_A_LOT = """
import app.ui.theme
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap
application = QGuiApplication(["t", "-platform", "offscreen"])
pixmap = QPixmap(8, 8)
painter = QPainter(pixmap)
for _ in range(200_000):
    painter.fillRect(QRect(0, 0, 4, 4), QColor("red"))
    painter.hasClipping()
painter.end()
print("painted")
"""


def test_painting_for_a_long_time_does_not_use_up_none() -> None:
    ran = subprocess.run([sys.executable, "-c", PAINT_A_LOT], capture_output=True, text=True, timeout=120)
    assert ran.stdout.strip() == "painted", ran.stderr
