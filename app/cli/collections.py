"""`likeness collections ...`"""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import JSON_HELP, Session, session_of, spoken
from app.domain.records import Collection
from app.services import shapes
from app.services.naming import counted

app = typer.Typer(no_args_is_help=False, invoke_without_command=True)

_ID = typer.Argument(metavar="COLLECTION", help="The collection's id.")
_JSON = typer.Option("--json", help=JSON_HELP)


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List, make, rename and delete collections. Without a command: list them."""
    if context.invoked_subcommand is None:
        show(context, as_json)
    elif as_json:
        raise typer.BadParameter(f"Write --json after {context.invoked_subcommand}.")


@app.command("list")
def show(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List the collections with their counts."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        with bench.meter.operation("ListCollections"):
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
                            **shapes.collection_description(item, bench.collections.contract(item.id)),
                        }
                        for item in found
                    ],
                }
            )
            return
        for item in found:
            _print(session, item)
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
    with spoken(session), session.workbench(make=True) as bench:
        made = bench.collections.create(collection, name)
        if as_json:
            session.print_json(shapes.collection_created(made, bench.engine.contract))
        else:
            session.say(f"{made.collection_id} is made.")


@app.command()
def describe(
    context: typer.Context, collection: Annotated[str, _ID], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Tell of a collection: its counts and its face model."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        with bench.meter.operation("DescribeCollection"):
            item = bench.collections.get(collection)
            shape = shapes.collection_description(item, bench.collections.contract(item.id))
        if as_json:
            session.print_json(shape)
            return
        _print(session, item)
        session.say(f"face model {shape['FaceModelVersion']}")
        session.say(f"made {item.created_at.astimezone():%Y-%m-%d %H:%M}")


@app.command()
def rename(
    context: typer.Context,
    collection: Annotated[str, _ID],
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the window shows.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Give a collection another name; its id stays."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        pk = bench.collections.get(collection).id
        bench.collections.rename(pk, name)
        if as_json:
            item = bench.collections.by_pk(pk)
            session.print_json({"CollectionId": item.collection_id, "DisplayName": item.display_name})
        else:
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
        with bench.meter.operation("DeleteCollection"):
            bench.collections.delete(bench.collections.get(collection).id)
        if as_json:
            session.print_json({"StatusCode": 200})
        else:
            session.say(f"{collection} is deleted. Undo it in the window, under History.")


def _print(session: Session, item: Collection) -> None:
    name = "" if item.display_name == item.collection_id else f"  {item.display_name}"
    people = counted(item.user_count, "person", "people")
    counts = f"{counted(item.photo_count, 'photo')}  {counted(item.face_count, 'face')}  {people}"
    session.say(f"{item.collection_id}{name}  {counts}")
