"""Small pictures for the image store, by what they show."""

from __future__ import annotations

import io
from collections.abc import Hashable
from typing import cast

from PIL import Image

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
            jpeg = self._photos.thumbnail(pk) if kind == "photo" else self._faces.crop(pk)
            return turned_jpeg(jpeg, turned) if jpeg is not None and turned else jpeg
        except LikenessError:
            # Shown as a picture that cannot be had; its page says why.
            return None


def turned_jpeg(jpeg: bytes, turned: int) -> bytes:
    """An encoded thumbnail turned clockwise. Few photos lie, so it is done each time and kept nowhere."""
    counterclockwise = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        out = io.BytesIO()
        picture.transpose(counterclockwise[turned]).save(out, "JPEG", quality=90)
        return out.getvalue()
