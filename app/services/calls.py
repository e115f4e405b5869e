"""What Rekognition would have been asked for something that was done here: operation, request, answer.

A request holds python values; where Rekognition's takes an Image, there stands an ImageFile or
{"S3Object": {...}}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.domain.text import printable
from app.imaging.kinds import Kind, sniff

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_OBJECT_BYTES: Final = 15 * 1024 * 1024
_TAKEN: Final = (Kind.JPEG.value, Kind.PNG.value)
_HEAD: Final = 4096


@dataclass(frozen=True)
class ImageFile:
    """An image of a request. `path` is None where no file has it, as after a paste; `kind` ("JPEG") and
    `size` in bytes are empty where nobody has looked."""

    name: str
    path: Path | None = None
    kind: str = ""
    size: int = 0

    @classmethod
    def of(cls, path: Path) -> ImageFile:
        """Looks at the beginning of the file; a file that cannot be read is only named."""
        name = printable(path.name)
        try:
            with path.open("rb") as file:
                kind = sniff(file.read(_HEAD))
            return cls(name, path.absolute(), kind.value if kind else "", path.stat().st_size)
        except (OSError, ValueError):
            return cls(name, path.absolute())

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> ImageFile:
        kind = sniff(data[:_HEAD])
        return cls(name, None, kind.value if kind else "", len(data))

    def troubles(self, limit: int = MOST_BYTES) -> list[str]:
        """Why Rekognition would not take it, a sentence each. `limit` in bytes."""
        found = []
        if self.kind and self.kind not in _TAKEN:
            found.append(f"Rekognition takes JPEG and PNG: {self.name} is {self.kind}, and would be refused.")
        if self.size > limit:
            found.append(
                f"Rekognition takes {limit >> 20} MB at most: {self.name} has "
                f"{self.size / (1 << 20):.1f} MB, and would be refused."
            )
        if self.path is None:
            found.append(
                f"{self.name} lies in no file: save it, and put its path for PICTURE."
                if self.name != PASTED
                else "What was pasted lies in no file: save it, and put its path for PICTURE."
            )
        return found


PASTED: Final = "Pasted picture"


def too_small(count: int) -> str:
    """Of faces that are found here and that Rekognition is said not to see."""
    those = "1 face is" if count == 1 else f"{count:,} faces are"
    return (
        f"{those} smaller than Rekognition sees, which is 40 pixels in a picture of 1920 x 1080, and left "
        "out of its answer."
    )


@dataclass(frozen=True)
class Call:
    """One call. `answer` is None where it is not known. `notes` are sentences: what was done here and
    cannot be asked of Rekognition. `title` tells calls of one operation apart."""

    operation: str
    request: Mapping[str, Any]
    answer: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    title: str = ""

    def images(self) -> list[ImageFile]:
        return [value for value in self.request.values() if isinstance(value, ImageFile)]


@dataclass(frozen=True)
class Calls:
    """What stands beside a result. `notes` are of all of it, and alone where there is no call at all. With
    `steps` the calls are one script, in this order; else each stands for itself."""

    calls: tuple[Call, ...] = ()
    notes: tuple[str, ...] = ()
    steps: bool = False

    @classmethod
    def one(cls, operation: str, request: Mapping[str, Any], answer: Any, notes: Iterable[str] = ()) -> Calls:
        return cls((Call(operation, request, answer, tuple(notes)),))
