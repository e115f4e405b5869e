"""The program in this process: the commands over a fake engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap.workbench import open_workbench
from app.cli.context import Programs, Viewer
from app.cli.main import run
from app.domain.records import Origin
from app.rekognition.access.secrets import FileSecrets
from app.rekognition.endpoint.service import EndpointService
from app.services.compare import CompareService
from app.services.describing import ImageAnalyser
from app.services.detect import DetectService
from app.services.metrics.afterwards import Afterwards
from app.services.workbench import Workbench
from app.settings.settings import Settings
from app.storage.library import require_library
from tests.fakes import FakeEngine, fake_describers


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Types commands. `opened` is called with each workbench that a command gets."""

    def __init__(self, capsys: pytest.CaptureFixture[str], library: Path) -> None:
        self.library = library
        self.engine = FakeEngine()
        self.opened: Callable[[Workbench], None] = lambda bench: None
        self.windows: list[tuple[Path | None, bool]] = []
        self._capsys = capsys

    def __call__(self, *words: str | Path, library: Path | None = None) -> Answer:
        chosen = ["--library", str(library or self.library)]
        return self.bare(*chosen, *words)

    def bare(self, *words: str | Path) -> Answer:
        self._capsys.readouterr()
        status = run(self.programs, [str(word) for word in words])
        written = self._capsys.readouterr()
        return Answer(status, written.out, written.err)

    @property
    def programs(self) -> Programs:
        return Programs(
            self._open, self._viewer, self._window, lambda png: 0 if png is None else 7, self._endpoint
        )

    def _open(self, folder: Path | None, make: bool) -> Workbench:
        assert folder is not None, "a test must not touch the account's own library"
        if not make:
            require_library(folder)
        bench = open_workbench(
            folder, Origin.COMMAND_LINE, Settings(workers=2), self.engine, fake_describers()
        )
        self.opened(bench)
        return bench

    def _viewer(self, folder: Path | None) -> Viewer:
        counted = Afterwards(folder or self.library, Origin.COMMAND_LINE)
        return Viewer(
            DetectService(self.engine, counted.meter),
            CompareService(self.engine, counted.meter),
            ImageAnalyser(self.engine, *fake_describers(), counted.meter),
            counted.meter,
            counted.keep,
        )

    def _endpoint(self, bench: Workbench) -> EndpointService:
        folder = self.library.parent / "account"
        return EndpointService(bench, FileSecrets(folder / "secrets", folder / "config" / "secrets.key"))

    def _window(self, folder: Path | None, demo: bool) -> int:
        self.windows.append((folder, demo))
        return 0
