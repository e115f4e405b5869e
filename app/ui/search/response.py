"""What was found as Rekognition answers it. Runs off the window's thread. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.records import User
from app.services import shapes
from app.services.faces import FaceService
from app.services.search import Reason
from app.ui.search.outcome import Kind, Outcome
from app.ui.search.query import Query, others


def response(
    outcome: Outcome,
    query: Query,
    kind: Kind,
    threshold: float,
    faces: FaceService,
    users: Mapping[int, User],
    model_id: str,
) -> shapes.Json:
    """SearchFaces or SearchUsers for a stored face, SearchFacesByImage or SearchUsersByImage otherwise:
    the matches at the threshold or more."""
    searched = query.face
    assert searched is not None, "without a face nothing was searched"
    if kind is Kind.PEOPLE:
        people = [match for match in outcome.people if match.similarity >= threshold]
        user_matches = shapes.user_matches(people, users)
        if searched.face_id is not None:
            return shapes.users_by_face(searched.face_id, user_matches, model_id)
        rest = [(query.faces[index].detected, (Reason.FACE_NOT_LARGEST,)) for index in others(query)]
        return shapes.users_by_image(searched.detected, rest, user_matches, model_id)
    matches = [match for match in outcome.all_faces if match.similarity >= threshold]
    views = {view.face.id: view for view in faces.views([match.face_pk for match in matches])}
    face_matches = shapes.face_matches(matches, views)
    if searched.face_id is not None:
        return shapes.searched_by_face(searched.face_id, face_matches, model_id)
    return shapes.searched_by_image(searched.detected, face_matches, model_id)
