"""What searches answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import InvalidParameter
from app.domain.faces import DetectedFace
from app.domain.records import ChangeSet
from app.inference.quality_filter import Reason
from app.services.image_faces import ImageFaces
from app.storage.repositories.searches import SavedSearch as SavedSearch


@dataclass(frozen=True, slots=True)
class Unsearched:
    """A face of the image, by its index, that was not searched with, and why."""

    index: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class FaceMatch:
    """A stored face. Similarity 0-100, cosine -1 to 1."""

    face_pk: int
    face_id: str
    similarity: float
    cosine: float
    user_pk: int | None = None
    photo_pk: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class UserMatch:
    """A person, by the mean of the person's faces. `faces` is how many those are."""

    user_pk: int
    user_id: str
    similarity: float
    faces: int = 0


@dataclass(frozen=True)
class _ImageAnswer:
    """`searched` is the index of the face that was searched with, None where the image has none;
    or none that the quality filter lets through. `filtered` are those that it left out (indices), and its
    reasons. `image` can be searched with again."""

    image: ImageFaces
    searched: int | None
    milliseconds: float
    filtered: Mapping[int, tuple[Reason, ...]] = field(default_factory=dict, kw_only=True)

    @property
    def faces(self) -> tuple[DetectedFace, ...]:
        return self.image.faces

    @property
    def unsearched(self) -> list[Unsearched]:
        """All faces but the one that was searched with."""
        # Said of the largest, too, when another face was asked for: Rekognition has no word for that.
        return [
            Unsearched(index, self.filtered.get(index, (Reason.FACE_NOT_LARGEST,)))
            for index in range(len(self.faces))
            if index != self.searched
        ]


@dataclass(frozen=True)
class ImageSearch(_ImageAnswer):
    matches: list[FaceMatch] = field(default_factory=list)


@dataclass(frozen=True)
class ImageUserSearch(_ImageAnswer):
    matches: list[UserMatch] = field(default_factory=list)


@dataclass(frozen=True)
class Alike:
    """Faces by similarity to one, that one first: ids int64 (n,), similarities float64 (n,)."""

    ids: NDArray[np.int64]
    similarities: NDArray[np.float64]


class GroupKind(StrEnum):
    PERSON = "person"
    ALIKE = "alike"
    ALONE = "alone"


@dataclass(frozen=True)
class FaceGroup:
    """Faces of one person, or alike, or (one group, the last) alike to no other.

    faces int64 (n,), the least alike first; similarities float64 (n,): of each face to the mean of the
    others of its group, NaN where there is no other. Faces that are alone stand in order of creation.
    """

    kind: GroupKind
    faces: NDArray[np.int64]
    similarities: NDArray[np.float64]
    user_pk: int | None = None

    @property
    def tightest(self) -> float:
        """NaN for a single face."""
        return float(np.max(self.similarities)) if len(self.faces) > 1 else float("nan")

    @property
    def loosest(self) -> float:
        return float(np.min(self.similarities)) if len(self.faces) > 1 else float("nan")

    def standing_out(self, below: float = 80.0) -> int:
        """How many faces are less similar than that to the others: they are the first of `faces`."""
        return int(np.sum(self.similarities < below))


@dataclass(frozen=True)
class Clusters:
    """Groups in the order of the page: people by count, then groups without a name by count, then the
    faces that are alone. Hidden faces are in none."""

    groups: list[FaceGroup]

    @property
    def alone(self) -> int:
        return sum(len(group.faces) for group in self.groups if group.kind is GroupKind.ALONE)


class Asked(Enum):
    """What a person searches with, and so which operations that is."""

    STORED_FACE = "SearchFaces", "SearchUsers"
    IMAGE = "SearchFacesByImage", "SearchUsersByImage"

    @property
    def for_faces(self) -> str:
        return self.value[0]

    @property
    def for_users(self) -> str:
        return self.value[1]


class Together(StrEnum):
    ALL = "all"
    ANY = "any"
    ONLY = "only"


@dataclass(frozen=True)
class SaveResult:
    search: SavedSearch
    changes: ChangeSet


def check_asked(threshold: float, limit: int, most: int) -> None:
    """Raises InvalidParameter."""
    if not 0 <= threshold <= 100:
        raise InvalidParameter(f"A threshold lies between 0 and 100; {threshold:g} does not.")
    if not 1 <= limit <= most:
        raise InvalidParameter(f"A search can return 1 to {most:,} matches; {limit:,} were asked for.")
