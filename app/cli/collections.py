"""`likeness collections ...`"""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import session_of, spoken
from app.services import shapes

app = typer.Typer(no_args_is_help=False, invoke_without_command=True)

_ID = typer.Argument(metavar="COLLECTION", help="The collection's id.")
_JSON = typer.Option("--json", help="Print JSON.")


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """Without a command: list them."""
    if context.invoked_subcommand is None:
        show(context, as_json)


@app.command("list")
def show(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List the collections with their counts."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        found = bench.collections.list()
        if as_json:
            session.print_json(
                {
                    "CollectionIds": [item.collection_id for item in found],
                    "Collections": [
                        {
                            "CollectionId": item.collection_id,
                            "DisplayName": item.display_name,
                            "PhotoCount": item.photo_count,
                            **shapes.collection_description(item, bench.engine.contract),
                        }
                        for item in found
                    ],
                }
            )
            return
        for item in found:
            session.say(
                f"{item.collection_id}  {item.photo_count} photos  {item.face_count} faces  "
                f"{item.user_count} people"
            )
        if not found:
            session.say("No collections yet. Make one: likeness collections create NAME")


@app.command()
def create(
    context: typer.Context,
    collection: Annotated[str, _ID],
    name: Annotated[str | None, typer.Option(help="What the window shows, in any script.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Make a collection."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        made = bench.collections.create(collection, name)
        if as_json:
            session.print_json({"StatusCode": 200, "CollectionArn": shapes.ARN.format(made.collection_id)})
        else:
            session.say(f"{made.collection_id} is made.")


@app.command()
def describe(context: typer.Context, collection: Annotated[str, _ID]) -> None:
    """Print what DescribeCollection answers."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        item = bench.collections.get(collection)
        session.print_json(shapes.collection_description(item, bench.engine.contract))


@app.command()
def rename(
    context: typer.Context,
    collection: Annotated[str, _ID],
    name: Annotated[str, typer.Argument(help="What the window shows.")],
) -> None:
    """Give a collection another name; its id stays."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.collections.rename(bench.collections.get(collection).id, name)
        session.say(f"{collection} is now called {name}.")


@app.command()
def delete(
    context: typer.Context,
    collection: Annotated[str, _ID],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Delete a collection with its faces and people. The photos' files stay; the window can undo it."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.collections.delete(bench.collections.get(collection).id)
        if as_json:
            session.print_json({"StatusCode": 200})
        else:
            session.say(f"{collection} is deleted. Undo it in the window, under History.")
