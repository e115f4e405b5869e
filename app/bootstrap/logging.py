"""Where the program's own words go: a file that does not grow for ever, and stderr for warnings."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler

from app.settings import paths

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Sentence(logging.Formatter):
    """For a person: without the traceback, which the file has."""

    def format(self, record: logging.LogRecord) -> str:
        return f"likeness: {record.getMessage()}"


def set_up_logging() -> None:
    root = logging.getLogger("app")
    root.setLevel(logging.INFO)
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(_Sentence())
    root.addHandler(terminal)
    try:
        file = paths.log_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = RotatingFileHandler(file, maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True)
    except OSError:
        # A home that cannot be written must not keep the program from starting.
        return
    # A log that cannot be written (a full disk) is nothing to tell a person about.
    kept.handleError = lambda record: None  # type: ignore[method-assign]
    kept.setFormatter(logging.Formatter(_FORMAT))
    root.addHandler(kept)
