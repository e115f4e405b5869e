"""IndexFaces: one image, at once, as one change."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.domain.errors import InvalidParameter, ModelError, ResourceNotFound
from app.domain.faces import Face
from app.domain.records import ChangeKind, ChangeSet, Origin, PhotoStatus
from app.imaging.decode import DecodeLimits
from app.imaging.files import image_id, read_file
from app.inference.engine import FaceEngine
from app.inference.quality_filter import QualityFilter
from app.jobs import JobQueue, Priority
from app.services.events import EventHub
from app.services.ingest import originals, sentences
from app.services.ingest.analysis import Unindexed, analyse
from app.services.ingest.record import add_waiting, measurable, store
from app.storage.library import Library
from app.storage.repositories import collections, contracts, memberships, paths
from app.storage.repositories import faces as face_rows
from app.storage.repositories.memberships import Outcome, Target

_EXTERNAL_ID: Final = re.compile(r"[a-zA-Z0-9_.\-:]{1,255}")
_READ_LIMIT: Final = DecodeLimits().max_file_bytes


@dataclass(frozen=True)
class IndexResult:
    """Faces are large to small. `added` is False where the image was indexed before with the same
    external id: `faces` are those of then, and nothing was changed. `turned`: how many degrees
    counter-clockwise (0, 90, 180, 270) the content lies; None where the file states its orientation."""

    photo_pk: int
    image_id: str
    faces: list[Face]
    unindexed: list[Unindexed] = field(default_factory=list)
    changes: ChangeSet = field(default_factory=ChangeSet)
    added: bool = True
    turned: int | None = None


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
        self,
        target: Target,
        source: bytes | Path,
        external_image_id: str | None = None,
        max_faces: int | None = None,
        quality: QualityFilter = QualityFilter.AUTO,
    ) -> IndexResult:
        """Raises ImageError, InvalidParameter; nothing is stored then."""
        if external_image_id is not None and not _EXTERNAL_ID.fullmatch(external_image_id):
            raise InvalidParameter(
                "An ExternalImageId is 1 to 255 letters, digits and _ . - : without spaces."
            )
        if max_faces is not None and max_faces < 1:
            raise InvalidParameter("MaxFaces must be 1 or more.")
        data = source if isinstance(source, bytes) else read_file(source, _READ_LIMIT)
        sha256 = hashlib.sha256(data).digest()
        stored = self._stored(target, sha256, external_image_id)
        if stored is not None:
            return stored
        with self._library.database.read() as connection:
            wanted = measurable(self._engine, contracts.followed(connection, target.pk))
        future = self._jobs.inference.submit(
            Priority.INTERACTIVE, analyse, self._engine, data, max_faces, wanted, quality
        )
        result = future.result()
        if isinstance(source, bytes):
            source = originals.keep(self._library, data, image_id(sha256))
        status = source.stat()
        with self._library.database.act(ChangeKind.INDEX, self._origin, target.pk) as act:
            connection = act.work.connection
            if memberships.deleted(connection, target.pk):
                raise ResourceNotFound(f"The collection {target.collection_id} was deleted.")
            photo_pk = paths.find_photo(connection, sha256)
            if photo_pk is None:
                photo_pk = paths.add_photo(connection, image_id(sha256), sha256, len(data))
            place = os.fsencode(Path(os.path.abspath(source)))  # noqa: PTH100 - links keep their name
            paths.see(connection, place, photo_pk, status.st_mtime_ns, len(data))
            membership = memberships.find(connection, target.pk, photo_pk)
            if membership is None:
                membership = add_waiting(act, target, photo_pk)
            face_pks = store(act, target, photo_pk, membership, result, external_image_id)
            outcome = Outcome(1, len(face_pks), 0, len(result.unindexed))
            act.work.summary = sentences.summary(outcome, target.display_name)
        pictures = [("photo", photo_pk, result.thumbnail)]
        pictures += [("face", pk, crop) for pk, crop in zip(face_pks, result.crops, strict=True)]
        self._library.thumbnails.put_many(pictures)
        self._events.publish(act.changes)
        with self._library.database.read() as connection:
            faces = face_rows.by_pks(connection, face_pks)
        return IndexResult(
            photo_pk,
            image_id(sha256),
            [faces[pk] for pk in face_pks if pk in faces],
            list(result.unindexed),
            act.changes,
            turned=result.turned,
        )

    def _stored(self, target: Target, sha256: bytes, external_image_id: str | None) -> IndexResult | None:
        """The faces of an earlier call with the same image, collection and external id."""
        with self._library.database.read() as connection:
            photo_pk = paths.find_photo(connection, sha256)
            if photo_pk is None:
                return None
            membership = memberships.find(connection, target.pk, photo_pk)
            if membership is None or membership.status is not PhotoStatus.INDEXED:
                return None
            faces = face_rows.of_photo(connection, target.pk, photo_pk)
        same = [face for face in faces if face.external_image_id == external_image_id]
        if not same:
            return None
        return IndexResult(photo_pk, image_id(sha256), same, added=False)


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
