"""A collection searched with the largest face of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.errors import Conflict, ModelError
from app.domain.faces import DetectedFace
from app.inference.quality_filter import QualityFilter, Reason
from app.rekognition.operations import searching
from app.rekognition.operations.detection import PROTOCOL, quality_of
from app.rekognition.operations.handler import Handler, Json
from app.rekognition.operations.images import Picture, picture
from app.services import shapes
from app.services.image_faces import ImageFaces
from app.services.ingest.decoding import faces_of
from app.services.workbench import Workbench


def search_faces_by_image(bench: Workbench, request: Json) -> Json:
    pk = bench.collections.pk(request["CollectionId"])
    shown = picture(bench, request["Image"])
    quality = quality_of(request, QualityFilter.NONE)
    with searching.searchable():
        image, _ = bench.turns.run(_seen, bench, shown, _contract(bench, pk), quality)
        found = bench.search.by_image(
            pk,
            image,
            request.get("FaceMatchThreshold", searching.FACE_THRESHOLD),
            request.get("MaxFaces", searching.MAX_FACES),
            quality=quality,
        )
    assert found.searched is not None, "an image without a face to search with raises NoFace"
    return shapes.searched_by_image(
        found.faces[found.searched],
        searching.face_matches(bench, found.matches),
        bench.search.model_id(pk),
    )


def search_users_by_image(bench: Workbench, request: Json) -> Json:
    pk = bench.collections.pk(request["CollectionId"])
    shown = picture(bench, request["Image"])
    quality = quality_of(request, QualityFilter.NONE)
    with searching.searchable():
        image, others = bench.turns.run(_seen, bench, shown, _contract(bench, pk), quality)
        found = bench.search.users_by_image(
            pk,
            image,
            request.get("UserMatchThreshold", searching.USER_THRESHOLD),
            request.get("MaxUsers", searching.MAX_USERS),
            quality=quality,
        )
    unsearched = [(found.faces[each.index], each.reasons) for each in found.unsearched]
    return shapes.users_by_image(
        None if found.searched is None else found.faces[found.searched],
        [*unsearched, *((face, (Reason.FACE_NOT_LARGEST,)) for face in others)],
        searching.user_matches(bench, found.matches),
        bench.search.model_id(pk),
    )


def _contract(bench: Workbench, collection_pk: int) -> str:
    """The digest of what the collection's vectors depend on. Raises Conflict where its model is not there."""
    digest = bench.collections.contract(collection_pk).digest
    try:
        bench.engine.embedder(digest)
    except ModelError as error:
        raise Conflict(
            "The collection was made with a face model that is not installed. Add the model again, or switch "
            "the collection to another one, on the Models page."
        ) from error
    return digest


def _seen(
    bench: Workbench, shown: Picture, contract: str, quality: QualityFilter
) -> tuple[ImageFaces, list[DetectedFace]]:
    """The faces that may be searched with, measured by the model of the contract (digest), and the others.
    Without a filter that is the largest one, and no other needs measuring."""
    image = shown.decoded()
    seen = faces_of(bench.engine, image)
    faces, _ = PROTOCOL.of(seen.faces, image.width, image.height)
    count = 1 if quality is QualityFilter.NONE else len(faces)
    measured, others = faces[:count], faces[count:]
    vectors, chances = bench.engine.measure(image.pixels, [face.landmarks for face in measured], contract)
    looked_at = ImageFaces(
        image.pixels, image.width, image.height, tuple(measured), vectors, contract, chances, seen.turned
    )
    return looked_at, others


HANDLERS: Final[Mapping[str, Handler]] = {
    "SearchFacesByImage": search_faces_by_image,
    "SearchUsersByImage": search_users_by_image,
}
