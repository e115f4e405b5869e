"""The lines that History, toasts and the Jobs list show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.domain.text import printable
from app.storage.repositories.memberships import Outcome


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def title(paths: Sequence[Path], collection: str) -> str:
    what = printable(paths[0].name) if len(paths) == 1 and paths[0].name else f"{len(paths):,} items"
    return f"Index {what} into {collection}"


def running(collection: str) -> str:
    return f"Indexing into {collection}"


def summary(outcome: Outcome, collection: str) -> str:
    """For example "200 photos indexed into Archive, 318 faces, 2 failed"."""
    if not outcome.photos:
        return f"{counted(outcome.failed, 'photo')} could not be indexed into {collection}"
    line = f"{counted(outcome.photos, 'photo')} indexed into {collection}, {counted(outcome.faces, 'face')}"
    if outcome.left_out:
        line += f" ({outcome.left_out:,} left out)"
    return f"{line}, {outcome.failed:,} failed" if outcome.failed else line


def nothing_new(done: int, failed: int, collection: str) -> str:
    if not done:
        return "There are no pictures there."
    if failed:
        return f"{counted(failed, 'file')} could not be read; nothing new for {collection}"
    what = "The photo is" if done == 1 else f"All {done:,} photos are"
    return f"{what} in {collection} already"
