"""Faces: listed, cropped, hidden, moved, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import InvalidPaginationToken, InvalidParameter, ResourceNotFound
from app.domain.records import ChangeSet
from app.services.faces import FaceFilter, FaceSort, Unsuccessful
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
    """Four of a dated photo, sides 100, 70, 40 and 20 px; one of 50 px in a photo without a date."""
    squares = [(person_color(n), (10 + 120 * n, 10, side)) for n, side in enumerate((100, 70, 40, 20))]
    first = studio.add_photo(collection, squares, name="dated.png", taken_at=datetime(2024, 8, 1))[1]
    return first + studio.add_photo(collection, [(person_color(9), (9, 9, 50))])[1]


def ids(studio: Studio, collection: int, **wanted: object) -> list[int]:
    found = studio.faces.listing(collection, FaceFilter(**wanted), FaceSort.SIZE)  # type: ignore[arg-type]
    return found.ids.tolist()


def test_orders(studio: Studio, collection: int, faces: list[int]) -> None:
    large, second, third, small, undated = faces
    by_size = studio.faces.listing(collection, sort=FaceSort.SIZE)
    assert by_size.ids.tolist() == [large, second, undated, third, small]
    by_quality = studio.faces.listing(collection, sort=FaceSort.QUALITY, descending=False).ids.tolist()
    cells = studio.faces.cells(faces)
    worst = [min(cells[pk].quality.sharpness, cells[pk].quality.brightness) for pk in by_quality]
    assert worst == sorted(worst)
    by_date = studio.faces.listing(collection, sort=FaceSort.DATE)
    assert [section.count for section in by_date.sections] == [4, 1]
    added = studio.faces.listing(collection, sort=FaceSort.ADDED, descending=False)
    assert added.ids.tolist() == faces


def test_filters(studio: Studio, collection: int, faces: list[int]) -> None:
    large, second, third, small, undated = faces
    studio.users.name_faces(collection, [large, small], "Ada")
    (ada,) = studio.users.list(collection)
    assert ids(studio, collection, named=True) == [large, small]
    assert ids(studio, collection, named=False) == [second, undated, third]
    assert ids(studio, collection, user_pks=frozenset([ada.id])) == [large, small]
    assert ids(studio, collection, min_size=50) == [large, second, undated]
    assert ids(studio, collection, min_sharpness=60) == [large, second]
    assert ids(studio, collection, min_confidence=99.5) == []
    studio.faces.hide([second], True)
    assert ids(studio, collection, hidden=True) == [second]
    assert ids(studio, collection) == [large, undated, third, small]
    assert ids(studio, collection, hidden=None) == [large, second, undated, third, small]


def test_cells_have_what_a_grid_paints(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.users.name_faces(collection, faces[:1], "Ada")
    (ada,) = studio.users.list(collection)
    cells = studio.faces.cells([faces[0], faces[4], 999])
    assert sorted(cells) == [faces[0], faces[4]]
    named = cells[faces[0]]
    assert (named.user_name, named.color, named.photo_name) == ("Ada", ada.color, "dated.png")
    assert named.box.to_pixels(640, 480) == pytest.approx((10, 10, 100, 100))
    assert cells[faces[4]].taken_at is None


def test_crops_show_the_face_and_outlive_it(studio: Studio, collection: int, faces: list[int]) -> None:
    jpeg = studio.faces.crop(faces[0])
    assert jpeg is not None
    aligned = studio.faces.aligned(faces[0], 64)
    assert aligned.shape == (64, 64, 3)
    assert tuple(aligned[32, 32]) == person_color(0)
    assert studio.library.thumbnails.get("face", faces[0]) == jpeg
    studio.faces.delete_pks(faces[:2])
    assert studio.faces.crop(faces[0]) == jpeg
    assert studio.faces.crop(faces[1]) is None
    with pytest.raises(ResourceNotFound):
        studio.faces.aligned(faces[1])


def test_deletion_as_rekognition_has_it(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.users.name_faces(collection, faces[:1], "Ada")
    wanted = studio.face_ids(faces[:2])
    result = studio.faces.delete("c", [*wanted, "gone", wanted[1]], keep_associated=True)
    assert result.deleted == wanted[1:]
    assert result.unsuccessful == [
        Unsuccessful(wanted[0], ("ASSOCIATED_TO_AN_EXISTING_USER",), user_id="ada"),
        Unsuccessful("gone", ("FACE_NOT_FOUND",)),
    ]
    second = studio.faces.delete("c", wanted[:1], keep_associated=False)
    assert second.deleted == wanted[:1]
    assert second.changes.change is not None
    assert second.changes.change.summary == "1 face of Ada deleted"
    for wrong in ([], ["x"] * 4097):
        with pytest.raises(InvalidParameter):
            studio.faces.delete("c", wrong, keep_associated=True)
    with pytest.raises(ResourceNotFound):
        studio.faces.delete("nowhere", wanted, keep_associated=True)


def test_a_deleted_face_comes_back_to_its_person(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.users.name_faces(collection, faces[:2], "Ada")
    studio.users.create_named(collection, "Bea")
    studio.users.reject(faces[:1], studio.users.list(collection)[1].id)
    before = studio.state()
    deleted = studio.faces.delete_pks([*faces[:2], 999])
    assert deleted.change is not None
    studio.users.delete("c", "ada")
    assert studio.history.detail(deleted.change.id).dependents, "its person must come back first"
    studio.history.undo_with_dependents(deleted.change.id)
    assert studio.state() == before


def test_moving_takes_the_photo_along_and_leaves_the_person(
    studio: Studio, collection: int, faces: list[int]
) -> None:
    other = studio.collections.create("other", "Evenings out").id
    studio.users.name_faces(collection, faces[:2], "Ada")
    before = studio.state()
    moved = studio.faces.move(faces[:2], other)
    assert moved.change is not None
    assert moved.change.summary == "2 faces moved to Evenings out"
    assert studio.collections.by_pk(other).photo_count == 1
    assert studio.faces.listing(other).ids.tolist() == [faces[1], faces[0]]
    assert studio.users.list(collection)[0].face_count == 0
    assert studio.faces.move(faces[:2], other) == ChangeSet()
    studio.history.undo(moved.change.id)
    assert studio.state() == before
    with pytest.raises(ResourceNotFound):
        studio.faces.move(faces[:1], 999)


def test_acts_take_faces_of_one_collection(studio: Studio, collection: int, faces: list[int]) -> None:
    other = studio.collections.create("other").id
    studio.faces.move(faces[:1], other)
    with pytest.raises(InvalidParameter):
        studio.faces.delete_pks(faces)
    assert studio.faces.delete_pks([999]) == ChangeSet()


def test_list_faces_pages_through_changes(studio: Studio, collection: int, faces: list[int]) -> None:
    first = studio.faces.list_page("c", max_results=2)
    assert [each.face.id for each in first.items] == faces[:2]
    studio.faces.delete_pks([faces[1], faces[2]])
    second = studio.faces.list_page("c", max_results=4096, next_token=first.next_token)
    assert ([each.face.id for each in second.items], second.next_token) == (faces[3:], None)
    with pytest.raises(InvalidPaginationToken):
        studio.faces.list_page("c", face_ids=["x"], max_results=2, next_token=first.next_token)


def test_list_faces_filters_by_user_and_ids(studio: Studio, collection: int, faces: list[int]) -> None:
    studio.users.name_faces(collection, faces[1:3], "Ada")
    wanted = studio.face_ids(faces[2:4])

    def listed(user: str | None = None, ids: list[str] | None = None) -> list[tuple[int, str | None]]:
        return [(each.face.id, each.user_id) for each in studio.faces.list_page("c", user, ids).items]

    assert listed("ada") == [(faces[1], "ada"), (faces[2], "ada")]
    assert listed(ids=wanted) == [(faces[2], "ada"), (faces[3], None)]
    assert listed("ada", wanted) == [(faces[2], "ada")]
    for arguments in (("nowhere",), ("c", "nobody")):
        with pytest.raises(ResourceNotFound):
            studio.faces.list_page(*arguments)


def test_a_stored_face_is_the_detected_one(studio: Studio, collection: int, faces: list[int]) -> None:
    face = studio.faces.list_page("c", max_results=1).items[0].face
    pixels = studio.photos.pixels(face.photo_pk).pixels
    detected = studio.engine.detect(pixels)[0]
    assert face.detected == detected
    assert np.array_equal(face.detected.landmarks.points, detected.landmarks.points)
