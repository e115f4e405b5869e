"""A photo's pixels, from whichever of its files is still there and still the same picture."""

from __future__ import annotations

import math
from pathlib import Path

from app.domain.errors import ImageError, ResourceNotFound
from app.domain.geometry import BoundingBox
from app.domain.records import Photo
from app.imaging.decode import DecodedImage, decode
from app.imaging.files import content_hash
from app.imaging.thumbnails import encode_jpeg, face_crop, quarter_turned, thumbnail_jpeg
from app.storage.database import Database
from app.storage.repositories import photos
from app.storage.repositories.photos import PhotoPath
from app.storage.thumbnails import ThumbnailCache

PHOTO_SIDE = 320
FACE_SIDE = 176
_CROP_MARGIN = 0.35


class PhotoFiles:
    """Reads the library; writes only the thumbnail cache. Thread-safe."""

    def __init__(self, database: Database, thumbnails: ThumbnailCache) -> None:
        self._database = database
        self._thumbnails = thumbnails

    def decode(self, photo_pk: int, max_side: int | None = None) -> DecodedImage:
        """Raises ImageError with the path in the sentence, ResourceNotFound."""
        photo, paths = self._photo(photo_pk)
        refusal: ImageError | None = None
        for path in paths:
            try:
                _require_same(photo, path)
                return decode(path.path, max_side=max_side)
            except ImageError as error:
                refusal = refusal or _at(path.path, error)
        raise refusal or ImageError("File was not kept", "This photo came without a file: index it again.")

    def file(self, photo_pk: int) -> Path | None:
        """The first of its files that is there and still holds the photo. Raises ResourceNotFound."""
        photo, paths = self._photo(photo_pk)
        for path in paths:
            try:
                _require_same(photo, path)
                if path.path.is_file():
                    return path.path
            except (ImageError, OSError, ValueError):
                continue
        return None

    def thumbnail(self, photo_pk: int) -> bytes | None:
        """A JPEG that fits 320 px; None when there is neither a cached one nor a readable file."""
        cached = self._thumbnails.get("photo", photo_pk)
        if cached is not None:
            return cached
        try:
            jpeg = thumbnail_jpeg(self.decode(photo_pk, PHOTO_SIDE).pixels, PHOTO_SIDE)
        except (ImageError, ResourceNotFound):
            return None
        self._thumbnails.put("photo", photo_pk, jpeg)
        return jpeg

    def crop(self, face_pk: int, photo_pk: int, box: BoundingBox, roll: float = 0.0) -> bytes | None:
        """A JPEG of the square around the face, 176 px, a face that lies on its side set upright; None as
        for `thumbnail`."""
        try:
            photo, _ = self._photo(photo_pk)
            pixels = self.decode(photo_pk, _side_for(photo, box)).pixels
        except (ImageError, ResourceNotFound):
            return None
        jpeg = encode_jpeg(quarter_turned(face_crop(pixels, box, FACE_SIDE, _CROP_MARGIN), roll))
        self._thumbnails.put("face", face_pk, jpeg)
        return jpeg

    def _photo(self, photo_pk: int) -> tuple[Photo, list[PhotoPath]]:
        with self._database.read() as connection:
            photo = photos.by_pk(connection, photo_pk)
            paths = photos.paths(connection, [photo_pk])
        if photo is None:
            raise ResourceNotFound("This photo is not in the library.")
        return photo, paths


def _require_same(photo: Photo, path: PhotoPath) -> None:
    """A file that was overwritten since must not lend its pixels to this photo's faces."""
    try:
        status = path.path.stat()
    except (OSError, ValueError):
        return  # decoding says what is wrong
    if (status.st_size, status.st_mtime_ns) == (path.size, path.mtime_ns):
        return
    if content_hash(path.path) != photo.sha256:
        raise ImageError("File was changed", "Another picture is there now: index it again.")


def _at(path: Path, error: ImageError) -> ImageError:
    detail = str(error).removeprefix(error.reason).strip(". ")
    sentence = f"{path}: {detail}." if detail else f"It is {path}."
    return type(error)(error.reason, sentence)


def _side_for(photo: Photo, box: BoundingBox) -> int | None:
    """The longer side to decode at, so that the crop needs no enlarging."""
    _, _, width, height = box.to_pixels(photo.width, photo.height)
    square = max(width, height) * (1 + 2 * _CROP_MARGIN)
    if square <= FACE_SIDE:
        return None
    return math.ceil(max(photo.width, photo.height) * FACE_SIDE / square)
