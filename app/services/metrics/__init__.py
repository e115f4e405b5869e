"""What operations took: counted, summed over time, graphed, watched by alarms."""

from app.services.metrics.alarms import Alarm, AlarmChange, AlarmService
from app.services.metrics.definitions import OPERATIONS, Metric, Span, Statistic
from app.services.metrics.keeper import Keeper
from app.services.metrics.ledger import Ledger
from app.services.metrics.meter import UNCOUNTED, Meter, Observation, Outcome, counts
from app.services.metrics.rules import AlarmRule, AlarmState, Comparison, Missing
from app.services.metrics.series import Series
from app.services.metrics.service import MetricService, OperationError
from app.services.metrics.sums import Sums

__all__ = [
    "OPERATIONS",
    "UNCOUNTED",
    "Alarm",
    "AlarmChange",
    "AlarmRule",
    "AlarmService",
    "AlarmState",
    "Comparison",
    "Keeper",
    "Ledger",
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
    "counts",
]
