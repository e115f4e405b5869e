"""Faces that are stored: listed, deleted, searched with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.rekognition.operations import searching
from app.rekognition.operations.handler import Handler, Json
from app.services import shapes
from app.services.workbench import Workbench


def list_faces(bench: Workbench, request: Json) -> Json:
    page = bench.faces.list_page(
        request["CollectionId"],
        request.get("UserId"),
        request.get("FaceIds"),
        request.get("MaxResults"),
        request.get("NextToken"),
    )
    return shapes.face_listing(page, bench.search.model_id(bench.collections.pk(request["CollectionId"])))


def delete_faces(bench: Workbench, request: Json) -> Json:
    result = bench.faces.delete(request["CollectionId"], request["FaceIds"], keep_associated=True)
    return shapes.face_deletion(result)


def search_faces(bench: Workbench, request: Json) -> Json:
    with searching.stored_face(bench, request) as searched:
        matches = bench.search.by_face(
            searched.collection_pk,
            searched.id,
            request.get("FaceMatchThreshold", searching.FACE_THRESHOLD),
            request.get("MaxFaces", searching.MAX_FACES),
        )
    return shapes.searched_by_face(
        searched.face_id,
        searching.face_matches(bench, matches),
        bench.search.model_id(searched.collection_pk),
    )


HANDLERS: Final[Mapping[str, Handler]] = {
    "ListFaces": list_faces,
    "DeleteFaces": delete_faces,
    "SearchFaces": search_faces,
}
