"""DetectFaces, IndexFaces, CompareFaces."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from app.domain.attributes import LandmarkName
from app.domain.geometry import LandmarkType
from app.inference.quality_filter import Bars, QualityBars, QualityFilter
from tests.fakes import FakeFaceDescriber, FakePhotoDescriber, person_color, shade
from tests.unit.rekognition.operations.pictures import people, shot
from tests.unit.rekognition.operations.workbenches import Client

DEFAULT = {"BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"}
# What FakeFaceDescriber tells; the other attributes it cannot.
TOLD = {"AgeRange", "Gender", "Emotions", "Smile", "Beard", "EyesOpen", "EyeDirection"}
FIVE = [kind.value for kind in LandmarkType]
THIRTY = [name.value for name in LandmarkName]


@pytest.fixture
def no_describing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever describes a face or a picture fails."""

    def fail(*_: object) -> None:
        raise AssertionError("nobody asked for that")

    monkeypatch.setattr(FakeFaceDescriber, "views", fail)
    monkeypatch.setattr(FakePhotoDescriber, "describe", fail)


# Persons whose painted faces are equally good: as bright as each other.
ALIKE = [n for n in range(240) if 41 < sum(person_color(n)) / 3 / 2.55 < 59]


def alike(*sides: int) -> list[Any]:
    """A row of equally good faces, of 42 pixels or more."""
    row = people(*sides)
    return [(person_color(n), place) for n, (_, place) in zip(ALIKE, row, strict=False)]


def widths(faces: list[dict[str, Any]]) -> list[int]:
    """Of FaceDetails or ComparedFaces, in pixels of a picture of 1024."""
    return [round(face["BoundingBox"]["Width"] * 1024) for face in faces]


@pytest.mark.usefixtures("no_describing")
@pytest.mark.parametrize("attributes", [None, [], ["DEFAULT"], ["DEFAULT", "DEFAULT"]])
def test_the_default_attributes_take_no_other_model(client: Client, attributes: list[str] | None) -> None:
    request = {} if attributes is None else {"Attributes": attributes}
    answer = client.DetectFaces(Image=shot(people(60, 100, 80)), **request)
    assert widths(answer["FaceDetails"]) == [100, 80, 60]
    for face in answer["FaceDetails"]:
        assert set(face) == DEFAULT
        assert [point["Type"] for point in face["Landmarks"]] == FIVE
    assert answer["OrientationCorrection"] == "ROTATE_0"


@pytest.mark.parametrize("attributes", [["ALL"], ["ALL", "DEFAULT"], ["SMILE", "ALL"]])
def test_all_attributes_come_with_thirty_landmarks(client: Client, attributes: list[str]) -> None:
    (face,) = client.DetectFaces(Image=shot(people(60)), Attributes=attributes)["FaceDetails"]
    assert set(face) == DEFAULT | TOLD
    assert [point["Type"] for point in face["Landmarks"]] == THIRTY
    assert face["Smile"] == {"Value": True, "Confidence": 75.0}
    assert face["Beard"] == {"Value": False, "Confidence": 87.5}
    assert face["Gender"] == {"Value": "Male", "Confidence": 75.0}
    assert face["Emotions"][0] == {"Type": "HAPPY", "Confidence": 90.0}


@pytest.mark.parametrize(
    ("attributes", "members"),
    [
        (["SMILE"], {"Smile"}),
        (["DEFAULT", "AGE_RANGE"], {"AgeRange"}),
        (["EYE_DIRECTION", "EYES_OPEN", "GENDER"], {"EyeDirection", "EyesOpen", "Gender"}),
        (["BEARD", "EMOTIONS"], {"Beard", "Emotions"}),
        (["MUSTACHE", "FACE_OCCLUDED", "SUNGLASSES", "EYEGLASSES", "MOUTH_OPEN"], set()),
    ],
)
def test_single_attributes_come_beside_the_default_ones(
    client: Client, attributes: list[str], members: set[str]
) -> None:
    """Those that cannot be told of a face are not there."""
    (face,) = client.DetectFaces(Image=shot(people(60)), Attributes=attributes)["FaceDetails"]
    assert set(face) == DEFAULT | members
    assert [point["Type"] for point in face["Landmarks"]] == FIVE


def test_every_name_of_the_model_is_understood(client: Client) -> None:
    from app.rekognition.operations.detection import Wanted
    from tests.unit.rekognition.shapes_of_botocore import service_model

    names = service_model().shape_for("Attribute").enum
    assert Wanted.of(names).only is None
    single = [name for name in names if name not in ("ALL", "DEFAULT")]
    members = set().union(*(Wanted.of([name]).only or () for name in single))
    assert members == set(service_model().shape_for("FaceDetail").members) - DEFAULT
    assert all(len(Wanted.of([name]).only or ()) == 1 for name in single)


