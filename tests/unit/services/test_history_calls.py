"""Changes as Rekognition would have been asked for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.records import ChangeKind, ChangeSet
from app.inference.quality_filter import QualityFilter
from app.services.calls import Calls, ImageFile
from app.services.history_calls import _NONE
from app.services.ingest.unindexed import Indexing, unindexed_json
from app.storage import tables
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
    return [
        face
        for photo in range(2)
        for face in studio.add_photo(
            collection,
            [(person_color(2 * photo + each), (10 + 100 * each, 10, 60 - 20 * each)) for each in range(2)],
        )[1]
    ]


def calls(studio: Studio, done: ChangeSet | None) -> Calls:
    assert done is not None and done.change is not None
    return studio.history.detail(done.change.id).calls


def asked(found: Calls) -> list[tuple[str, dict[str, object]]]:
    assert found.steps and all(call.answer is None for call in found.calls)
    return [(call.operation, dict(call.request)) for call in found.calls]


def test_naming_a_new_person_makes_a_user_and_associates(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    ids = studio.face_ids(faces)
    found = calls(studio, studio.users.name_faces(collection, faces[:2], "Zoë O'Neil"))
    user = {"CollectionId": "c", "UserId": "zoe-o-neil"}
    assert asked(found) == [
        ("CreateUser", user),
        ("AssociateFaces", {**user, "FaceIds": ids[:2], "UserMatchThreshold": 0}),
    ]
    assert found.notes == ("The name Zoë O'Neil is this program's own: Rekognition has the id.",)
    # Taken from one and given to another: first the one, then the other.
    moved = calls(studio, studio.users.name_faces(collection, faces[:1], "Bea"))
    assert asked(moved) == [
        ("CreateUser", {"CollectionId": "c", "UserId": "bea"}),
        ("DisassociateFaces", {**user, "FaceIds": ids[:1]}),
        (
            "AssociateFaces",
            {"CollectionId": "c", "UserId": "bea", "FaceIds": ids[:1], "UserMatchThreshold": 0},
        ),
    ]
    freed = calls(studio, studio.users.unassign(faces[1:2]))
    assert asked(freed) == [("DisassociateFaces", {**user, "FaceIds": ids[1:2]})]
    assert asked(calls(studio, studio.users.delete("c", "zoe-o-neil"))) == [("DeleteUser", user)]


def test_a_face_that_is_a_users_is_freed_before_it_is_deleted(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    ids = studio.face_ids(faces)
    studio.users.name_faces(collection, faces[:1], "Ada")
    found = calls(studio, studio.faces.delete_pks(faces[:2]))
    assert asked(found) == [
        ("DisassociateFaces", {"CollectionId": "c", "UserId": "ada", "FaceIds": ids[:1]}),
        ("DeleteFaces", {"CollectionId": "c", "FaceIds": ids[:2]}),
    ]


def test_collections(studio: Studio, collection: int) -> None:
    created = studio.history.listing().tolist()[-1]
    found = studio.history.detail(created).calls
    assert asked(found) == [("CreateCollection", {"CollectionId": "c"})]
    assert "Archive" in found.notes[0]
    deleted = calls(studio, studio.collections.delete(collection))
    assert asked(deleted) == [("DeleteCollection", {"CollectionId": "c"})] and not deleted.notes


def test_indexing_asks_once_a_photo_with_the_filter_it_was_done_with(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    noted = unindexed_json((), Indexing(QualityFilter.MEDIUM, 5))
    with studio.library.database.write() as connection:
        connection.execute(tables.memberships.update().values(unindexed=noted))
    found = studio.history.detail(studio.history.listing().tolist()[-2]).calls
    path = studio.folder / "photo0.png"
    image = ImageFile("photo0.png", path, "PNG", path.stat().st_size)
    assert asked(found) == [
        ("IndexFaces", {"CollectionId": "c", "Image": image, "MaxFaces": 5, "QualityFilter": "MEDIUM"})
    ]
    assert found.calls[0].title == "IndexFaces, photo0.png"


def test_what_rekognition_has_no_request_for_says_so(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    studio.users.name_faces(collection, faces[:1], "Ada")
    (ada,) = studio.users.list(collection)
    for done in (
        studio.faces.hide(faces[:1], True),
        studio.users.rename(ada.id, "Ada L."),
        studio.photos.turn(collection, [1], 90),
        studio.users.set_cover(ada.id, faces[0]),
        studio.history.undo_last(),
    ):
        found = calls(studio, done)
        assert not found.calls and len(found.notes) == 1, done
    rejected = calls(studio, studio.users.reject(faces[:1], ada.id))
    ids = studio.face_ids(faces[:1])
    assert asked(rejected) == [
        ("DisassociateFaces", {"CollectionId": "c", "UserId": ada.user_id, "FaceIds": ids})
    ]
    assert rejected.notes == (_NONE[ChangeKind.REJECT],)


def test_every_kind_of_change_has_an_answer() -> None:
    """A new kind must say what Rekognition has for it."""
    known = {
        ChangeKind.INDEX,
        ChangeKind.CREATE_COLLECTION,
        ChangeKind.DELETE_COLLECTION,
        ChangeKind.DELETE_FACES,
        ChangeKind.CREATE_USER,
        ChangeKind.DELETE_USER,
        ChangeKind.ASSOCIATE,
        ChangeKind.DISASSOCIATE,
        ChangeKind.CONFIRM,
    }
    assert known | _NONE.keys() == set(ChangeKind)
