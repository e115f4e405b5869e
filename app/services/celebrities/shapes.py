"""Results in Rekognition's response shapes (plain dicts for JSON)."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.celebrities import Celebrity, CelebrityPack, CelebrityResult, RemovedPack
from app.services.shapes import Json, compared_face, orientation, similarity


def recognized(result: CelebrityResult) -> Json:
    """RecognizeCelebrities' answer; without OrientationCorrection where the file itself says how it lies."""
    shape: Json = {
        "CelebrityFaces": [
            {
                **celebrity(each.celebrity),
                "Id": each.celebrity.id,
                "Face": compared_face(each.face, each.attributes),
                "MatchConfidence": similarity(each.match_confidence),
            }
            for each in result.faces
        ],
        "UnrecognizedFaces": [compared_face(each.face, each.attributes) for each in result.unrecognized],
    }
    if result.turned is not None:
        shape["OrientationCorrection"] = orientation(result.turned)
    return shape


def celebrity(person: Celebrity) -> Json:
    """GetCelebrityInfo's answer."""
    return {
        "Name": person.name,
        "Urls": list(person.urls),
        "KnownGender": {"Type": person.known_gender.value},
    }


def packs(loaded: Sequence[CelebrityPack], removed: Sequence[RemovedPack]) -> Json:
    """Of our own making: Rekognition has no packs."""
    return {
        "Packs": [
            {
                "Id": each.id,
                "Name": each.name,
                "Version": each.version,
                "Licence": each.licence,
                "Attribution": each.attribution,
                "Consent": each.consent,
                "People": each.people,
                "Recognisable": each.recognisable,
                "Enabled": each.enabled,
                "Measured": each.measured,
                "Problems": list(each.problems),
            }
            for each in loaded
        ],
        "Removed": [
            {
                "Token": each.token,
                "Name": each.name,
                "Version": each.version,
                "RemovedTimestamp": each.removed_at.isoformat(),
            }
            for each in removed
        ],
    }
