"""`likeness index`: photographs and folders into a collection, with a progress bar."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from app.cli.context import EXIT_ERROR, EXIT_INTERRUPTED, Session, session_of, spoken
from app.domain.errors import ResourceNotFound
from app.domain.records import Collection
from app.jobs import JobState, JobView
from app.services.workbench import Workbench


def register(app: typer.Typer) -> None:
    @app.command()
    def index(
        context: typer.Context,
        collection: Annotated[str, typer.Argument(help="The collection's id; made when it is not there.")],
        paths: Annotated[list[Path], typer.Argument(help="Photographs and folders.")],
        as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    ) -> None:
        """Find the faces in photographs and keep them in a collection.

        A photo that is there already is not indexed again. Interrupted (Ctrl+C), what is done stays;
        the same command goes on. Exit status 1 when a file could not be indexed.
        """
        session = session_of(context)
        with spoken(session), session.workbench() as bench:
            target = _collection(bench, collection)
            final = _run(session, bench, target.id, paths, quiet=as_json)
            failures = bench.ingest.failures(final.id)
            after = bench.collections.by_pk(target.id)
            if as_json:
                session.print_json(
                    {
                        "CollectionId": after.collection_id,
                        "State": final.state.value,
                        "Photos": final.done - final.failed,
                        "PhotoCount": after.photo_count,
                        "FaceCount": after.face_count,
                        "Failures": [{"Path": str(path), "Reason": reason} for path, reason in failures],
                    }
                )
            else:
                for path, reason in failures:
                    session.complain(f"{path}: {reason}")
                session.say(
                    f"{final.message or 'Nothing was indexed'}. {after.collection_id} now has "
                    f"{after.photo_count} photos, {after.face_count} faces."
                )
        if final.state is JobState.CANCELLED:
            raise typer.Exit(EXIT_INTERRUPTED)
        if failures or final.state is JobState.FAILED:
            raise typer.Exit(EXIT_ERROR)


def _collection(bench: Workbench, collection_id: str) -> Collection:
    try:
        return bench.collections.get(collection_id)
    except ResourceNotFound:
        return bench.collections.create(collection_id)


def _run(session: Session, bench: Workbench, pk: int, paths: list[Path], *, quiet: bool) -> JobView:
    """Wait for the job; Ctrl+C cancels it between two photos."""
    ended = threading.Event()
    job = bench.ingest.index_paths(pk, paths)
    latest = {job.id: job}

    def changed(view: JobView) -> None:
        if view.id == job.id:
            latest[job.id] = view
            if view.state not in (JobState.QUEUED, JobState.RUNNING):
                ended.set()

    unsubscribe = bench.jobs.subscribe(changed)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    shown = sys.stderr.isatty() and not quiet
    try:
        with Progress(*columns, console=session.errors, disable=not shown, transient=True) as progress:
            task = progress.add_task("Indexing", total=None)
            for view in bench.jobs.views():
                changed(view)
            while not ended.wait(0.1):
                try:
                    view = latest[job.id]
                    progress.update(task, completed=view.done, total=view.total)
                except KeyboardInterrupt:
                    bench.jobs.cancel(job.id)
    except KeyboardInterrupt:
        bench.jobs.cancel(job.id)
        ended.wait(30)
    finally:
        unsubscribe()
    return latest[job.id]
