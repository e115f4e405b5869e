"""What is measured of every operation, and what can be told of it over a period (docs/metrics.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# Rekognition counts faces and labels of these alone; what a search finds on its way to an answer is no
# detection that was asked for.
FACE_OPERATIONS: Final = frozenset({"DetectFaces", "IndexFaces"})
LABEL_OPERATIONS: Final = frozenset({"DetectLabels"})


class Statistic(StrEnum):
    """Of the samples of a period. Percentiles are within 2 % of the response time that has that rank."""

    SUM = "Sum"
    AVERAGE = "Average"
    MINIMUM = "Minimum"
    MAXIMUM = "Maximum"
    SAMPLE_COUNT = "SampleCount"
    P50 = "p50"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"

    @property
    def percentile(self) -> float | None:
        """50-99; None for those that are no percentile."""
        return float(self.value[1:]) if self.value.startswith("p") else None


_OF_COUNTS: Final = (Statistic.SUM, Statistic.AVERAGE, Statistic.SAMPLE_COUNT)
_OF_TIMES: Final = (
    Statistic.AVERAGE,
    Statistic.P50,
    Statistic.P90,
    Statistic.P95,
    Statistic.P99,
    Statistic.MINIMUM,
    Statistic.MAXIMUM,
    Statistic.SAMPLE_COUNT,
    Statistic.SUM,
)


class Metric(StrEnum):
    """By Rekognition's names. Every operation is one sample of each: 0 or 1 of the first four, so that their
    average is a share, and the milliseconds of ResponseTime. The detected faces and labels are samples only
    of the operations that detect them, and succeeded."""

    SUCCESSFUL = "SuccessfulRequestCount"
    USER_ERRORS = "UserErrorCount"
    SERVER_ERRORS = "ServerErrorCount"
    THROTTLED = "ThrottledCount"
    RESPONSE_TIME = "ResponseTime"
    FACES = "DetectedFaceCount"
    LABELS = "DetectedLabelCount"

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """Those that it has, the usual one first."""
        return _OF_TIMES if self is Metric.RESPONSE_TIME else _OF_COUNTS

    @property
    def unit(self) -> str:
        return "Milliseconds" if self is Metric.RESPONSE_TIME else "Count"


class Span(StrEnum):
    """How far back to look."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def seconds(self) -> int:
        return _SPANS[self][0]

    @property
    def period(self) -> int:
        """Seconds of a step of its graph: 60 to 288 of them."""
        return _SPANS[self][1]


_SPANS: Final = {
    Span.HOUR: (3600, 60),
    Span.DAY: (86_400, 300),
    Span.WEEK: (7 * 86_400, 3600),
    Span.MONTH: (30 * 86_400, 4 * 3600),
}

# Those that are counted by name: Rekognition's that work here. Any other is answered with an error, and
# counted by its name, too, as long as it can be one.
OPERATIONS: Final = (
    "AssociateFaces",
    "CompareFaces",
    "CreateCollection",
    "CreateUser",
    "DeleteCollection",
    "DeleteFaces",
    "DeleteUser",
    "DescribeCollection",
    "DetectFaces",
    "DetectLabels",
    "DetectModerationLabels",
    "DisassociateFaces",
    "GetCelebrityInfo",
    "IndexFaces",
    "ListCollections",
    "ListFaces",
    "ListUsers",
    "RecognizeCelebrities",
    "SearchFaces",
    "SearchFacesByImage",
    "SearchUsers",
    "SearchUsersByImage",
)
