"""The platform's folders."""

from __future__ import annotations

from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("Likeness", appauthor=False)


def default_library() -> Path:
    """Where the library lies unless the user names another."""
    return Path(_DIRS.user_data_path) / "Library"


def own_models() -> Path:
    """Face models that the user added, for all libraries."""
    return Path(_DIRS.user_data_path) / "models"


def secrets_folder() -> Path:
    """Secrets of access keys, encrypted, where the system has no keyring."""
    return Path(_DIRS.user_data_path) / "secrets"


def secrets_key() -> Path:
    """What opens them: on Linux in another folder than they lie in."""
    return Path(_DIRS.user_config_path) / "secrets.key"


def settings_file() -> Path:
    return Path(_DIRS.user_config_path) / "settings.json"


def window_state_file() -> Path:
    """Geometry and splitters: rewritten often, so apart from what the user chose."""
    return Path(_DIRS.user_state_path) / "window.ini"


def log_file() -> Path:
    return Path(_DIRS.user_log_path) / "likeness.log"
