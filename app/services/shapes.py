"""Results in Rekognition's response shapes (plain dicts for JSON), for the command line and the window."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeAlias

from app.domain.attributes import FaceAttributes
from app.domain.embedding import EmbeddingContract
from app.domain.errors import LikenessError
from app.domain.faces import DetectedFace, Face
from app.domain.records import Collection, User
from app.services import face_shapes, label_shapes
from app.services.associations import AssociateResult, DisassociateResult
from app.services.compare import Comparison
from app.services.face_views import FaceView, KnownFace
from app.services.faces import DeleteResult, Unsuccessful
from app.services.ingest import IndexResult
from app.services.paging import Page
from app.services.search.results import FaceMatch, UserMatch

Json: TypeAlias = face_shapes.Json

bounding_box = face_shapes.bounding_box
compared_face = face_shapes.compared_face
face_detail = face_shapes.face_detail
orientation = face_shapes.orientation
percent = face_shapes.percent
similarity = face_shapes.similarity
detect_labels = label_shapes.detect_labels
moderation = label_shapes.moderation

ARN = "arn:aws:rekognition:local:000000000000:collection/{}"


def detect_faces(faces: Iterable[tuple[DetectedFace, FaceAttributes | None]]) -> Json:
    """DetectFaces' answer."""
    return {"FaceDetails": [face_detail(face, attributes) for face, attributes in faces]}


def face(record: Face, user_id: str | None = None) -> Json:
    """Face, as in FaceRecord, ListFaces and the matches."""
    shape: Json = {
        "FaceId": record.face_id,
        "BoundingBox": bounding_box(record.detected.box),
        "ImageId": record.image_id,
        "Confidence": percent(record.detected.confidence),
    }
    if record.external_image_id is not None:
        shape["ExternalImageId"] = record.external_image_id
    if user_id is not None:
        shape["UserId"] = user_id
    return shape


def face_record(
    record: Face, looks: FaceAttributes | None = None, only: Container[str] | None = None
) -> Json:
    """FaceRecord; `looks` and `only` as in face_detail."""
    return {"Face": face(record), "FaceDetail": face_detail(record.detected, looks, only)}


def unindexed_face(
    found: DetectedFace,
    reasons: Iterable[str],
    looks: FaceAttributes | None = None,
    only: Container[str] | None = None,
) -> Json:
    return {"Reasons": [str(reason) for reason in reasons], "FaceDetail": face_detail(found, looks, only)}


def indexed(result: IndexResult, model_id: str, only: Container[str] | None = None) -> Json:
    """IndexFaces' answer, with the attributes that the result has; `only` as in face_detail."""
    looks = result.looks or [None] * len(result.faces)
    others = result.unindexed_looks or [None] * len(result.unindexed)
    shape: Json = {
        "FaceRecords": [
            face_record(record, look, only) for record, look in zip(result.faces, looks, strict=True)
        ],
        "FaceModelVersion": model_id,
        "UnindexedFaces": [
            unindexed_face(each.face, each.reasons, look, only)
            for each, look in zip(result.unindexed, others, strict=True)
        ],
    }
    if result.turned is not None:
        shape["OrientationCorrection"] = orientation(result.turned)
    return shape


def collection_description(item: Collection, contract: EmbeddingContract) -> Json:
    """DescribeCollection's answer."""
    return {
        "FaceCount": item.face_count,
        "UserCount": item.user_count,
        "FaceModelVersion": contract.model_id,
        "CollectionARN": ARN.format(item.collection_id),
        "CreationTimestamp": item.created_at.isoformat(),
    }


def face_listing(page: Page[KnownFace], model_id: str) -> Json:
    """ListFaces' answer."""
    return {
        "Faces": [face(stored.face, stored.user_id) for stored in page.items],
        "NextToken": page.next_token,
        "FaceModelVersion": model_id,
    }


def face_deletion(result: DeleteResult) -> Json:
    """DeleteFaces' answer. The model's list of deleted faces holds one at least: an empty one is left out."""
    shape: Json = {"DeletedFaces": list(result.deleted)} if result.deleted else {}
    shape["UnsuccessfulFaceDeletions"] = [_unsuccessful(each) for each in result.unsuccessful]
    return shape


def user_listing(page: Page[User]) -> Json:
    """ListUsers' answer."""
    return {"Users": [user(item) for item in page.items], "NextToken": page.next_token}


def collection_created(item: Collection, contract: EmbeddingContract) -> Json:
    """CreateCollection's answer."""
    return {
        "StatusCode": 200,
        "CollectionArn": ARN.format(item.collection_id),
        "FaceModelVersion": contract.model_id,
    }


def user(item: User) -> Json:
    return {"UserId": item.user_id, "UserStatus": item.status.value}


