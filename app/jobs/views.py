"""What the rest of the program sees of a job."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """INTERRUPTED: stopped by a quit, a crash or a full disk; it can be resumed."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLED = "cancelled"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def ended(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobView:
    """One moment of a job.

    `total` is None while it is still being counted. `rate` is items a second over the last seconds.
    `message` is the sentence it ended with: what was done, or why it stopped.
    """

    id: int
    kind: str
    title: str
    state: JobState
    done: int = 0
    total: int | None = None
    failed: int = 0
    rate: float | None = None
    seconds_left: float | None = None
    collection_pk: int | None = None
    message: str = ""
