"""Results in Rekognition's response shapes (plain dicts for JSON), for the command line and the window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.domain.attributes import FaceAttributes, LandmarkName, PhotoDescription
from app.domain.embedding import EmbeddingContract
from app.domain.errors import LikenessError
from app.domain.faces import DetectedFace, Face
from app.domain.geometry import BoundingBox, Landmarks, LandmarkType, Pose, Quality
from app.domain.records import Collection, User
from app.services.associations import AssociateResult, DisassociateResult
from app.services.compare import Comparison
from app.services.face_views import FaceView, KnownFace
from app.services.faces import DeleteResult, Unsuccessful
from app.services.ingest import IndexResult
from app.services.paging import Page
from app.services.search.results import FaceMatch, UserMatch

Json = dict[str, Any]

ARN = "arn:aws:rekognition:local:000000000000:collection/{}"


def bounding_box(box: BoundingBox) -> Json:
    return {
        "Width": round(box.width, 6),
        "Height": round(box.height, 6),
        "Left": round(box.left, 6),
        "Top": round(box.top, 6),
    }


def landmarks(points: Landmarks) -> list[Json]:
    return [
        {"Type": kind.value, "X": round(float(x), 6), "Y": round(float(y), 6)}
        for kind, (x, y) in zip(LandmarkType, points.points, strict=True)
    ]


def pose(value: Pose) -> Json:
    return {"Roll": round(value.roll, 3), "Yaw": round(value.yaw, 3), "Pitch": round(value.pitch, 3)}


def quality(value: Quality) -> Json:
    return {"Brightness": round(value.brightness, 3), "Sharpness": round(value.sharpness, 3)}


def face_detail(face: DetectedFace, attributes: FaceAttributes | None = None) -> Json:
    """FaceDetail with the default attributes, or with all of them."""
    shape: Json = {
        "BoundingBox": bounding_box(face.box),
        "Landmarks": landmarks(face.landmarks),
        "Pose": pose(face.pose),
        "Quality": quality(face.quality),
        "Confidence": round(face.confidence, 4),
    }
    if attributes is not None:
        shape |= _attributes(attributes)
    return shape


def _attributes(face: FaceAttributes) -> Json:
    woman = face.woman >= 0.5
    shape: Json = {
        "AgeRange": {"Low": face.age_low, "High": face.age_high},
        "Gender": {
            "Value": "Female" if woman else "Male",
            "Confidence": _percent(face.woman if woman else 1 - face.woman),
        },
        "Emotions": [
            {"Type": emotion.value, "Confidence": round(confidence, 4)}
            for emotion, confidence in sorted(face.emotions.items(), key=lambda entry: -entry[1])
        ],
        "Landmarks": [
            {"Type": name.value, "X": round(float(x), 6), "Y": round(float(y), 6)}
            for name, (x, y) in zip(LandmarkName, face.landmarks, strict=True)
        ],
        "Pose": pose(face.pose),
    }
    for trait, probability in face.traits.items():
        value = probability >= 0.5
        shape[trait.value] = {
            "Value": value,
            "Confidence": _percent(probability if value else 1 - probability),
        }
    if face.eye_direction is not None:
        shape["EyeDirection"] = {
            "Yaw": round(face.eye_direction.yaw, 3),
            "Pitch": round(face.eye_direction.pitch, 3),
            "Confidence": round(face.eye_direction.confidence, 4),
        }
    return shape


def _percent(probability: float) -> float:
    return round(100 * probability, 4)


def detect_faces(faces: Iterable[tuple[DetectedFace, FaceAttributes | None]]) -> Json:
    """DetectFaces' answer."""
    return {"FaceDetails": [face_detail(face, attributes) for face, attributes in faces]}


def detect_labels(
    description: PhotoDescription, min_confidence: float = 55.0, max_labels: int = 1000
) -> Json:
    """DetectLabels' answer, with the dominant colours of the image."""
    shown = [label for label in description.labels if label.confidence >= min_confidence][:max_labels]
    return {
        "Labels": [
            {
                "Name": label.name,
                "Confidence": round(label.confidence, 4),
                "Instances": [
                    {
                        "BoundingBox": bounding_box(BoundingBox(*instance.box)),
                        "Confidence": round(instance.confidence, 4),
                    }
                    for instance in label.instances
                ],
                "Parents": [{"Name": name} for name in label.parents],
                "Aliases": [{"Name": name} for name in label.aliases],
                "Categories": [{"Name": name} for name in label.categories],
            }
            for label in shown
        ],
        "ImageProperties": {
            "DominantColors": [
                {
                    "Red": color.red,
                    "Green": color.green,
                    "Blue": color.blue,
                    "HexCode": f"#{color.red:02x}{color.green:02x}{color.blue:02x}",
                    "CSSColor": color.name,
                    "SimplifiedColor": color.simplified,
                    "PixelPercent": round(color.share, 4),
                }
                for color in description.colors
            ]
        },
    }


def moderation(description: PhotoDescription, min_confidence: float = 50.0) -> Json:
    """DetectModerationLabels' answer."""
    return {
        "ModerationLabels": [
            {
                "Name": label.name,
                "ParentName": label.parent,
                "TaxonomyLevel": label.level,
                "Confidence": round(label.confidence, 4),
            }
            for label in description.moderation
            if label.confidence >= min_confidence
        ]
    }


def face(record: Face, user_id: str | None = None) -> Json:
    """Face, as in FaceRecord, ListFaces and the matches."""
    shape: Json = {
        "FaceId": record.face_id,
        "BoundingBox": bounding_box(record.detected.box),
        "ImageId": record.image_id,
        "Confidence": round(record.detected.confidence, 4),
    }
    if record.external_image_id is not None:
        shape["ExternalImageId"] = record.external_image_id
    if user_id is not None:
        shape["UserId"] = user_id
    return shape


def face_record(record: Face) -> Json:
    return {"Face": face(record), "FaceDetail": face_detail(record.detected)}


def orientation(turned: int | None) -> str | None:
    """OrientationCorrection: how far the content lies counter-clockwise; None where EXIF stated it."""
    return None if turned is None else f"ROTATE_{turned}"


def unindexed_face(found: DetectedFace, reasons: Iterable[str]) -> Json:
    return {"Reasons": [str(reason) for reason in reasons], "FaceDetail": face_detail(found)}


def indexed(result: IndexResult, model_id: str) -> Json:
    """IndexFaces' answer."""
    shape: Json = {
        "FaceRecords": [face_record(record) for record in result.faces],
        "FaceModelVersion": model_id,
        "UnindexedFaces": [unindexed_face(each.face, each.reasons) for each in result.unindexed],
    }
    if result.turned is not None:
        shape["OrientationCorrection"] = orientation(result.turned)
    return shape


def compared_face(found: DetectedFace) -> Json:
    return face_detail(found)


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
    """DeleteFaces' answer."""
    return {
        "DeletedFaces": list(result.deleted),
        "UnsuccessfulFaceDeletions": [_unsuccessful(each) for each in result.unsuccessful],
    }


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


def similarity(value: float) -> float:
    return round(float(value), 4)


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
        "SearchedFaceConfidence": round(found.confidence, 4),
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
    return {
        "SourceImageFace": {
            "BoundingBox": bounding_box(source.box),
            "Confidence": round(source.confidence, 4),
        },
        "FaceMatches": [
            {"Similarity": similarity(match.similarity), "Face": compared_face(faces[match.index])}
            for match in result.matched(threshold)
        ],
        "UnmatchedFaces": [compared_face(faces[match.index]) for match in result.unmatched(threshold)],
    }
