"""`likeness metrics`: what operations took, from the window, the command line and the endpoint."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import JSON_HELP, Session, session_of, spoken
from app.cli.pictures import named_path
from app.services.metrics import Metric, OperationError, Series, Span, Statistic, Sums
from app.services.naming import counted
from app.services.shapes import Json

_TIMES = (
    Statistic.SAMPLE_COUNT,
    Statistic.AVERAGE,
    Statistic.MINIMUM,
    Statistic.MAXIMUM,
    Statistic.P50,
    Statistic.P90,
    Statistic.P95,
    Statistic.P99,
)


def register(app: typer.Typer) -> None:
    app.command("metrics")(metrics)


def metrics(
    context: typer.Context,
    period: Annotated[Span, typer.Option(help="How far back to look.")] = Span.DAY,
    operation: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only of this one, such as DetectFaces.")
    ] = None,
    errors: Annotated[int, typer.Option(min=0, max=1000, help="How many of the latest errors.")] = 10,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=named_path, help="Write a row for each step and operation."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Tell how many operations were asked for, how they ended and how long they took.

    Those of this library: from the window, the command line and the endpoint.
    """
    if csv is not None and as_json:
        raise typer.BadParameter("Choose one: --csv or --json.")
    session = session_of(context)
    now = datetime.now(UTC)
    start = now - timedelta(seconds=period.seconds)
    wanted = operation or None
    with spoken(session), session.workbench() as bench:
        if csv is not None:
            rows = bench.metrics.export(csv, start, now, period.period, wanted)
            session.say(f"{counted(rows, 'row')} written to {csv}.")
            return
        series = bench.metrics.series(start, now, period.period, wanted)
        latest = bench.metrics.errors(errors, wanted, start)
        if as_json:
            session.print_json(_shape(series, latest, start, now))
        else:
            _print(session, series, latest, period)


def _shape(series: Series, errors: list[OperationError], start: datetime, end: datetime) -> Json:
    cells = sorted(series.cells.items(), key=lambda item: (item[0][2], item[0][0], item[0][1].value))
    return {
        "StartTime": _stamp(start),
        "EndTime": _stamp(end),
        "Period": series.period,
        "Total": _sums(series.total()),
        "Operations": [{"Operation": name, **_sums(series.total(name))} for name in series.operations],
        "Sources": [{"Origin": origin.value, **_sums(sums)} for origin, sums in series.sources().items()],
        "Datapoints": [
            {
                "Timestamp": _stamp(datetime.fromtimestamp(int(series.starts[index]), UTC)),
                "Operation": name,
                "Origin": origin.value,
                **_sums(sums),
            }
            for (name, origin, index), sums in cells
        ],
        "Errors": [
            {
                "Timestamp": _stamp(error.at),
                "Operation": error.operation,
                "Origin": error.origin.value,
                "Code": error.code,
                "Message": error.message,
            }
            for error in errors
        ],
    }


def _sums(sums: Sums) -> Json:
    """The sum of each metric; of ResponseTime all statistics, None where there is none."""
    shape: Json = {
        metric.value: int(sums.value(metric, Statistic.SUM))
        for metric in Metric
        if metric is not Metric.RESPONSE_TIME
    }
    times = {each.value: sums.value(Metric.RESPONSE_TIME, each) for each in _TIMES}
    shape[Metric.RESPONSE_TIME.value] = {
        name: None if math.isnan(value) else round(value, 3) for name, value in times.items()
    }
    return shape


def _print(session: Session, series: Series, errors: list[OperationError], span: Span) -> None:
    if not series.operations:
        session.say(f"No operation in the last {span.value}.")
    for name in series.operations:
        session.say(f"{name}  {_line(series.total(name))}")
    if len(series.operations) > 1:
        session.say(f"All  {_line(series.total())}")
    for origin, sums in series.sources().items():
        session.say(f"from the {origin.value}: {counted(sums.requests, 'request')}")
    for error in errors:
        moment = error.at.astimezone()
        session.say(f"{moment:%Y-%m-%d %H:%M:%S}  {error.operation}  {error.code}: {error.message}")


def _line(sums: Sums) -> str:
    words = [counted(sums.requests, "request")]
    words += [
        counted(count, what)
        for count, what in (
            (sums.user_errors, "user error"),
            (sums.server_errors, "server error"),
        )
        if count
    ]
    words += [f"{sums.throttled:,} throttled"] if sums.throttled else []
    average, p50, p95 = (
        sums.value(Metric.RESPONSE_TIME, each) for each in (Statistic.AVERAGE, Statistic.P50, Statistic.P95)
    )
    words.append(f"average {average:.1f} ms, p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    words += [counted(sums.faces, "face")] if sums.face_samples else []
    words += [counted(sums.labels, "label")] if sums.label_samples else []
    return "  ".join(words)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
