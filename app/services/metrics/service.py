"""What operations took: asked for by time, operation and origin."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.records import Origin
from app.services.metrics.series import Series


@dataclass(frozen=True, slots=True)
class OperationError:
    """`code` is Rekognition's name of the error, `message` a sentence."""

    at: datetime
    operation: str
    origin: Origin
    code: str
    message: str


class MetricService:
    """Thread-safe; what this process counted a moment ago is in every answer, what another process counted
    within some seconds. Each call reads the database: not for the window's thread."""

    def series(
        self,
        start: datetime,
        end: datetime,
        period: int,
        operations: Collection[str] | None = None,
        origins: Collection[Origin] | None = None,
    ) -> Series:
        """From `start` (rounded down to a multiple of `period` seconds) up to `end`, 60 s or more a step.
        Of some operations and origins, or of all. What is older than 15 days is known by the hour: it lies
        in the step that the hour begins in. Raises InvalidParameter."""
        raise NotImplementedError

    def errors(
        self,
        limit: int = 100,
        operations: Collection[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> list[OperationError]:
        """User and server errors, the latest first: the last 1,000 are kept."""
        raise NotImplementedError

    def export(
        self,
        path: Path,
        start: datetime,
        end: datetime,
        period: int,
        operations: Collection[str] | None = None,
    ) -> int:
        """A CSV file, a row for each period, operation and origin that has something; how many there are. The
        file is there whole or not at all; one that was there is replaced. Raises LikenessError where it
        cannot be written, InvalidParameter."""
        raise NotImplementedError
