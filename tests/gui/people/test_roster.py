from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from app.domain.records import User, UserStatus
from app.services.search import Clusters, FaceGroup, GroupKind
from app.ui.people.roster import Having, Roster, Show, Sort


def user(pk: int, name: str, faces: int, *, hidden: bool = False) -> User:
    status = UserStatus.ACTIVE if faces else UserStatus.CREATED
    born = datetime(2024, 1, pk, tzinfo=UTC)
    return User(pk, 1, name.lower(), name, 0, faces or None, None, hidden, status, born, faces)


def group(kind: GroupKind, *faces: int) -> FaceGroup:
    return FaceGroup(kind, np.array(faces, np.int64), np.full(len(faces), 95.0))


PEOPLE = [user(1, "bo", 2), user(2, "Al", 5), user(3, "Cy", 0), user(4, "Di", 9, hidden=True)]
CLUSTERS = Clusters(
    [
        group(GroupKind.PERSON, 1, 2),
        group(GroupKind.ALIKE, 30, 20, 40),
        group(GroupKind.ALONE, 50, 60),
    ]
)
ROSTER = Roster(PEOPLE).with_groups(CLUSTERS)


def shown(**wanted: object) -> list[str]:
    return [card.name for card in ROSTER.cards(**wanted)]  # type: ignore[arg-type]


def test_only_groups_of_alike_faces_without_a_name() -> None:
    (card,) = ROSTER.groups
    assert (card.key, card.count, card.cover, card.faces) == (("group", 20), 3, 40, (30, 20, 40))


def test_counts_leave_hidden_people_out_of_all() -> None:
    assert ROSTER.counts() == {Show.ALL: 4, Show.NAMED: 3, Show.NOT_NAMED: 1, Show.HIDDEN: 1}


def test_show() -> None:
    assert shown() == ["Al", "", "bo", "Cy"]
    assert shown(show=Show.NAMED) == ["Al", "bo", "Cy"]
    assert shown(show=Show.NOT_NAMED) == [""]
    assert shown(show=Show.HIDDEN) == ["Di"]


def test_sort() -> None:
    assert shown(sort=Sort.NAME) == ["Al", "bo", "Cy", ""]
    assert shown(sort=Sort.NEWEST) == ["Cy", "Al", "bo", ""]


def test_find_and_status() -> None:
    assert shown(text="B") == ["bo"]
    assert shown(having=Having.NO_FACE) == ["Cy"]
    assert shown(having=Having.ACTIVE) == ["Al", "bo"]
    assert shown(show=Show.NOT_NAMED, text="a") == []


def test_names_complete_with_hidden_people_too() -> None:
    assert ROSTER.names() == ["Al", "bo", "Cy", "Di"]
