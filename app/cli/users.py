"""`likeness users ...`"""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import EXIT_ERROR, session_of, spoken
from app.services import shapes

app = typer.Typer(no_args_is_help=True)

_COLLECTION = typer.Argument(metavar="COLLECTION", help="The collection's id.")
_USER = typer.Argument(metavar="USER", help="The person's UserId.")
_FACES = typer.Argument(metavar="FACE_ID...", help="FaceIds.")
_JSON = typer.Option("--json", help="Print JSON.")


@app.command("list")
def show(
    context: typer.Context,
    collection: Annotated[str, _COLLECTION],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """List the people of a collection."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
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
            session.say(f"{item.user_id}  {item.display_name}  {item.face_count} faces  {item.status.value}")
        if not found:
            session.say(f"Nobody is named in {collection} yet.")


@app.command()
def create(
    context: typer.Context,
    collection: Annotated[str, _COLLECTION],
    user: Annotated[str, _USER],
    name: Annotated[str | None, typer.Option(help="The person's name, in any script.")] = None,
) -> None:
    """Make a person, without a face yet."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.users.create(collection, user, name)
        session.say(f"{user} is made.")


@app.command()
def delete(
    context: typer.Context, collection: Annotated[str, _COLLECTION], user: Annotated[str, _USER]
) -> None:
    """Delete a person; the faces stay, without a name."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.users.delete(collection, user)
        session.say(f"{user} is deleted. Undo it in the window, under History.")


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
            session.say(f"{len(result.associated)} faces associated with {user}.")
            for failure in result.unsuccessful:
                session.complain(f"{failure.face_id}: {', '.join(failure.reasons)}")
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
            session.say(f"{len(result.disassociated)} faces taken from {user}.")
            for failure in result.unsuccessful:
                session.complain(f"{failure.face_id}: {', '.join(failure.reasons)}")
    if result.unsuccessful:
        raise typer.Exit(EXIT_ERROR)
