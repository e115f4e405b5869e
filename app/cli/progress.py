"""A job watched to its end, with a progress bar where a person looks on."""

from __future__ import annotations

import threading
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from app.cli.context import Session
from app.jobs import JobView
from app.services.workbench import Workbench

# Longer than any photo takes that is under way.
_STOP_SECONDS: Final = 30.0


def follow(session: Session, bench: Workbench, job: JobView, title: str, *, quiet: bool) -> JobView:
    """Wait for the job; Ctrl+C cancels it between two photos, and a second one waits no longer."""
    ended = threading.Event()
    latest = {job.id: job}

    def changed(view: JobView) -> None:
        if view.id == job.id:
            latest[job.id] = view
            if view.state.ended:
                ended.set()

    unsubscribe = bench.jobs.subscribe(changed)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    shown = console.is_terminal and not console.is_dumb_terminal and not quiet
    try:
        with Progress(*columns, console=console, disable=not shown, transient=True) as progress:
            task = progress.add_task(title, total=None)
            for view in bench.jobs.views():
                changed(view)
            while not ended.wait(0.1):
                view = latest[job.id]
                progress.update(task, completed=view.done, total=view.total)
    except KeyboardInterrupt:
        session.complain("Stopping after the photos that are under way; what is done stays.")
        bench.jobs.cancel(job.id)
        ended.wait(_STOP_SECONDS)
    finally:
        unsubscribe()
    return bench.jobs.view(job.id) or latest[job.id]
