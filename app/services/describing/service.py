"""Attributes of faces, labels of photos: at once for what is looked at, in the background for the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import FaceAttributes, PhotoDescription
from app.domain.errors import ResourceNotFound
from app.domain.faces import DetectedFace, Face
from app.imaging.decode import DecodedImage
from app.inference.describer import FaceDescriber
from app.inference.engine import FaceEngine
from app.inference.labels.describer import PhotoDescriber
from app.jobs import Job, JobContext, JobQueue, JobView, Priority
from app.services.describing import lying
from app.services.describing.analysis import ImageAnalyser, ImageAnalysis, ratios
from app.services.describing.run import KIND, DescribeRun
from app.services.describing.whole import WholePicture, look_at_whole
from app.services.events import EventHub
from app.services.ingest.decoding import LARGEST_SIDE
from app.services.metrics.meter import UNCOUNTED, Meter
from app.services.photo_files import PhotoFiles
from app.storage.gate import Priority as WritePriority
from app.storage.library import Library
from app.storage.repositories import collections as collection_rows
from app.storage.repositories import descriptions, face_attributes
from app.storage.repositories import faces as face_rows
from app.storage.repositories import photos as photo_rows


class DescribeService:
    """What is worked out is stored beside the face or photo and never journalled: it can be had again.

    Thread-safe. Methods that look at a picture take tens of milliseconds and raise ImageError where its file
    cannot be read, ModelError.
    """

    def __init__(
        self,
        library: Library,
        engine: FaceEngine,
        faces: FaceDescriber,
        photos: PhotoDescriber,
        jobs: JobQueue,
        events: EventHub,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._database = library.database
        self._files = PhotoFiles(library.database, library.thumbnails)
        self._engine = engine
        self._analyser = ImageAnalyser(engine, faces, photos, meter)
        self._faces = faces
        self._photos = photos
        self._jobs = jobs
        self._events = events
        self._lock = threading.Lock()
        self._running: dict[int, int] = {}
        self._looking = threading.Lock()
        self._looked_at: tuple[int, NDArray[np.uint8]] | None = None
        # Photos whose file cannot be read now are not tried again until the program is started anew.
        self._given_up: set[int] = set()

    def analyse(self, source: bytes | Path | NDArray[np.uint8]) -> ImageAnalysis:
        """All of one image, nothing stored. Pixels are uint8 (H, W, 3) RGB, upright."""
        return self._analyser.analyse(source)

    def looks(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceAttributes]:
        """What faces of an image look like. Pixels as in `analyse`."""
        return self._faces.describe(pixels, faces)

    def whole(
        self, image: DecodedImage, label_confidence: float, moderation_confidence: float
    ) -> WholePicture:
        """What an image shows, from those confidences (0-100) on; its faces are not described."""
        return look_at_whole(self._engine, self._photos, image, label_confidence, moderation_confidence)

    @property
    def labels_made_by(self) -> str:
        """What labels and moderation depend on: a digest of the models, their settings and the labels."""
        return self._photos.made_by

    def face(self, face_pk: int) -> FaceAttributes:
        """Those of a stored face. Raises ResourceNotFound."""
        with self._database.read() as connection:
            known = face_attributes.by_face(connection, face_pk, self._faces.made_by)
            face = face_rows.by_pk(connection, face_pk)
        if known is not None:
            return known
        if face is None:
            raise ResourceNotFound("This face was deleted in the meantime.")
        pixels = self._shown(face.photo_pk)
        (attributes,) = self._faces.describe(pixels, [face.detected])
        self._store_faces([(face, attributes)])
        return attributes

    def mesh(self, face_pk: int) -> NDArray[np.float32]:
        """float32 (478, 2), ratios of the upright photo. Raises ResourceNotFound."""
        with self._database.read() as connection:
            face = face_rows.by_pk(connection, face_pk)
        if face is None:
            raise ResourceNotFound("This face was deleted in the meantime.")
        (view,) = self._faces.views(self._shown(face.photo_pk), [face.detected])
        return ratios(view)

    def photo(self, photo_pk: int) -> PhotoDescription:
        """What a stored photo shows. Raises ResourceNotFound."""
        with self._database.read() as connection:
            known = descriptions.by_photo(connection, photo_pk, self._photos.made_by)
        if known is not None:
            return known
        description = lying.described(self._photos, self._pixels(photo_pk), self._turned(photo_pk))
        with self._database.write(WritePriority.INTERACTIVE) as connection:
            descriptions.put(connection, self._photos.made_by, photo_pk, description)
        return description

    def waiting(self, collection_pk: int) -> int:
        """How many faces of the collection are yet to be described."""
        with self._database.read() as connection:
            return face_attributes.faces_without(connection, collection_pk, self._faces.made_by)

    def labels(self, collection_pk: int) -> list[tuple[str, int]]:
        """(label, photos that have it) of the collection's described photos, the most frequent first."""
        with self._database.read() as connection:
            return descriptions.labels_of(connection, collection_pk)

    def start(self, collection_pk: int, quiet: Callable[[], bool] = lambda: True) -> JobView | None:
        """Describe what is not described yet, when nothing else is to be done. None when all is, or the
        collection is gone; the job that is at it already, where there is one.

        `quiet` is asked on another thread before each photo: False puts it off for a moment.
        """
        with self._lock:
            running = self._jobs.view(self._running.get(collection_pk, 0))
            if running is not None and not running.state.ended:
                return running
            photo_pks = self._missing(collection_pk)
            with self._database.read() as connection:
                collection = collection_rows.by_pk(connection, collection_pk)
            if not photo_pks or collection is None:
                return None

            def run(context: JobContext) -> str:
                give_up = self._given_up.add
                return DescribeRun(context, photo_pks, self._describe, quiet, self._events, give_up)()

            title = f"Describing the faces of {collection.display_name}"
            job = Job(KIND, title, run, collection_pk=collection_pk, priority=Priority.IDLE)
            view = self._jobs.submit(job)
            self._running[collection_pk] = view.id
            return view

    def _missing(self, collection_pk: int) -> list[int]:
        with self._database.read() as connection:
            faces = face_attributes.photos_without(connection, collection_pk, self._faces.made_by)
            photos = descriptions.photos_without(connection, collection_pk, self._photos.made_by)
        # With numpy, which lets the window's thread run meanwhile: there may be 100,000.
        given_up = np.fromiter(self._given_up, np.int64)
        missing: list[int] = np.setdiff1d(np.union1d(faces, photos), given_up).tolist()
        return missing

    def _describe(self, photo_pk: int) -> None:
        """On the inference lane: all that is missing of one photo, in every collection."""
        with self._database.read() as connection:
            faces = face_rows.of_photos(connection, [photo_pk])
            described = face_attributes.described_among(
                connection, [face.id for face in faces], self._faces.made_by
            )
            known = descriptions.by_photo(connection, photo_pk, self._photos.made_by) is not None
        faces = [face for face in faces if face.id not in described]
        if known and not faces:
            return
        pixels = self._pixels(photo_pk)
        attributes = self._faces.describe(pixels, [face.detected for face in faces]) if faces else []
        description = None if known else lying.described(self._photos, pixels, self._turned(photo_pk))
        self._store_faces(list(zip(faces, attributes, strict=True)), WritePriority.BULK)
        if description is not None:
            with self._database.write(WritePriority.BULK) as connection:
                descriptions.put(connection, self._photos.made_by, photo_pk, description)

    def _store_faces(
        self,
        entries: list[tuple[Face, FaceAttributes]],
        priority: WritePriority = WritePriority.INTERACTIVE,
    ) -> None:
        """Not of a face whose box or landmarks were changed while it was looked at."""
        if not entries:
            return
        with self._database.write(priority) as connection:
            now = face_rows.by_pks(connection, [face.id for face, _ in entries])
            face_attributes.put(
                connection,
                self._faces.made_by,
                [
                    (face.id, attributes)
                    for face, attributes in entries
                    if face.id in now and _same_place(now[face.id].detected, face.detected)
                ],
            )

    def _turned(self, photo_pk: int) -> int | None:
        with self._database.read() as connection:
            photo = photo_rows.by_pk(connection, photo_pk)
        return None if photo is None else photo.turned

    def _shown(self, photo_pk: int) -> NDArray[np.uint8]:
        """As _pixels, of the photo that a person looks at: its faces are asked for one by one."""
        with self._looking:
            if self._looked_at is None or self._looked_at[0] != photo_pk:
                self._looked_at = photo_pk, self._pixels(photo_pk)
            return self._looked_at[1]

    def _pixels(self, photo_pk: int) -> NDArray[np.uint8]:
        return self._files.decode(photo_pk, LARGEST_SIDE).pixels


def _same_place(one: DetectedFace, other: DetectedFace) -> bool:
    return one.box == other.box and one.landmarks == other.landmarks
