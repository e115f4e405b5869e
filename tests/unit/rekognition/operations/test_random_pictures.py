"""Random requests about damaged pictures: answered, or refused as the operation may; never a fault."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.rekognition.errors import ServiceError
from tests.unit.rekognition.operations.pictures import people, shot
from tests.unit.rekognition.operations.workbenches import Client

QUALITY = st.sampled_from(["NONE", "AUTO", "LOW", "MEDIUM", "HIGH"])
ATTRIBUTES = st.lists(
    st.sampled_from(["ALL", "DEFAULT", "SMILE", "AGE_RANGE", "EYE_DIRECTION", "FACE_OCCLUDED"]), max_size=3
)
PERCENT = st.floats(0, 100)
NAMES = st.lists(st.sampled_from(["Square", "Grey", "Shape", "", "Patterns and Shapes"]), max_size=2)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "LabelInclusionFilters": NAMES,
        "LabelExclusionFilters": NAMES,
        "LabelCategoryInclusionFilters": NAMES,
        "LabelCategoryExclusionFilters": NAMES,
    },
)
OPTIONS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "DetectFaces": {"Attributes": ATTRIBUTES},
    "IndexFaces": {
        "ExternalImageId": st.sampled_from(["a", "b:1"]),
        "DetectionAttributes": ATTRIBUTES,
        "MaxFaces": st.integers(1, 3),
        "QualityFilter": QUALITY,
    },
    "SearchFacesByImage": {
        "MaxFaces": st.integers(1, 4096),
        "FaceMatchThreshold": PERCENT,
        "QualityFilter": QUALITY,
    },
    "SearchUsersByImage": {
        "MaxUsers": st.integers(1, 500),
        "UserMatchThreshold": PERCENT,
        "QualityFilter": QUALITY,
    },
    "DetectLabels": {
        "MaxLabels": st.integers(0, 2000),
        "MinConfidence": PERCENT,
        "Features": st.lists(st.sampled_from(["GENERAL_LABELS", "IMAGE_PROPERTIES"]), max_size=2),
        "Settings": st.fixed_dictionaries(
            {},
            optional={
                "GeneralLabels": FILTERS,
                "ImageProperties": st.fixed_dictionaries({"MaxDominantColors": st.integers(0, 20)}),
            },
        ),
    },
    "DetectModerationLabels": {"MinConfidence": PERCENT},
    "RecognizeCelebrities": {},
}
REQUESTS = st.sampled_from(sorted(OPTIONS)).flatmap(
    lambda name: st.tuples(st.just(name), st.fixed_dictionaries({}, optional=OPTIONS[name]))
)
GOOD = [
    shot(people(60, 45), (240, 120))["Bytes"],
    shot(people(60, 45), (240, 120), "JPEG", quality=90)["Bytes"],
    shot(people(60), (120, 100), "JPEG", quality=90, progressive=True)["Bytes"],
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A picture, cut, filled up, or with some bytes changed."""
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data) - 1))
        data[place] = draw(st.integers(0, 255))
    cut = draw(st.one_of(st.none(), st.integers(1, len(data))))
    return bytes(data[:cut]) + bytes(draw(st.sampled_from([0, 0, 0, 600])))


@pytest.fixture(scope="module")
def shared() -> Iterator[Client]:
    with tempfile.TemporaryDirectory() as folder:
        client = Client(Path(folder))
        client.CreateCollection(CollectionId="c")
        bucket = Path(folder) / "pictures"
        bucket.mkdir()
        client.bench.buckets.add("photos", bucket)
        yield client
        client.close()


def answered(client: Client, operation: str, request: dict[str, Any]) -> None:
    try:
        client.call(operation, request)
    except ServiceError as error:
        assert error.status == 400, (operation, error.code, error.message)
        assert str(client.folder) not in error.message


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(request=REQUESTS, data=damaged(), stored=st.booleans())
def test_no_picture_is_a_fault_of_ours(
    shared: Client, request: tuple[str, dict[str, Any]], data: bytes, stored: bool
) -> None:
    operation, options = request
    image: dict[str, Any] = {"Bytes": data}
    if stored:
        (shared.folder / "pictures" / "a.jpg").write_bytes(data)
        image = {"S3Object": {"Bucket": "photos", "Name": "a.jpg"}}
    if operation == "IndexFaces" or operation.startswith("Search"):
        options = {**options, "CollectionId": "c"}
    answered(shared, operation, {**options, "Image": image})


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=damaged(), target=damaged(), quality=QUALITY, threshold=PERCENT)
def test_no_pair_of_pictures_is(
    shared: Client, source: bytes, target: bytes, quality: str, threshold: float
) -> None:
    images = {"SourceImage": {"Bytes": source}, "TargetImage": {"Bytes": target}}
    options = {"QualityFilter": quality, "SimilarityThreshold": threshold}
    answered(shared, "CompareFaces", {**images, **options})


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    bucket=st.text(max_size=20), name=st.text(max_size=60), version=st.one_of(st.none(), st.text(max_size=70))
)
def test_no_name_of_an_object_is(shared: Client, bucket: str, name: str, version: str | None) -> None:
    for place in (bucket, "photos"):
        found: dict[str, Any] = {"Bucket": place, "Name": name}
        if version is not None:
            found["Version"] = version
        answered(shared, "DetectFaces", {"Image": {"S3Object": found}})
