"""`likeness serve`: the endpoint without the window."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from app.cli.context import session_of, spoken


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, help="Where to listen; 0: any that is free. The settings' without it."
        ),
    ] = None,
) -> None:
    """Answer Amazon Rekognition's protocol at a port of this machine, until Ctrl+C.

    Any AWS SDK or the AWS CLI can use it, with a key that `likeness keys create` makes. Nothing but programs
    on this machine can reach it.
    """
    # Before anything else: a signal that comes while the library is opened ends it in order, too.
    from app.rekognition.endpoint.environment import shell_line

    session = session_of(context)
    with spoken(session), _until_ended() as ended, session.endpoint(make=True) as endpoint:
        url = endpoint.start(port)
        keys = endpoint.keys.list()
        session.say(f"Listening at {url} until Ctrl+C.")
        session.say(shell_line(url, keys[0].access_key_id if len(keys) == 1 else None))
        if not keys:
            session.complain(
                "there is no key yet, so nobody can use it. In another terminal: likeness keys create NAME "
                "--policy FullAccess"
            )
        # In slices: a wait without an end keeps Ctrl+C waiting, too, on Windows.
        while not ended.wait(0.5):
            if not endpoint.status.url:
                break
        endpoint.stop()
        session.say("Stopped.")


@contextmanager
def _until_ended() -> Iterator[threading.Event]:
    """Set by Ctrl+C and by SIGTERM, which then do nothing else."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    if threading.current_thread() is not threading.main_thread():
        yield ended
        return
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
