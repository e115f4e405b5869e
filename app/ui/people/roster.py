"""Who is on the page and in which order: people, and groups of alike faces that have no name yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.records import User
from app.services.search import Clusters, GroupKind

CardKey = tuple[str, int]
"""("person", row of the user) or ("group", the oldest face of the group)."""


class Show(StrEnum):
    ALL = "all"
    NAMED = "named"
    NOT_NAMED = "not named"
    HIDDEN = "hidden"


class Sort(StrEnum):
    FACES = "Most faces"
    NAME = "Name"
    NEWEST = "Newest"


class Having(StrEnum):
    """The filter by status."""

    ANY = ""
    ACTIVE = "Active"
    NO_FACE = "No face yet"


@dataclass(frozen=True, slots=True)
class Card:
    """A person, or a group of faces without a name (`user` None). `faces` are the group's own."""

    key: CardKey
    name: str
    count: int
    cover: int | None
    user: User | None = None
    faces: tuple[int, ...] = ()

    @property
    def color(self) -> int | None:
        return None if self.user is None else self.user.color

    @property
    def caption(self) -> str:
        if self.count:
            return f"{self.count:,} face" if self.count == 1 else f"{self.count:,} faces"
        return "No face yet"


def person_key(user_pk: int) -> CardKey:
    return ("person", user_pk)


@dataclass(frozen=True)
class Roster:
    """Everyone of one collection. `groups` are the ones that no one has named."""

    people: Sequence[User] = ()
    groups: Sequence[Card] = field(default=())

    def with_people(self, people: Sequence[User]) -> Roster:
        return Roster(people, self.groups)

    def with_groups(self, clusters: Clusters) -> Roster:
        """The groups of two faces and more; the face most like the others is the cover."""
        groups = []
        for group in clusters.groups:
            if group.kind is GroupKind.ALIKE and len(group.faces) >= 2:
                faces = tuple(int(pk) for pk in group.faces)
                groups.append(Card(("group", min(faces)), "", len(faces), faces[-1], faces=faces))
        return Roster(self.people, groups)

    def names(self) -> list[str]:
        """All names in order, hidden people's too."""
        return sorted((user.display_name for user in self.people), key=str.casefold)

    def counts(self) -> dict[Show, int]:
        hidden = sum(user.hidden for user in self.people)
        named = len(self.people) - hidden
        return {
            Show.ALL: named + len(self.groups),
            Show.NAMED: named,
            Show.NOT_NAMED: len(self.groups),
            Show.HIDDEN: hidden,
        }

    def cards(
        self,
        show: Show = Show.ALL,
        sort: Sort = Sort.FACES,
        text: str = "",
        having: Having = Having.ANY,
    ) -> list[Card]:
        """What is shown, in order. A text finds names, so it leaves the groups out."""
        wanted = text.casefold()
        cards = [
            Card(person_key(user.id), user.display_name, user.face_count, user.cover_face_pk, user)
            for user in self.people
            if user.hidden == (show is Show.HIDDEN) and wanted in user.display_name.casefold()
        ]
        if show is Show.NOT_NAMED:
            cards = []
        if show in (Show.ALL, Show.NOT_NAMED) and not wanted:
            cards += self.groups
        if having is not Having.ANY:
            active = having is Having.ACTIVE
            cards = [card for card in cards if card.user is not None and (card.count > 0) == active]
        return sorted(cards, key=lambda card: _place(card, sort))


def _place(card: Card, sort: Sort) -> tuple[object, ...]:
    """Ties by name, groups after people, so that the order never depends on chance."""
    rest = (card.user is None, card.name.casefold(), card.key)
    if sort is Sort.FACES:
        return (-card.count, *rest)
    if sort is Sort.NAME:
        return (card.user is None, card.name.casefold(), -card.count, card.key)
    if card.user is not None:
        return (0, -card.user.created_at.timestamp(), *rest)
    return (1, -card.count, *rest)
