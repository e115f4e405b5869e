"""`likeness users ...`"""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import EXIT_ERROR, JSON_HELP, Session, session_of, spoken
from app.services import shapes
from app.services.faces import Unsuccessful
from app.services.naming import counted

app = typer.Typer(no_args_is_help=True)

_COLLECTION = typer.Argument(metavar="COLLECTION", help="The collection's id.")
_USER = typer.Argument(metavar="USER", help="The person's UserId.")
_FACES = typer.Argument(metavar="FACE_ID", help="FaceIds; `likeness search` prints them.")
_JSON = typer.Option("--json", help=JSON_HELP)
# Rekognition's words for a program, these for a person.
_REASONS = {
    "FACE_NOT_FOUND": "there is no such face in this collection",
    "ASSOCIATED_TO_A_DIFFERENT_USER": "it is another person's: disassociate it there first",
    "LOW_MATCH_CONFIDENCE": "it is too unlike this person; --threshold says how alike it must be",
}


@app.command("list")
def show(
    context: typer.Context,
    collection: Annotated[str, _COLLECTION],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """List the people of a collection."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        with bench.meter.operation("ListUsers"):
            found = bench.users.list(bench.collections.get(collection).id)
        if as_json:
            session.print_json(
                {
                    "Users": [
                        {**shapes.user(item), "DisplayName": item.display_name, "FaceCount": item.face_count}
                        for item in found
                    ]
                }
            )
            return
        for item in found:
            faces = counted(item.face_count, "face")
            session.say(f"{item.user_id}  {item.display_name}  {faces}  {item.status.value}")
        if not found:
            session.say(f"Nobody is named in {collection} yet.")


@app.command()
def create(
    context: typer.Context,
    collection: Annotated[str, _COLLECTION],
    user: Annotated[str, _USER],
    name: Annotated[str | None, typer.Option(help="The person's name, in any script.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Make a person, without a face yet."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.users.create(collection, user, name)
        _done(session, f"{user} is made.", as_json)


@app.command()
def delete(
    context: typer.Context,
    collection: Annotated[str, _COLLECTION],
    user: Annotated[str, _USER],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Delete a person; the faces stay, without a name."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.users.delete(collection, user)
        _done(session, f"{user} is deleted. Undo it in the window, under History.", as_json)


@app.command()
def associate(
    context: typer.Context,
    collection: Annotated[str, _COLLECTION],
    user: Annotated[str, _USER],
    faces: Annotated[list[str], _FACES],
    threshold: Annotated[float, typer.Option(min=0, max=100, help="Least similarity to the person.")] = 75.0,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Give faces to a person. Exit status 1 when one could not be."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        result = bench.users.associate(collection, user, faces, threshold)
        if as_json:
            session.print_json(shapes.association(result))
        else:
            session.say(f"{counted(len(result.associated), 'face')} associated with {user}.")
            _complain(session, result.unsuccessful, "this person has as many faces as Rekognition allows")
    if result.unsuccessful:
        raise typer.Exit(EXIT_ERROR)


@app.command()
def disassociate(
    context: typer.Context,
    collection: Annotated[str, _COLLECTION],
    user: Annotated[str, _USER],
    faces: Annotated[list[str], _FACES],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Take faces away from a person. Exit status 1 when one could not be."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        result = bench.users.disassociate(collection, user, faces)
        if as_json:
            session.print_json(shapes.disassociation(result))
        else:
            session.say(f"{counted(len(result.disassociated), 'face')} taken from {user}.")
            _complain(session, result.unsuccessful, "it could not be taken away")
    if result.unsuccessful:
        raise typer.Exit(EXIT_ERROR)


def _done(session: Session, sentence: str, as_json: bool) -> None:
    if as_json:
        # CreateUser and DeleteUser answer with nothing.
        session.print_json({})
    else:
        session.say(sentence)


def _complain(session: Session, failures: list[Unsuccessful], otherwise: str) -> None:
    """`otherwise` is said where Rekognition has no reason."""
    for failure in failures:
        reasons = [_REASONS.get(reason, reason) for reason in failure.reasons] or [otherwise]
        alike = "" if failure.confidence is None else f" ({failure.confidence:.1f})"
        owner = "" if failure.user_id is None or not failure.reasons else f" ({failure.user_id})"
        session.complain(f"{failure.face_id}: {', '.join(reasons)}{alike}{owner}")
