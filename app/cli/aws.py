"""`likeness aws ...`: the real AWS CLI, on this machine."""

from __future__ import annotations

from typing import Any

import typer
import typer.core

from app.cli.context import Session, session_of, spoken

_HELP = (
    "Run the AWS CLI (an extra: pip install 'likeness[aws]') for Rekognition on this library. Nothing is "
    "sent anywhere; everything behind “aws” goes to it as it is, “help” too."
)


class _Untouched(typer.core.TyperCommand):
    """Options are the AWS CLI's, --help and -- among them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.args = list(args)
        ctx.params = {}
        return []


def register(app: typer.Typer) -> None:
    app.command("aws", cls=_Untouched, help=_HELP, options_metavar="", add_help_option=False)(aws)


def aws(context: typer.Context) -> None:
    session = session_of(context)
    with spoken(session):
        raise typer.Exit(_run(session, context.args))


def _run(session: Session, arguments: list[str]) -> int:
    from app.rekognition.aws_cli import run

    return run(arguments, lambda make: session.programs.open_workbench(session.library, make))