def test_a_picture_without_faces_is_answered(client: Client) -> None:
    assert client.DetectFaces(Image=shot([]), Attributes=["ALL"])["FaceDetails"] == []


@pytest.mark.parametrize(("size", "least"), [((1024, 768), 40), ((1920, 1080), 40), ((3840, 2160), 80)])
def test_faces_under_rekognitions_least_are_not_seen(
    client: Client, size: tuple[int, int], least: int
) -> None:
    answer = client.DetectFaces(Image=shot(people(least - 6, least + 6), size))
    sides = [face["BoundingBox"]["Width"] * size[0] for face in answer["FaceDetails"]]
    assert sides == [pytest.approx(least + 6, abs=2)]


def crowd(count: int) -> list[Any]:
    """Faces of 50 to 60 pixels, in rows of ten, the later the larger."""
    return [
        (person_color(n % 200), (10 + n % 10 * 90, 10 + n // 10 * 90, 50 + n * 10 // count))
        for n in range(count)
    ]


def test_the_hundred_largest_are_answered(client: Client) -> None:
    image = shot(crowd(120), (1024, 1280))
    found = client.DetectFaces(Image=image)["FaceDetails"]
    sizes = widths(found)
    assert len(found) == 100 and sizes == sorted(sizes, reverse=True) and min(sizes) >= 51
    client.CreateCollection(CollectionId="c")
    indexed = client.IndexFaces(CollectionId="c", Image=image, MaxFaces=500)
    assert len(indexed["FaceRecords"]) == 100
    assert [face["Reasons"] for face in indexed["UnindexedFaces"]] == [["EXCEEDS_MAX_FACES"]] * 20
    compared = client.CompareFaces(SourceImage=shot(people(60, first=230)), TargetImage=image)
    assert len(compared["UnmatchedFaces"]) + len(compared["FaceMatches"]) == 100


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_picture_that_does_not_say_how_it_lies(client: Client, degrees: int) -> None:
    client.engine.lies = degrees
    client.CreateCollection(CollectionId="c")
    image = shot(people(60))
    rotated = f"ROTATE_{degrees}"
    assert client.DetectFaces(Image=image)["OrientationCorrection"] == rotated
    for _ in range(2):
        assert client.IndexFaces(CollectionId="c", Image=image)["OrientationCorrection"] == rotated
    compared = client.CompareFaces(SourceImage=image, TargetImage=image)
    assert compared["SourceImageOrientationCorrection"] == rotated
    assert compared["TargetImageOrientationCorrection"] == rotated
    assert client.DetectLabels(Image=image)["OrientationCorrection"] == rotated
    assert client.RecognizeCelebrities(Image=image)["OrientationCorrection"] == rotated


# IndexFaces


def test_faces_are_indexed_large_to_small(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    answer = client.IndexFaces(CollectionId="c", Image=shot(people(60, 100)), ExternalImageId="a:1")
    assert answer["FaceModelVersion"] == "fake-squares"
    assert answer["UnindexedFaces"] == []
    records = answer["FaceRecords"]
    assert widths([record["FaceDetail"] for record in records]) == [100, 60]
    assert len({record["Face"]["ImageId"] for record in records}) == 1
    for record in records:
        assert set(record["FaceDetail"]) == DEFAULT
        assert record["Face"]["ExternalImageId"] == "a:1"
        assert record["Face"]["BoundingBox"] == record["FaceDetail"]["BoundingBox"]
    listed = client.ListFaces(CollectionId="c")["Faces"]
    assert [face["FaceId"] for face in listed] == [record["Face"]["FaceId"] for record in records]


@pytest.mark.usefixtures("no_describing")
def test_indexing_describes_nobody_unasked(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    client.IndexFaces(CollectionId="c", Image=shot(people(60)), DetectionAttributes=["DEFAULT"])


def test_attributes_are_told_of_all_faces_that_were_found(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    for _ in range(2):
        answer = client.IndexFaces(
            CollectionId="c", Image=shot(alike(100, 60, 30)), MaxFaces=1, DetectionAttributes=["ALL"]
        )
        (record,), (second, small) = answer["FaceRecords"], answer["UnindexedFaces"]
        assert (second["Reasons"], small["Reasons"]) == (["EXCEEDS_MAX_FACES"], ["SMALL_BOUNDING_BOX"])
        ages = []
        for detail in (record["FaceDetail"], second["FaceDetail"], small["FaceDetail"]):
            assert set(detail) == DEFAULT | TOLD and len(detail["Landmarks"]) == 30
            ages.append(detail["AgeRange"]["Low"] + 4)
        assert ages == [int(FakeFaceDescriber.age_of(person_color(n))) for n in ALIKE[:3]], "each its own"


def test_the_same_image_is_stored_once_and_answered_each_time(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    client.CreateCollection(CollectionId="d")
    image = shot(people(100, 60))

    def ids(**more: Any) -> list[str]:
        answer = client.IndexFaces(**{"CollectionId": "c", "Image": image, **more})
        return [record["Face"]["FaceId"] for record in answer["FaceRecords"]]

    first = ids()
    assert ids() == first
    assert not set(ids(ExternalImageId="x")) & set(first)
    assert not set(ids(CollectionId="d")) & set(first)
    assert client.DescribeCollection(CollectionId="c")["FaceCount"] == 4
    changed = shot([*people(100, 60), (person_color(9), (400, 400, 50))])
    assert not set(ids(Image=changed)) & set(first)


def test_what_was_left_out_or_deleted_is_indexed_when_asked_again(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    image = shot(alike(100, 60, 50))

    def indexed(**more: Any) -> tuple[list[str], int]:
        answer = client.IndexFaces(CollectionId="c", Image=image, **more)
        return [record["Face"]["FaceId"] for record in answer["FaceRecords"]], len(answer["UnindexedFaces"])

    (first,), left_out = indexed(MaxFaces=1)
    assert left_out == 2
    ids, left_out = indexed()
    assert ids[0] == first and len(set(ids)) == 3 and left_out == 0
    client.DeleteFaces(CollectionId="c", FaceIds=[ids[1]])
    again, _ = indexed()
    assert (again[0], again[2]) == (ids[0], ids[2]) and again[1] not in ids
    assert client.DescribeCollection(CollectionId="c")["FaceCount"] == 3
    assert indexed(MaxFaces=2) == (again[:2], 1), "what is stored stays, whatever is asked now"
    assert client.DescribeCollection(CollectionId="c")["FaceCount"] == 3


def test_the_same_image_at_the_same_moment_is_stored_once(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    image = shot(people(100, 60))
    ids: list[list[str]] = []

    def index() -> None:
        answer = client.IndexFaces(CollectionId="c", Image=image)
        ids.append([record["Face"]["FaceId"] for record in answer["FaceRecords"]])

    threads = [threading.Thread(target=index) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8 and all(each == ids[0] for each in ids)
    assert client.DescribeCollection(CollectionId="c")["FaceCount"] == 2


def test_the_lowest_quality_goes_first_then_the_smallest(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    # A painted face is as sharp as it has pixels, up to 100, and as bright as its colour.
    dark: Any = ((70, 0, 0), (300, 20, 110))
    answer = client.IndexFaces(CollectionId="c", Image=shot([*alike(100, 90), dark]), MaxFaces=1)
    assert widths([record["FaceDetail"] for record in answer["FaceRecords"]]) == [100]
    assert widths([each["FaceDetail"] for each in answer["UnindexedFaces"]]) == [110, 90]


def filters(client: Client) -> None:
    """A face of 45 pixels passes LOW, of 65 MEDIUM, of 85 HIGH; AUTO is as LOW."""
    client.engine.bars = QualityBars(
        {
            QualityFilter.AUTO: Bars(side=43),
            QualityFilter.LOW: Bars(side=43),
            QualityFilter.MEDIUM: Bars(side=63),
            QualityFilter.HIGH: Bars(side=83),
        }
    )


SIDES = (85, 65, 45, 41)


@pytest.mark.parametrize(
    ("quality", "kept"), [(None, 3), ("AUTO", 3), ("NONE", 4), ("LOW", 3), ("MEDIUM", 2), ("HIGH", 1)]
)
def test_each_filter_of_indexing(client: Client, quality: str | None, kept: int) -> None:
    filters(client)
    client.CreateCollection(CollectionId="c")
    request = {} if quality is None else {"QualityFilter": quality}
    answer = client.IndexFaces(CollectionId="c", Image=shot(people(*SIDES)), **request)
    assert widths([record["FaceDetail"] for record in answer["FaceRecords"]]) == list(SIDES[:kept])
    assert widths([each["FaceDetail"] for each in answer["UnindexedFaces"]]) == list(SIDES[kept:])
    assert all(each["Reasons"] == ["SMALL_BOUNDING_BOX"] for each in answer["UnindexedFaces"])


def test_a_face_may_be_left_out_for_every_reason(client: Client) -> None:
    bars = Bars(side=50, brightness=90, sharpness=60, confidence=99.5, yaw=-1.0, recognisable=50)
    client.engine.bars = QualityBars({QualityFilter.AUTO: bars}, why=bars)
    client.engine.recognisable = 10.0
    client.CreateCollection(CollectionId="c")
    seen = {"EXTREME_POSE", "LOW_BRIGHTNESS", "LOW_SHARPNESS", "LOW_CONFIDENCE", "SMALL_BOUNDING_BOX"}
    answer = client.IndexFaces(CollectionId="c", Image=shot(people(45)))
    assert answer["FaceRecords"] == []
    assert set(answer["UnindexedFaces"][0]["Reasons"]) == seen
    client.engine.bars = QualityBars({QualityFilter.AUTO: Bars(recognisable=50)}, why=bars)
    answer = client.IndexFaces(CollectionId="c", Image=shot(people(45)))
    assert set(answer["UnindexedFaces"][0]["Reasons"]) == seen | {"LOW_FACE_QUALITY"}


def test_an_object_of_a_bucket_stays_where_it_lies(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "2024").mkdir(parents=True)
    (folder / "2024" / "a.png").write_bytes(shot(people(60))["Bytes"])
    client.bench.buckets.add("photos", folder)
    client.CreateCollection(CollectionId="c")
    client.IndexFaces(CollectionId="c", Image={"S3Object": {"Bucket": "photos", "Name": "2024/a.png"}})
    library = client.bench.library
    assert list(library.originals.iterdir()) == []
    pk = client.bench.collections.pk("c")
    (photo,) = client.bench.photos.listing(pk).ids.tolist()
    (place,) = client.bench.photos.detail(pk, photo).paths
    assert (place.path, place.missing) == (folder / "2024" / "a.png", False)
    assert client.bench.photos.pixels(photo).width == 1024


def test_a_collection_that_is_not_there(client: Client) -> None:
    for image in (shot(people(60)), {"Bytes": b"no picture"}):
        assert (
            client.refused("IndexFaces", CollectionId="nowhere", Image=image) == "ResourceNotFoundException"
        )


# CompareFaces


@pytest.mark.usefixtures("no_describing")
def test_the_largest_source_face_against_all_of_the_target(client: Client) -> None:
    source = shot([(person_color(1), (20, 20, 90)), (person_color(2), (300, 20, 60))])
    target = shot([(person_color(2), (10, 10, 100)), (shade(person_color(1), 2), (200, 10, 60)),
                   (person_color(1), (400, 10, 50))])  # fmt: skip
    answer = client.CompareFaces(SourceImage=source, TargetImage=target)
    assert widths([answer["SourceImageFace"]]) == [90]
    assert set(answer["SourceImageFace"]) == {"BoundingBox", "Confidence"}
    matches = answer["FaceMatches"]
    assert widths([match["Face"] for match in matches]) == [50, 60]
    assert matches[0]["Similarity"] == 100.0 > matches[1]["Similarity"] >= 80
    assert all(set(match["Face"]) == DEFAULT for match in matches)
    assert widths(answer["UnmatchedFaces"]) == [100]
    nothing = client.CompareFaces(SourceImage=source, TargetImage=target, SimilarityThreshold=100)
    assert len(nothing["FaceMatches"]) == 1 and len(nothing["UnmatchedFaces"]) == 2
    everything = client.CompareFaces(SourceImage=source, TargetImage=target, SimilarityThreshold=0)
    assert len(everything["FaceMatches"]) == 3 and everything["UnmatchedFaces"] == []


def test_no_face_in_either_image_is_a_wrong_parameter(client: Client) -> None:
    some, none = shot(people(60)), shot(people(30))
    for source, target in ((some, none), (none, some), (none, none)):
        code = client.refused("CompareFaces", SourceImage=source, TargetImage=target)
        assert code == "InvalidParameterException"


@pytest.mark.parametrize(
    ("quality", "source", "compared"),
    [(None, 85, 4), ("NONE", 85, 4), ("AUTO", 85, 3), ("LOW", 85, 3), ("MEDIUM", 85, 2), ("HIGH", 85, 1)],
)
def test_each_filter_of_comparing(client: Client, quality: str | None, source: int, compared: int) -> None:
    filters(client)
    request = {} if quality is None else {"QualityFilter": quality}
    answer = client.CompareFaces(
        SourceImage=shot(people(*SIDES)), TargetImage=shot(people(*SIDES)), **request
    )
    assert widths([answer["SourceImageFace"]]) == [source]
    assert len(answer["FaceMatches"]) + len(answer["UnmatchedFaces"]) == compared
    poor = shot(people(42))
    if quality not in (None, "NONE"):
        for pair in ((poor, shot(people(85))), (shot(people(85)), poor)):
            code = client.refused("CompareFaces", SourceImage=pair[0], TargetImage=pair[1], **request)
            assert code == "InvalidParameterException"
