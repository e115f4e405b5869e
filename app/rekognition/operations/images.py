"""The picture that a request is about: its bytes, or an object of a bucket, within Rekognition's limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.errors import ImageError, ImageTooLarge, InvalidParameter
from app.imaging import kinds
from app.imaging.decode import DecodedImage
from app.imaging.kinds import Kind
from app.rekognition.operations.handler import Json
from app.services.ingest import FilePlace
from app.services.ingest.decoding import decode_for_faces, stated_size
from app.services.workbench import Workbench

MOST_BYTES: Final = 5 * 1024 * 1024
# Pixels of each side.
LEAST_SIDE: Final = 80
MOST_SIDE_OF_LABELS: Final = 10_000

_KINDS: Final[frozenset[Kind | None]] = frozenset((Kind.JPEG, Kind.PNG))


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG or PNG, not decoded yet. `place`: the file that it was read from, if there is one. `most_side`:
    pixels that a side may have; None for any number that can be decoded."""

    data: bytes
    place: FilePlace | None = None
    most_side: int | None = None

    def decoded(self) -> DecodedImage:
        """Raises ImageError, InvalidParameter for one that is too small."""
        image = decode_for_faces(self.data)
        self.check_sides(image.width, image.height)
        return image

    def check_sides(self, width: int, height: int) -> None:
        """Raises ImageTooLarge, InvalidParameter (which is what Amazon's answers, too)."""
        if min(width, height) < LEAST_SIDE:
            raise InvalidParameter(
                f"The image has {width} x {height} pixels; {LEAST_SIDE} a side is the least."
            )
        if self.most_side is not None and max(width, height) > self.most_side:
            raise ImageTooLarge(
                "Too many pixels",
                f"The image has {width} x {height}; {self.most_side:,} a side is the most here.",
            )


def picture(bench: Workbench, image: Json, most_side: int | None = None) -> Picture:
    """The picture of an Image. Only its header was looked at, so that a wrong one costs nothing.

    Raises InvalidParameter where it does not name exactly one, InvalidS3Object, ImageError.
    """
    sent, stored = image.get("Bytes"), image.get("S3Object")
    if sent is not None and stored is None:
        result = _sent(sent, most_side)
    elif stored is not None and sent is None:
        result = _stored(bench, stored, most_side)
    else:
        raise InvalidParameter("An Image needs either Bytes or S3Object, and not both.")
    # By the content: what the name says proves nothing.
    if kinds.sniff(result.data) not in _KINDS:
        raise ImageError("Not a JPEG or PNG image", "Save it as one of these.")
    size = stated_size(result.data)
    if size is not None:
        result.check_sides(*size)
    return result


def _sent(data: bytes, most_side: int | None) -> Picture:
    if len(data) > MOST_BYTES:
        raise ImageTooLarge("Image is too large", f"It has {len(data):,} bytes; {MOST_BYTES:,} is the most.")
    return Picture(data, None, most_side)


def _stored(bench: Workbench, stored: Json, most_side: int | None) -> Picture:
    bucket, name = stored.get("Bucket"), stored.get("Name")
    if bucket is None or name is None:
        raise InvalidParameter("An S3Object needs Bucket and Name.")
    found = bench.buckets.open(bucket, name, stored.get("Version"))
    return Picture(found.data, FilePlace(found.path, found.mtime_ns), most_side)
