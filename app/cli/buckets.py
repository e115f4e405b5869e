"""`likeness buckets ...`: folders that requests may name pictures in, as if they were S3 buckets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import JSON_HELP, session_of, spoken
from app.cli.pictures import named_path
from app.domain.text import printable
from app.services.buckets import Bucket

app = typer.Typer(no_args_is_help=False, invoke_without_command=True)

_NAME = typer.Argument(metavar="NAME", help="3 to 63 small letters, digits, dots and hyphens.")
_JSON = typer.Option("--json", help=JSON_HELP)


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List, add and remove buckets. Without a command: list them."""
    if context.invoked_subcommand is None:
        show(context, as_json)
    elif as_json:
        raise typer.BadParameter(f"Write --json after {context.invoked_subcommand}.")


@app.command("list")
def show(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List the buckets and their folders."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        found = bench.buckets.list()
        if as_json:
            session.print_json({"Buckets": [_shape(each) for each in found]})
            return
        for each in found:
            session.say(f"{each.name}  {printable(str(each.folder))}")
        if not found:
            session.say("No buckets yet. Add one: likeness buckets add NAME FOLDER")


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, _NAME],
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", parser=named_path, help="It stays where it is.")
    ],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Let requests read the pictures of a folder as {"S3Object": {"Bucket": NAME, "Name": "a/b.jpg"}}.

    Links that lead out of the folder are not followed.
    """
    session = session_of(context)
    with spoken(session), session.workbench(make=True) as bench:
        made = bench.buckets.add(name, folder)
        if as_json:
            session.print_json(_shape(made))
        else:
            session.say(f"{made.name} is {printable(str(made.folder))}.")


@app.command()
def remove(
    context: typer.Context, name: Annotated[str, _NAME], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Forget a bucket. Its folder and the pictures in it stay."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.buckets.remove(name)
        if as_json:
            session.print_json({"Bucket": name})
        else:
            session.say(f"{name} is no bucket any more.")


def _shape(bucket: Bucket) -> dict[str, str]:
    return {
        "Name": bucket.name,
        "Folder": printable(str(bucket.folder)),
        "CreationTimestamp": bucket.created_at.isoformat(),
    }
