"""Fixtures of the tests of counting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.library import Library, open_library
from tests.unit.services.metrics.counting import Counter


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def counter(library: Library) -> Counter:
    return Counter(library)
