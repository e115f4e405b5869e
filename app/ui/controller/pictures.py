"""Small pictures for the image store, by what they show."""

from __future__ import annotations

from collections.abc import Hashable
from typing import cast

from app.domain.errors import LikenessError
from app.services.faces import FaceService
from app.services.photos import PhotoService

PictureKey = tuple[str, int, int]
QUARTERS = (0, 90, 180, 270)


def photo_key(photo_pk: int, turned: int = 0) -> PictureKey:
    """The image store's key of a photo's thumbnail, turned clockwise by 0, 90, 180 or 270 degrees."""
    return ("photo", photo_pk, turned)


def face_key(face_pk: int) -> PictureKey:
    """The image store's key of a face's square crop."""
    return ("face", face_pk, 0)


class PictureLoader:
    """Called by the image store on its threads: JPEG bytes from the cache, or made from the file."""

    def __init__(self, photos: PhotoService, faces: FaceService) -> None:
        self._photos = photos
        self._faces = faces

    def __call__(self, key: Hashable) -> bytes | None:
        kind, pk, turned = cast(PictureKey, key)
        try:
            return self._photos.thumbnail(pk, turned) if kind == "photo" else self._faces.crop(pk)
        except LikenessError:
            # Shown as a picture that cannot be had; its page says why.
            return None