def face_matches(matches: Iterable[FaceMatch], known: Mapping[int, FaceView | KnownFace]) -> list[Json]:
    """FaceMatches of SearchFaces and SearchFacesByImage. `known` are the matches' faces by row; one that
    was deleted since is left out."""
    shown = [(match, known[match.face_pk]) for match in matches if match.face_pk in known]
    return [
        {"Similarity": similarity(match.similarity), "Face": face(stored.face, stored.user_id)}
        for match, stored in shown
    ]


def user_matches(matches: Iterable[UserMatch], users: Mapping[int, User] | None = None) -> list[Json]:
    """UserMatches of SearchUsers and SearchUsersByImage. With `users` by row each has its status too."""
    known = users or {}
    return [
        {
            "Similarity": similarity(match.similarity),
            "User": user(known[match.user_pk]) if match.user_pk in known else {"UserId": match.user_id},
        }
        for match in matches
    ]


def searched_by_image(found: DetectedFace, matches: Sequence[Json], model_id: str) -> Json:
    """SearchFacesByImage's answer: `found` was searched with, `matches` as from `face_matches`."""
    return {
        "SearchedFaceBoundingBox": bounding_box(found.box),
        "SearchedFaceConfidence": percent(found.confidence),
        "FaceMatches": list(matches),
        "FaceModelVersion": model_id,
    }


def searched_by_face(face_id: str, matches: Sequence[Json], model_id: str) -> Json:
    """SearchFaces' answer."""
    return {"SearchedFaceId": face_id, "FaceMatches": list(matches), "FaceModelVersion": model_id}


def users_by_image(
    found: DetectedFace | None,
    unsearched: Iterable[tuple[DetectedFace, Iterable[str]]],
    matches: Sequence[Json],
    model_id: str,
) -> Json:
    """SearchUsersByImage's answer: the faces that were not searched stand with Rekognition's reasons."""
    shape: Json = {"UserMatches": list(matches), "FaceModelVersion": model_id}
    if found is not None:
        shape["SearchedFace"] = {"FaceDetail": face_detail(found)}
    shape["UnsearchedFaces"] = [
        {"FaceDetails": face_detail(other), "Reasons": [str(reason) for reason in reasons]}
        for other, reasons in unsearched
    ]
    return shape


def users_by_face(face_id: str, matches: Sequence[Json], model_id: str) -> Json:
    """SearchUsers' answer for a face."""
    return {
        "UserMatches": list(matches),
        "FaceModelVersion": model_id,
        "SearchedFace": {"FaceId": face_id},
    }


def users_by_user(searched: User, matches: Sequence[Json], model_id: str) -> Json:
    """SearchUsers' answer for a user."""
    return {
        "UserMatches": list(matches),
        "FaceModelVersion": model_id,
        "SearchedUser": {"UserId": searched.user_id},
    }


def error(problem: LikenessError) -> Json:
    """What an answer that has an error for one of several things says of it."""
    return {"Code": problem.code, "Message": str(problem)}


def association(result: AssociateResult) -> Json:
    """AssociateFaces' answer."""
    return {
        "AssociatedFaces": [{"FaceId": face_id} for face_id in result.associated],
        "UnsuccessfulFaceAssociations": [_unsuccessful(each) for each in result.unsuccessful],
        "UserStatus": result.status.value,
    }


def disassociation(result: DisassociateResult) -> Json:
    """DisassociateFaces' answer."""
    return {
        "DisassociatedFaces": [{"FaceId": face_id} for face_id in result.disassociated],
        "UnsuccessfulFaceDisassociations": [_unsuccessful(each) for each in result.unsuccessful],
        "UserStatus": result.status.value,
    }


def _unsuccessful(failure: Unsuccessful) -> Json:
    shape: Json = {"FaceId": failure.face_id, "Reasons": list(failure.reasons)}
    if failure.confidence is not None:
        shape["Confidence"] = similarity(failure.confidence)
    if failure.user_id is not None:
        shape["UserId"] = failure.user_id
    return shape


def comparison(result: Comparison, threshold: float) -> Json:
    """CompareFaces' answer: matches from the threshold (0-100) on, descending; the others unmatched."""
    source, faces = result.source.faces[result.source_index], result.target.faces
    shape: Json = {
        "SourceImageFace": {
            "BoundingBox": bounding_box(source.box),
            "Confidence": percent(source.confidence),
        },
        "FaceMatches": [
            {"Similarity": similarity(match.similarity), "Face": compared_face(faces[match.index])}
            for match in result.matched(threshold)
        ],
        "UnmatchedFaces": [compared_face(faces[match.index]) for match in result.unmatched(threshold)],
    }
    for which, image in (("Source", result.source), ("Target", result.target)):
        if image.turned is not None:
            shape[f"{which}ImageOrientationCorrection"] = orientation(image.turned)
    return shape
