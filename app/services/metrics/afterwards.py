"""Counting for commands that work without a library: kept in one when they are done, if there is one."""

from __future__ import annotations

import logging
from pathlib import Path

from app.domain.records import Origin
from app.services.metrics.ledger import Ledger
from app.services.metrics.meter import Meter, Observation
from app.storage.database import Database
from app.storage.library import is_current

_log = logging.getLogger(__name__)


class Afterwards:
    """`meter` counts; `keep` writes that into the library of the folder. A command that looks at a picture
    neither makes a library nor migrates one, nor fails because its library cannot be written."""

    def __init__(self, folder: Path, origin: Origin) -> None:
        self._folder = folder
        self._seen: list[Observation] = []
        self.meter = Meter(self._seen.append, origin)

    def keep(self) -> None:
        if not self._seen or not is_current(self._folder):
            return
        database = Database(self._folder / "library.db")
        try:
            ledger = Ledger(database)
            for observation in self._seen:
                ledger.record(observation)
            ledger.flush()
            self._seen.clear()
        except Exception as error:
            _log.info("what the command took could not be kept: %s", error)
        finally:
            database.close()
