"""What the commands are given, and how they speak: text for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from app.cli.terminal import OutputFailed, ReaderGone, write_json, write_text
from app.domain.errors import LikenessError
from app.services.compare import CompareService
from app.services.describing import ImageAnalyser
from app.services.detect import DetectService
from app.services.metrics.meter import UNCOUNTED, Meter
from app.services.workbench import Workbench

if TYPE_CHECKING:
    from app.rekognition.endpoint.service import EndpointService

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

JSON_HELP = "Print JSON."


@dataclass(frozen=True)
class Viewer:
    """What looks at pictures without a library. `close` keeps what was counted, in the library where there
    is one."""

    detect: DetectService
    compare: CompareService
    analyser: ImageAnalyser
    meter: Meter = UNCOUNTED
    close: Callable[[], None] = lambda: None


@dataclass
class Programs:
    """What bootstrap hands to the command line, so that it builds nothing itself.

    open_workbench: on a library (the account's own without one), which is made where it is missing
    only if that is asked for. open_endpoint: on an opened library, off, with its keys.
    """

    open_workbench: Callable[[Path | None, bool], Workbench]
    open_viewer: Callable[[Path | None], Viewer]
    run_window: Callable[[Path | None, bool], int]
    self_test: Callable[[Path | None], int]
    open_endpoint: Callable[[Workbench], EndpointService]


@dataclass
class Session:
    """One run of the program: its options and its opened library."""

    programs: Programs
    library: Path | None = None

    @contextmanager
    def workbench(self, *, make: bool = False) -> Iterator[Workbench]:
        """`make`: a library that is not there yet is made, rather than an error."""
        bench = self.programs.open_workbench(self.library, make)
        try:
            yield bench
        finally:
            bench.close()

    @contextmanager
    def endpoint(self, *, make: bool = False) -> Iterator[EndpointService]:
        """The library's endpoint, off, with its keys. `make` as for `workbench`."""
        with self.workbench(make=make) as bench:
            endpoint = self.programs.open_endpoint(bench)
            try:
                yield endpoint
            finally:
                endpoint.close()

    @contextmanager
    def viewer(self) -> Iterator[Viewer]:
        viewer = self.programs.open_viewer(self.library)
        try:
            yield viewer
        finally:
            viewer.close()

    def print_json(self, value: Any) -> None:
        write_json(sys.stdout, value)

    def say(self, text: str) -> None:
        write_text(sys.stdout, text)

    def complain(self, error: Exception | str) -> None:
        # There is nobody left to tell where stderr is closed, and the exit status says it, too.
        with suppress(ReaderGone, OutputFailed):
            write_text(sys.stderr, f"likeness: {error}")


def session_of(context: typer.Context) -> Session:
    found = context.find_object(Session)
    assert found is not None, "the root callback makes it"
    return found


@contextmanager
def spoken(session: Session) -> Iterator[None]:
    """An expected error becomes one line on stderr and exit status 1."""
    try:
        yield
    except LikenessError as error:
        session.complain(error)
        raise typer.Exit(EXIT_ERROR) from error
