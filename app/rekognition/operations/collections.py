"""Collections: made, described, listed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.rekognition.operations.handler import Handler, Json
from app.services import shapes
from app.services.workbench import Workbench


def create_collection(bench: Workbench, request: Json) -> Json:
    """Tags are taken and not kept: no operation here reads them (docs/adr/0082)."""
    made = bench.collections.create(request["CollectionId"])
    # Of the model, not of the row: somebody may have deleted that already.
    return shapes.collection_created(made, bench.engine.embedder(made.contract).contract)


def describe_collection(bench: Workbench, request: Json) -> Json:
    found = bench.collections.get(request["CollectionId"])
    shape = shapes.collection_description(found, bench.collections.contract(found.id))
    return {**shape, "CreationTimestamp": found.created_at}


def list_collections(bench: Workbench, request: Json) -> Json:
    page = bench.collections.page(request.get("MaxResults"), request.get("NextToken"))
    return {
        "CollectionIds": [item.collection_id for item in page.items],
        "FaceModelVersions": [item.model_id for item in page.items],
        "NextToken": page.next_token,
    }


def delete_collection(bench: Workbench, request: Json) -> Json:
    bench.collections.delete(bench.collections.pk(request["CollectionId"]))
    return {"StatusCode": 200}


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateCollection": create_collection,
    "DescribeCollection": describe_collection,
    "ListCollections": list_collections,
    "DeleteCollection": delete_collection,
}
