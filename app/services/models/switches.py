"""The switches of a library: started, gone on with, cancelled; and faces that lack a vector filled in."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from app.domain.errors import Conflict, ModelError, ResourceNotFound
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.inference.engine import FaceEngine
from app.jobs import Job, JobContext, JobQueue, JobState, JobView
from app.jobs.owner import OwnerLock
from app.services.events import EventHub
from app.services.models.switching import Measuring, SwitchParams, SwitchRun, require_switchable
from app.services.naming import counted
from app.storage.library import Library
from app.storage.repositories import collections, contracts
from app.storage.repositories import jobs as job_rows
from app.storage.repositories.jobs import JobRow

KIND = contracts.SWITCH
FILL_KIND = "measure faces"
# After these, faces may lack a vector of what their collection follows.
_LEAVE_GAPS = (ChangeKind.UNDO, ChangeKind.REDO, ChangeKind.MOVE_FACES)
_UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value, JobState.INTERRUPTED.value)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """`running`: by this process or another; otherwise it stopped, and can go on."""

    job_id: int
    collection_pk: int
    contract: str
    title: str
    running: bool
    done: int
    total: int


class Switches:
    """Thread-safe. `close` after the job queue was closed."""

    def __init__(
        self, library: Library, engine: FaceEngine, jobs: JobQueue, events: EventHub, origin: Origin
    ) -> None:
        self._database = library.database
        self._engine, self._jobs, self._events, self._origin = engine, jobs, events, origin
        self._owner = OwnerLock(library.folder / "owners")
        self._lock = threading.Lock()
        self._filling: dict[int, int] = {}
        self._unsubscribe = events.subscribe(self._heard)

    def start(self, collection_pk: int, digest: str, *, anyway: bool = False) -> JobView:
        """As ModelService.use."""
        name, model = require_switchable(self._database, self._engine, collection_pk, digest)
        params = SwitchParams(collection_pk, digest, anyway)
        with self._lock:
            for other in self.unfinished():
                if other.collection_pk != collection_pk:
                    continue
                if other.running:
                    raise Conflict(f"{other.title} is under way. Wait for it, or cancel it.")
                self._end(other.job_id, JobState.CANCELLED)
            with self._database.write() as connection:
                title = f"Switching {name} to {model}"
                queued, mark = JobState.QUEUED.value, self._owner.mark
                job_pk = job_rows.add(connection, KIND, title, params.to_json(), queued, mark)
        return self._submit(job_pk, title, params)

    def unfinished(self) -> list[Unfinished]:
        """Those that run, and those that a quit or a crash stopped; the oldest first."""
        with self._database.read() as connection:
            rows = [row for row in job_rows.in_states(connection, _UNFINISHED) if row.kind == KIND]
        found = []
        for row in rows:
            params = SwitchParams.from_json(row.params)
            found.append(
                Unfinished(
                    row.id,
                    params.collection_pk,
                    params.contract,
                    row.title,
                    self._running(row),
                    row.done,
                    row.total,
                )
            )
        return found

    def resume(self, job_id: int) -> JobView:
        """Go on where it stopped. Raises ResourceNotFound, Conflict."""
        row = self._stopped(job_id)
        with self._database.write() as connection:
            if not job_rows.take(connection, row.id, row.state, JobState.QUEUED.value, self._owner.mark):
                raise Conflict(f"“{row.title}” was taken up meanwhile.")
        return self._submit(row.id, row.title, SwitchParams.from_json(row.params))

    def dismiss(self, job_id: int) -> None:
        """Give it up: the collection stays as it is. Raises ResourceNotFound, Conflict."""
        row = self._stopped(job_id)
        self._end(row.id, JobState.CANCELLED)
        self._jobs.forget(row.id)

    def change_of(self, job_id: int) -> int | None:
        """The change that a finished switch made, to be undone by."""
        with self._database.read() as connection:
            row = job_rows.get(connection, job_id)
        return None if row is None else row.change_pk

    def take_up(self) -> list[JobView]:
        """At the start of the program: go on with what was stopped, and fill in what faces lack."""
        views = []
        for each in self.unfinished():
            if not each.running:
                try:
                    views.append(self.resume(each.job_id))
                except (ResourceNotFound, Conflict):
                    continue
        return views + self.fill_all()

    def fill_all(self) -> list[JobView]:
        with self._database.read() as connection:
            if not contracts.more_than_one(connection):
                return []
            pks = [item.pk for item in contracts.collections(connection)]
        return [view for pk in pks if (view := self.fill(pk)) is not None]

    def fill(self, collection_pk: int) -> JobView | None:
        """Measure the faces that lack a vector of the model that their collection follows: undo may leave
        such. None where there are none, or nothing can be done."""
        with self._database.read() as connection:
            own = contracts.of_collection(connection, collection_pk)
            name = collections.name_of(connection, collection_pk)
            lacking = contracts.count_lacking(connection, collection_pk, own.pk) if own else 0
        if own is None or not lacking or not self._installed(own.digest):
            return None
        with self._lock:
            if self._jobs.active(self._filling.get(collection_pk, 0)):
                return None

            def run(context: JobContext) -> str:
                measured = Measuring(self._database, self._engine, collection_pk, own.digest, context)()
                context.token.raise_if_cancelled()
                if measured.faces:
                    self._events.publish(ChangeSet(collections=frozenset((collection_pk,))))
                sentence = f"{counted(measured.faces, 'face')} of {name} measured"
                lost = len(measured.lost)
                return f"{sentence}, {lost:,} cannot be: the photo is missing" if lost else sentence

            title = f"Measuring faces of {name}"
            view = self._jobs.submit(Job(FILL_KIND, title, run, collection_pk=collection_pk))
            self._filling[collection_pk] = view.id
        return view

    def close(self) -> None:
        """Give up this process's mark: what it still had running counts as stopped."""
        self._unsubscribe()
        self._owner.close()

    def _heard(self, changes: ChangeSet) -> None:
        if changes.change is None or changes.change.kind not in _LEAVE_GAPS:
            return
        with self._database.read() as connection:
            if not contracts.more_than_one(connection):
                return
        for pk in changes.collections:
            self.fill(pk)

    def _submit(self, job_pk: int, title: str, params: SwitchParams) -> JobView:
        def run(context: JobContext) -> str:
            with self._database.write() as connection:
                job_rows.set_state(connection, job_pk, JobState.RUNNING.value)
            work = SwitchRun(
                self._database, self._engine, self._events, self._origin, job_pk, params, context
            )
            return work()

        def ended(view: JobView) -> str:
            finished = view.state is not JobState.INTERRUPTED
            with self._database.write() as connection:
                job_rows.set_progress(connection, job_pk, view.done, view.total or 0, view.failed)
                job_rows.set_state(connection, job_pk, view.state.value, finished=finished)
            if view.state is JobState.CANCELLED:
                return "Cancelled: the collection follows the model that it did"
            return view.message

        return self._jobs.submit(Job(KIND, title, run, ended, id=job_pk, collection_pk=params.collection_pk))

    def _stopped(self, job_id: int) -> JobRow:
        with self._database.read() as connection:
            row = job_rows.get(connection, job_id)
        if row is None or row.kind != KIND:
            raise ResourceNotFound(f"There is no switch {job_id} in this library.")
        if row.state not in _UNFINISHED or self._running(row):
            raise Conflict(f"“{row.title}” is {row.state}: only one that was stopped can be taken up.")
        return row

    def _end(self, job_pk: int, state: JobState) -> None:
        with self._database.write() as connection:
            job_rows.set_state(connection, job_pk, state.value, finished=True)

    def _running(self, row: JobRow) -> bool:
        if row.state == JobState.INTERRUPTED.value:
            return False
        if row.process == self._owner.mark:
            return self._jobs.active(row.id)
        return self._owner.alive(row.process)

    def _installed(self, digest: str) -> bool:
        try:
            self._engine.embedder(digest)
        except ModelError:
            return False
        return True
