"""One index job: the io lane reads ahead, the inference lane analyses and records."""

from __future__ import annotations

import logging
import os
from concurrent.futures import CancelledError, Future
from functools import partial
from pathlib import Path
from typing import Final

from app.domain.errors import Cancelled, ImageError, LikenessError, ResourceNotFound
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.imaging.decode import DecodeLimits
from app.imaging.files import read_file
from app.inference.engine import FaceEngine
from app.jobs import JobContext
from app.services.events import EventHub
from app.services.ingest import intake, sentences
from app.services.ingest.analysis import analyse
from app.services.ingest.feed import PathFeed
from app.services.ingest.flow import Flow
from app.services.ingest.intake import ReadFile, Seen, WaitingPhoto
from app.services.ingest.outbox import Outbox
from app.services.ingest.params import IndexParams
from app.services.ingest.record import ContractChanged, measurable, record_analysis, record_failure
from app.services.metrics.meter import UNCOUNTED, Meter, Running
from app.storage.gate import Priority
from app.storage.library import Library
from app.storage.repositories import contracts, jobs, memberships
from app.storage.repositories.memberships import Target
from app.storage.repositories.rows import Connection

_log = logging.getLogger(__name__)

# Files that are looked up together by path, and photos that are registered in one transaction.
_LOOK: Final = 128
_REGISTER: Final = 16
# Encoded files held between reading and decoding: enough to keep the workers fed from a slow disk.
_HELD_BYTES: Final = 48 * 1024 * 1024
_READ_LIMIT: Final = DecodeLimits().max_file_bytes


