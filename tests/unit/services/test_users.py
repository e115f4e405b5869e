"""People: Rekognition's rules for associations, and the window's acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.domain.errors import (
    Conflict,
    DependedOn,
    InvalidPaginationToken,
    InvalidParameter,
    ResourceNotFound,
    ServiceQuotaExceeded,
)
from app.domain.records import ChangeKind, ChangeSet, UserStatus
from app.services.users import NameTaken, Unsuccessful
from tests.fakes import person_color
from tests.unit.services.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio.at(tmp_path)
    yield made
    made.library.close()


@pytest.fixture
def collection(studio: Studio) -> int:
    return studio.collections.create("c", "Archive").id


@pytest.fixture
def faces(studio: Studio, collection: int) -> list[int]:
    """Six faces of two photos."""
    return [
        face
        for photo in range(2)
        for face in studio.add_photo(
            collection, [(person_color(3 * photo + each), (10 + 100 * each, 10, 60)) for each in range(3)]
        )[1]
    ]


def summary(changes: ChangeSet) -> str:
    assert changes.change is not None
    return changes.change.summary


def owners(studio: Studio, faces: list[int]) -> list[object]:
    state = studio.state()
    return [state["faces", pk]["user_pk"] for pk in faces]


def test_create_takes_any_rekognition_id_once(studio: Studio, collection: int) -> None:
    made = studio.users.create("c", "joyce:beatty_1.x", "Joyce Beatty")
    assert (made.status, made.face_count, made.display_name) == (UserStatus.CREATED, 0, "Joyce Beatty")
    assert studio.users.get("c", "joyce:beatty_1.x") == made
    with pytest.raises(Conflict):
        studio.users.create("c", "joyce:beatty_1.x")
    for wrong in ("", "a b", "x" * 129, "é"):
        with pytest.raises(InvalidParameter):
            studio.users.create("c", wrong)
    with pytest.raises(ResourceNotFound):
        studio.users.create("nowhere", "a")


def test_the_first_faces_need_no_likeness_and_later_ones_do(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    studio.users.create("c", "u")
    ids = studio.face_ids(faces)
    first = studio.users.associate("c", "u", ids[:2])
    assert (first.associated, first.unsuccessful, first.status) == (ids[:2], [], UserStatus.ACTIVE)
    assert summary(first.changes) == "2 faces associated with u"
    studio.similar = {faces[2]: 75.0, faces[3]: 74.9}
    second = studio.users.associate("c", "u", ids[1:5])
    assert second.associated == [ids[2]], "a face that is the user's already is not returned"
    assert second.unsuccessful == [
        Unsuccessful(ids[3], ("LOW_MATCH_CONFIDENCE",), 74.9),
        Unsuccessful(ids[4], ("LOW_MATCH_CONFIDENCE",), 0.0),
    ]
    assert studio.users.associate("c", "u", [ids[3]], 74.9).associated == [ids[3]]
    assert studio.users.get("c", "u").face_count == 4


def test_associate_names_what_it_cannot_take(studio: Studio, collection: int, faces: list[int]) -> None:
    ids = studio.face_ids(faces)
    studio.users.create("c", "a")
    studio.users.create("c", "b")
    studio.users.associate("c", "a", ids[:1])
    unknown = "00000000-0000-0000-0000-000000000000"
    result = studio.users.associate("c", "b", [ids[0], unknown])
    assert (result.associated, result.status, result.changes) == ([], UserStatus.CREATED, ChangeSet())
    assert result.unsuccessful == [
        Unsuccessful(ids[0], ("ASSOCIATED_TO_A_DIFFERENT_USER",), user_id="a"),
        Unsuccessful(unknown, ("FACE_NOT_FOUND",)),
    ]


@pytest.mark.parametrize("count", [0, 101])
def test_a_call_takes_1_to_100_faces(studio: Studio, collection: int, count: int) -> None:
    studio.users.create("c", "u")
    with pytest.raises(InvalidParameter):
        studio.users.associate("c", "u", ["x"] * count)
    with pytest.raises(InvalidParameter):
        studio.users.disassociate("c", "u", ["x"] * count)
    with pytest.raises(InvalidParameter):
        studio.users.associate("c", "u", ["x"], 100.1)


def test_a_user_takes_a_hundred_faces_and_no_more(studio: Studio, collection: int) -> None:
    squares = [(person_color(n), (10 + 15 * (n % 35), 10 + 15 * (n // 35), 10)) for n in range(102)]
    _, faces = studio.add_photo(collection, squares)
    ids = studio.face_ids(faces)
    assert len(ids) == 102
    studio.users.create("c", "u")
    studio.users.associate("c", "u", ids[:99])
    studio.similar = dict.fromkeys(faces, 99.0)
    result = studio.users.associate("c", "u", ids[99:])
    assert result.associated == [ids[99]]
    assert result.unsuccessful == [Unsuccessful(ids[100], ()), Unsuccessful(ids[101], ())]
    with pytest.raises(ServiceQuotaExceeded):
        studio.users.associate("c", "u", [ids[100]])
    user = studio.users.get("c", "u")
    studio.users.assign(faces, user.id)
    assert studio.users.by_pk(user.id).face_count == 102, "the window has no cap"


def test_disassociate_ignores_free_faces(studio: Studio, collection: int, faces: list[int]) -> None:
    ids = studio.face_ids(faces)
    for user, some in (("a", ids[:2]), ("b", ids[2:3])):
        studio.users.create("c", user)
        studio.users.associate("c", user, some)
    result = studio.users.disassociate("c", "a", [*ids[:4], "gone"])
    assert result.disassociated == ids[:2]
    assert result.status is UserStatus.CREATED
    assert result.unsuccessful == [
        Unsuccessful(ids[2], ("ASSOCIATED_TO_A_DIFFERENT_USER",), user_id="b"),
        Unsuccessful("gone", ("FACE_NOT_FOUND",)),
    ]


def test_naming_makes_a_person_once_and_moves_faces_over(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    assert summary(studio.users.name_faces(collection, faces[:3], "Joyce Beatty")) == (
        "3 faces named Joyce Beatty"
    )
    (joyce,) = studio.users.list(collection)
    assert (joyce.user_id, joyce.face_count, joyce.cover_face_pk) == ("joyce-beatty", 3, faces[0])
    studio.users.name_faces(collection, faces[3:4], "Élodie")
    assert summary(studio.users.name_faces(collection, faces[3:5], " JOYCE  beatty")) == (
        "2 faces named Joyce Beatty"
    )
    people = studio.users.list(collection)
    assert [(user.user_id, user.face_count) for user in people] == [("joyce-beatty", 5), ("elodie", 0)]
    assert people[0].color != people[1].color
    assert studio.users.name_faces(collection, faces[:2], "joyce beatty") == ChangeSet()
    with pytest.raises(ResourceNotFound):
        studio.users.name_faces(collection, [999], "Nobody")
    assert len(studio.users.list(collection)) == 2


def test_what_rests_on_a_person_keeps_the_naming_from_being_undone(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    named = studio.users.name_faces(collection, faces[:2], "Joyce Beatty")
    (joyce,) = studio.users.list(collection)
    cover = studio.users.set_cover(joyce.id, faces[1])
    confirmed = studio.users.confirm(faces[2:4], joyce.id)
    assert [summary(cover), summary(confirmed)] == [
        "Cover of Joyce Beatty chosen",
        "2 suggestions confirmed as Joyce Beatty",
    ]
    assert named.change and cover.change and confirmed.change
    with pytest.raises(DependedOn) as refusal:
        studio.history.undo(named.change.id)
    assert refusal.value.changes == (confirmed.change.id, cover.change.id)
    studio.history.undo_with_dependents(named.change.id)
    assert studio.users.list(collection) == []
    assert owners(studio, faces) == [None] * 6


def test_a_rejection_is_remembered_until_the_person_says_otherwise(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    studio.users.name_faces(collection, faces[:2], "Vlado")
    (vlado,) = studio.users.list(collection)
    assert summary(studio.users.reject([faces[0], faces[5]], vlado.id)) == "2 faces rejected: not Vlado"
    assert owners(studio, faces)[:2] == [None, vlado.id]
    assert [user.id for user in studio.faces.views([faces[5]])[0].rejected_users] == [vlado.id]
    assert studio.users.reject([faces[5]], vlado.id) == ChangeSet()
    studio.users.confirm([faces[5]], vlado.id)
    assert studio.faces.views([faces[5]])[0].rejected_users == ()


def test_renaming_to_a_taken_name_offers_the_other_person(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    a = studio.users.create_named(collection, "Ada")
    b = studio.users.create_named(collection, "Bea")
    with pytest.raises(NameTaken) as refusal:
        studio.users.rename(b.id, "ADA")
    assert refusal.value.user_pk == a.id
    with pytest.raises(NameTaken):
        studio.users.create_named(collection, "ada")
    assert summary(studio.users.rename(a.id, "ADA")) == "Ada renamed ADA"


def test_merging_brings_faces_rejections_and_birthday(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    studio.users.name_faces(collection, faces[:2], "J. Beatty")
    studio.users.name_faces(collection, faces[2:3], "Joyce Beatty")
    short, full = studio.users.list(collection)
    studio.users.set_birthday(short.id, date(1950, 3, 12))
    studio.users.reject(faces[3:5], short.id)
    studio.users.reject(faces[4:5], full.id)
    before = studio.state()
    merged = studio.users.merge([short.id], full.id)
    assert summary(merged) == "J. Beatty merged into Joyce Beatty"
    (joyce,) = studio.users.list(collection)
    assert (joyce.id, joyce.face_count, joyce.birthday) == (full.id, 3, date(1950, 3, 12))
    for view in studio.faces.views(faces[3:5]):
        assert [user.id for user in view.rejected_users] == [full.id]
    studio.history.undo_last()
    assert studio.state() == before
    with pytest.raises(InvalidParameter):
        studio.users.merge([full.id], full.id)


def test_splitting_takes_some_faces_to_a_new_person(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    studio.users.name_faces(collection, faces[:4], "Ayanna Pressley")
    (ayanna,) = studio.users.list(collection)
    result = studio.users.split(ayanna.id, [*faces[:3], faces[5]])
    assert summary(result.changes) == "Ayanna Pressley split, 3 faces to a new person"
    assert (result.user.display_name, result.user.face_count) == ("Ayanna Pressley (2)", 3)
    with pytest.raises(InvalidParameter):
        studio.users.split(ayanna.id, faces[3:4])


def test_small_edits_say_what_they_did(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.users.name_faces(collection, faces[:1], "Kevin Cramer")
    (kevin,) = studio.users.list(collection)
    assert summary(studio.users.set_birthday(kevin.id, date(1961, 1, 21))) == (
        "Birthday of Kevin Cramer set to 21 January 1961"
    )
    assert summary(studio.users.hide([kevin.id], True)) == "Kevin Cramer hidden"
    assert studio.users.list(collection, hidden=False) == []
    assert summary(studio.users.unassign(faces)) == "1 face taken from Kevin Cramer"
    with pytest.raises(InvalidParameter):
        studio.users.set_cover(kevin.id, faces[0])
    with pytest.raises(InvalidParameter):
        studio.users.set_birthday(kevin.id, date.today() + timedelta(days=1))
    with pytest.raises(InvalidParameter):
        studio.users.set_color(kevin.id, 12)


def test_deleting_a_person_frees_the_faces_and_undo_gives_them_back(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    studio.users.name_faces(collection, faces[:2], "Ada")
    before = studio.state()
    deleted = studio.users.delete("c", "ada")
    assert summary(deleted) == "Ada deleted"
    assert owners(studio, faces) == [None] * 6
    studio.users.name_faces(collection, faces[4:], "Ada")
    assert studio.users.list(collection)[0].user_id == "ada-2", "undo may want the old id back"
    assert deleted.change is not None
    studio.history.undo(deleted.change.id)
    assert {key: row for key, row in studio.state().items() if key in before and key[0] == "users"} == {
        key: row for key, row in before.items() if key[0] == "users"
    }


def test_faces_of_another_collection_are_refused(studio: Studio, collection: int, faces: list[int]) -> None:
    other = studio.collections.create("other").id
    stranger = studio.users.create_named(other, "Ada")
    for act in (
        lambda: studio.users.assign(faces, stranger.id),
        lambda: studio.users.reject(faces, stranger.id),
        lambda: studio.users.name_faces(other, faces, "Ada"),
    ):
        with pytest.raises(InvalidParameter):
            act()


def test_pages_of_users(studio: Studio, collection: int) -> None:
    for number in range(5):
        studio.users.create("c", f"u{number}")
    studio.collections.create("other")
    first = studio.users.page("c", 2)
    assert [user.user_id for user in first.items] == ["u0", "u1"]
    studio.users.delete("c", "u1")
    assert [user.user_id for user in studio.users.page("c", 500, first.next_token).items] == [
        "u2",
        "u3",
        "u4",
    ]
    with pytest.raises(InvalidPaginationToken):
        studio.users.page("other", 2, first.next_token)
    with pytest.raises(InvalidParameter):
        studio.users.page("c", 501)


def test_acts_on_a_deleted_collection_are_refused(studio: Studio, collection: int, faces: list[int]) -> None:
    user = studio.users.create_named(collection, "Ada")
    studio.collections.delete(collection)
    for act in (
        lambda: studio.users.create_named(collection, "Bea"),
        lambda: studio.users.name_faces(collection, faces, "Bea"),
        lambda: studio.users.assign(faces, user.id),
        lambda: studio.users.by_pk(user.id),
    ):
        with pytest.raises(ResourceNotFound):
            act()


def test_every_act_is_told_with_its_rows(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.told.clear()
    studio.users.name_faces(collection, faces[:2], "Ada")
    (told,) = studio.told
    (ada,) = studio.users.list(collection)
    assert told.change is not None and told.change.kind is ChangeKind.ASSOCIATE
    assert (told.faces, told.users, told.collections) == (set(faces[:2]), {ada.id}, {collection})
