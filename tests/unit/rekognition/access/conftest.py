from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.rekognition.access.keys import KeyService
from app.rekognition.access.secrets import FileSecrets
from app.storage.database import Database
from app.storage.library import open_library


class Clock:
    """Seconds, as time.monotonic gives them; set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    library = open_library(tmp_path / "library")
    yield library.database
    library.close()


@pytest.fixture
def store(tmp_path: Path) -> FileSecrets:
    return FileSecrets(tmp_path / "secrets", tmp_path / "config" / "secrets.key")


@pytest.fixture
def keys(database: Database, store: FileSecrets, clock: Clock) -> KeyService:
    return KeyService(database, store, clock)
