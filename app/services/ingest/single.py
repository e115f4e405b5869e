"""IndexFaces: one image, at once, as one change."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from app.domain.attributes import FaceAttributes
from app.domain.errors import InvalidParameter, ModelError, ResourceNotFound
from app.domain.faces import DetectedFace, Face
from app.domain.records import ChangeKind, ChangeSet, Origin, PhotoStatus
from app.imaging.decode import DecodeLimits
from app.imaging.files import image_id, read_file
from app.inference.engine import FaceEngine
from app.inference.quality_filter import QualityFilter
from app.jobs import JobQueue, Priority
from app.services.events import EventHub
from app.services.ingest import originals, sentences
from app.services.ingest.analysis import Admit, Analysis, Describe, Unindexed, analyse
from app.services.ingest.record import ContractChanged, add_waiting, measurable, store
from app.storage.library import Library
from app.storage.repositories import collections, contracts, memberships, paths
from app.storage.repositories import faces as face_rows
from app.storage.repositories.memberships import Outcome, Target

_EXTERNAL_ID: Final = re.compile(r"[a-zA-Z0-9_.\-:]{1,255}")
_READ_LIMIT: Final = DecodeLimits().max_file_bytes


# From so much in common on, a stored face and a found one are the same: a box that a person corrected is.
_SAME: Final = 0.5


@dataclass(frozen=True)
class IndexResult:
    """Faces are large to small. `added` is False where all of them were stored before, with the same
    external id: nothing was changed then. `turned`: how many degrees counter-clockwise (0, 90, 180, 270) the
    content lies; None where the file states its orientation. `looks` and `unindexed_looks`: what the faces
    look like, where that was asked for."""

    photo_pk: int
    image_id: str
    faces: list[Face]
    unindexed: list[Unindexed] = field(default_factory=list)
    changes: ChangeSet = field(default_factory=ChangeSet)
    added: bool = True
    turned: int | None = None
    looks: tuple[FaceAttributes, ...] | None = None
    unindexed_looks: tuple[FaceAttributes, ...] | None = None


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where bytes were read from, and when that file was last changed."""

    path: Path
    mtime_ns: int


@dataclass(frozen=True)
class HowToIndex:
    """`admit`: which faces may be indexed at all. `describe`: to tell what all of them look like."""

    external_image_id: str | None = None
    max_faces: int | None = None
    quality: QualityFilter = QualityFilter.AUTO
    admit: Admit | None = None
    describe: Describe | None = None

    def check(self) -> None:
        """Raises InvalidParameter."""
        if self.external_image_id is not None and not _EXTERNAL_ID.fullmatch(self.external_image_id):
            raise InvalidParameter(
                "An ExternalImageId is 1 to 255 letters, digits and _ . - : without spaces."
            )
        if self.max_faces is not None and self.max_faces < 1:
            raise InvalidParameter("MaxFaces must be 1 or more.")


