"""Hands the window what it runs on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

# Before Qt: on Windows onnxruntime and Qt bring clashing runtime libraries, and the first one wins.
import app.inference.sessions  # noqa: F401  isort: skip

from app.bootstrap import demo
from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.services.workbench import Workbench
from app.settings import paths
from app.settings.settings import Settings, SettingsStore
from app.ui.run import Program
from app.ui.self_test import SelfTest

if TYPE_CHECKING:
    from app.rekognition.endpoint.service import EndpointService


def _open_endpoint(settings: SettingsStore) -> Callable[[Workbench], EndpointService]:
    def opened(bench: Workbench) -> EndpointService:
        # Its libraries are imported when somebody wants it.
        from app.bootstrap.endpoint import open_endpoint

        return open_endpoint(bench, settings.current)

    return opened


def run_window(folder: Path | None, with_demo: bool = False) -> int:
    """Open the window on a library (the default one without `folder`); the exit status."""
    store = SettingsStore(paths.settings_file())

    def opened(path: Path) -> Workbench:
        return open_workbench(path, Origin.WINDOW, store.current)

    def run(path: Path) -> int:
        state = paths.window_state_file()
        return Program(
            path, store, state, opened, demo.fill, _open_endpoint(store), with_demo=with_demo
        ).run()

    if not with_demo:
        return run(folder or paths.default_library())
    with tempfile.TemporaryDirectory(prefix="likeness-demo-", ignore_cleanup_errors=True) as temporary:
        return run(Path(temporary) / "Demo library")


def run_self_test(screenshot: Path | None) -> int:
    """0 when all of it works; each step is told on stdout, the first failure on stderr."""

    def opened(path: Path) -> Workbench:
        return open_workbench(path, Origin.WINDOW, Settings())

    def endpoint(bench: Workbench, folder: Path) -> EndpointService:
        from app.rekognition.access.secrets import FileSecrets
        from app.rekognition.endpoint.service import EndpointService

        return EndpointService(bench, FileSecrets(folder / "secrets", folder / "secrets.key"))

    return SelfTest(opened, demo.fill, endpoint).run(screenshot)
