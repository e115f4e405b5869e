"""What the commands are given, and how they speak: text for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from app.domain.errors import LikenessError
from app.services.workbench import Workbench

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


@dataclass
class Programs:
    """What bootstrap hands to the command line, so that it builds nothing itself."""

    open_workbench: Callable[[Path | None], Workbench]
    run_window: Callable[[Path | None, bool], int]
    self_test: Callable[[Path | None], int]


@dataclass
class Session:
    """One run of the program: its options and its opened library."""

    programs: Programs
    library: Path | None = None
    errors: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))
    output: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))

    @contextmanager
    def workbench(self) -> Iterator[Workbench]:
        bench = self.programs.open_workbench(self.library)
        try:
            yield bench
        finally:
            bench.close()

    def print_json(self, value: Any) -> None:
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def say(self, text: str) -> None:
        self.output.print(text, markup=False)

    def complain(self, error: Exception | str) -> None:
        self.errors.print(f"likeness: {error}", markup=False)


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
