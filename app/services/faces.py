"""Faces of a collection: listed, shown, hidden, moved, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ResourceNotFound
from app.domain.faces import Face
from app.domain.records import ChangeKind, ChangeSet, Origin, PhotoStatus
from app.inference.engine import FaceEngine
from app.services.events import EventHub
from app.services.face_acts import delete_faces, drop_rejections, rest_on_photos, set_user
from app.services.face_views import FaceView, KnownFace, Match, known_faces, views_of
from app.services.listing import Listing, by_month, whole
from app.services.lookups import collection_of, distinct, of_one_collection, require_same, user_of
from app.services.metrics.meter import UNCOUNTED, Meter, counts
from app.services.naming import counted, joined
from app.services.paging import Page, paged
from app.services.photo_files import PhotoFiles
from app.storage import tables
from app.storage.clock import now_ms
from app.storage.database import Database
from app.storage.repositories import changes, collections, face_listing, faces, photos, users
from app.storage.repositories.face_listing import FaceCell, FaceFilter, FaceSort
from app.storage.thumbnails import ThumbnailCache
from app.storage.unit_of_work import UnitOfWork

__all__ = [
    "DeleteResult",
    "FaceCell",
    "FaceFilter",
    "FaceService",
    "FaceSort",
    "FaceView",
    "KnownFace",
    "Match",
    "Unsuccessful",
]

MOST_PER_PAGE = 4096
MOST_PER_DELETION = 4096
ASSOCIATED = "ASSOCIATED_TO_AN_EXISTING_USER"
NOT_FOUND = "FACE_NOT_FOUND"


@dataclass(frozen=True)
class Unsuccessful:
    """A face that an act left as it was, with Rekognition's reasons. `confidence` is the similarity
    (0-100) that was too low, where that is the reason; `user_id` whose it is, where that is."""

    face_id: str
    reasons: tuple[str, ...]
    confidence: float | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class DeleteResult:
    deleted: list[str]
    unsuccessful: list[Unsuccessful]
    changes: ChangeSet


class FaceService:
    """Thread-safe. `match` says how alike a face and its person are; without it nobody says."""

    def __init__(
        self,
        database: Database,
        thumbnails: ThumbnailCache,
        engine: FaceEngine,
        events: EventHub,
        origin: Origin,
        match: Match | None = None,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._database = database
        self._thumbnails = thumbnails
        self._engine = engine
        self._events = events
        self._origin = origin
        self._match = match
        self._meter = meter
        self._files = PhotoFiles(database, thumbnails)

    def listing(
        self,
        collection_pk: int,
        wanted: FaceFilter | None = None,
        sort: FaceSort = FaceSort.QUALITY,
        descending: bool = True,
    ) -> Listing:
        """Sections: a month each by date (the photo's) or added, none by quality and size."""
        with self._database.read() as connection:
            ids, keys = face_listing.sorted_faces(
                connection, collection_pk, wanted or FaceFilter(), sort, descending
            )
        return by_month(ids, keys) if sort in (FaceSort.DATE, FaceSort.ADDED) else whole(ids)

    def cells(self, ids: Sequence[int]) -> dict[int, FaceCell]:
        """Faces that are gone are left out."""
        with self._database.read() as connection:
            return face_listing.cells(connection, ids)

    def views(self, ids: Sequence[int]) -> list[FaceView]:
        """In the order given; faces that are gone are left out."""
        with self._database.read() as connection:
            found = faces.by_pks(connection, ids)
        return views_of(self._database, [found[pk] for pk in ids if pk in found], self._match)

    def crop(self, face_pk: int) -> bytes | None:
        """A JPEG of the square around the face, 176 px: cached, which a deleted face's stays, or made
        from the file. None when there is neither."""
        cached = self._thumbnails.get("face", face_pk)
        if cached is not None:
            return cached
        with self._database.read() as connection:
            face = faces.by_pk(connection, face_pk)
        if face is None:
            return None
        return self._files.crop(face.id, face.photo_pk, face.detected.box, face.detected.pose.roll)

    def aligned(self, face_pk: int, size: int = 112) -> NDArray[np.uint8]:
        """The face turned upright, as it was embedded: uint8 (size, size, 3) RGB.
        Raises ResourceNotFound, ImageError."""
        with self._database.read() as connection:
            face = faces.by_pk(connection, face_pk)
        if face is None:
            raise ResourceNotFound("This face was deleted.")
        pixels = self._files.decode(face.photo_pk).pixels
        return self._engine.aligned_crop(pixels, face.detected.landmarks, size)

    def known(self, face_pks: Iterable[int]) -> dict[int, KnownFace]:
        """By row; faces that are gone are left out. For thousands of matches, where `views` would compare
        each with its person's others."""
        with self._database.read() as connection:
            found = known_faces(connection, list(faces.by_pks(connection, face_pks).values()))
        return {each.face.id: each for each in found}

    def by_face_ids(self, collection_id: str, face_ids: Iterable[str]) -> dict[str, Face]:
        """Those of the faces that are in the collection. Raises ResourceNotFound for the collection."""
        with self._database.read() as connection:
            return faces.by_face_ids(connection, collection_of(connection, collection_id), face_ids)

    @counts("ListFaces")
    def list_page(
        self,
        collection_id: str,
        user_id: str | None = None,
        face_ids: Sequence[str] | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> Page[KnownFace]:
        """ListFaces, in order of indexing. Raises ResourceNotFound for the collection and the user,
        InvalidParameter, InvalidPaginationToken."""
        with self._database.read() as connection:
            collection_pk = collection_of(connection, collection_id)
            user_pk = None if user_id is None else user_of(connection, collection_id, user_id).id
            wanted = None if face_ids is None else distinct(face_ids, MOST_PER_PAGE)
            library = changes.library_mark(connection)
            page = paged(
                f"faces of {collection_pk} of {library}, user {user_pk}, "
                f"ids {sorted(wanted) if wanted else None}",
                next_token,
                max_results,
                MOST_PER_PAGE,
                lambda after, limit: faces.after(
                    connection, collection_pk, after, limit, user_pk=user_pk, face_ids=wanted
                ),
                lambda face: face.id,
            )
            return Page(known_faces(connection, page.items), page.next_token)

    @counts("DeleteFaces")
    def delete(self, collection_id: str, face_ids: Sequence[str], *, keep_associated: bool) -> DeleteResult:
        """DeleteFaces, 1-4,096 ids. With `keep_associated` a user's faces stay, as Rekognition has it.
        Raises ResourceNotFound, InvalidParameter."""
        wanted = distinct(face_ids, MOST_PER_DELETION)
        with self._database.read() as connection:
            collection_pk = collection_of(connection, collection_id)
        deleted: list[Face] = []
        unsuccessful: list[Unsuccessful] = []
        with self._database.act(ChangeKind.DELETE_FACES, self._origin, collection_pk) as act:
            require_same(act.work.connection, collection_id, collection_pk)
            found = faces.by_face_ids(act.work.connection, collection_pk, wanted)
            owners = users.by_pks(
                act.work.connection, {face.user_pk for face in found.values() if face.user_pk is not None}
            )
            for face_id in wanted:
                face = found.get(face_id)
                if face is None:
                    unsuccessful.append(Unsuccessful(face_id, (NOT_FOUND,)))
                elif face.user_pk is not None and keep_associated:
                    owner = owners[face.user_pk].user_id
                    unsuccessful.append(Unsuccessful(face_id, (ASSOCIATED,), user_id=owner))
                else:
                    deleted.append(face)
            self._delete(act.work, [face.id for face in deleted], collection_pk)
        self._events.publish(act.changes)
        return DeleteResult([face.face_id for face in deleted], unsuccessful, act.changes)

    @counts("DeleteFaces")
    def delete_pks(self, face_pks: Sequence[int]) -> ChangeSet:
        """Faces of one collection; those that are gone are passed over."""
        collection_pk, found = self._of_one_collection(face_pks)
        with self._database.act(ChangeKind.DELETE_FACES, self._origin, collection_pk) as act:
            self._delete(act.work, found, collection_pk)
        self._events.publish(act.changes)
        return act.changes

    def hide(self, face_pks: Sequence[int], hidden: bool) -> ChangeSet:
        """Hidden faces (a passer-by, a poster) are left out of grids, counts and suggestions."""
        collection_pk, found = self._of_one_collection(face_pks)
        with self._database.act(ChangeKind.HIDE, self._origin, collection_pk) as act:
            changed = [pk for pk in found if act.work.update(tables.faces, pk, {"hidden": hidden})]
            act.work.summary = f"{counted(len(changed), 'face')} {'hidden' if hidden else 'shown again'}"
        self._events.publish(act.changes)
        return act.changes

    def move(self, face_pks: Sequence[int], collection_pk: int) -> ChangeSet:
        """To another collection, which gets the photos too; the faces lose their person, who stays.
        Raises ResourceNotFound."""
        source, found = self._of_one_collection(face_pks)
        with self._database.act(ChangeKind.MOVE_FACES, self._origin, source) as act:
            work = act.work
            name = collections.name_of(work.connection, collection_pk)
            if name is None:
                raise ResourceNotFound("The collection to move the faces to was deleted.")
            moving = faces.by_pks(work.connection, found if source != collection_pk else [])
            rest_on_photos(work, moving)
            set_user(work, moving, None)
            drop_rejections(work, faces.rejections_of(work.connection, moving))
            if moving:
                work.refer(tables.collections, collection_pk)
            self._join(work, collection_pk, {face.photo_pk for face in moving.values()})
            for pk in moving:
                work.update(tables.faces, pk, {"collection_pk": collection_pk})
            work.summary = f"{counted(len(moving), 'face')} moved to {name}"
        self._events.publish(act.changes)
        return act.changes

    def _join(self, work: UnitOfWork, collection_pk: int, photo_pks: set[int]) -> None:
        present = photos.memberships(work.connection, collection_pk, photo_pks)
        for pk in sorted(photo_pks):
            if pk in present:
                # Undoing what brought the photo here would leave these faces without it.
                work.refer(tables.memberships, present[pk].pk)
                continue
            values = {"collection_pk": collection_pk, "photo_pk": pk}
            status = PhotoStatus.INDEXED.value
            work.insert(tables.memberships, {**values, "status": status, "added_at": now_ms()})

    def _delete(self, work: UnitOfWork, face_pks: Sequence[int], collection_pk: int | None) -> None:
        owners = {pk for pk in faces.users_of(work.connection, face_pks).values() if pk is not None}
        names = [user.display_name for user in users.by_pks(work.connection, owners).values()]
        delete_faces(work, face_pks)
        of = f" of {joined(names)}" if names else ""
        work.summary = f"{counted(len(face_pks), 'face')}{of} deleted"

    def _of_one_collection(self, face_pks: Sequence[int]) -> tuple[int | None, list[int]]:
        with self._database.read() as connection:
            return of_one_collection(connection, face_pks)
