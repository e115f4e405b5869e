"""`likeness call ...`: Rekognition's operations on plain JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import EXIT_ERROR, Session, session_of, spoken
from app.cli.terminal import write_text
from app.domain.errors import LikenessError

# A picture of five megabytes as base64, and room for the rest.
_MOST_BYTES = 32 * 1024 * 1024


def register(app: typer.Typer) -> None:
    app.command("call")(call)


def call(
    context: typer.Context,
    operation: Annotated[
        str, typer.Argument(metavar="OPERATION", help="Rekognition's name: DetectFaces, or detect-faces.")
    ],
    request: Annotated[
        str,
        typer.Argument(
            metavar="JSON|@FILE|-", help="The request: JSON, a file that holds it, or the standard input."
        ),
    ] = "{}",
) -> None:
    """Run an operation of Rekognition and print its answer as JSON.

    A picture's bytes are base64, or "@" and its path: '{"Image": {"Bytes": "@photo.jpg"}}'.
    Errors go to the standard error as CODE: sentence.
    """
    session = session_of(context)
    with spoken(session):
        session.print_json(_answer(session, operation, _content(request)))


def _answer(session: Session, name: str, request: bytes) -> dict[str, object]:
    from app.domain.records import Origin
    from app.rekognition.core import Rekognition, ServiceError
    from app.rekognition.names import operation_named
    from app.rekognition.plain import call_json

    operation = operation_named(name)
    with session.workbench(make=operation == "CreateCollection") as bench:
        try:
            return call_json(Rekognition(bench, Origin.COMMAND_LINE), operation, request)
        except ServiceError as error:
            write_text(sys.stderr, f"{error.code}: {error.message}")
            raise typer.Exit(EXIT_ERROR) from error


def _content(request: str) -> bytes:
    if request == "-":
        content = sys.stdin.buffer.read(_MOST_BYTES + 1)
    elif request.startswith("@"):
        try:
            with Path(request[1:]).open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "that is no file's name"
            raise LikenessError(f"The request {request[1:]} could not be read: {why}.") from error
    else:
        content = request.encode("utf-8", "surrogateescape")
    if len(content) > _MOST_BYTES:
        raise LikenessError("The request is larger than 32 MB. Name the picture's file in it instead.")
    return content
