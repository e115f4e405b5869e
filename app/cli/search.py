"""`likeness search`: the same face elsewhere in a collection, or who it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import session_of, spoken
from app.cli.pictures import named_path, with_picture
from app.cli.quality import QualityOption
from app.domain.errors import ResourceNotFound
from app.services import shapes
from app.services.search import QualityFilter
from app.services.workbench import Workbench

_MOST_USERS = 500


@dataclass(frozen=True)
class _Query:
    """One of the first three is given; the filter is for a picture."""

    image: Path | None = None
    face_id: str | None = None
    user_id: str | None = None
    quality: QualityFilter = QualityFilter.NONE


@dataclass(frozen=True)
class _Found:
    response: shapes.Json
    lines: list[str]


def register(app: typer.Typer) -> None:
    @app.command()
    def search(
        context: typer.Context,
        collection: Annotated[str, typer.Argument(metavar="COLLECTION", help="The collection's id.")],
        query: Annotated[
            str | None,
            typer.Argument(metavar="QUERY", help="A picture or a FaceId, whichever it is."),
        ] = None,
        image: Annotated[
            Path | None,
            typer.Option(metavar="PICTURE", parser=named_path, help='Search its largest face; "-" is stdin.'),
        ] = None,
        face: Annotated[
            str | None, typer.Option(metavar="FACE_ID", help="Search a face that is in it.")
        ] = None,
        user: Annotated[
            str | None, typer.Option(metavar="USER", help="Search the people who look like this one.")
        ] = None,
        threshold: Annotated[float, typer.Option(min=0, max=100, help="Least similarity.")] = 80.0,
        at_most: Annotated[
            int, typer.Option("--max", min=1, max=4096, help="How many; at most 500 people.")
        ] = 100,
        quality: QualityOption = QualityFilter.NONE,
        people: Annotated[bool, typer.Option("--users", help="Search people, not faces.")] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print Rekognition's response as JSON.")
        ] = False,
    ) -> None:
        """Search a collection for a face, the most similar first.

        Prints similarity, FaceId, name and file of each match; of people similarity, UserId and name.
        Finding nothing is no error.
        """
        session = session_of(context)
        asked = replace(_asked(query, image, face, user), quality=quality)
        with spoken(session), session.workbench() as bench:
            with bench.meter.operation(_operation(asked, people)):
                pk = bench.collections.get(collection).id
                if asked.user_id is not None:
                    found = _users_by_user(bench, collection, pk, asked.user_id, threshold, at_most)
                elif people:
                    found = _users(bench, collection, pk, asked, threshold, at_most)
                else:
                    found = _faces(bench, collection, pk, asked, threshold, at_most)
            if as_json:
                session.print_json(found.response)
                return
            for line in found.lines:
                session.say(line)
            if not found.lines:
                session.say(f"Nothing in {collection} reaches {threshold:g}.")


def _asked(query: str | None, image: Path | None, face: str | None, user: str | None) -> _Query:
    if sum(given is not None for given in (query, image, face, user)) != 1:
        raise typer.BadParameter("Name one thing to search: a picture, a FaceId, or --user USER.")
    if query is not None:
        return _Query(face_id=query) if _is_face_id(query) else _Query(image=named_path(query))
    return _Query(image, face, user)


def _operation(asked: _Query, people: bool) -> str:
    what = "SearchUsers" if people or asked.user_id is not None else "SearchFaces"
    return what if asked.image is None else f"{what}ByImage"


def _users(bench: Workbench, collection: str, pk: int, asked: _Query, threshold: float, most: int) -> _Found:
    model = bench.search.model_id(pk)
    limit = min(most, _MOST_USERS)
    known = {user.id: user for user in bench.users.list(pk)}
    if asked.image is not None:
        look = partial(
            bench.search.users_by_image, pk, threshold=threshold, limit=limit, quality=asked.quality
        )
        answer = with_picture(asked.image, look)
        matches = answer.matches
        response = shapes.users_by_image(
            None if answer.searched is None else answer.faces[answer.searched],
            [(answer.faces[each.index], each.reasons) for each in answer.unsearched],
            shapes.user_matches(matches, known),
            model,
        )
    else:
        face_id = asked.face_id or ""
        matches = bench.search.users_by_face(pk, _face_pk(bench, collection, face_id), threshold, limit)
        response = shapes.users_by_face(face_id, shapes.user_matches(matches, known), model)
    names = {each.id: each.display_name for each in known.values()}
    return _Found(
        response, [f"{each.similarity:5.1f}  {each.user_id}  {names[each.user_pk]}" for each in matches]
    )


def _users_by_user(
    bench: Workbench, collection: str, pk: int, user_id: str, threshold: float, most: int
) -> _Found:
    searched = bench.users.get(collection, user_id)
    known = {user.id: user for user in bench.users.list(pk)}
    matches = bench.search.users_by_user(pk, searched.id, threshold, min(most, _MOST_USERS))
    response = shapes.users_by_user(searched, shapes.user_matches(matches, known), bench.search.model_id(pk))
    names = {each.id: each.display_name for each in known.values()}
    return _Found(
        response, [f"{each.similarity:5.1f}  {each.user_id}  {names[each.user_pk]}" for each in matches]
    )


def _faces(bench: Workbench, collection: str, pk: int, asked: _Query, threshold: float, most: int) -> _Found:
    model = bench.search.model_id(pk)
    if asked.image is not None:
        look = partial(bench.search.by_image, pk, threshold=threshold, limit=most, quality=asked.quality)
        answer = with_picture(asked.image, look)
        matches, searched = answer.matches, answer.faces[answer.searched or 0]
    else:
        matches = bench.search.by_face(pk, _face_pk(bench, collection, asked.face_id or ""), threshold, most)
        searched = None
    views = {view.face.id: view for view in bench.faces.views([match.face_pk for match in matches])}
    shown = shapes.face_matches(matches, views)
    there = [match for match in matches if match.face_pk in views]
    # Rekognition has no path to give; a script on this machine wants nothing as much.
    paths = {photo: _path(bench, photo) for photo in {match.photo_pk for match in there}}
    for match, shape in zip(there, shown, strict=True):
        shape["Path"] = paths[match.photo_pk]
    if searched is None:
        response = shapes.searched_by_face(asked.face_id or "", shown, model)
    else:
        response = shapes.searched_by_image(searched, shown, model)
    lines = []
    for match in there:
        user = views[match.face_pk].user
        name = user.display_name if user else "not named"
        file = paths[match.photo_pk] or "file is missing"
        lines.append(f"{match.similarity:5.1f}  {match.face_id}  {name}  {file}")
    return _Found(response, lines)


def _path(bench: Workbench, photo_pk: int) -> str | None:
    files = bench.photos.files([photo_pk])
    return str(files[0]) if files else None


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
