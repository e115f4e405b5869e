"""`likeness alarms ...`"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from app.cli.context import JSON_HELP, session_of, spoken
from app.domain.errors import ResourceNotFound
from app.services.metrics import (
    Alarm,
    AlarmChange,
    AlarmRule,
    AlarmService,
    Comparison,
    Metric,
    Missing,
    Statistic,
)
from app.services.shapes import Json

app = typer.Typer(no_args_is_help=False, invoke_without_command=True)

_NAME = typer.Argument(metavar="NAME", help="The alarm's name.")
_JSON = typer.Option("--json", help=JSON_HELP)


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List, add and remove alarms. Without a command: list them."""
    if context.invoked_subcommand is None:
        show(context, as_json)
    elif as_json:
        raise typer.BadParameter(f"Write --json after {context.invoked_subcommand}.")


@app.command("list")
def show(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List the alarms with their states, judged by the minutes that are over."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.alarms.evaluate()
        found = bench.alarms.list()
        if as_json:
            session.print_json({"MetricAlarms": [_shape(each) for each in found]})
            return
        for each in found:
            since = each.since.astimezone()
            session.say(
                f"{each.rule.name}  {each.state.value} since {since:%Y-%m-%d %H:%M}  {each.rule.sentence}"
            )
        if not found:
            session.say("No alarms yet. Add one: likeness alarms add NAME --metric UserErrorCount")


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, _NAME],
    metric: Annotated[Metric, typer.Option(help="What is watched.")],
    threshold: Annotated[float, typer.Option(help="The value that it is compared with.")] = 0.0,
    statistic: Annotated[
        Statistic | None, typer.Option(help="Of each period; else the usual one of the metric.")
    ] = None,
    comparison: Annotated[Comparison, typer.Option(help="When it is breached.")] = Comparison.GREATER,
    period: Annotated[int, typer.Option(min=60, help="Seconds of a period, in whole minutes.")] = 300,
    periods: Annotated[int, typer.Option(min=1, help="How many periods it must be breached.")] = 1,
    operation: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this one, such as DetectFaces.")
    ] = None,
    missing: Annotated[
        Missing, typer.Option(help="What periods without an operation count as.")
    ] = Missing.MISSING,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Add an alarm: the window notifies of each change of its state.

    For example more than 10 user errors in each of two periods of five minutes:
    likeness alarms add errors --metric UserErrorCount --threshold 10 --periods 2
    """
    session = session_of(context)
    rule = AlarmRule(
        name=name,
        metric=metric,
        statistic=statistic or metric.statistics[0],
        comparison=comparison,
        threshold=threshold,
        period=period,
        periods=periods,
        operation=operation,
        missing=missing,
    )
    with spoken(session), session.workbench(make=True) as bench:
        made = bench.alarms.add(rule)
        if as_json:
            session.print_json(_shape(made))
        else:
            session.say(f"{made.rule.name} is added: {made.rule.sentence}.")


@app.command()
def remove(
    context: typer.Context, name: Annotated[str, _NAME], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Remove an alarm with its history."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.alarms.remove(_named(bench.alarms, name).id)
        if as_json:
            session.print_json({})
        else:
            session.say(f"{name} is removed.")


@app.command()
def history(
    context: typer.Context, name: Annotated[str, _NAME], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Tell how an alarm's state changed, the latest first."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        found = bench.alarms.history(_named(bench.alarms, name).id, limit=100)
        if as_json:
            session.print_json({"AlarmHistoryItems": [_change(each) for each in found]})
            return
        for each in found:
            moment = each.at.astimezone()
            session.say(f"{moment:%Y-%m-%d %H:%M}  {each.before.value} to {each.after.value}  {each.reason}")
        if not found:
            session.say(f"The state of {name} has not changed yet.")


def _named(alarms: AlarmService, name: str) -> Alarm:
    for each in alarms.list():
        if each.rule.name == name:
            return each
    raise ResourceNotFound(f"There is no alarm “{name}”.")


def _shape(alarm: Alarm) -> Json:
    """By CloudWatch's names, as `aws cloudwatch describe-alarms` has them."""
    rule = alarm.rule
    dimensions = [] if rule.operation is None else [{"Name": "Operation", "Value": rule.operation}]
    kind = "Statistic" if rule.statistic.percentile is None else "ExtendedStatistic"
    return {
        "AlarmName": rule.name,
        "StateValue": alarm.state.value,
        "StateUpdatedTimestamp": _stamp(alarm.since),
        "MetricName": rule.metric.value,
        "Namespace": "AWS/Rekognition",
        kind: rule.statistic.value,
        "Dimensions": dimensions,
        "Period": rule.period,
        "EvaluationPeriods": rule.periods,
        "Threshold": rule.threshold,
        "ComparisonOperator": rule.comparison.value,
        "TreatMissingData": rule.missing.value,
    }


def _change(change: AlarmChange) -> Json:
    return {
        "AlarmName": change.alarm.rule.name,
        "Timestamp": _stamp(change.at),
        "Before": change.before.value,
        "After": change.after.value,
        "HistorySummary": change.reason,
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
