"""`likeness keys ...`: what AWS's programs sign their requests to the endpoint with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.context import JSON_HELP, session_of, spoken
from app.domain.errors import InvalidParameter

if TYPE_CHECKING:
    from app.rekognition.access.keys import AccessKey
    from app.rekognition.access.policy import Policy

app = typer.Typer(no_args_is_help=False, invoke_without_command=True)

_KEY = typer.Argument(metavar="KEY_ID", help="As the list has it: LKIA...")
_JSON = typer.Option("--json", help=JSON_HELP)
_POLICY_HELP = "FullAccess, ReadWriteAccess, ReadOnlyAccess, or a document: JSON, @FILE or -."
_MOST_BYTES = 1024 * 1024


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List, make and revoke access keys; see and set their policies. Without a command: list them."""
    if context.invoked_subcommand is None:
        show(context, as_json=as_json)
    elif as_json:
        raise typer.BadParameter(f"Write --json after {context.invoked_subcommand}.")


@app.command("list")
def show(
    context: typer.Context,
    revoked: Annotated[bool, typer.Option("--revoked", help="The revoked ones, too.")] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """List the access keys of the library. Secrets are never shown again."""
    session = session_of(context)
    with spoken(session), session.endpoint() as endpoint:
        found = endpoint.keys.list(revoked=revoked)
        if as_json:
            session.print_json({"AccessKeys": [_shape(key) for key in found]})
            return
        for key in found:
            session.say(_line(key))
        if not found:
            session.say("No keys yet. Make one: likeness keys create NAME --policy ReadOnlyAccess")


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for, to tell it from others.")],
    policy: Annotated[str, typer.Option("--policy", metavar="POLICY", help=_POLICY_HELP)],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Make an access key and print its secret, this once."""
    session = session_of(context)
    with spoken(session), session.endpoint(make=True) as endpoint:
        new = endpoint.keys.create(name, _policy(policy))
        if as_json:
            session.print_json({**_shape(new.key), "SecretAccessKey": new.secret})
            return
        session.say(f"AWS_ACCESS_KEY_ID={new.access_key_id}")
        session.say(f"AWS_SECRET_ACCESS_KEY={new.secret}")
        # Beside what a script may take, not in it.
        session.complain(
            f"the secret is shown this once, and kept in {endpoint.keys.place}. likeness serve starts the "
            "endpoint that takes it."
        )


@app.command()
def revoke(
    context: typer.Context, key: Annotated[str, _KEY], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Let a key in no more, from now on and for good, also where an endpoint runs already."""
    session = session_of(context)
    with spoken(session), session.endpoint() as endpoint:
        endpoint.keys.revoke(key)
        if as_json:
            session.print_json(_shape(endpoint.keys.get(key)))
        else:
            session.say(f"{key} is revoked.")


@app.command()
def policy(
    context: typer.Context,
    key: Annotated[str, _KEY],
    new: Annotated[str | None, typer.Argument(metavar="[POLICY]", help=_POLICY_HELP)] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Print the policy of a key as a document; with a new one, set that."""
    session = session_of(context)
    with spoken(session), session.endpoint() as endpoint:
        if new is None:
            found = endpoint.keys.get(key)
        else:
            found = endpoint.keys.set_policy(key, _policy(new))
        if as_json:
            session.print_json(_shape(found))
        elif new is None:
            for line in found.policy.as_document().splitlines():
                session.say(line)
        else:
            session.say(f"{key} has the policy {found.policy.name}.")


def _policy(given: str) -> Policy:
    """Raises PolicyError, InvalidParameter."""
    from app.rekognition.access.policy import policy_of

    if given == "-":
        return policy_of(sys.stdin.read(_MOST_BYTES))
    if given.startswith("@"):
        path = Path(given[1:])
        try:
            with path.open("rb") as file:
                return policy_of(file.read(_MOST_BYTES).decode("utf-8"))
        except OSError as error:
            raise InvalidParameter(f"The policy {path} could not be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise InvalidParameter(f"The policy {path} is no text in UTF-8.") from error
    return policy_of(given)


def _line(key: AccessKey) -> str:
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
    revoked = f"  revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC" if key.revoked_at else ""
    return f"{key.access_key_id}  {key.name}  {key.policy.name}  {used}{revoked}"


def _shape(key: AccessKey) -> dict[str, Any]:
    def moment(value: Any) -> str | None:
        return value.isoformat(timespec="seconds") if value is not None else None

    return {
        "AccessKeyId": key.access_key_id,
        "Name": key.name,
        "Policy": key.policy.name,
        "Status": "Inactive" if key.revoked_at else "Active",
        "CreateDate": moment(key.created_at),
        "LastUsedDate": moment(key.last_used_at),
        "RevokedDate": moment(key.revoked_at),
    }
