"""What the command line is handed: the library's opening, the window, the self-test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap.logging import set_up_logging
from app.cli.context import Programs, Viewer
from app.domain.records import Origin
from app.services.workbench import Workbench
from app.settings import paths
from app.settings.settings import SettingsStore

if TYPE_CHECKING:
    from app.rekognition.endpoint.service import EndpointService


def programs() -> Programs:
    set_up_logging()
    return Programs(_open, _viewer, _window, _self_test, _endpoint)


def _open(folder: Path | None, make: bool) -> Workbench:
    from app.bootstrap.workbench import open_workbench
    from app.storage.library import require_library

    if folder is not None and not make:
        require_library(folder)
    settings = SettingsStore(paths.settings_file()).current
    return open_workbench(folder or paths.default_library(), Origin.COMMAND_LINE, settings)


def _viewer(folder: Path | None) -> Viewer:
    from app.bootstrap.workbench import make_describers, make_engine
    from app.services.compare import CompareService
    from app.services.describing import ImageAnalyser
    from app.services.detect import DetectService
    from app.services.metrics.afterwards import Afterwards

    settings = SettingsStore(paths.settings_file()).current
    engine = make_engine(settings)
    counted = Afterwards(folder or paths.default_library(), Origin.COMMAND_LINE)
    return Viewer(
        DetectService(engine, counted.meter),
        CompareService(engine, counted.meter),
        ImageAnalyser(engine, *make_describers(settings), counted.meter),
        counted.meter,
        counted.keep,
    )


def _window(folder: Path | None, demo: bool) -> int:
    from app.bootstrap.window import run_window

    return run_window(folder, demo)


def _endpoint(bench: Workbench) -> EndpointService:
    from app.bootstrap.endpoint import open_endpoint

    return open_endpoint(bench, SettingsStore(paths.settings_file()).current)


def _self_test(screenshot: Path | None) -> int:
    from app.bootstrap.window import run_self_test

    return run_self_test(screenshot)
