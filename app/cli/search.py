"""`likeness search`: the same face elsewhere in a collection."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import session_of, spoken
from app.domain.errors import ResourceNotFound
from app.services import shapes
from app.services.workbench import Workbench


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
            query_pk = _face_pk(bench, collection, query) if _is_face_id(query) else None
            if people:
                found = _users(bench, target.id, query, query_pk, threshold, min(at_most, 500))
            else:
                found = _faces(bench, target.id, query, query_pk, threshold, at_most)
            if as_json:
                session.print_json(found.response)
                return
            for line in found.lines:
                session.say(line)
            if not found.lines:
                session.say(f"Nothing in {collection} reaches {threshold:g}.")


@dataclass(frozen=True)
class _Found:
    response: shapes.Json
    lines: list[str]


def _users(
    bench: Workbench, pk: int, query: str, query_pk: int | None, threshold: float, limit: int
) -> _Found:
    model = bench.engine.contract.model_id
    known = {user.id: user for user in bench.users.list(pk)}
    if query_pk is not None:
        users = bench.search.users_by_face(pk, query_pk, threshold, limit)
        response = shapes.users_by_face(query, shapes.user_matches(users, known), model)
    else:
        answer = bench.search.users_by_image(pk, Path(query), threshold, limit)
        users = answer.matches
        response = shapes.users_by_image(
            None if answer.searched is None else answer.faces[answer.searched],
            [(answer.faces[index], reason) for index, reason in answer.not_searched],
            shapes.user_matches(users, known),
            model,
        )
    return _Found(response, [f"{each.similarity:5.1f}  {each.user_id}" for each in users])


def _faces(
    bench: Workbench, pk: int, query: str, query_pk: int | None, threshold: float, limit: int
) -> _Found:
    model = bench.engine.contract.model_id
    searched = None
    if query_pk is not None:
        matches = bench.search.by_face(pk, query_pk, threshold, limit)
    else:
        answer = bench.search.by_image(pk, Path(query), threshold, limit)
        matches, searched = answer.matches, answer.faces[answer.searched or 0]
    views = {view.face.id: view for view in bench.faces.views([match.face_pk for match in matches])}
    shown = shapes.face_matches(matches, views)
    if searched is None:
        response = shapes.searched_by_face(query, shown, model)
    else:
        response = shapes.searched_by_image(searched, shown, model)
    lines = []
    for match in matches:
        view = views.get(match.face_pk)
        if view is not None:
            name = view.user.display_name if view.user else "not named"
            lines.append(f"{match.similarity:5.1f}  {match.face_id}  {name}")
    return _Found(response, lines)


def _face_pk(bench: Workbench, collection_id: str, face_id: str) -> int:
    found = bench.faces.by_face_ids(collection_id, [face_id]).get(face_id)
    if found is None:
        raise ResourceNotFound(f"There is no face {face_id} in {collection_id}.")
    return found.id


def _is_face_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return not Path(text).exists()
