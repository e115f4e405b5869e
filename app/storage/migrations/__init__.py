"""Alembic migrations of the library's schema, one file a released revision."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def configuration(database: Path) -> Config:
    """Alembic's settings for one library file, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["database"] = database
    return config


def upgrade(database: Path, revision: str = "head") -> None:
    """Bring the database to `revision`. The caller has made a backup."""
    command.upgrade(configuration(database), revision)
