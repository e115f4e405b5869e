"""Photos: filtered, sorted, shown, removed, missing."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.domain.errors import DependedOn, ImageError, InvalidParameter, ResourceNotFound
from app.domain.records import ChangeSet, PhotoStatus
from app.inference.quality_filter import QualityFilter, Reason
from app.services.ingest.analysis import Unindexed
from app.services.ingest.unindexed import (
    Indexing,
    entries_of,
    indexing_of,
    unindexed_json,
    with_entries,
)
from app.services.listing import NO_DATE, Section, by_month
from app.services.photos import PhotoFilter, PhotoSort
from app.storage import tables
from app.storage.clock import to_ms
from tests.fakes import person_color
from tests.unit.services.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio.at(tmp_path)
    yield made
    made.library.close()


@pytest.fixture
def collection(studio: Studio) -> int:
    return studio.collections.create("archive", "Archive").id


@pytest.fixture
def photos(studio: Studio, collection: int) -> list[int]:
    """Three faces in August 2024, one in January 2021, none without a date."""
    squares = [(person_color(n), (10 + 120 * n, 10, 40 + 20 * n)) for n in range(3)]
    return [
        studio.add_photo(collection, squares, name="Zoo.png", taken_at=datetime(2024, 8, 31, 23, 59))[0],
        studio.add_photo(
            collection, [(person_color(7), (50, 50, 90))], name="IMG_2.png", taken_at=datetime(2021, 1, 1)
        )[0],
        studio.add_photo(collection, name="été.png")[0],
    ]


def ids(studio: Studio, collection: int, **wanted: object) -> list[int]:
    return studio.photos.listing(collection, PhotoFilter(**wanted)).ids.tolist()  # type: ignore[arg-type]


def test_sorted_by_date_and_undated_last(studio: Studio, collection: int, photos: list[int]) -> None:
    newest = studio.photos.listing(collection)
    assert newest.ids.tolist() == photos
    assert newest.ids.dtype == np.int64
    assert sum(section.count for section in newest.sections) == 3
    oldest = studio.photos.listing(collection, descending=False)
    assert oldest.ids.tolist() == [photos[1], photos[0], photos[2]]


def test_a_heading_for_each_month() -> None:
    moments = [datetime(2024, 8, 31, 23, 59), *[datetime(2024, 8, 1)] * 7, *[datetime(1969, 12, 31)] * 5]
    keys = np.array([to_ms(moment) for moment in moments] + [NO_DATE], np.int64)
    listed = by_month(np.arange(14), keys)
    assert listed.sections == [
        Section("August 2024", 0, 8),
        Section("December 1969", 8, 5),
        Section("No date", 13, 1),
    ]
    assert listed.years == (2024, 1969)


def test_years_are_known_where_nothing_is_worth_a_heading() -> None:
    keys = np.array([to_ms(datetime(2020 - year, 5, 1)) for year in range(3)] + [NO_DATE], np.int64)
    listed = by_month(np.arange(4), keys)
    assert [section.title for section in listed.sections] == [""]
    assert listed.years == (2020, 2019, 2018)
    assert by_month(keys[:0], keys[:0]).years == ()


def test_other_orders(studio: Studio, collection: int, photos: list[int]) -> None:
    by_faces = studio.photos.listing(collection, sort=PhotoSort.FACES)
    assert [(section.title, section.count) for section in by_faces.sections] == [
        ("3 faces", 1),
        ("1 face", 1),
        ("No faces", 1),
    ]
    by_name = studio.photos.listing(collection, sort=PhotoSort.NAME, descending=False)
    assert by_name.ids.tolist() == [photos[1], photos[0], photos[2]]
    added = studio.photos.listing(collection, sort=PhotoSort.ADDED, descending=False)
    assert added.ids.tolist() == photos


def test_filters_narrow_the_grid(studio: Studio, collection: int, photos: list[int]) -> None:
    faces = [face.face.id for face in studio.photos.detail(collection, photos[0]).faces]
    studio.users.name_faces(collection, faces[:1], "Élodie Zoé")
    (person,) = studio.users.list(collection)
    assert ids(studio, collection, text="zo") == [photos[0]], "by file or by person, once"
    assert ids(studio, collection, text="ÉTÉ") == [photos[2]]
    assert ids(studio, collection, text="élo") == [photos[0]]
    assert ids(studio, collection, text="img_2") == [photos[1]]
    assert ids(studio, collection, text="%") == []
    assert ids(studio, collection, text="library") == [], "folders are no part of the name"
    assert ids(studio, collection, people=frozenset([person.id])) == [photos[0]]
    assert ids(studio, collection, people=frozenset()) == []
    assert ids(studio, collection, any_named=True) == [photos[0]]
    assert ids(studio, collection, any_named=False) == photos[1:]
    assert ids(studio, collection, min_faces=1) == photos[:2]
    assert ids(studio, collection, min_faces=1, max_faces=2) == [photos[1]]
    assert ids(studio, collection, max_faces=0) == [photos[2]]
    assert ids(studio, collection, min_sharpness=85) == [photos[1]]
    assert ids(studio, collection, taken_from=date(2021, 1, 1), taken_to=date(2024, 8, 30)) == [photos[1]]
    assert ids(studio, collection, taken_to=date(2024, 8, 31)) == photos[:2]
    assert ids(studio, collection, status=PhotoStatus.FAILED) == []
    studio.faces.hide(faces, True)
    assert ids(studio, collection, min_faces=1) == [photos[1]], "hidden faces do not count"


def test_cells_say_who_is_there(studio: Studio, collection: int, photos: list[int]) -> None:
    cells = studio.photos.cells(collection, [*photos, 999])
    assert sorted(cells) == photos
    assert [cells[pk].caption for pk in photos] == ["3 faces", "1 face", "No faces"]
    assert [cells[pk].name for pk in photos] == ["Zoo.png", "IMG_2.png", "été.png"]
    areas = [face.box.area for face in cells[photos[0]].faces]
    assert areas == sorted(areas, reverse=True)
    studio.users.name_faces(collection, [cells[photos[1]].faces[0].face_pk], "Ada")
    studio.users.name_faces(collection, [cells[photos[0]].faces[0].face_pk], "Bea")
    cells = studio.photos.cells(collection, photos)
    assert [cells[pk].caption for pk in photos] == ["3 faces · 1 named", "Ada", "No faces"]
    assert cells[photos[1]].caption_color == studio.users.list(collection)[0].color
    with studio.library.database.write() as connection:
        connection.execute(tables.memberships.update().values(status="failed", reason="File is cut short"))
    assert studio.photos.cells(collection, photos)[photos[2]].caption == "été.png"


def test_detail_has_people_and_likeness(studio: Studio, collection: int, photos: list[int]) -> None:
    faces = [view.face.id for view in studio.photos.detail(collection, photos[0]).faces]
    studio.users.name_faces(collection, faces[:1], "Ada")
    studio.similar = {faces[0]: 91.5, faces[1]: 12.0}
    with studio.library.database.write() as connection:
        connection.execute(
            tables.memberships.update().values(
                unindexed='[{"box":[0.1,0.2,0.3,0.4],"confidence":99.0,"reasons":["EXCEEDS_MAX_FACES"]}]'
            )
        )
    detail = studio.photos.detail(collection, photos[0])
    assert (detail.name, detail.status, len(detail.faces)) == ("Zoo.png", PhotoStatus.INDEXED, 3)
    assert [view.similarity_to_user for view in detail.faces] == [91.5, None, None]
    assert detail.faces[0].user is not None and detail.faces[0].user.display_name == "Ada"
    assert detail.unindexed[0].reasons == ("EXCEEDS_MAX_FACES",)
    assert detail.unindexed[0].box.right == pytest.approx(0.4)
    assert detail.indexing == Indexing(None)
    with pytest.raises(ResourceNotFound):
        studio.photos.detail(collection, 999)


def test_what_was_left_out_keeps_all_that_was_found_of_it(
    studio: Studio, collection: int, photos: list[int]
) -> None:
    face = studio.photos.detail(collection, photos[0]).faces[0].face.detected
    left_out = (Unindexed(face, (Reason.LOW_SHARPNESS, Reason.LOW_FACE_QUALITY)),)
    written = unindexed_json(left_out, Indexing(QualityFilter.HIGH, 7))
    with studio.library.database.write() as connection:
        connection.execute(tables.memberships.update().values(unindexed=written))
    detail = studio.photos.detail(collection, photos[0])
    (noted,) = detail.unindexed
    assert noted.detected == face
    assert noted.reasons == ("LOW_SHARPNESS", "LOW_FACE_QUALITY")
    assert detail.indexing == Indexing(QualityFilter.HIGH, 7)
    # When the last of them is taken in, how the photo was indexed is still known.
    assert indexing_of(with_entries(written, [])) == Indexing(QualityFilter.HIGH, 7)
    assert entries_of(with_entries(written, [])) == []
    old = json.dumps(entries_of(written))
    assert indexing_of(with_entries(old, entries_of(old))) == Indexing() == indexing_of(None)
    assert with_entries(old, []) is None


def test_photos_are_shown_turned_until_that_is_undone(
    studio: Studio, collection: int, photos: list[int]
) -> None:
    before = studio.state()
    turned = studio.photos.turn(collection, [*photos[:2], 999], 90)
    assert turned.change is not None
    assert turned.change.summary == "2 photos turned in Archive"
    assert turned.photos == set(photos[:2])
    assert studio.photos.detail(collection, photos[0]).shown_turned == 90
    assert [studio.photos.cells(collection, photos)[pk].shown_turned for pk in photos] == [90, 90, 0]
    assert studio.photos.turn(collection, photos[:2], 90) == ChangeSet()
    back = studio.photos.turn(collection, photos[:1], 0)
    assert studio.photos.detail(collection, photos[0]).shown_turned == 0
    assert back.change is not None
    studio.history.undo(back.change.id)
    studio.history.undo(turned.change.id)
    assert studio.state() == before


@pytest.mark.parametrize("degrees", [-90, 45, 360])
def test_a_photo_is_turned_by_quarters(
    studio: Studio, collection: int, photos: list[int], degrees: int
) -> None:
    with pytest.raises(InvalidParameter, match="0, 90, 180 or 270"):
        studio.photos.turn(collection, photos, degrees)


def test_removed_photos_come_back_with_everything(studio: Studio, collection: int, photos: list[int]) -> None:
    faces = [view.face.id for view in studio.photos.detail(collection, photos[0]).faces]
    studio.users.name_faces(collection, faces[:2], "Ada")
    studio.users.reject(faces[2:], studio.users.list(collection)[0].id)
    before = studio.state()
    removed = studio.photos.remove(collection, [*photos[:2], 999])
    assert removed.change is not None
    assert removed.change.summary == "2 photos removed from Archive"
    assert removed.photos == set(photos[:2])
    assert ids(studio, collection) == photos[2:]
    assert not [key for key in studio.state() if key[0] in ("faces", "embeddings", "rejections")]
    assert studio.photos.remove(collection, photos[:2]) == ChangeSet()
    studio.history.undo(removed.change.id)
    assert studio.state() == before


def test_a_photo_that_was_added_again_is_named_by_the_undo_of_its_removal(
    studio: Studio, collection: int, photos: list[int]
) -> None:
    other = studio.collections.create("other").id
    face = studio.photos.detail(collection, photos[1]).faces[0].face.id
    studio.faces.move([face], other)
    removed = studio.photos.remove(collection, [photos[1]])
    back = studio.faces.move([face], collection)
    assert removed.change is not None and back.change is not None
    with pytest.raises(DependedOn, match="photo was added again") as refusal:
        studio.history.undo(removed.change.id)
    assert refusal.value.changes == (back.change.id,)
    studio.history.undo_with_dependents(removed.change.id)
    assert photos[1] in ids(studio, collection)


def test_thumbnails_are_made_once_and_outlive_the_file(
    studio: Studio, collection: int, photos: list[int]
) -> None:
    jpeg = studio.photos.thumbnail(photos[0])
    assert jpeg is not None and jpeg[:2] == b"\xff\xd8"
    (studio.folder / "Zoo.png").unlink()
    (studio.folder / "IMG_2.png").unlink()
    assert studio.photos.thumbnail(photos[0]) == jpeg
    turned = studio.photos.thumbnail(photos[0], 90)
    assert jpeg is not None and turned is not None
    with Image.open(io.BytesIO(jpeg)) as one, Image.open(io.BytesIO(turned)) as other:
        assert other.size == one.size[::-1]
        clockwise = np.rot90(np.asarray(one, int), -1)
        assert np.abs(clockwise - np.asarray(other, int)).mean() < 4
    assert studio.photos.thumbnail(photos[1]) is None


def test_pixels_name_the_file_that_is_missing_or_another(
    studio: Studio, collection: int, photos: list[int]
) -> None:
    assert studio.photos.pixels(photos[0]).pixels.shape == (480, 640, 3)
    assert studio.photos.pixels(photos[0], 64).pixels.shape == (48, 64, 3)
    zoo = studio.folder / "Zoo.png"
    zoo.write_bytes((studio.folder / "IMG_2.png").read_bytes())
    with pytest.raises(ImageError, match="Zoo") as refusal:
        studio.photos.pixels(photos[0])
    assert refusal.value.reason == "File was changed"
    zoo.unlink()
    with pytest.raises(ImageError, match="Zoo") as refusal:
        studio.photos.pixels(photos[0])
    assert refusal.value.reason == "File is missing"


def test_a_file_that_was_only_touched_is_still_the_photo(
    studio: Studio, collection: int, photos: list[int]
) -> None:
    os.utime(studio.folder / "Zoo.png", (0, 0))
    assert studio.photos.pixels(photos[0]).width == 640


def test_files_that_went_and_came_back_are_noticed(
    studio: Studio, collection: int, photos: list[int]
) -> None:
    file = studio.folder / "Zoo.png"
    content = file.read_bytes()
    file.unlink()
    studio.told.clear()
    changes = studio.photos.check_files()
    assert (changes.photos, changes.change) == ({photos[0]}, None)
    assert studio.told == [changes]
    assert studio.photos.cells(collection, photos)[photos[0]].missing
    assert ids(studio, collection, missing=True) == photos[:1]
    assert ids(studio, collection, missing=False) == photos[1:]
    assert studio.photos.check_files(photos[:1]) == ChangeSet()
    file.write_bytes(content)
    assert studio.photos.check_files(photos).photos == {photos[0]}
    assert ids(studio, collection, missing=True) == []
