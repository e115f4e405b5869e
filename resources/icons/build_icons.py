"""Render the program's icons from app.svg: `python resources/icons/build_icons.py`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).resolve().parent
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
"""Those of the hicolor theme, each a file."""
LARGEST = 1024
"""What macOS shows of 512 points on a dense screen; only in the .icns."""


def drawn(renderer: QSvgRenderer, size: int) -> QImage:
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def main() -> None:
    application = QGuiApplication([])
    renderer = QSvgRenderer(str(HERE / "app.svg"))
    for size in SIZES:
        drawn(renderer, size).save(str(HERE / f"likeness-{size}.png"))
    files = [Image.open(HERE / f"likeness-{size}.png") for size in SIZES]
    files[-2].save(HERE / "likeness.ico", sizes=[(s, s) for s in SIZES[:-1]], append_images=files[:-2])
    with tempfile.TemporaryDirectory() as folder:
        largest = Path(folder) / "icon.png"
        drawn(renderer, LARGEST).save(str(largest))
        with Image.open(largest) as image:
            image.save(HERE / "likeness.icns", append_images=files)
    application.quit()


if __name__ == "__main__":
    main()
