"""A search as Rekognition is asked and answers it. Runs off the window's thread. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.faces import DetectedFace
from app.domain.records import User
from app.services import shapes
from app.services.calls import PASTED, Calls, ImageFile
from app.services.faces import FaceService
from app.services.image_faces import ProtocolFaces
from app.services.search import Reason
from app.ui.search.outcome import MOST_USERS, Kind, Outcome
from app.ui.search.query import Query, QueryFace


@dataclass(frozen=True, eq=False)
class Asked:
    """What was searched and found. `query` is None where only people together were asked for; `limit` is
    how many were wanted; `users` by row."""

    outcome: Outcome
    query: Query | None
    kind: Kind
    threshold: float
    limit: int
    collection_id: str
    users: Mapping[int, User]


def calls(asked: Asked, faces: FaceService, model_id: str) -> Calls:
    """SearchFaces or SearchUsers for a stored face, SearchFacesByImage or SearchUsersByImage otherwise."""
    query, outcome = asked.query, asked.outcome
    together = "Rekognition cannot search for people who are together in a photo"
    if query is None or query.face is None:
        return Calls(notes=(f"{together}: there is no request like this.",))
    notes = [f"{together}: this is the search for the face alone."] if outcome.company is not None else []
    if outcome.company is None and asked.kind is Kind.PHOTOS:
        notes.append("Photos are shown here; Rekognition answers with their faces.")
    stored = _stored_here(query.face, outcome.collection_pk, faces)
    if stored is None:
        notes += _about_the_face(query)
    if asked.kind is Kind.PEOPLE:
        return _users(asked, query, query.face, stored, notes, model_id)
    return _faces(asked, query, query.face, stored, notes, faces, model_id)


def _faces(
    asked: Asked,
    query: Query,
    face: QueryFace,
    stored: str | None,
    notes: list[str],
    faces: FaceService,
    model_id: str,
) -> Calls:
    matches = [match for match in asked.outcome.all_faces if match.similarity >= asked.threshold]
    hidden = sum(match.hidden for match in matches)
    if hidden:
        those = (
            "1 matching face is hidden here" if hidden == 1 else f"{hidden:,} matching faces are hidden here"
        )
        notes.append(f"{those} hidden here. Rekognition knows no hiding: the answer has them.")
    views = {view.face.id: view for view in faces.views([match.face_pk for match in matches])}
    found = shapes.face_matches(matches, views)
    most = {"MaxFaces": asked.limit, "FaceMatchThreshold": asked.threshold}
    collection = {"CollectionId": asked.collection_id}
    if stored is not None:
        answer = shapes.searched_by_face(stored, found, model_id)
        return Calls.one("SearchFaces", {**collection, "FaceId": stored, **most}, answer, notes)
    request = {**collection, "Image": _file(query), **most, "QualityFilter": "NONE"}
    answer = shapes.searched_by_image(face.detected, found, model_id)
    return Calls.one("SearchFacesByImage", request, answer, notes)


def _users(
    asked: Asked, query: Query, face: QueryFace, stored: str | None, notes: list[str], model_id: str
) -> Calls:
    people = [match for match in asked.outcome.people if match.similarity >= asked.threshold]
    found = shapes.user_matches(people, asked.users)
    most = {"UserMatchThreshold": asked.threshold, "MaxUsers": min(asked.limit, MOST_USERS)}
    collection = {"CollectionId": asked.collection_id}
    if stored is not None:
        answer = shapes.users_by_face(stored, found, model_id)
        return Calls.one("SearchUsers", {**collection, "FaceId": stored, **most}, answer, notes)
    seen, _ = ProtocolFaces().of([each.detected for each in query.faces], query.width, query.height)
    rest: list[tuple[DetectedFace, tuple[Reason, ...]]] = [
        (each, (Reason.FACE_NOT_LARGEST,)) for each in seen if each is not face.detected
    ]
    request = {**collection, "Image": _file(query), **most, "QualityFilter": "NONE"}
    answer = shapes.users_by_image(face.detected, rest, found, model_id)
    return Calls.one("SearchUsersByImage", request, answer, notes)


def _stored_here(face: QueryFace, collection_pk: int, faces: FaceService) -> str | None:
    """The FaceId where the face is one of the collection that is searched."""
    if face.face_pk is None:
        return None
    here = any(view.face.collection_pk == collection_pk for view in faces.views([face.face_pk]))
    return face.face_id if here else None


def _about_the_face(query: Query) -> list[str]:
    notes = []
    largest = max(range(len(query.faces)), key=lambda index: query.faces[index].detected.box.area)
    if query.chosen != largest:
        notes.append(
            "Another than the largest face is searched here. Rekognition searches with the largest: to ask "
            "the same, cut the picture to the face."
        )
    if query.face is not None and query.face.face_id is not None:
        notes.append(
            "This face is stored in another collection. Rekognition searches for a stored face in its own "
            "collection only, so the picture is asked."
        )
    return notes


def _file(query: Query) -> ImageFile:
    if query.path is not None:
        return ImageFile.of(Path(query.path))
    return ImageFile(PASTED if query.name == "Pasted image" else query.name)
