"""Faces on the clipboard and in drags between pages: the rows of the faces, as text."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QMimeData

FACES_MIME = "application/x-likeness-faces"
"""Rows of faces (`face_pk`), decimal, separated by spaces."""


def faces_mime(face_pks: Iterable[int]) -> QMimeData:
    """What a drag of these faces carries."""
    data = QMimeData()
    data.setData(FACES_MIME, " ".join(str(int(pk)) for pk in face_pks).encode("ascii"))
    return data


def dragged_faces(data: QMimeData) -> list[int]:
    """The rows of the faces that a drag carries; empty when it carries none."""
    text = bytes(data.data(FACES_MIME).data()).decode("ascii", "replace")
    return [int(word) for word in text.split() if word.isdecimal()]
