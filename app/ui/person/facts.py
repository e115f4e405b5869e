"""What the page knows of a person, read in one go off the window's thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.records import User
from app.services.faces import FaceCell, FaceFilter, FaceService, FaceSort
from app.services.photos import PhotoService
from app.services.search import SearchService
from app.services.users import UserService

LINE = 80.0
"""The similarity from which a suggestion is likely: the line on the page stands here."""
SURE = 95.0
"""The similarity from which suggestions are offered to be confirmed together."""
LOWEST = 50.0
MOST_SUGGESTIONS = 100


class FaceOrder(StrEnum):
    NEWEST = "Newest first"
    OLDEST = "Oldest first"
    LEAST_ALIKE = "Least alike first"
    QUALITY = "Best quality first"


@dataclass(frozen=True, slots=True)
class OwnFace:
    """A confirmed face. `similarity` (0-100) is to the person's other faces, None for a single one."""

    cell: FaceCell
    similarity: float | None

    @property
    def pk(self) -> int:
        return self.cell.id

    @property
    def year(self) -> int | None:
        return None if self.cell.taken_at is None else self.cell.taken_at.year

    @property
    def quality(self) -> float:
        return min(self.cell.quality.sharpness, self.cell.quality.brightness)


@dataclass(frozen=True)
class PersonFacts:
    """`faces` are the newest first, those without a date last. `others` are all other people."""

    user: User
    faces: tuple[OwnFace, ...]
    others: tuple[User, ...]

    @property
    def photos(self) -> int:
        return len({face.cell.photo_pk for face in self.faces})

    @property
    def taken(self) -> tuple[datetime, datetime] | None:
        """The first and the last date taken."""
        dates = [face.cell.taken_at for face in self.faces if face.cell.taken_at is not None]
        return (min(dates), max(dates)) if dates else None

    def years(self) -> list[tuple[int, int]]:
        """(year, faces) for every year from the first to the last; empty without dates."""
        counts = Counter(face.year for face in self.faces if face.year is not None)
        return [(year, counts[year]) for year in range(min(counts), max(counts) + 1)] if counts else []

    def ordered(self, order: FaceOrder, years: tuple[int, int] | None) -> list[OwnFace]:
        """The faces in an order, of these years (inclusive) only."""
        faces = [
            face
            for face in self.faces
            if years is None or (face.year is not None and years[0] <= face.year <= years[1])
        ]
        if order is FaceOrder.LEAST_ALIKE:
            return sorted(faces, key=lambda face: 101.0 if face.similarity is None else face.similarity)
        if order is FaceOrder.QUALITY:
            return sorted(faces, key=lambda face: -face.quality)
        if order is FaceOrder.OLDEST:
            dated = [face for face in reversed(faces) if face.year is not None]
            return dated + [face for face in faces if face.year is None]
        return faces


def read_facts(users: UserService, faces: FaceService, search: SearchService, user_pk: int) -> PersonFacts:
    """Raises ResourceNotFound when the person is gone."""
    user = users.by_pk(user_pk)
    wanted = FaceFilter(user_pks=frozenset((user_pk,)), hidden=None)
    ids = faces.listing(user.collection_pk, wanted, FaceSort.DATE).ids.tolist()
    cells = faces.cells(ids)
    alike = search.similarities_to_user(user.collection_pk, user_pk, ids)
    own = tuple(OwnFace(cells[pk], alike.get(pk)) for pk in ids if pk in cells)
    others = tuple(other for other in users.list(user.collection_pk) if other.id != user_pk)
    return PersonFacts(user, own, others)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A face without a name that may be the person. `company` is how many faces the photo has."""

    face_pk: int
    photo_pk: int
    similarity: float
    company: int

    @property
    def kind(self) -> str:
        return "group photo" if self.company > 1 else "portrait"


def read_suggestions(
    search: SearchService, photos: PhotoService, collection_pk: int, user_pk: int
) -> list[Suggestion]:
    """The most similar first."""
    matches = search.suggestions(collection_pk, user_pk, LOWEST, MOST_SUGGESTIONS)
    cells = photos.cells(collection_pk, list({match.photo_pk for match in matches}))
    return [
        Suggestion(
            match.face_pk,
            match.photo_pk,
            match.similarity,
            len(cells[match.photo_pk].faces) if match.photo_pk in cells else 1,
        )
        for match in matches
    ]


def span_of(taken: tuple[datetime, datetime] | None) -> str:
    """ "Aug 2012 – Aug 2024", or one month, or "No date"."""
    if taken is None:
        return "No date"
    first, last = (f"{moment:%b} {moment.year}" for moment in taken)
    return first if first == last else f"{first} – {last}"


def likeliest(others: Sequence[User], similar: dict[int, float]) -> list[tuple[User, float | None]]:
    """Other people with their similarity to the person, the most similar first, then by name."""
    return sorted(
        ((user, similar.get(user.id)) for user in others),
        key=lambda pair: (-(pair[1] if pair[1] is not None else -1.0), pair[0].display_name.casefold()),
    )
