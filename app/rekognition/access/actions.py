"""What a policy speaks of: the service's actions and the resources they bear on.

Source: "Amazon Rekognition API permissions" of the developer guide, and the service authorization
reference for the actions that came later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PREFIX: Final = "rekognition:"
ACCOUNT: Final = "arn:aws:rekognition:local:000000000000:"

# Looks only.
READING: Final = frozenset(
    {
        "CompareFaces",
        "DescribeCollection",
        "DetectFaces",
        "DetectLabels",
        "DetectModerationLabels",
        "GetCelebrityInfo",
        "ListCollections",
        "ListFaces",
        "ListUsers",
        "RecognizeCelebrities",
        "SearchFaces",
        "SearchFacesByImage",
        "SearchUsers",
        "SearchUsersByImage",
    }
)
# Changes what a collection holds.
WRITING: Final = frozenset(
    {"AssociateFaces", "CreateUser", "DeleteFaces", "DeleteUser", "DisassociateFaces", "IndexFaces"}
)
# Makes and deletes whole collections.
MANAGING: Final = frozenset({"CreateCollection", "DeleteCollection"})
ACTIONS: Final = READING | WRITING | MANAGING

# Takes a picture, and some tenths of a second.
LOOKING: Final = frozenset(
    {
        "CompareFaces",
        "DetectFaces",
        "DetectLabels",
        "DetectModerationLabels",
        "IndexFaces",
        "RecognizeCelebrities",
        "SearchFacesByImage",
        "SearchUsersByImage",
    }
)

# These bear on no collection: their resource is written *.
_UNBOUND: Final = frozenset(
    {
        "CompareFaces",
        "DetectFaces",
        "DetectLabels",
        "DetectModerationLabels",
        "GetCelebrityInfo",
        "ListCollections",
        "RecognizeCelebrities",
    }
)
ON_COLLECTION: Final = ACTIONS - _UNBOUND


def collection_arn(collection_id: str) -> str:
    return f"{ACCOUNT}collection/{collection_id}"


def resource_of(action: str, request: Mapping[str, Any]) -> str | None:
    """The ARN of the collection that a valid request names; None where the action bears on none."""
    if action not in ON_COLLECTION:
        return None
    return collection_arn(str(request.get("CollectionId", "")))
