from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import painted, person_color, save_image
from tests.unit.cli.terminal import Terminal


@pytest.fixture
def likeness(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    return Terminal(capsys, tmp_path / "library")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """a.png has the persons 0 and 1, the first one larger; b.png has 0 alone; c.png nobody."""
    made = tmp_path / "photos"
    made.mkdir()
    anna, bert = person_color(0), person_color(1)
    save_image(made / "a.png", painted([(anna, (40, 40, 120)), (bert, (300, 40, 60))]))
    save_image(made / "b.png", painted([(anna, (100, 100, 90))]))
    save_image(made / "c.png", painted([]))
    return made
