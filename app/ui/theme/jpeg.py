"""JPEG to QImage, on any thread."""

from __future__ import annotations

from PySide6.QtGui import QImage


def image_of_jpeg(data: bytes) -> QImage:
    """A null image for bytes that are no picture.

    The format is named so that Qt does not guess it. Guessing asks the plugin for SVG, which connects
    signals while the calling thread holds the interpreter; the window's thread, disconnecting others, may
    hold the lock that this needs and wait for the interpreter: both for ever.
    """
    # The stub asks for bytes, the binding for str.
    return QImage.fromData(data, "JPEG")  # type: ignore[call-overload, arg-type, unused-ignore]
