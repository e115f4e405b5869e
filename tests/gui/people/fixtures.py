"""A furnished library and a window around one page; a conftest of each folder takes them in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.theme import Theme
from tests.gui.people.stage import Stage, Window


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Furnished once and closed; the tests work on copies."""
    made = Stage.at(tmp_path_factory.mktemp("template"))
    made.furnish()
    made.close()
    return made


@pytest.fixture
def stage(template: Stage, tmp_path: Path) -> Iterator[Stage]:
    shutil.copytree(template.folder / "library", tmp_path / "library")
    made = Stage.at(tmp_path)
    made.painted, made.pk = template.painted, template.pk
    yield made
    made.close()


@pytest.fixture
def window(theme: Theme, stage: Stage) -> Iterator[Window]:
    made = Window(theme, stage)
    yield made
    made.close()
    assert made.errors == []
