"""Drives the shell: feeds it from the services, and turns what it asks for into acts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.records import ChangeSet, Collection
from app.jobs import JobState, JobView
from app.services.ingest import IngestService
from app.services.library_care import LibraryCare
from app.services.models.switches import KIND as SWITCH_KIND
from app.services.models.switches import Switches
from app.services.outside import OutsideChanges
from app.services.workbench import Workbench
from app.ui.controller.bridge import Bridge
from app.ui.controller.describing import BackgroundDescribing
from app.ui.controller.failures import Failure, FailureList
from app.ui.controller.finders import PeopleFinder, PhotoFinder
from app.ui.controller.intake import Intake
from app.ui.controller.tasks import Priority, TaskRunner
from app.ui.controller.window_host import WindowHost
from app.ui.shell import JobState as ShellState
from app.ui.shell import JobView as ShellJob
from app.ui.shell import MainWindow, SidebarCollection
from app.ui.widgets.toast import ToastMessage

_OUTSIDE_MS = 2000
_COUNT_MS = 250
_QUIET_S = 1.5
_STATES = {
    JobState.QUEUED: ShellState.WAITING,
    JobState.RUNNING: ShellState.RUNNING,
    JobState.INTERRUPTED: ShellState.INTERRUPTED,
    JobState.FAILED: ShellState.FAILED,
}
_COLLECTION_PAGES = ("photos", "faces", "people", "photo", "person")


class WindowController(QObject):
    """One for a window over one library. `close` before the workbench is closed."""

    library_asked = Signal()
    demo_asked = Signal()

    def __init__(
        self,
        window: MainWindow,
        host: WindowHost,
        tasks: TaskRunner,
        bench: Workbench,
        describes: Callable[[], bool],
    ) -> None:
        """`describes`: whether attributes and labels are worked out in the background."""
        super().__init__(window)
        self._window, self._host, self._tasks, self._bench = window, host, tasks, bench
        self._collections: dict[int, Collection] = {}
        self._jobs: dict[int, JobView] = {}
        self._cancelling: set[int] = set()
        self._first_page: str | None = "photos"
        self.intake = Intake(host, tasks, bench.ingest, bench.collections, window)
        self._bridge = Bridge(bench.events, bench.jobs, self)
        self._describing = BackgroundDescribing(
            bench.describe,
            self._bridge,
            tasks,
            describes,
            lambda: host.images.quiet(_QUIET_S),
            host.show_error,
            self,
        )
        self._outside = OutsideChanges(bench.library.database)
        self._watch = QTimer(self)
        self._watch.setInterval(_OUTSIDE_MS)
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(_COUNT_MS)
        self._counting.timeout.connect(self.refresh)
        host.on_add_photos = self.intake.ask_photos
        host.on_undo = self._undo
        host.on_navigate = self.show_page
        window.add_hits(PeopleFinder(host, tasks, bench.users))
        window.add_hits(PhotoFinder(host, tasks, bench.photos))
        self._connect()

    def _connect(self) -> None:
        window, commands = self._window, self._window.commands
        self._bridge.changed.connect(self._changed)
        self._bridge.job_changed.connect(self._job_changed)
        self._watch.timeout.connect(self._look_outside)
        self._tasks.unhandled.connect(self._host.show_error)
        self.intake.started.connect(self._started)
        window.page_asked.connect(self.show_page)
        window.files_dropped.connect(self.intake.take)
        window.pasted.connect(self.intake.take)
        window.new_collection_asked.connect(self._new_collection)
        window.rename_asked.connect(lambda pk, name: self._act(self._bench.collections.rename, pk, name))
        window.delete_asked.connect(lambda pk: self._act(self._bench.collections.delete, pk))
        window.cancel_asked.connect(lambda job: self._cancel(int(job)))
        window.resume_asked.connect(lambda job: self._resume(int(job)))
        commands.add_photos.triggered.connect(self.intake.ask_photos)
        commands.add_folder.triggered.connect(self.intake.ask_folder)
        commands.add_url.triggered.connect(self.intake.ask_url)
        commands.open_library.triggered.connect(self.library_asked)
        commands.undo.triggered.connect(lambda: self._act(self._bench.history.undo_last, nothing="undo"))
        commands.redo.triggered.connect(lambda: self._act(self._bench.history.redo_last, nothing="redo"))

    def start(self, page: str = "photos", collection_pk: int | None = None) -> None:
        """Fill the sidebar and open that page; look after the files in the background."""
        self._first_page = page
        self._host.set_collection(collection_pk, "")
        self.refresh()
        self._tasks.run(self._bench.ingest.interrupted, done=self._offer, failed=self._host.show_error)
        # A switch to another model was asked for, and costs nothing while it runs: it goes on by itself.
        self._tasks.run(
            self._bench.models.switches.take_up, failed=self._host.show_error, priority=Priority.BACKGROUND
        )
        self._watch.start()
        care = LibraryCare(self._bench.library)
        for chore in (self._bench.photos.check_files, care.back_up_if_due):
            self._tasks.run(chore, failed=self._host.show_error, priority=Priority.BACKGROUND)
        self._tasks.run(
            self._bench.engine.warm_up, failed=self._host.show_error, priority=Priority.BACKGROUND
        )

    def close(self) -> None:
        self._watch.stop()
        self._counting.stop()
        self._describing.close()
        self._bridge.close()

    # -- pages and collections --------------------------------------------------------------------

    def show_page(
        self, key: str, collection_pk: int | None = None, params: dict[str, Any] | None = None
    ) -> None:
        """A page asked for by the sidebar, the rail, a key or another page."""
        if collection_pk is not None and collection_pk in self._collections:
            self._host.set_collection(collection_pk, self._collections[collection_pk].display_name)
        if key in _COLLECTION_PAGES and self._empty():
            key = "empty"
        self._window.show_page(key, self._host.collection_pk, **(params or {}))

    def _empty(self) -> bool:
        """Nothing to show: no collection, or only one with nothing in it and nothing on its way."""
        return not self._collections or (
            all(not each.photo_count for each in self._collections.values()) and not self._jobs
        )

    def refresh(self, then: Callable[[], None] | None = None) -> None:
        """Ask for the collections and show them; `then` is called after."""

        def show(found: list[Collection]) -> None:
            self._show_collections(found)
            if then is not None:
                then()

        self._tasks.run(
            self._bench.collections.list,
            done=show,
            failed=self._host.show_error,
            key=None if then else (self, "collections"),
        )

    def _show_collections(self, found: list[Collection]) -> None:
        self._collections = {each.id: each for each in found}
        self._describing.know(self._collections)
        pk = self._host.collection_pk
        if pk not in self._collections:
            pk = found[0].id if found else None
        self._host.set_collection(pk, self._collections[pk].display_name if pk is not None else "")
        self._window.set_collections(
            [
                SidebarCollection(
                    each.id,
                    each.collection_id,
                    each.display_name,
                    each.photo_count,
                    each.face_count,
                    each.user_count,
                )
                for each in found
            ],
            pk,
        )
        current = self._window.current_key
        if self._first_page is not None:
            page, self._first_page = self._first_page, None
            self.show_page(page)
        elif current in ("empty", *_COLLECTION_PAGES) and self._empty() != (current == "empty"):
            self.show_page("photos")

    def _new_collection(self) -> None:
        def done(made: Collection) -> None:
            self.refresh(lambda: self._window.sidebar.tree.edit_name(made.id))

        self._tasks.run(
            self._bench.collections.create_named, "New collection", done=done, failed=self._host.show_error
        )

    # -- acts ---------------------------------------------------------------------------------------

    def _act(self, act: Callable[..., ChangeSet | None], *args: Any, nothing: str = "") -> None:
        def done(changes: ChangeSet | None) -> None:
            if changes is not None and changes.change is not None:
                self._host.tell(changes.change)
            elif nothing:
                self._host.toast(f"There is nothing to {nothing}.")

        self._tasks.run(act, *args, done=done, failed=self._host.show_error)

    def _undo(self, change_pk: int) -> None:
        self._act(self._bench.history.undo, change_pk)

    def _changed(self, changes: ChangeSet) -> None:
        if not self._counting.isActive():
            self._counting.start()
        for page in self._window.built_pages().values():
            if hasattr(page, "apply_changes"):
                page.apply_changes(changes)

    def _look_outside(self) -> None:
        self._tasks.run(
            self._outside.poll,
            done=lambda found: self._changed(found) if found is not None else None,
            failed=self._host.show_error,
            key=(self, "outside"),
            priority=Priority.BACKGROUND,
        )

    # -- jobs ---------------------------------------------------------------------------------------

    def _started(self, view: JobView, collection_pk: int) -> None:
        self._job_changed(view)
        self.refresh(lambda: self._follow(collection_pk))

    def _follow(self, collection_pk: int) -> None:
        if self._window.current_key in ("empty", ""):
            self.show_page("photos", collection_pk)

    def _offer(self, found: list[JobView]) -> None:
        for view in found:
            self._jobs[view.id] = view
        self._show_jobs()
        if found:
            noun = "job was" if len(found) == 1 else "jobs were"
            self._host.toast(f"{len(found)} {noun} stopped before the end. Resume below the sidebar.")

    def _job_changed(self, view: JobView) -> None:
        known = self._jobs.get(view.id)
        if known is not None and known.state.ended and not view.state.ended and known.done > view.done:
            return
        if view.state in (JobState.DONE, JobState.CANCELLED):
            self._jobs.pop(view.id, None)
            self._cancelling.discard(view.id)
            if view.message and view.failed:
                show = partial(self._ask_failures, view.id, view.message)
                self._window.toast(ToastMessage(view.message, "warning", "Show which", show))
            elif view.message and view.kind == SWITCH_KIND and view.state is JobState.DONE:
                self._tasks.run(
                    self._bench.models.switches.change_of,
                    view.id,
                    done=partial(self._host.toast, view.message),
                    failed=self._host.show_error,
                )
            elif view.message:
                self._host.toast(view.message)
        else:
            self._jobs[view.id] = view
        self._show_jobs()

    def _ask_failures(self, job_id: int, title: str) -> None:
        def show(found: list[Failure]) -> None:
            FailureList(self._host.theme, title, found, self._window).show()

        self._tasks.run(self._bench.ingest.failures, job_id, done=show, failed=self._host.show_error)

    def _show_jobs(self) -> None:
        running = sorted(self._jobs.values(), key=lambda view: (view.state is not JobState.RUNNING, view.id))
        self._window.set_jobs([self._shell_job(view) for view in running])

    def _shell_job(self, view: JobView) -> ShellJob:
        state = ShellState.CANCELLING if view.id in self._cancelling else _STATES[view.state]
        return ShellJob(
            id=str(view.id),
            title=view.title,
            done=view.done,
            total=view.total or 0,
            rate=view.rate or 0.0,
            seconds_left=view.seconds_left,
            state=state,
            note=view.message,
        )

    def _cancel(self, job_id: int) -> None:
        view = self._jobs.get(job_id)
        if view is None:
            return
        if view.state.ended:
            # An interrupted or failed job's x puts it away for good.
            self._jobs.pop(job_id)
            if job_id < 0:
                # The library keeps jobs under numbers from 1 on; others end with the program.
                self._bench.jobs.forget(job_id)
            elif view.state is JobState.INTERRUPTED or view.kind != SWITCH_KIND:
                dismiss = self._keeper(view).dismiss
                self._tasks.run(dismiss, job_id, failed=self._host.show_error)
        else:
            self._cancelling.add(job_id)
            self._bench.jobs.cancel(job_id)
        self._show_jobs()

    def _keeper(self, view: JobView | None) -> IngestService | Switches:
        """What goes on with a stored job, or gives it up."""
        switch = view is not None and view.kind == SWITCH_KIND
        return self._bench.models.switches if switch else self._bench.ingest

    def _resume(self, job_id: int) -> None:
        resume = self._keeper(self._jobs.get(job_id)).resume
        self._tasks.run(resume, job_id, done=self._job_changed, failed=self._host.show_error)
