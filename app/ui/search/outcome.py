"""What a search found, and how a threshold splits it. No Qt; runs off the window's thread."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.records import User
from app.services.collections import CollectionService
from app.services.photos import PhotoService
from app.services.search import AlignedFace, Asked, FaceMatch, SearchService, Together, UserMatch

MOST_USERS = 500
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Kind(StrEnum):
    FACES = "faces"
    PEOPLE = "people"
    PHOTOS = "photos"


@dataclass(frozen=True)
class Company:
    """Photos that have the people who were added. `others` are, where nobody else may be in a photo,
    its faces that are none of theirs: each must be the searched face then."""

    photos: tuple[int, ...] = ()
    others: Mapping[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Everything from similarity 0 on, the most similar first: a threshold only splits it.

    `faces` has what may be shown, `all_faces` hidden ones too; `totals` are what there was to search
    among, `took` milliseconds, each by kind. `company` is None where no people were added.
    """

    collection_pk: int
    searched: bool = False
    faces: Sequence[FaceMatch] = ()
    all_faces: Sequence[FaceMatch] = ()
    people: Sequence[UserMatch] = ()
    totals: Mapping[Kind, int] = field(default_factory=dict)
    took: Mapping[Kind, float] = field(default_factory=dict)
    company: Company | None = None

    def matches(self, kind: Kind) -> Sequence[FaceMatch | UserMatch]:
        return self.people if kind is Kind.PEOPLE else self.faces

    def above(self, kind: Kind, threshold: float) -> int:
        """How many reach the threshold: they are the first ones."""
        return sum(1 for match in self.matches(kind) if match.similarity >= threshold)

    def photos(self, threshold: float) -> list[int]:
        """Photos with the added people, and with the searched face where one was searched; the photo
        of the most similar face first."""
        matched = [match for match in self.faces if match.similarity >= threshold]
        if self.company is None:
            return list(dict.fromkeys(match.photo_pk for match in matched))
        if not self.searched:
            return list(self.company.photos)
        allowed = set(self.company.photos)
        pks = {match.face_pk for match in matched}
        found = dict.fromkeys(match.photo_pk for match in matched if match.photo_pk in allowed)
        return [photo for photo in found if self.company.others.get(photo, frozenset()) <= pks]

    def unnamed(self, threshold: float) -> list[int]:
        """Matching faces without a person."""
        return [
            match.face_pk for match in self.faces if match.similarity >= threshold and match.user_pk is None
        ]


@dataclass(frozen=True)
class Wanted:
    """What to search: the face (None: only photos with the people), where, and with whom.
    `own` is its row where it is a stored one: it is not among its matches."""

    collection_pk: int
    limit: int = 100
    face: AlignedFace | None = None
    own: int | None = None
    people: tuple[int, ...] = ()
    mode: Together = Together.ALL

    @property
    def asked(self) -> Asked:
        return Asked.IMAGE if self.own is None else Asked.STORED_FACE


class Searcher:
    """Runs searches. Thread-safe."""

    def __init__(self, search: SearchService, collections: CollectionService, photos: PhotoService) -> None:
        self._search, self._collections, self._photos = search, collections, photos
        self._last: Wanted | None = None

    def run(self, wanted: Wanted) -> Outcome:
        """What was wanted last is searched again when something changed: nobody asked for that, and it is
        not counted. Raises ResourceNotFound."""
        asked = None if wanted == self._last else wanted.asked
        self._last = wanted
        pk, limit = wanted.collection_pk, wanted.limit
        collection = self._collections.by_pk(pk)
        company = self._company(wanted) if wanted.people else None
        totals = {
            Kind.FACES: collection.face_count,
            Kind.PEOPLE: collection.user_count,
            Kind.PHOTOS: collection.photo_count,
        }
        if wanted.face is None:
            return Outcome(pk, totals=totals, company=company)
        vector = self._search.vector_in(pk, wanted.face)
        started = time.perf_counter()
        found = self._search.by_vector(pk, vector, 0.0, min(limit + 1, 4096), asked)
        between = time.perf_counter()
        people = self._search.users_by_vector(pk, vector, 0.0, min(limit, MOST_USERS), asked)
        took = {
            Kind.FACES: (between - started) * 1000,
            Kind.PEOPLE: (time.perf_counter() - between) * 1000,
        }
        every = [match for match in found if match.face_pk != wanted.own][:limit]
        shown = [match for match in every if not match.hidden]
        return Outcome(pk, True, shown, every, people, totals, took, company)

    def _company(self, wanted: Wanted) -> Company:
        people = list(wanted.people)
        if wanted.mode is not Together.ONLY or wanted.face is None:
            found = self._search.together(wanted.collection_pk, people, wanted.mode)
            return Company(tuple(reversed(found.tolist())))
        # The searched face may be in the photo too, though it is nobody's yet: who else is there is
        # looked at when the threshold says which faces match.
        found = self._search.together(wanted.collection_pk, people, Together.ALL)
        cells = self._photos.cells(wanted.collection_pk, found.tolist())
        known = set(people)
        strangers = {
            pk: frozenset(face.face_pk for face in cell.faces if face.user_pk not in known)
            for pk, cell in cells.items()
        }
        return Company(tuple(reversed(found.tolist())), strangers)

    def suggestion(self, outcome: Outcome, threshold: float, users: Mapping[int, User]) -> Suggestion | None:
        """The person whom most of the nameless matches are like; None when they are like nobody."""
        unnamed = outcome.unnamed(threshold)
        if not unnamed:
            return None
        guesses = self._search.suggest_names(outcome.collection_pk, unnamed, threshold)
        by_user: dict[int, list[tuple[int, float]]] = {}
        for face_pk, guess in guesses.items():
            if guess is not None and guess.user_pk in users:
                by_user.setdefault(guess.user_pk, []).append((face_pk, guess.similarity))
        if not by_user:
            return None
        pk = max(by_user, key=lambda user: (len(by_user[user]), max(s for _, s in by_user[user])))
        faces = tuple(face for face, _ in by_user[pk])
        return Suggestion(pk, users[pk].display_name, faces, min(s for _, s in by_user[pk]))


@dataclass(frozen=True)
class Suggestion:
    """Nameless faces that are like one person, `least` (0-100) or more."""

    user_pk: int
    name: str
    faces: tuple[int, ...]
    least: float

    def sentence(self, unnamed: int) -> str:
        """How many of the nameless ones match whom."""
        count, least = len(self.faces), int(self.least)
        if count == 1:
            one = "It matches" if unnamed == 1 else "One of them matches"
            return f"{one} {self.name} at {self.least:.1f}."
        if count == unnamed:
            every = "Both" if count == 2 else f"All {in_words(count)}"
            return f"{every} match {self.name} at {least} or more."
        return f"{in_words(count).capitalize()} of them match {self.name} at {least} or more."


def in_words(count: int) -> str:
    """Small numbers as words, as text has them."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def counted(count: int, kind: Kind) -> str:
    """As in: 12 faces, 1 person."""
    one, many = {
        Kind.FACES: ("face", "faces"),
        Kind.PEOPLE: ("person", "people"),
        Kind.PHOTOS: ("photo", "photos"),
    }[kind]
    return f"{count:,} {one if count == 1 else many}"
