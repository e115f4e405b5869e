"""The AWS CLI, run in this process, with its requests answered from a library.

It is the AWS CLI's first version, the one that Python's package index has. Scripts are often written for the
second; what that one has and the first lacks is added here: YAML in and out, base64 for blobs in input files,
and options that make no difference here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Final

from app.domain.errors import LikenessError
from app.domain.records import Origin
from app.rekognition.inprocess import INSTALL, REGION, SERVICE, BeforeSend, MissingExtra, OtherService
from app.rekognition.names import command_names
from app.services.workbench import Workbench

# Commands of the AWS CLI that ask no service. All others are refused before they run, for some talk to
# more than AWS's own client library.
_OWN_COMMANDS: Final = frozenset({SERVICE, "help", "configure", "history"})
_OPTIONS_WITH_VALUE: Final = frozenset(
    {
        "--endpoint-url",
        "--output",
        "--query",
        "--profile",
        "--region",
        "--color",
        "--ca-bundle",
        "--cli-read-timeout",
        "--cli-connect-timeout",
        "--cli-binary-format",
    }
)


def run(arguments: Sequence[str], open_library: Callable[[bool], Workbench]) -> int:
    """The AWS CLI's exit status.

    Args:
        arguments: as after `aws`. The word `rekognition` may be left out.
        open_library: called with the first request, and never for help or a skeleton; whether a library
            that is not there is to be made.
    Raises MissingExtra, and LikenessError for a configuration of the AWS CLI that cannot be read.
    """
    try:
        import awscli.clidriver
    except ImportError as error:
        raise MissingExtra(INSTALL) from error
    from botocore.exceptions import BotoCoreError

    from app.rekognition import aws_cli_v2

    library = _Library(open_library)
    try:
        driver = awscli.clidriver.create_clidriver()
        _keep_here(driver.session, library)
    except BotoCoreError as error:
        raise LikenessError(f"The AWS CLI cannot start. {error}") from error
    aws_cli_v2.add_to(driver.session)
    try:
        with aws_cli_v2.yaml_output():
            status: int = driver.main(with_service(arguments))
    except SystemExit as stop:  # argparse's way to end
        status = stop.code if isinstance(stop.code, int) else 1
    finally:
        library.close()
    return status


def with_service(arguments: Sequence[str]) -> list[str]:
    """The arguments with `rekognition` where it was left out."""
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        at += 2 if arguments[at] in _OPTIONS_WITH_VALUE else 1
    given = list(arguments)
    if at < len(given) and given[at] in command_names():
        given.insert(at, SERVICE)
    return given


class _Library:
    """Opened when it is needed."""

    def __init__(self, open_library: Callable[[bool], Workbench]) -> None:
        self._open = open_library
        self._bench: Workbench | None = None
        self._core: Any = None

    def core(self, operation: str) -> Any:
        if self._core is None:
            from app.rekognition.core import Rekognition

            self._bench = self._open(operation == "CreateCollection")
            self._core = Rekognition(self._bench, Origin.COMMAND_LINE)
        return self._core

    def close(self) -> None:
        if self._bench is not None:
            self._bench.close()


def _keep_here(session: Any, library: _Library) -> None:
    """No credentials are looked for, no region, and no address on the network is asked for anything."""
    session.set_credentials("likeness", "likeness")
    session.set_config_variable("region", REGION)
    session.set_config_variable("defaults_mode", "legacy")
    session.set_config_variable("csm_enabled", False)
    # A profile that a script names need not exist here; what it says of output and the like holds.
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
    _make_profile(session, profile)
    emitter = session.get_component("event_emitter")
    emitter.register_first("top-level-args-parsed", _profile_named)
    emitter.register_first("before-send", BeforeSend(library.core))
    emitter.register_last("building-command-table.main", _refuse_other_services)


def _profile_named(parsed_args: Any, session: Any, **_: object) -> None:
    _make_profile(session, parsed_args.profile)


def _make_profile(session: Any, name: str | None) -> None:
    profile = session.full_config["profiles"].setdefault(name or "default", {})
    # The first version would fetch a value that begins with http://.
    profile["cli_follow_urlparam"] = "false"


def _refuse_other_services(command_table: dict[str, Any], **_: object) -> None:
    from awscli.commands import CLICommand

    class Refused(CLICommand):  # type: ignore[misc]
        def __init__(self, name: str) -> None:
            self._name = name

        @property
        def name(self) -> str:
            return self._name

        @property
        def lineage(self) -> list[Any]:
            return [self]

        def __call__(self, args: object, parsed_globals: object) -> int:
            raise OtherService(
                f"Only the AWS CLI's command “rekognition” runs here, on this machine; “{self._name}” would "
                "leave it. Use the AWS CLI itself for that."
            )

    for name in command_table:
        if name not in _OWN_COMMANDS:
            command_table[name] = Refused(name)
