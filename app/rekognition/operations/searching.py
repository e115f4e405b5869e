"""What the four searches have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from app.domain.errors import Conflict, InvalidParameter, ResourceNotFound
from app.domain.faces import Face
from app.rekognition.operations.handler import Json
from app.services import shapes
from app.services.search import FaceMatch, UserMatch
from app.services.workbench import Workbench

FACE_THRESHOLD: Final = 80.0
USER_THRESHOLD: Final = 80.0
# Without a number, all that a search may return: nothing that matches is kept back unasked.
MAX_FACES: Final = 4096
MAX_USERS: Final = 500


@contextmanager
def searchable() -> Iterator[None]:
    """A collection whose model is not installed cannot be searched, and no search of Rekognition knows
    ConflictException: it is the request that names the wrong collection."""
    try:
        yield
    except Conflict as error:
        raise InvalidParameter(str(error)) from error


@contextmanager
def stored_face(bench: Workbench, request: Json) -> Iterator[Face]:
    """FaceId in CollectionId, to search with inside the block. Raises ResourceNotFound for the collection;
    a face that is not in it, or is deleted meanwhile, is a wrong parameter (docs/adr/0082)."""
    face_id = request["FaceId"]
    found = bench.faces.by_face_ids(request["CollectionId"], [face_id]).get(face_id)
    if found is None:
        raise _unknown_face(request)
    try:
        with searchable():
            yield found
    except ResourceNotFound:
        bench.collections.pk(request["CollectionId"])
        raise _unknown_face(request) from None


def face_matches(bench: Workbench, matches: Sequence[FaceMatch]) -> list[Json]:
    """FaceMatches: the rows of the matches alone are read."""
    return shapes.face_matches(matches, bench.faces.known([match.face_pk for match in matches]))


def user_matches(bench: Workbench, matches: Sequence[UserMatch]) -> list[Json]:
    """UserMatches, each with its status; users that were deleted since are left out."""
    known = bench.users.some([match.user_pk for match in matches])
    return shapes.user_matches([match for match in matches if match.user_pk in known], known)


def _unknown_face(request: Json) -> InvalidParameter:
    # The first words are Amazon's: scripts that search right after indexing wait for them.
    return InvalidParameter(
        f"faceId was not found in the collection. There is no face {request['FaceId']} in "
        f"“{request['CollectionId']}”, or it was deleted."
    )
