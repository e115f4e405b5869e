"""What operations took: counted, summed over time, graphed, watched by alarms."""

from app.services.metrics.alarms import (
    Alarm,
    AlarmChange,
    AlarmRule,
    AlarmService,
    AlarmState,
    Comparison,
    Missing,
)
from app.services.metrics.definitions import Metric, Span, Statistic
from app.services.metrics.meter import Meter, Observation, Outcome
from app.services.metrics.series import Series
from app.services.metrics.service import MetricService, OperationError
from app.services.metrics.sums import Sums

__all__ = [
    "Alarm",
    "AlarmChange",
    "AlarmRule",
    "AlarmService",
    "AlarmState",
    "Comparison",
    "Meter",
    "Metric",
    "MetricService",
    "Missing",
    "Observation",
    "OperationError",
    "Outcome",
    "Series",
    "Span",
    "Statistic",
    "Sums",
]
