"""Photographs into collections: jobs that survive a crash, and single images at once."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from app.domain.errors import Conflict, InvalidParameter, ResourceNotFound
from app.domain.records import Origin
from app.inference.engine import FaceEngine
from app.inference.quality_filter import QualityFilter
from app.jobs import Job, JobContext, JobQueue, JobState, JobView, Priority
from app.jobs.owner import OwnerLock
from app.services.events import EventHub
from app.services.ingest import originals, sentences
from app.services.ingest.analysis import Admit, Describe
from app.services.ingest.closing import close_job
from app.services.ingest.params import KIND, IndexParams
from app.services.ingest.run import IndexRun
from app.services.ingest.single import FilePlace, HowToIndex, ImageIndexer, IndexResult, target_of
from app.services.metrics.meter import UNCOUNTED, Meter, counts
from app.storage.library import Library
from app.storage.repositories import jobs as job_rows
from app.storage.repositories.jobs import JobRow

_UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value, JobState.INTERRUPTED.value)


class IngestService:
    """Thread-safe. `close` after the job queue was closed."""

    def __init__(
        self,
        library: Library,
        engine: FaceEngine,
        jobs: JobQueue,
        events: EventHub,
        origin: Origin,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._library = library
        self._database = library.database
        self._engine = engine
        self._jobs = jobs
        self._events = events
        self._origin = origin
        self._meter = meter
        self._owner = OwnerLock(library.folder / "owners")
        self._indexer = ImageIndexer(library, engine, jobs, events, origin)

    def index_paths(
        self,
        collection_pk: int,
        paths: Sequence[Path],
        *,
        urgent: bool = False,
        quality: QualityFilter = QualityFilter.AUTO,
    ) -> JobView:
        """Index files, and the pictures in folders, as one job and one change. Returns at once.

        A job with the same paths that a crash or a quit stopped goes on instead, in its own change.
        `urgent`: passes bulk jobs; for a few photos that a person waits for. Faces that the filter leaves
        out are noted with their photo, and can be taken in one by one (FaceEditService.add_unindexed).
        Raises ResourceNotFound, InvalidParameter, LibraryError.
        """
        if not paths:
            raise InvalidParameter("There is nothing to index: name files or folders.")
        target = target_of(self._library, self._engine, collection_pk)
        params = IndexParams.of(collection_pk, paths, urgent, quality)
        stopped = self._stopped_twin(params)
        if stopped is not None:
            with suppress(Conflict):
                return self.resume(stopped)
        title = sentences.title(params.paths, target.display_name)
        with self._database.write() as connection:
            queued, mark = JobState.QUEUED.value, self._owner.mark
            job_pk = job_rows.add(connection, KIND, title, params.to_json(), queued, mark)
        return self._submit(job_pk, title, params)

    def index_bytes(self, collection_pk: int, data: bytes, name: str) -> JobView:
        """Index a picture that has no file; the library keeps its bytes. `name` is for people."""
        target_of(self._library, self._engine, collection_pk)
        path = originals.keep(self._library, data, name)
        return self.index_paths(collection_pk, [path], urgent=True)

    @counts("IndexFaces")
    def index_image(
        self,
        collection_id: str,
        source: bytes | Path,
        external_image_id: str | None = None,
        max_faces: int | None = None,
        quality: QualityFilter = QualityFilter.AUTO,
        *,
        place: FilePlace | None = None,
        admit: Admit | None = None,
        describe: Describe | None = None,
    ) -> IndexResult:
        """IndexFaces: one image at once, as one change. Bytes are kept in the library's originals, unless
        `place` says which file they were read from.

        A face of the same image is not stored again in a collection with the same external id. `admit`:
        which faces may be indexed at all. `describe`: to tell what all of them look like.
        Raises ImageError, ResourceNotFound, InvalidParameter.
        """
        target = target_of(self._library, self._engine, collection_id)
        how = HowToIndex(external_image_id, max_faces, quality, admit, describe)
        result = self._indexer.index(target, source, how, place)
        self._meter.detected(faces=len(result.faces) + len(result.unindexed))
        return result

    def interrupted(self) -> list[JobView]:
        """Jobs that a crash, a quit or a full disk stopped, to be resumed or dismissed. Those of
        another running process are not among them."""
        found = self._stopped()
        stale = [row for row in found if row.state != JobState.INTERRUPTED.value]
        if stale:
            with self._database.write() as connection:
                for row in stale:
                    job_rows.take(
                        connection, row.id, row.state, JobState.INTERRUPTED.value, row.process or ""
                    )
        return [_view(row) for row in found]

    def resume(self, job_id: int) -> JobView:
        """Go on where it stopped, in the same change. Raises ResourceNotFound, Conflict."""
        row = self._claim(job_id, JobState.QUEUED)
        with self._database.write() as connection:
            job_rows.clear_failures(connection, job_id)
        return self._submit(job_id, row.title, IndexParams.from_json(row.params))

    def dismiss(self, job_id: int) -> None:
        """Keep what was indexed, forget the rest. Raises ResourceNotFound, Conflict."""
        row = self._claim(job_id, JobState.CANCELLED)
        self._close(row.id, IndexParams.from_json(row.params), JobState.CANCELLED, row.done, row.failed)
        self._jobs.forget(job_id)

    def failures(self, job_id: int) -> list[tuple[Path, str]]:
        """(file, sentence) for each that could not be indexed, in the order they were met."""
        with self._database.read() as connection:
            rows = job_rows.failures(connection, job_id)
        return [(Path(os.fsdecode(path)), reason) for path, reason in rows]

    def run_to_end(self, job_id: int, on_progress: Callable[[JobView], None] | None = None) -> JobView:
        """Wait for the job; `on_progress` is called about ten times a second on this thread."""
        while True:
            view = self._jobs.wait(job_id, 0.1)
            if view is None:
                raise ResourceNotFound(f"There is no job {job_id}.")
            if on_progress is not None:
                on_progress(view)
            if view.state.ended:
                return view

    def with_origin(self, origin: Origin) -> IngestService:
        """For acts of another origin. It ends with this one, and is not closed by itself."""
        other = copy.copy(self)
        other._origin = origin
        other._indexer = ImageIndexer(self._library, self._engine, self._jobs, self._events, origin)
        return other

    def close(self) -> None:
        """Give up this process's mark: what it still had running counts as interrupted."""
        self._owner.close()

    def _submit(self, job_pk: int, title: str, params: IndexParams) -> JobView:
        def run(context: JobContext) -> str:
            with self._database.write() as connection:
                job_rows.set_state(connection, job_pk, JobState.RUNNING.value)
                row = job_rows.get(connection, job_pk)
            change_pk = row.change_pk if row else None
            return IndexRun(
                self._library,
                self._engine,
                self._events,
                self._origin,
                job_pk,
                params,
                change_pk,
                context,
                self._meter,
            )()

        def ended(view: JobView) -> str:
            if view.state is JobState.INTERRUPTED:
                with self._database.write() as connection:
                    job_rows.set_progress(connection, job_pk, view.done, view.total or 0, view.failed)
                    job_rows.set_state(connection, job_pk, view.state.value)
                return view.message
            sentence = self._close(job_pk, params, view.state, view.done, view.failed)
            if view.state is JobState.CANCELLED:
                return f"Cancelled: {sentence if view.done else 'nothing was indexed'}"
            return sentence if view.state is JobState.DONE else view.message or sentence

        return self._jobs.submit(
            Job(
                KIND,
                title,
                run,
                ended,
                id=job_pk,
                collection_pk=params.collection_pk,
                priority=Priority.INTERACTIVE if params.urgent else Priority.BULK,
            )
        )

    def _close(self, job_pk: int, params: IndexParams, state: JobState, done: int, failed: int) -> str:
        sentence, changes = close_job(
            self._database, self._origin, job_pk, params.collection_pk, state.value, done, failed
        )
        self._events.publish(changes)
        return sentence

    def _stopped(self) -> list[JobRow]:
        with self._database.read() as connection:
            rows = [row for row in job_rows.in_states(connection, _UNFINISHED) if row.kind == KIND]
        return [row for row in rows if not self._running(row)]

    def _stopped_twin(self, params: IndexParams) -> int | None:
        for row in self._stopped():
            other = IndexParams.from_json(row.params)
            if replace(other, urgent=params.urgent) == params:
                return row.id
        return None

    def _claim(self, job_id: int, state: JobState) -> JobRow:
        self.interrupted()
        with self._database.write() as connection:
            row = job_rows.get(connection, job_id)
            if row is None or row.kind != KIND:
                raise ResourceNotFound(f"There is no job {job_id} in this library.")
            interrupted = JobState.INTERRUPTED.value
            if not job_rows.take(connection, job_id, interrupted, state.value, self._owner.mark):
                raise Conflict(f"“{row.title}” is {row.state}: only an interrupted job can be taken up.")
        return row

    def _running(self, row: JobRow) -> bool:
        if row.state == JobState.INTERRUPTED.value:
            return False
        if row.process == self._owner.mark:
            return self._jobs.active(row.id)
        return self._owner.alive(row.process)


def _view(row: JobRow) -> JobView:
    return JobView(
        id=row.id,
        kind=row.kind,
        title=row.title,
        state=JobState.INTERRUPTED,
        done=row.done,
        total=row.total or None,
        failed=row.failed,
        collection_pk=IndexParams.from_json(row.params).collection_pk,
    )
