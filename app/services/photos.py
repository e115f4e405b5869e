"""Photos of a collection: listed, shown, removed, looked for on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import InvalidParameter, ResourceNotFound
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox
from app.domain.records import ChangeKind, ChangeSet, Origin, Photo, PhotoStatus
from app.domain.text import printable
from app.imaging.decode import DecodedImage
from app.imaging.thumbnails import turned_jpeg
from app.services.events import EventHub
from app.services.face_acts import delete_faces
from app.services.face_views import FaceView, Match, views_of
from app.services.ingest.unindexed import Indexing, detected_of, entries_of, indexing_of
from app.services.listing import Listing, Section, by_count, by_month, whole
from app.services.naming import counted
from app.services.photo_files import PhotoFiles
from app.storage import tables
from app.storage.clock import now_ms
from app.storage.database import Database
from app.storage.gate import Priority
from app.storage.repositories import collections, faces, looks, photos
from app.storage.repositories.looks import Gaze, Looks
from app.storage.repositories.photo_listing import PhotoFilter, PhotoSort, sorted_photos
from app.storage.repositories.photos import CellFace, PhotoCell, PhotoPath
from app.storage.thumbnails import ThumbnailCache

__all__ = [
    "CellFace",
    "FaceView",
    "Gaze",
    "Indexing",
    "Listing",
    "Looks",
    "PhotoCell",
    "PhotoDetail",
    "PhotoFilter",
    "PhotoPath",
    "PhotoService",
    "PhotoSort",
    "Section",
    "Undescribed",
    "UnindexedFace",
]

_CHECK_BATCH = 1000


@dataclass(frozen=True)
class Undescribed:
    """How many photos have no labels and how many shown faces no attributes yet."""

    photos: int
    faces: int


@dataclass(frozen=True)
class UnindexedFace:
    """A face that was found and not kept, with Rekognition's reasons. Confidence 0-100. `detected` is all
    that was found of it; None for one that an older version of the program left out."""

    box: BoundingBox
    confidence: float
    reasons: tuple[str, ...]
    detected: DetectedFace | None = None


@dataclass(frozen=True)
class PhotoDetail:
    """`faces` are the largest first, hidden ones among them. The photo is to be shown turned clockwise by
    `shown_turned` degrees (0, 90, 180, 270), boxes and all (BoundingBox.turned): a person chose that.
    `photo.turned` is what its faces suggest. `indexing`: with which filter its faces were chosen."""

    photo: Photo
    paths: list[PhotoPath]
    status: PhotoStatus
    reason: str | None
    unindexed: list[UnindexedFace]
    faces: list[FaceView]
    shown_turned: int = 0
    indexing: Indexing = field(default_factory=Indexing)

    @property
    def name(self) -> str:
        return printable(self.paths[0].path.name) if self.paths else self.photo.image_id


class PhotoService:
    """Thread-safe. `match` says how alike a face and its person are; without it nobody says."""

    def __init__(
        self,
        database: Database,
        thumbnails: ThumbnailCache,
        events: EventHub,
        origin: Origin,
        match: Match | None = None,
    ) -> None:
        self._database = database
        self._events = events
        self._origin = origin
        self._match = match
        self._files = PhotoFiles(database, thumbnails)

    def listing(
        self,
        collection_pk: int,
        wanted: PhotoFilter | None = None,
        sort: PhotoSort = PhotoSort.TAKEN,
        descending: bool = True,
    ) -> Listing:
        """Sections: a month each by date taken or added, a count each by faces, none by name."""
        with self._database.read() as connection:
            found = sorted_photos(connection, collection_pk, wanted or PhotoFilter(), sort, descending)
        if sort is PhotoSort.NAME:
            return whole(found.ids)
        if sort is PhotoSort.FACES:
            return by_count(found.ids, found.keys, "face")
        return by_month(found.ids, found.keys)

    def undescribed(self, collection_pk: int) -> Undescribed:
        """What cannot be found by its looks yet."""
        with self._database.read() as connection:
            return Undescribed(
                looks.undescribed_photos(connection, collection_pk),
                looks.undescribed_faces(connection, collection_pk),
            )

    def cells(self, collection_pk: int, ids: Sequence[int]) -> dict[int, PhotoCell]:
        """Photos that have left the collection are left out."""
        with self._database.read() as connection:
            return photos.cells(connection, collection_pk, ids)

    def detail(self, collection_pk: int, photo_pk: int) -> PhotoDetail:
        """Raises ResourceNotFound."""
        with self._database.read() as connection:
            photo = photos.by_pk(connection, photo_pk)
            member = photos.membership(connection, collection_pk, photo_pk)
            paths = photos.paths(connection, [photo_pk])
            found = faces.of_photo(connection, collection_pk, photo_pk)
        if photo is None or member is None:
            raise ResourceNotFound("This photo is not in the collection any more.")
        return PhotoDetail(
            photo=photo,
            paths=paths,
            status=member.status,
            reason=member.reason,
            unindexed=[
                UnindexedFace(
                    BoundingBox(*entry["box"]),
                    entry["confidence"],
                    tuple(entry["reasons"]),
                    detected_of(entry),
                )
                for entry in entries_of(member.unindexed)
            ],
            faces=views_of(self._database, found, self._match),
            shown_turned=member.shown_turned,
            indexing=indexing_of(member.unindexed),
        )

    def turned(self, collection_pk: int) -> dict[int, int]:
        """The photos that are shown turned, with the degrees clockwise (90, 180 or 270)."""
        with self._database.read() as connection:
            return photos.turned(connection, collection_pk)

    def thumbnail(self, photo_pk: int, turned: int = 0) -> bytes | None:
        """A JPEG that fits 320 px, cached, turned clockwise by 0, 90, 180 or 270 degrees; None when its file
        is missing or unreadable too."""
        jpeg = self._files.thumbnail(photo_pk)
        # Few photos lie, so turning is done each time and kept nowhere.
        return turned_jpeg(jpeg, turned) if jpeg is not None and turned else jpeg

    def pixels(self, photo_pk: int, max_side: int | None = None) -> DecodedImage:
        """Raises ImageError (the path is in the sentence), ResourceNotFound."""
        return self._files.decode(photo_pk, max_side)

    def file(self, photo_pk: int) -> Path | None:
        """A file that holds the photo now; None where none does. Raises ResourceNotFound."""
        return self._files.file(photo_pk)

    def files(self, photo_pks: Sequence[int]) -> list[Path]:
        """One file of each photo that has one which was there when last looked; in no order."""
        with self._database.read() as connection:
            found = photos.paths(connection, photo_pks)
        return list({path.photo_pk: path.path for path in reversed(found) if not path.missing}.values())

    def remove(self, collection_pk: int, photo_pks: Sequence[int]) -> ChangeSet:
        """Take photos out of the collection, with their faces. The files stay where they are.
        Photos that are not in it are passed over. Raises ResourceNotFound for the collection."""
        with self._database.act(ChangeKind.REMOVE_PHOTOS, self._origin, collection_pk) as act:
            connection = act.work.connection
            name = collections.name_of(connection, collection_pk)
            if name is None:
                raise ResourceNotFound("This collection was deleted.")
            members = photos.memberships(connection, collection_pk, photo_pks)
            delete_faces(act.work, faces.pks_of_photos(connection, collection_pk, members).tolist())
            for member in members.values():
                act.work.delete(tables.memberships, member.pk)
            act.work.summary = f"{counted(len(members), 'photo')} removed from {name}"
        self._events.publish(act.changes)
        return act.changes

    def turn(self, collection_pk: int, photo_pks: Sequence[int], degrees: int) -> ChangeSet:
        """Have photos shown turned clockwise by 0 (as they are), 90, 180 or 270 degrees. The files, and
        what is stored of their faces, stay as they are. Photos that are not in the collection are passed
        over. Raises ResourceNotFound for the collection, InvalidParameter."""
        if degrees not in (0, 90, 180, 270):
            raise InvalidParameter("A photo is turned by 0, 90, 180 or 270 degrees.")
        with self._database.act(ChangeKind.TURN_PHOTOS, self._origin, collection_pk) as act:
            connection = act.work.connection
            name = collections.name_of(connection, collection_pk)
            if name is None:
                raise ResourceNotFound("This collection was deleted.")
            members = photos.memberships(connection, collection_pk, photo_pks)
            turned = sum(
                act.work.update(tables.memberships, member.pk, {"shown_turned": degrees or None})
                for member in members.values()
            )
            act.work.summary = f"{counted(turned, 'photo')} turned in {name}"
        self._events.publish(act.changes)
        return act.changes

    def check_files(self, photo_pks: Sequence[int] | None = None) -> ChangeSet:
        """Look whether the files are where they were (of all photos without `photo_pks`), and note
        what has come or gone. Takes as long as the disk: call it from a job."""
        with self._database.read() as connection:
            paths = photos.paths(connection, photo_pks)
        changes = ChangeSet()
        for start in range(0, len(paths), _CHECK_BATCH):
            batch = self._check(paths[start : start + _CHECK_BATCH])
            self._events.publish(batch)
            changes = changes.merged(batch)
        return changes

    def _check(self, paths: Sequence[PhotoPath]) -> ChangeSet:
        gone: list[PhotoPath] = []
        back: list[PhotoPath] = []
        for path in paths:
            there = _is_file(path)
            if there == path.missing:
                (back if there else gone).append(path)
        if gone or back:
            with self._database.write(Priority.BULK) as connection:
                photos.set_missing(connection, [path.pk for path in gone], now_ms())
                photos.set_missing(connection, [path.pk for path in back], None)
        return ChangeSet(photos=frozenset(path.photo_pk for path in gone + back))


def _is_file(path: PhotoPath) -> bool:
    try:
        return path.path.is_file()
    except (OSError, ValueError):
        return False
