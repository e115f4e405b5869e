"""Fixtures for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real photographs that stand beside a development checkout; a user's machine lacks them."""
    root = Path(os.environ.get("LIKENESS_TEST_DATA", SHARED / "data"))
    if not root.is_dir():
        pytest.skip("the folder of real photographs (LIKENESS_TEST_DATA) is not on this machine")
    return root


@pytest.fixture(autouse=True)
def garbage_collector(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test of the window has what the program has: no thread but the window's ends a widget."""
    if "qapp" not in request.fixturenames:
        yield
        return
    from app.ui.garbage import GarbageCollector

    collector = GarbageCollector()
    yield
    collector.close()