class IndexRun:
    """Runs once, on the io lane. A photo is either recorded whole or left waiting, whatever happens."""

    def __init__(
        self,
        library: Library,
        engine: FaceEngine,
        events: EventHub,
        origin: Origin,
        job_pk: int,
        params: IndexParams,
        change_pk: int | None,
        context: JobContext,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._database = library.database
        self._engine = engine
        self._origin = origin
        self._job_pk = job_pk
        self._change_pk = change_pk
        self._context = context
        self._meter = meter
        self._collection_pk = params.collection_pk
        self._quality = params.quality
        self._target = self._find_target()
        self._feed = PathFeed(params.paths)
        self._flow = Flow(context.token, 2 * context.inference.threads + _REGISTER, _HELD_BYTES)
        self._outbox = Outbox(library.thumbnails, events)
        self._under_way: set[int] = set()
        self._left_out = False
        self._read: list[ReadFile] = []

    def __call__(self) -> str:
        try:
            while True:
                self._context.token.raise_if_cancelled()
                files = self._feed.take(_LOOK)
                self._report_unreadable()
                if not files:
                    break
                self._take(files)
            self._context.set_total(self._feed.total or 0)
        finally:
            for file in self._read:
                self._flow.leave(file.seen.size)
            try:
                self._flow.drain()
            finally:
                self._outbox.send()
        if self._left_out:
            # All had been handed on already when the job was told to stop: it has not come to its end.
            self._context.token.raise_if_cancelled()
        return ""

    def _take(self, files: list[Path]) -> None:
        looked = intake.look(self._database, self._collection_pk, files)
        known = [seen for seen in looked if intake.indexed(seen)]
        news = intake.confirm_places(self._database, known)
        if news is not None:
            self._outbox.add(news)
        if known:
            self._context.skip(len(known))
        for seen in looked:
            if not intake.indexed(seen):
                self._read_one(seen)
        self._register()

    def _read_one(self, seen: Seen) -> None:
        while not self._flow.try_enter(seen.size):
            self._register()
            self._flow.wait(self._walk_ahead)
        try:
            data = read_file(seen.path, _READ_LIMIT)
        except (ImageError, OSError, MemoryError) as error:
            self._flow.leave(seen.size)
            self._fail_unread(seen, error if isinstance(error, ImageError) else intake.unreadable(error))
            return
        self._read.append(ReadFile.of(seen, data))
        if len(self._read) >= _REGISTER:
            self._register()

    def _register(self) -> None:
        """Make the files that were read into waiting photos and hand them to the inference lane."""
        files, self._read = self._read, []
        if not files:
            return
        try:
            with self._database.act(
                ChangeKind.INDEX,
                self._origin,
                self._collection_pk,
                change_pk=self._change_pk,
                priority=Priority.BULK,
            ) as act:
                self._require_collection(act.work.connection)
                change_pk = act.work.change_pk
                if self._change_pk is None:
                    act.work.summary = sentences.running(self._target.display_name)
                    jobs.open_change(act.work.connection, self._job_pk, change_pk)
                done = intake.register(act, self._target, files, self._under_way)
                self._save_progress(act.work.connection)
        except BaseException:
            for file in files:
                self._flow.leave(file.seen.size)
            raise
        self._change_pk = change_pk
        sizes = {file.seen.encoded: file.seen.size for file in files}
        for file in done.known:
            self._flow.leave(sizes[file.seen.encoded])
        self._context.skip(len(done.known))
        if done.photos:
            intake.find_moved(self._database, done.photos)
        self._outbox.add(act.changes.merged(ChangeSet(photos=frozenset(done.photos))))
        for photo in done.waiting:
            future = self._context.inference.submit(self._context.priority, self._photo, photo)
            future.add_done_callback(partial(self._left, size=sizes[photo.encoded]))

    def _left(self, ended: Future[None], size: int) -> None:
        """Also for a photo that was dropped because the lane closed."""
        error = CancelledError() if ended.cancelled() else ended.exception()
        if isinstance(error, (CancelledError, Cancelled)):
            self._context.token.cancel(quitting=True)
            self._left_out = True
            error = None
        self._flow.leave(size, error)

    def _photo(self, photo: WaitingPhoto) -> None:
        """On the inference lane: everything about one photo. What it raises ends the job."""
        if self._flow.stopped:
            self._left_out = True
            return
        data, photo.data = photo.data, b""
        with self._meter.operation("IndexFaces") as running:
            while not self._record(photo, data, running):
                _log.info("%s follows another model now: %s again", self._target.display_name, photo.path)

    def _record(self, photo: WaitingPhoto, data: bytes, running: Running) -> bool:
        """False where the collection was switched to another model meanwhile, and nothing was done."""
        try:
            with self._database.read() as connection:
                wanted = contracts.followed(connection, self._collection_pk)
            own = measurable(self._engine, wanted)
            result = analyse(self._engine, data, contracts=own, quality=self._quality)
        except ImageError as error:
            self._fail(photo, error, running)
            return True
        except LikenessError:
            raise
        except MemoryError as error:
            self._fail(photo, intake.unreadable(error), running)
            return True
        except Exception as error:
            _log.exception("the photo %s could not be analysed", photo.path)
            self._fail(
                photo, ImageError("Could not be analysed", "The program's log has the details."), running
            )
            running.failure = error
            return True
        try:
            with self._database.act(
                ChangeKind.INDEX,
                self._origin,
                self._collection_pk,
                change_pk=self._change_pk,
                priority=Priority.BULK,
            ) as act:
                self._require_collection(act.work.connection)
                recorded = record_analysis(act, self._target, photo.photo_pk, photo.membership_pk, result)
        except ContractChanged:
            return False
        pictures = [("photo", photo.photo_pk, result.thumbnail)]
        pictures += [("face", pk, crop) for pk, crop in zip(recorded.face_pks, result.crops, strict=False)]
        self._outbox.add(act.changes, pictures)
        running.faces = len(result.faces) + len(result.unindexed)
        self._context.advance()
        return True

    def _fail(self, photo: WaitingPhoto, error: ImageError, running: Running) -> None:
        running.failure = _of(photo.path, error)
        with self._database.act(
            ChangeKind.INDEX,
            self._origin,
            self._collection_pk,
            change_pk=self._change_pk,
            priority=Priority.BULK,
        ) as act:
            connection = act.work.connection
            self._require_collection(connection)
            record_failure(act, self._target, photo.photo_pk, photo.membership_pk, error.reason)
            jobs.add_failure(connection, self._job_pk, photo.encoded, str(error))
        self._outbox.add(act.changes)
        self._context.advance(failed=1)

    def _fail_unread(self, seen: Seen, error: ImageError) -> None:
        with self._database.write(Priority.BULK) as connection:
            jobs.add_failure(connection, self._job_pk, seen.encoded, str(error))
        self._meter.failed("IndexFaces", _of(seen.path, error))
        self._context.advance(failed=1)

    def _report_unreadable(self) -> None:
        for path, error in self._feed.taken_errors():
            self._fail_unread(Seen(path, os.fsencode(path), -1, 0, None), error)
        if self._feed.total is not None:
            self._context.set_total(self._feed.total)

    def _walk_ahead(self) -> bool:
        walking = self._feed.total is None and self._feed.walk_ahead()
        self._report_unreadable()
        return walking

    def _save_progress(self, connection: Connection) -> None:
        view = self._context.view()
        jobs.set_progress(connection, self._job_pk, view.done, view.total or 0, view.failed)

    def _find_target(self) -> Target:
        with self._database.read() as connection:
            target = memberships.target(connection, self._collection_pk)
        if target is None or target.deleted:
            raise ResourceNotFound("The collection that the photos were to go into is gone.")
        return target

    def _require_collection(self, connection: Connection) -> None:
        if memberships.deleted(connection, self._collection_pk):
            raise _CollectionDeleted(
                f"{self._target.display_name} was deleted while photos were indexed into it."
            )


def _of(path: Path, error: ImageError) -> ImageError:
    """With the file, for those who read of it without the job."""
    return type(error)(f"{path}: {error}")


class _CollectionDeleted(ResourceNotFound):
    """Ends the job; what was indexed is in the deleted collection and comes back with it."""
