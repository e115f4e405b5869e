"""Describing a collection in the background: photo by photo, after everything else."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future
from typing import Final

from app.domain.errors import Cancelled, ImageError, ResourceNotFound
from app.domain.records import ChangeSet
from app.jobs import JobContext
from app.services.events import EventHub

_log = logging.getLogger(__name__)

KIND: Final = "describe"

# How often the views hear of it: each time they ask anew for what they show.
_NEWS_SECONDS: Final = 5.0
_QUIET_SECONDS: Final = 0.1


class DescribeRun:
    """Runs once, on the io lane. Each photo is stored whole or not at all, and a later run goes on with
    what is left: nothing has to be kept of where it stopped."""

    def __init__(
        self,
        context: JobContext,
        photo_pks: Iterable[int],
        describe: Callable[[int], None],
        quiet: Callable[[], bool],
        events: EventHub,
        give_up: Callable[[int], None],
    ) -> None:
        """`describe` works out and stores all of one photo, while it is `quiet`; `give_up` is told of those
        that it cannot."""
        self._context = context
        self._waiting = deque(photo_pks)
        self._describe = describe
        self._quiet = quiet
        self._events = events
        self._give_up = give_up
        self._news: set[int] = set()
        self._told = time.monotonic()

    def __call__(self) -> str:
        context = self._context
        context.set_total(len(self._waiting))
        try:
            while self._waiting:
                # One photo at a time, and none while anything else is done: the window has a core of its own,
                # and what a person drops is begun at once.
                context.wait_for_others()
                while not self._quiet():
                    time.sleep(_QUIET_SECONDS)
                    context.token.raise_if_cancelled()
                context.token.raise_if_cancelled()
                photo_pk = self._waiting.popleft()
                self._take(photo_pk, context.inference.submit(context.priority, self._describe, photo_pk))
        finally:
            self._tell()
        return ""

    def _take(self, photo_pk: int, future: Future[None]) -> None:
        try:
            future.result()
        except CancelledError:
            # The lane was closed: the program quits.
            raise Cancelled("The program was closed.") from None
        except (ImageError, ResourceNotFound) as error:
            _log.info("the photo %d could not be described: %s", photo_pk, error)
            self._give_up(photo_pk)
            self._context.advance(failed=1)
            return
        self._news.add(photo_pk)
        self._context.advance()
        if time.monotonic() - self._told >= _NEWS_SECONDS:
            self._tell()

    def _tell(self) -> None:
        if self._news:
            self._events.publish(ChangeSet(photos=frozenset(self._news)))
        self._news = set()
        self._told = time.monotonic()
