"""What the shell is told: plain data, made by whoever drives it. Nothing here knows a service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SidebarCollection:
    """One collection of the sidebar with its counts. `id` is Rekognition's, `name` for people."""

    pk: int
    id: str
    name: str
    photos: int = 0
    faces: int = 0
    people: int = 0


class JobState(StrEnum):
    """Where a job stands; an interrupted one can be resumed."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its row shows it. `rate` in things a second; `seconds_left` None when not known."""

    id: str
    title: str
    done: int = 0
    total: int = 0
    rate: float = 0.0
    seconds_left: float | None = None
    state: JobState = JobState.RUNNING
    note: str = ""

    def facts(self) -> str:
        """ "128 of 200 · 14 a second · 5 s left", or the state in words."""
        match self.state:
            case JobState.WAITING:
                return self.note or "Waiting"
            case JobState.CANCELLING:
                return "Stopping after this photo"
            case JobState.INTERRUPTED:
                return self.note or f"{self.done:,} of {self.total:,} done, stopped"
            case JobState.FAILED:
                return self.note or "Failed"
        parts = [f"{self.done:,} of {self.total:,}" if self.total else f"{self.done:,}"]
        if self.rate > 0:
            parts.append(rate_words(self.rate))
        if self.seconds_left is not None:
            parts.append(f"{duration_words(self.seconds_left)} left")
        return " · ".join(parts)


def rate_words(rate: float) -> str:
    """Things a second as words: "14 a second", "2.5 a second", "12 a minute"."""
    if rate >= 9.95:
        return f"{rate:,.0f} a second"
    if rate >= 0.95:
        return f"{rate:.1f} a second".replace(".0 ", " ")
    return f"{rate * 60:.0f} a minute"


def duration_words(seconds: float) -> str:
    """A length of time as one number with its unit: "5 s", "3 min", "2 h"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the go-to list; `run` goes there."""

    title: str
    icon: str
    run: Callable[[], None]
    detail: str = ""
    key: str = ""


class HitProvider(Protocol):
    """Finds people, photos or anything else to go to. May answer at once or later, from the window's
    thread; an answer to a text that is no longer there is dropped."""

    def ask(self, text: str, answer: Callable[[list[Hit]], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page the window can show. `factory` runs when it is first needed and gives a QWidget.

    The widget may have, and the shell then calls: `activate(**params)`, `deactivate()`,
    `paste(DroppedContent) -> bool` (True: taken), `new_item() -> bool` (Ctrl+N; True: taken),
    `regions() -> list[QWidget]` (for F6), `key_groups() -> list[KeyGroup]` (for F1) and
    `set_drag_active(bool)` (shows a drag over the window itself).
    """

    key: str
    title: str
    icon: str
    factory: Callable[[], Any]


COLLECTION_PAGES = (
    ("photos", "Photos", "image-square"),
    ("faces", "Faces", "user-focus"),
    ("people", "People", "users"),
)
TOOL_PAGES = (
    ("compare", "Compare", "arrows-left-right"),
    ("search", "Search", "magnifying-glass"),
    ("analyse", "Analyse", "bounding-box"),
    ("metrics", "Metrics", "chart-line-up"),
    ("history", "History", "clock-counter-clockwise"),
    ("models", "Models", "cube"),
)
