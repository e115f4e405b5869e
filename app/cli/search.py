"""`likeness search`: the same face elsewhere in a collection."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import session_of, spoken
from app.services import shapes


def register(app: typer.Typer) -> None:
    @app.command()
    def search(
        context: typer.Context,
        collection: Annotated[str, typer.Argument(help="The collection's id.")],
        query: Annotated[str, typer.Argument(help="A picture (its largest face is searched) or a FaceId.")],
        threshold: Annotated[float, typer.Option(min=0, max=100, help="Least similarity.")] = 80.0,
        at_most: Annotated[int, typer.Option("--max", min=1, max=4096, help="How many.")] = 100,
        people: Annotated[bool, typer.Option("--users", help="Search people, not faces.")] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print Rekognition's response as JSON.")
        ] = False,
    ) -> None:
        """Search a collection for a face."""
        session = session_of(context)
        with spoken(session), session.workbench() as bench:
            target = bench.collections.get(collection)
            if people:
                limit = min(at_most, 500)
                if _is_face_id(query):
                    users = bench.search.users_by_face(
                        target.id, bench.faces.pk_of(target.id, query), threshold, limit
                    )
                else:
                    users = bench.search.users_by_image(target.id, Path(query), threshold, limit).matches
                answer = [
                    {"Similarity": shapes.similarity(each.similarity), "User": {"UserId": each.user_id}}
                    for each in users
                ]
                if as_json:
                    session.print_json({"UserMatches": answer})
                    return
                for each in users:
                    session.say(f"{each.similarity:5.1f}  {each.user_id}")
            else:
                if _is_face_id(query):
                    matches = bench.search.by_face(
                        target.id, bench.faces.pk_of(target.id, query), threshold, at_most
                    )
                else:
                    matches = bench.search.by_image(
                        target.id, Path(query), threshold=threshold, limit=at_most
                    ).matches
                views = {view.face.id: view for view in bench.faces.views([m.face_pk for m in matches])}
                if as_json:
                    session.print_json({"FaceMatches": shapes.face_matches(matches, views)})
                    return
                for match in matches:
                    view = views[match.face_pk]
                    name = view.user.display_name if view.user else "not named"
                    session.say(f"{match.similarity:5.1f}  {match.face_id}  {name}")
            if not as_json and not (users if people else matches):
                session.say(f"Nothing in {collection} reaches {threshold:g}.")


def _is_face_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return not Path(text).exists()