class ImageIndexer:
    """Thread-safe; the analysis passes the photos of running jobs on the inference lane."""

    def __init__(
        self, library: Library, engine: FaceEngine, jobs: JobQueue, events: EventHub, origin: Origin
    ) -> None:
        self._library = library
        self._engine = engine
        self._jobs = jobs
        self._events = events
        self._origin = origin

    def index(
        self, target: Target, source: bytes | Path, how: HowToIndex, place: FilePlace | None = None
    ) -> IndexResult:
        """`place`: of the file that the bytes were read from; without one the library keeps them.

        Raises ImageError, InvalidParameter; nothing is stored then.
        """
        how.check()
        data = source if isinstance(source, bytes) else read_file(source, _READ_LIMIT)
        if isinstance(source, Path):
            place = FilePlace(source, source.stat().st_mtime_ns)
        sha256 = hashlib.sha256(data).digest()
        try:
            return self._index(target, data, sha256, how, place)
        except ContractChanged:
            # Somebody switched the collection's model meanwhile: once more, by the new one.
            return self._index(target, data, sha256, how, place)

    def _index(
        self, target: Target, data: bytes, sha256: bytes, how: HowToIndex, place: FilePlace | None
    ) -> IndexResult:
        with self._library.database.read() as connection:
            wanted = measurable(self._engine, contracts.followed(connection, target.pk))
        future = self._jobs.inference.submit(
            Priority.INTERACTIVE,
            analyse,
            self._engine,
            data,
            how.max_faces,
            wanted,
            how.quality,
            how.admit,
            how.describe,
        )
        result = future.result()
        known = self._known(target, sha256, how.external_image_id, result.faces)
        if known is not None:
            return _answer(known.photo_pk, sha256, list(known.faces), result, ChangeSet(), added=False)
        return self._store(target, data, sha256, how.external_image_id, place, result)

    def _known(
        self, target: Target, sha256: bytes, external_image_id: str | None, faces: Sequence[DetectedFace]
    ) -> _Known | None:
        """The stored faces that these are; None where one of them, or the photo, is not stored yet."""
        with self._library.database.read() as connection:
            photo_pk = paths.find_photo(connection, sha256)
            if photo_pk is None:
                return None
            membership = memberships.find(connection, target.pk, photo_pk)
            if membership is None or membership.status is not PhotoStatus.INDEXED:
                return None
            stored = face_rows.of_photo(connection, target.pk, photo_pk)
        same = paired(faces, [face for face in stored if face.external_image_id == external_image_id])
        found = [face for face in same if face is not None]
        return _Known(photo_pk, tuple(found)) if len(found) == len(same) else None

    def _store(
        self,
        target: Target,
        data: bytes,
        sha256: bytes,
        external_image_id: str | None,
        place: FilePlace | None,
        result: Analysis,
    ) -> IndexResult:
        if place is None:
            kept = originals.keep(self._library, data, image_id(sha256))
            place = FilePlace(kept, kept.stat().st_mtime_ns)
        with self._library.database.act(ChangeKind.INDEX, self._origin, target.pk) as act:
            connection = act.work.connection
            if memberships.deleted(connection, target.pk):
                raise ResourceNotFound(f"The collection {target.collection_id} was deleted.")
            photo_pk = paths.find_photo(connection, sha256)
            if photo_pk is None:
                photo_pk = paths.add_photo(connection, image_id(sha256), sha256, len(data))
            encoded = os.fsencode(Path(os.path.abspath(place.path)))  # noqa: PTH100 - links keep their name
            paths.see(connection, encoded, photo_pk, place.mtime_ns, len(data))
            membership = memberships.find(connection, target.pk, photo_pk)
            if membership is None:
                membership = add_waiting(act, target, photo_pk)
            # Once more, and now nobody can store one of them in between.
            stored = face_rows.of_photo(connection, target.pk, photo_pk)
            own = paired(
                result.faces, [face for face in stored if face.external_image_id == external_image_id]
            )
            new = result.only([at for at, face in enumerate(own) if face is None])
            there = paired([each.face for each in result.unindexed], stored)
            left_out = [each for each, face in zip(result.unindexed, there, strict=True) if face is None]
            new = replace(new, unindexed=tuple(left_out))
            new_pks = store(act, target, photo_pk, membership, new, external_image_id)
            outcome = Outcome(1, len(new_pks), 0, len(result.unindexed))
            act.work.summary = sentences.summary(outcome, target.display_name)
        pictures = [("photo", photo_pk, result.thumbnail)]
        pictures += [("face", pk, crop) for pk, crop in zip(new_pks, new.crops, strict=True)]
        self._library.thumbnails.put_many(pictures)
        self._events.publish(act.changes)
        with self._library.database.read() as connection:
            added = face_rows.by_pks(connection, new_pks)
        # One that somebody deleted in this very moment is left out.
        fresh = iter(added.get(pk) for pk in new_pks)
        faces = [face if face is not None else next(fresh) for face in own]
        return _answer(photo_pk, sha256, faces, result, act.changes, added=True)


@dataclass(frozen=True, slots=True)
class _Known:
    photo_pk: int
    faces: tuple[Face, ...]


def _answer(
    photo_pk: int,
    sha256: bytes,
    faces: Sequence[Face | None],
    result: Analysis,
    changes: ChangeSet,
    *,
    added: bool,
) -> IndexResult:
    """`faces` are those of the result, in its order; None for one that is gone already."""
    there = [at for at, face in enumerate(faces) if face is not None]
    return IndexResult(
        photo_pk,
        image_id(sha256),
        [face for face in faces if face is not None],
        list(result.unindexed),
        changes,
        added=added,
        turned=result.turned,
        looks=result.only(there).looks,
        unindexed_looks=result.unindexed_looks,
    )


def paired(faces: Sequence[DetectedFace], stored: Sequence[Face]) -> list[Face | None]:
    """For each face the stored one that it is; each of those is one face only."""
    left = list(stored)
    found: list[Face | None] = []
    for face in faces:
        best = max(left, key=lambda each: face.box.iou(each.detected.box), default=None)
        if best is not None and face.box.iou(best.detected.box) >= _SAME:
            left.remove(best)
            found.append(best)
        else:
            found.append(None)
    return found


def target_of(library: Library, engine: FaceEngine, collection: int | str) -> Target:
    """The collection by row or Rekognition id, if photos can be indexed into it now.

    Raises ResourceNotFound, InvalidParameter.
    """
    with library.database.read() as connection:
        pk = collections.pk_of(connection, collection) if isinstance(collection, str) else collection
        target = memberships.target(connection, pk) if pk is not None else None
    if target is None or target.deleted:
        name = f" {collection}" if isinstance(collection, str) else ""
        raise ResourceNotFound(f"There is no collection{name} in this library.")
    try:
        engine.embedder(target.contract)
    except ModelError as error:
        raise InvalidParameter(
            f"{target.display_name} was made with a face model that is not installed. Add the model again, "
            "or switch the collection to another one, on the Models page."
        ) from error
    return target
