"""The program's commands, put together."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app import __version__
from app.cli import (
    alarms,
    aws,
    buckets,
    call,
    celebrities,
    collections,
    describe,
    images,
    index,
    keys,
    metrics,
    models,
    search,
    serve,
    users,
)
from app.cli.context import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, Programs, Session, session_of
from app.cli.pictures import named_path
from app.cli.terminal import EXIT_READER_GONE, OutputFailed, ReaderGone, abandon, flush, unwritten

LIBRARY = typer.Option(
    "--library",
    metavar="PATH",
    parser=named_path,
    help="The library's folder; the window, indexing and creating make it when it is not there.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"likeness {__version__}")
        raise typer.Exit


def build(programs: Programs) -> typer.Typer:
    """The command tree. Without a command it opens the window."""
    app = typer.Typer(
        name="likeness",
        help="Collections of faces on your own machine: find, compare, search, name. "
        "Without a command the window opens.",
        no_args_is_help=False,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        # Plain text: it goes through pipes, into bug reports and over narrow terminals.
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(invoke_without_command=True)
    def root(
        context: typer.Context,
        library: Annotated[Path | None, LIBRARY] = None,
        demo: Annotated[
            bool, typer.Option("--demo", help="Open a temporary library of public-domain portraits.")
        ] = False,
        _shown: Annotated[
            bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
        ] = False,
    ) -> None:
        if demo and library is not None:
            raise typer.BadParameter("--demo makes a library of its own: leave --library out.")
        context.obj = Session(programs, library)
        if context.invoked_subcommand is None:
            raise typer.Exit(programs.run_window(library, demo))
        if demo:
            raise typer.BadParameter("--demo opens the window: leave the command out.")

    @app.command("self-test")
    def self_test(
        context: typer.Context,
        screenshot: Annotated[
            Path | None, typer.Option(metavar="PNG", help="Keep the window's picture here.")
        ] = None,
    ) -> None:
        """Check that this installation works: window, models, a real face found and searched."""
        raise typer.Exit(session_of(context).programs.self_test(screenshot))

    index.register(app)
    images.register(app)
    describe.register(app)
    search.register(app)
    aws.register(app)
    call.register(app)
    serve.register(app)
    metrics.register(app)
    app.add_typer(collections.app, name="collections", help="List, make, rename and delete collections.")
    app.add_typer(
        celebrities.app, name="celebrities", help="Recognise the people of celebrity packs; keep the packs."
    )
    app.add_typer(users.app, name="users", help="List, make and delete people; give them faces.")
    app.add_typer(buckets.app, name="buckets", help="List, add and remove folders that requests may name.")
    app.add_typer(keys.app, name="keys", help="List, make and revoke access keys; their policies.")
    app.add_typer(alarms.app, name="alarms", help="Alarms on what operations take: list, add, remove.")
    app.add_typer(models.app, name="models", help="Face models: list, add, check, calibrate, use, remove.")
    return app


def run(programs: Programs, arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 done, 1 an error (said on stderr), 2 wrong usage, 130 interrupted, and 141
    (as of a program that the signal ended) where nobody read the output to its end."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _status(programs, given)
        flush(sys.stdout)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except ReaderGone:
        return EXIT_READER_GONE
    except OutputFailed as error:
        Session(programs).complain(error)
        return EXIT_ERROR
    except OSError as error:
        # --help and --version are written by typer itself.
        if error.errno != errno.ENOSPC:
            raise
        abandon(sys.stdout)
        Session(programs).complain(unwritten(error))
        return EXIT_ERROR
    return status


def _status(programs: Programs, arguments: list[str]) -> int:
    try:
        build(programs)(args=arguments, prog_name="likeness")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_ERROR
    return EXIT_OK
