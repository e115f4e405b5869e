"""Render the program's icons from app.svg: `python resources/icons/build_icons.py`."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).resolve().parent
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def main() -> None:
    application = QGuiApplication([])
    renderer = QSvgRenderer(str(HERE / "app.svg"))
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        image.save(str(HERE / f"likeness-{size}.png"))
    drawn = [Image.open(HERE / f"likeness-{size}.png") for size in SIZES]
    drawn[-2].save(HERE / "likeness.ico", sizes=[(s, s) for s in SIZES[:-1]], append_images=drawn[:-2])
    drawn[-1].save(HERE / "likeness.icns", append_images=drawn[:-1])
    application.quit()


if __name__ == "__main__":
    main()
