"""Fixtures that the tests of the window share; a conftest of each folder takes them in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.theme import Theme
from tests.gui.program.stage import Stage, furnish


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Indexed once; every test works on a copy of the library."""
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder)
    return folder


@pytest.fixture
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """A warning or an error in the program's log that the test did not clear fails it."""
    yield caplog
    said = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not said, "\n".join(record.getMessage() for record in said)


@pytest.fixture
def empty_stage(tmp_path: Path, theme: Theme, quiet_log: object, qtbot) -> Iterator[Stage]:
    """The window of a library with nothing in it."""
    stage = Stage(tmp_path, theme)
    stage.open(qtbot)
    yield stage
    stage.close()


@pytest.fixture
def stage(tmp_path: Path, theme: Theme, furnished: Path, quiet_log: object, qtbot) -> Iterator[Stage]:
    """The window of the furnished library, on its Photos page."""
    stage = Stage(tmp_path, theme, furnished)
    stage.open(qtbot)
    yield stage
    stage.close()
