"""Celebrity packs: who is in them, and which faces of an image are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.attributes import FaceAttributes
from app.domain.errors import InvalidParameter
from app.domain.faces import DetectedFace


class PackError(InvalidParameter):
    """A pack that cannot be read, made or used; nothing of it was kept."""


class KnownGender(StrEnum):
    """Rekognition's KnownGender types. Stated by the maker of a pack, never estimated."""

    MALE = "Male"
    FEMALE = "Female"
    NONBINARY = "Nonbinary"
    UNLISTED = "Unlisted"


@dataclass(frozen=True, slots=True)
class Celebrity:
    """A person of a pack. `id` is made of letters and digits, as Rekognition's are; the same id in two
    packs is the same person."""

    id: str
    name: str
    urls: tuple[str, ...] = ()
    known_gender: KnownGender = KnownGender.UNLISTED


@dataclass(frozen=True, slots=True)
class PackEntry:
    """`pictures` are names of files in the pack, with forward slashes."""

    celebrity: Celebrity
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackVectors:
    """A file of vectors: row n is of the person whose id is people[n]. `contract` is the digest of the
    embedding contract, `model` its model's id, for a sentence."""

    contract: str
    model: str
    file: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackContents:
    """What a pack says of itself. `consent` is why these people may be in it."""

    id: str
    name: str
    version: str
    licence: str
    attribution: str
    consent: str
    entries: tuple[PackEntry, ...]
    vectors: tuple[PackVectors, ...] = ()


@dataclass(frozen=True, slots=True)
class CelebrityPack:
    """A loaded pack.

    people: in the pack; recognisable: those with a face under the model in use.
    measured: False where its faces were not embedded by the model in use yet.
    problems: sentences about people and pictures that could not be used.
    """

    id: str
    name: str
    version: str
    licence: str
    attribution: str
    consent: str
    people: int
    pictures: int
    recognisable: int
    enabled: bool
    measured: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovedPack:
    """A pack in the trash of the library; `token` brings it back."""

    token: str
    name: str
    version: str
    people: int
    removed_at: datetime


@dataclass(frozen=True, slots=True)
class CelebrityFace:
    """A face that is a celebrity's. `index` is its place among the image's faces, large to small;
    match_confidence: similarity 0-100; packs: ids of those the person is in."""

    index: int
    face: DetectedFace
    celebrity: Celebrity
    match_confidence: float
    cosine: float
    packs: tuple[str, ...]
    attributes: FaceAttributes | None = None


@dataclass(frozen=True, slots=True)
class UnrecognizedFace:
    """A face that is nobody's of the packs, or of two people alike."""

    index: int
    face: DetectedFace
    attributes: FaceAttributes | None = None


@dataclass(frozen=True, slots=True)
class CelebrityResult:
    """RecognizeCelebrities' answer. Width and height are those of the whole upright image; the surest
    face is first. `waiting` are names of enabled packs that could not be asked: they are being measured.
    `turned`: degrees counter-clockwise (0, 90, 180, 270) that the content lies; None where the file states
    its orientation, which was applied."""

    width: int
    height: int
    faces: tuple[CelebrityFace, ...]
    unrecognized: tuple[UnrecognizedFace, ...]
    waiting: tuple[str, ...] = ()
    turned: int | None = None
