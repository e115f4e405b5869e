"""A collection from one face model to another: every face measured again, in place, in the background."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from app.domain.errors import (
    Cancelled,
    ImageError,
    InvalidParameter,
    LikenessError,
    ModelError,
    ResourceNotFound,
)
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.inference.engine import FaceEngine
from app.jobs import JobContext
from app.services.events import EventHub
from app.services.naming import counted
from app.services.photo_pixels import pixels_of
from app.storage import tables
from app.storage.database import Database
from app.storage.gate import Priority
from app.storage.repositories import collections, contracts, jobs, paths
from app.storage.repositories import faces as face_rows

# Beyond this share of faces that cannot be measured, something larger is wrong than a lost photo: a disk
# that is not plugged in.
MOST_LOST: Final = 0.2
_SAVE_EVERY: Final = 20


@dataclass(frozen=True)
class SwitchParams:
    """What a stored job needs to go on. `anyway`: switch however many faces cannot be measured."""

    collection_pk: int
    contract: str
    anyway: bool = False

    def to_json(self) -> str:
        values = {"collection_pk": self.collection_pk, "contract": self.contract, "anyway": self.anyway}
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> SwitchParams:
        values = json.loads(text)
        return cls(int(values["collection_pk"]), str(values["contract"]), bool(values.get("anyway")))


@dataclass
class Measured:
    """`lost` are faces whose photo could not be read, with their photos' reasons in `failures`."""

    faces: int = 0
    lost: set[int] = field(default_factory=set)
    failures: dict[int, ImageError] = field(default_factory=dict)


class Measuring:
    """Gives the faces of a collection the vectors of a contract that they lack. Runs on an io lane; photos
    go through the inference lane. Stopped at any time, it goes on where it was: what lacks a vector is
    asked of the database."""

    def __init__(
        self, database: Database, engine: FaceEngine, collection_pk: int, digest: str, context: JobContext
    ) -> None:
        self._database, self._engine = database, engine
        self._collection_pk, self._digest = collection_pk, digest
        self._context = context
        self._measured = Measured()
        self.on_photo: Callable[[], None] = lambda: None

    def __call__(self) -> Measured:
        """Until no face lacks a vector but those that are lost. Raises Cancelled, ModelError."""
        self._engine.embedder(self._digest)
        with self._database.read() as connection:
            contract = contracts.by_digest(connection, self._digest)
            total = face_rows.count(connection, self._collection_pk)
            if contract is None:
                raise ModelError("The library does not know this face model any more. Choose it again.")
            left = len(contracts.lacking(connection, self._collection_pk, contract.pk))
        self._context.set_total(total)
        self._context.skip(total - left)
        while photos := self._photos(contract.pk):
            self._go_through(photos, contract.pk)
        return self._measured

    def _photos(self, contract_pk: int) -> list[tuple[int, list[int]]]:
        with self._database.read() as connection:
            lacking = contracts.lacking(connection, self._collection_pk, contract_pk)
            wanted = np.setdiff1d(lacking, np.array(sorted(self._measured.lost), np.int64))
            return list(contracts.photos_of(connection, wanted.tolist()).items())

    def _go_through(self, photos: list[tuple[int, list[int]]], contract_pk: int) -> None:
        """A few photos at a time, so that a cancellation is heard at once."""
        waiting: set[Future[None]] = set()
        try:
            for photo_pk, face_pks in photos:
                self._context.token.raise_if_cancelled()
                job = partial(self._photo, photo_pk, face_pks, contract_pk)
                waiting.add(self._context.inference.submit(self._context.priority, job))
                while len(waiting) >= 2 * self._context.inference.threads:
                    waiting = self._settle(waiting)
        finally:
            done, _ = wait(waiting)
        for future in done:
            self._result(future)

    def _settle(self, waiting: set[Future[None]]) -> set[Future[None]]:
        done, left = wait(waiting, return_when="FIRST_COMPLETED")
        for future in done:
            self._result(future)
        return left

    def _result(self, future: Future[None]) -> None:
        if future.cancelled():
            self._context.token.cancel(quitting=True)
            raise Cancelled("The job was stopped.")
        future.result()
        self.on_photo()

    def _photo(self, photo_pk: int, face_pks: list[int], contract_pk: int) -> None:
        if self._context.token.cancelled:
            return
        with self._database.read() as connection:
            faces = list(face_rows.by_pks(connection, face_pks).values())
        try:
            pixels = pixels_of(self._database, photo_pk)
        except (ImageError, MemoryError) as error:
            reason = error if isinstance(error, ImageError) else ImageError("Not enough memory")
            self._measured.lost.update(face_pks)
            self._measured.failures[photo_pk] = reason
            self._context.advance(len(face_pks), len(face_pks))
            return
        vectors = self._engine.embed(pixels, [face.detected.landmarks for face in faces], self._digest)
        with self._database.write(Priority.BULK) as connection:
            for face, vector in zip(faces, vectors, strict=True):
                landmarks = face.detected.landmarks.points.astype("<f4").tobytes()
                data = vector.astype("<f4").tobytes()
                if contracts.fill(connection, face.id, contract_pk, data, landmarks):
                    self._measured.faces += 1
        self._context.advance(len(face_pks))


