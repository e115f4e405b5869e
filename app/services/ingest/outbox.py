"""Small pictures and news of photos, sent on a few times a second instead of for every photo."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from app.domain.records import ChangeSet
from app.services.events import EventHub
from app.storage.thumbnails import ThumbnailCache

_log = logging.getLogger(__name__)

_SECONDS: Final = 0.1


class Outbox:
    """Pictures are stored before the photos that they belong to are announced. Thread-safe."""

    def __init__(self, thumbnails: ThumbnailCache, events: EventHub) -> None:
        self._thumbnails = thumbnails
        self._events = events
        self._lock = threading.Lock()
        self._pictures: list[tuple[str, int, bytes]] = []
        self._changes: ChangeSet | None = None
        self._sent = 0.0

    def add(self, changes: ChangeSet, pictures: list[tuple[str, int, bytes]] | None = None) -> None:
        with self._lock:
            self._pictures += pictures or []
            self._changes = changes if self._changes is None else self._changes.merged(changes)
            due = time.monotonic() - self._sent >= _SECONDS
        if due:
            self.send()

    def send(self) -> None:
        with self._lock:
            pictures, changes = self._pictures, self._changes
            self._pictures, self._changes = [], None
            self._sent = time.monotonic()
        if pictures:
            self._thumbnails.put_many(pictures)
        if changes is not None:
            try:
                self._events.publish(changes)
            except Exception:
                # A view that fails to refresh is no reason to stop indexing.
                _log.exception("a listener failed on the news of indexed photos")
