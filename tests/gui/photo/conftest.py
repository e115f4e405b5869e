from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.photo.page import PhotoPage
from app.ui.theme import Theme
from tests.gui.photo.bench import ADA, BOB, Stage


@pytest.fixture
def stage(tmp_path: Path, theme: Theme) -> Iterator[Stage]:
    stage = Stage(tmp_path, theme)
    yield stage
    stage.close()


@pytest.fixture
def page(qtbot, stage: Stage) -> PhotoPage:
    """The page on the first of three photos: ada (two faces), bob (two faces), none (no face)."""
    stage.ids = stage.add(ada=ADA, bob=BOB, none=())
    page = stage.open_page(qtbot)
    page.activate(photo_pk=stage.ids[0], ids=stage.ids)
    stage.settle(qtbot, lambda: len(page.canvas.marks) == 2)
    return page