class SwitchRun:
    """One switch: measure, then let the collection follow the new contract, as one undoable change."""

    def __init__(
        self,
        database: Database,
        engine: FaceEngine,
        events: EventHub,
        origin: Origin,
        job_pk: int,
        params: SwitchParams,
        context: JobContext,
    ) -> None:
        self._database, self._engine, self._events, self._origin = database, engine, events, origin
        self._job_pk, self._params, self._context = job_pk, params, context
        self._photos = 0

    def __call__(self) -> str:
        name = self._name()
        model = self._engine.embedder(self._params.contract).contract.model_id
        measuring = Measuring(
            self._database, self._engine, self._params.collection_pk, self._params.contract, self._context
        )
        measuring.on_photo = self._save
        while True:
            measured = measuring()
            self._context.token.raise_if_cancelled()
            self._keep_failures(measured)
            self._refuse_if_many_lost(measured, name)
            changes = self._switch(measured, name, model)
            if changes is not None:
                self._events.publish(changes)
                return self._sentence(measured, name, model)

    def _switch(self, measured: Measured, name: str, model: str) -> ChangeSet | None:
        """None where a face came in meanwhile that is not measured yet."""
        pk = self._params.collection_pk
        with self._database.act(ChangeKind.SWITCH_MODEL, self._origin, pk) as act:
            connection = act.work.connection
            contract = contracts.by_digest(connection, self._params.contract)
            if contract is None or collections.name_of(connection, pk) is None:
                raise ResourceNotFound(f"{name} was deleted while its faces were measured.")
            if set(contracts.lacking(connection, pk, contract.pk).tolist()) - measured.lost:
                return None
            act.work.summary = f"{name} switched to the face model {model}"
            act.work.update(tables.collections, pk, {"contract_pk": contract.pk})
            jobs.set_change(connection, self._job_pk, act.work.change_pk)
        return act.changes

    def _refuse_if_many_lost(self, measured: Measured, name: str) -> None:
        with self._database.read() as connection:
            total = face_rows.count(connection, self._params.collection_pk)
        if self._params.anyway or not total or len(measured.lost) / total <= MOST_LOST:
            return
        raise _ManyLost(
            f"{name} was not switched: the photos of {len(measured.lost):,} of its {total:,} faces cannot be "
            "read. Connect the disk that they lie on and go on, or switch anyway: those faces keep their old "
            "vectors and are not found by searches until their photos are back."
        )

    def _sentence(self, measured: Measured, name: str, model: str) -> str:
        sentence = f"{name} follows {model} now: {counted(measured.faces, 'face')} measured again"
        if not measured.lost:
            return sentence
        keep = "keeps its" if len(measured.lost) == 1 else "keep their"
        return (
            f"{sentence}. {counted(len(measured.lost), 'face')} {keep} old vector only, because the photo "
            "cannot be read"
        )

    def _keep_failures(self, measured: Measured) -> None:
        with self._database.write(Priority.BULK) as connection:
            jobs.clear_failures(connection, self._job_pk)
            for photo_pk, reason in measured.failures.items():
                places = paths.places(connection, photo_pk)
                path = places[0].path if places else os.fsencode(Path("unknown"))
                jobs.add_failure(connection, self._job_pk, path, str(reason))

    def _save(self) -> None:
        self._photos += 1
        if self._photos % _SAVE_EVERY == 0:
            view = self._context.view()
            with self._database.write(Priority.BULK) as connection:
                jobs.set_progress(connection, self._job_pk, view.done, view.total or 0, view.failed)

    def _name(self) -> str:
        with self._database.read() as connection:
            name = collections.name_of(connection, self._params.collection_pk)
        if name is None:
            raise ResourceNotFound("The collection that was to be switched is gone.")
        return name


class _ManyLost(LikenessError):
    """Ends the job; what was measured is kept, and nothing else was done."""


def require_switchable(
    database: Database, engine: FaceEngine, collection_pk: int, digest: str
) -> tuple[str, str]:
    """(collection's name, model's id). Raises ResourceNotFound, InvalidParameter, ModelError."""
    model = engine.embedder(digest).contract.model_id
    with database.read() as connection:
        name = collections.name_of(connection, collection_pk)
        now = contracts.of_collection(connection, collection_pk)
    if name is None or now is None:
        raise ResourceNotFound("This collection was deleted.")
    if now.digest == digest:
        raise InvalidParameter(f"{name} follows {model} already.")
    return name, model
