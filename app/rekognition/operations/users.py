"""Users: made, listed, deleted, given faces, searched for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.errors import InvalidParameter
from app.rekognition.operations import searching
from app.rekognition.operations.handler import Handler, Json
from app.services import shapes
from app.services.workbench import Workbench

ASSOCIATION_THRESHOLD: Final = 75.0


def create_user(bench: Workbench, request: Json) -> Json:
    bench.users.create(request["CollectionId"], request["UserId"])
    return {}


def delete_user(bench: Workbench, request: Json) -> Json:
    bench.users.delete(request["CollectionId"], request["UserId"])
    return {}


def list_users(bench: Workbench, request: Json) -> Json:
    return shapes.user_listing(
        bench.users.page(request["CollectionId"], request.get("MaxResults"), request.get("NextToken"))
    )


def associate_faces(bench: Workbench, request: Json) -> Json:
    result = bench.users.associate(
        request["CollectionId"],
        request["UserId"],
        request["FaceIds"],
        request.get("UserMatchThreshold", ASSOCIATION_THRESHOLD),
    )
    return shapes.association(result)


def disassociate_faces(bench: Workbench, request: Json) -> Json:
    result = bench.users.disassociate(request["CollectionId"], request["UserId"], request["FaceIds"])
    return shapes.disassociation(result)


def search_users(bench: Workbench, request: Json) -> Json:
    """With a face: who the face's own user is stands among the matches; with a user: the others."""
    threshold = request.get("UserMatchThreshold", searching.USER_THRESHOLD)
    limit = request.get("MaxUsers", searching.MAX_USERS)
    by_user, by_face = request.get("UserId") is not None, request.get("FaceId") is not None
    if by_user == by_face:
        given = "both" if by_user else "neither"
        raise InvalidParameter(f"SearchUsers takes either a UserId or a FaceId, and was given {given}.")
    if by_face:
        with searching.stored_face(bench, request) as face:
            matches = bench.search.users_by_face(face.collection_pk, face.id, threshold, limit)
        answer = searching.user_matches(bench, matches)
        return shapes.users_by_face(face.face_id, answer, bench.search.model_id(face.collection_pk))
    user = bench.users.get(request["CollectionId"], request["UserId"])
    with searching.searchable():
        matches = bench.search.users_by_user(user.collection_pk, user.id, threshold, limit)
    answer = searching.user_matches(bench, matches)
    return shapes.users_by_user(user, answer, bench.search.model_id(user.collection_pk))


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateUser": create_user,
    "DeleteUser": delete_user,
    "ListUsers": list_users,
    "AssociateFaces": associate_faces,
    "DisassociateFaces": disassociate_faces,
    "SearchUsers": search_users,
}
