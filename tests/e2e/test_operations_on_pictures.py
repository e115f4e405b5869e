"""The protocol's operations on pictures with the shipped models and real photographs."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from app.domain.attributes import LandmarkName
from app.jobs import JobState
from app.services import label_shapes
from tests.e2e.protocol import Answer, Service, box_of, of, opened, opened_service, sent

DEFAULT = {"BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"}
FILTERS = ("NONE", "LOW", "AUTO", "MEDIUM", "HIGH")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with opened_service(tmp_path_factory.mktemp("protocol")) as made:
        yield made


@pytest.fixture(scope="module")
def pairs(shared_data: Path) -> tuple[list[tuple[Path, Path]], list[tuple[Path, Path]]]:
    """Photos of the same person, and of two."""
    found: dict[str, list[tuple[Path, Path]]] = {"0": [], "1": []}
    with (shared_data / "congress" / "pairs.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            root = shared_data / "congress"
            found[row["same"]].append((root / row["path_a"], root / row["path_b"]))
    return found["1"], found["0"]


# DetectFaces


def test_every_face_of_the_group_pictures(service: Service, shared_data: Path) -> None:
    with (shared_data / "scenes" / "face_counts.csv").open(newline="") as file:
        counts = {row["path"]: int(row["faces"]) for row in csv.DictReader(file)}
    for name, count in counts.items():
        answer = service("DetectFaces", Image=of(shared_data / "scenes" / name))
        faces = answer["FaceDetails"]
        assert len(faces) == count, name
        assert all(set(face) == DEFAULT and len(face["Landmarks"]) == 5 for face in faces)
        areas = [box_of(face["BoundingBox"]).area for face in faces]
        assert areas == sorted(areas, reverse=True)
        assert answer.get("OrientationCorrection", "ROTATE_0") == "ROTATE_0"


def test_what_a_face_looks_like(service: Service, shared_data: Path) -> None:
    with (shared_data / "congress" / "attributes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[:40:4]
    right = 0
    for row in rows:
        answer = service("DetectFaces", Image=of(shared_data / "congress" / row["path"]), Attributes=["ALL"])
        face = answer["FaceDetails"][0]
        assert DEFAULT | {"AgeRange", "Gender", "Emotions", "Smile", "Beard"} <= set(face)
        assert [point["Type"] for point in face["Landmarks"]] == [name.value for name in LandmarkName]
        box = box_of(face["BoundingBox"])
        middle = np.mean([(point["X"], point["Y"]) for point in face["Landmarks"]], axis=0)
        assert box.left < middle[0] < box.right and box.top < middle[1] < box.bottom
        assert 18 <= face["AgeRange"]["Low"] < face["AgeRange"]["High"] <= 100
        assert sum(emotion["Confidence"] for emotion in face["Emotions"]) == pytest.approx(100, abs=1)
        right += face["Gender"]["Value"].lower() == row["gender"].lower()
    assert right >= len(rows) - 1


def test_single_attributes_say_what_all_of_them_say(service: Service, shared_data: Path) -> None:
    image = of(shared_data / "scenes" / "group-3.jpg")
    everything = service("DetectFaces", Image=image, Attributes=["ALL"])["FaceDetails"]
    some = service("DetectFaces", Image=image, Attributes=["SMILE", "AGE_RANGE"])["FaceDetails"]
    for one, other in zip(everything, some, strict=True):
        assert set(other) == DEFAULT | {"Smile", "AgeRange"}
        assert (one["Smile"], one["AgeRange"], one["Pose"]) == (
            other["Smile"],
            other["AgeRange"],
            other["Pose"],
        )
        assert len(other["Landmarks"]) == 5


def test_faces_that_are_too_small_for_the_protocol(service: Service, shared_data: Path) -> None:
    crowd = opened(shared_data / "scenes" / "solvay1927.jpg")
    least = 40 * max(1.0, max(crowd.size) / 1920)
    faces = service("DetectFaces", Image=sent(crowd))["FaceDetails"]
    assert len(faces) >= 25
    for face in faces:
        assert (box_of(face["BoundingBox"]).area * crowd.width * crowd.height) ** 0.5 >= least
    small = crowd.resize((500, round(500 * crowd.height / crowd.width)))
    assert service("DetectFaces", Image=sent(small))["FaceDetails"] == []
    album = service.collection()
    indexed = service("IndexFaces", CollectionId=album, Image=sent(small), QualityFilter="NONE")
    assert indexed["FaceRecords"] == [] and len(indexed["UnindexedFaces"]) >= 20
    assert all(each["Reasons"] == ["SMALL_BOUNDING_BOX"] for each in indexed["UnindexedFaces"])


PEOPLE = ("E000294__us-house_2021-01-17", "M001204__us-house_2021-01-17")


@pytest.mark.parametrize("person", PEOPLE)
def test_exif_is_applied_and_nothing_left_to_correct(
    service: Service, shared_data: Path, person: str
) -> None:
    folder = shared_data / "bad_input" / "exif_rotated_faces"
    (upright,) = service("DetectFaces", Image=of(folder / f"{person}__orient1.jpg"))["FaceDetails"]
    for orientation in range(1, 9):
        image = of(folder / f"{person}__orient{orientation}.jpg")
        answer = service("DetectFaces", Image=image)
        (face,) = answer["FaceDetails"]
        assert box_of(face["BoundingBox"]).iou(box_of(upright["BoundingBox"])) > 0.9, orientation
        assert "OrientationCorrection" not in answer
        compared = service("CompareFaces", SourceImage=image, TargetImage=image)
        assert not {name for name in compared if "Orientation" in name}
        assert compared["FaceMatches"][0]["Similarity"] == 100
        assert "OrientationCorrection" not in service("DetectLabels", Image=image)


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("person", PEOPLE)
def test_without_exif_faces_tell_and_boxes_are_in_the_image_as_stored(
    service: Service, shared_data: Path, person: str, degrees: int
) -> None:
    folder = shared_data / "bad_input" / "exif_rotated_faces"
    straight = of(folder / f"{person}__orient1.jpg")
    lying = of(folder / f"{person}__pixelrot{degrees}.jpg")
    (upright,) = service("DetectFaces", Image=straight)["FaceDetails"]
    expected = box_of(upright["BoundingBox"]).turned(-degrees % 360)
    answer = service("DetectFaces", Image=lying)
    (face,) = answer["FaceDetails"]
    assert answer["OrientationCorrection"] == f"ROTATE_{degrees}"
    assert box_of(face["BoundingBox"]).iou(expected) > 0.85

    album = service.collection()
    for _ in range(2):
        indexed = service("IndexFaces", CollectionId=album, Image=lying)
        assert indexed["OrientationCorrection"] == f"ROTATE_{degrees}"
        assert indexed["FaceRecords"][0]["Face"]["BoundingBox"] == face["BoundingBox"]
    compared = service("CompareFaces", SourceImage=straight, TargetImage=lying)
    assert compared["TargetImageOrientationCorrection"] == f"ROTATE_{degrees}"
    assert compared["FaceMatches"][0]["Similarity"] > 99
    found = service("SearchFacesByImage", CollectionId=album, Image=straight)
    assert found["FaceMatches"][0]["Similarity"] > 99

    labels = service("DetectLabels", Image=lying)
    assert labels["OrientationCorrection"] == f"ROTATE_{degrees}"
    names = {label["Name"]: label for label in labels["Labels"]}
    as_straight = {label["Name"]: label for label in service("DetectLabels", Image=straight)["Labels"]}
    assert set(names) & set(as_straight) >= {"Person"}
    if names["Person"]["Instances"] and as_straight["Person"]["Instances"]:
        mine = box_of(names["Person"]["Instances"][0]["BoundingBox"])
        theirs = box_of(as_straight["Person"]["Instances"][0]["BoundingBox"])
        assert mine.iou(theirs.turned(-degrees % 360)) > 0.7
    known = service("RecognizeCelebrities", Image=lying)
    assert known["OrientationCorrection"] == f"ROTATE_{degrees}"


# IndexFaces and the searches


def test_index_search_and_compare(
    service: Service, pairs: tuple[list[tuple[Path, Path]], list[tuple[Path, Path]]]
) -> None:
    same, different = pairs
    same = same[:12]
    album = service.collection()
    ids = {}
    for number, (path, _) in enumerate(same):
        answer = service(
            "IndexFaces", CollectionId=album, Image=of(path), ExternalImageId=f"person:{number}", MaxFaces=1
        )
        (record,) = answer["FaceRecords"]
        ids[number] = record["Face"]["FaceId"]
        service("CreateUser", CollectionId=album, UserId=f"user-{number}")
        service("AssociateFaces", CollectionId=album, UserId=f"user-{number}", FaceIds=[ids[number]])
    right = 0
    for number, (_, path) in enumerate(same):
        faces = service("SearchFacesByImage", CollectionId=album, Image=of(path))
        users = service("SearchUsersByImage", CollectionId=album, Image=of(path))
        assert faces["SearchedFaceConfidence"] > 90
        assert box_of(users["SearchedFace"]["FaceDetail"]["BoundingBox"]) == box_of(
            faces["SearchedFaceBoundingBox"]
        )
        found = [match["Face"]["FaceId"] for match in faces["FaceMatches"]]
        whose = [match["User"]["UserId"] for match in users["UserMatches"]]
        right += found[:1] == [ids[number]] and whose[:1] == [f"user-{number}"]
        similarities = [match["Similarity"] for match in faces["FaceMatches"]]
        assert similarities == sorted(similarities, reverse=True) and min(similarities, default=80) >= 80
    assert right >= 11
    matched = [
        bool(service("CompareFaces", SourceImage=of(a), TargetImage=of(b))["FaceMatches"]) for a, b in same
    ]
    assert sum(matched) >= 11
    for a, b in different[:12]:
        answer = service("CompareFaces", SourceImage=of(a), TargetImage=of(b))
        assert answer["FaceMatches"] == [] and len(answer["UnmatchedFaces"]) == 1


def test_the_same_photograph_is_stored_once(service: Service, shared_data: Path) -> None:
    album = service.collection()
    image = of(shared_data / "scenes" / "group-5.jpg")

    def ids(**more: Any) -> list[str]:
        answer = service("IndexFaces", CollectionId=album, Image=image, **more)
        return [record["Face"]["FaceId"] for record in answer["FaceRecords"]]

    largest = ids(MaxFaces=2)
    everyone = ids()
    assert len(largest) == 2 and set(largest) < set(everyone) and len(everyone) == 7
    assert ids() == everyone
    service("DeleteFaces", CollectionId=album, FaceIds=everyone[:3])
    again = ids()
    assert again[3:] == everyone[3:] and not set(again[:3]) & set(everyone)
    assert service("DescribeCollection", CollectionId=album)["FaceCount"] == 7
    assert len(ids(ExternalImageId="another")) == 7
    assert service("DescribeCollection", CollectionId=album)["FaceCount"] == 14


def test_attributes_of_indexed_faces(service: Service, shared_data: Path) -> None:
    image = of(shared_data / "scenes" / "group-3.jpg")
    answer = service(
        "IndexFaces",
        CollectionId=service.collection(),
        Image=image,
        MaxFaces=2,
        DetectionAttributes=["ALL"],
        QualityFilter="NONE",
    )
    detected = {
        str(face["BoundingBox"]): face
        for face in service("DetectFaces", Image=image, Attributes=["ALL"])["FaceDetails"]
    }
    records, others = answer["FaceRecords"], answer["UnindexedFaces"]
    assert len(records) == 2 and len(records) + len(others) == len(detected)
    for detail in [*(each["FaceDetail"] for each in records), *(each["FaceDetail"] for each in others)]:
        assert detail == detected[str(detail["BoundingBox"])]
    assert all(each["Reasons"] == ["EXCEEDS_MAX_FACES"] for each in others)


def test_the_quality_filters(service: Service, shared_data: Path) -> None:
    """From a portrait to one that is hardly any: what a filter leaves out, stricter ones leave out, too."""
    portrait = opened(sorted((shared_data / "congress" / "images").iterdir())[0])
    side = max(portrait.size)
    shown = [
        portrait,
        portrait.filter(ImageFilter.GaussianBlur(side * 0.01)),
        portrait.filter(ImageFilter.GaussianBlur(side * 0.02)),
        portrait.filter(ImageFilter.GaussianBlur(side * 0.05)),
        ImageEnhance.Brightness(portrait).enhance(0.04),
    ]
    good = sent(portrait)
    passed: dict[str, list[int]] = {}
    for quality in FILTERS:
        passed[quality] = []
        for number, image in enumerate(shown):
            album, bytes_of = service.collection(), sent(image)
            indexed = service("IndexFaces", CollectionId=album, Image=bytes_of, QualityFilter=quality)
            if not indexed["FaceRecords"] and not indexed["UnindexedFaces"]:
                continue  # not even seen
            through = bool(indexed["FaceRecords"])
            if through:
                passed[quality].append(number)
            else:
                assert indexed["UnindexedFaces"][0]["Reasons"]
            request = {"CollectionId": album, "Image": bytes_of, "QualityFilter": quality}
            expected = None if through else "InvalidParameterException"
            assert service.code("SearchFacesByImage", **request) == expected
            users = service("SearchUsersByImage", **request)
            assert ("SearchedFace" in users) == through
            # Indexing measures no face that can be seen to be poor, and says the rest of it only.
            for one, other in zip(users["UnsearchedFaces"], indexed["UnindexedFaces"], strict=True):
                assert set(one["Reasons"]) >= set(other["Reasons"])
            for source, target in ((bytes_of, good), (good, bytes_of)):
                request = {"SourceImage": source, "TargetImage": target, "QualityFilter": quality}
                assert service.code("CompareFaces", **request) == expected
    assert passed["HIGH"] and len(passed["HIGH"]) < len(passed["NONE"])
    for looser, stricter in (("NONE", "LOW"), ("LOW", "MEDIUM"), ("MEDIUM", "HIGH"), ("NONE", "AUTO")):
        assert set(passed[stricter]) <= set(passed[looser])
    by_default = [
        bool(service("IndexFaces", CollectionId=service.collection(), Image=sent(image))["FaceRecords"])
        for image in shown
    ]
    assert [at for at, kept in enumerate(by_default) if kept] == passed["AUTO"]


def test_no_face_at_all(service: Service, shared_data: Path) -> None:
    landscape = of(shared_data / "bad_input" / "exif_orientation_recurser" / "Landscape_1.jpg")
    portrait = of(shared_data / "scenes" / "astronaut.png")
    album = service.collection()
    assert service("DetectFaces", Image=landscape)["FaceDetails"] == []
    assert service("IndexFaces", CollectionId=album, Image=landscape)["FaceRecords"] == []
    wrong = "InvalidParameterException"
    assert service.code("SearchFacesByImage", CollectionId=album, Image=landscape) == wrong
    assert service.code("CompareFaces", SourceImage=landscape, TargetImage=portrait) == wrong
    assert service.code("CompareFaces", SourceImage=portrait, TargetImage=landscape) == wrong
    users = service("SearchUsersByImage", CollectionId=album, Image=landscape)
    assert users["UserMatches"] == [] and "SearchedFace" not in users


# Labels


def test_labels_of_a_group(service: Service, shared_data: Path) -> None:
    image = of(shared_data / "scenes" / "group-5.jpg")
    answer = service("DetectLabels", Image=image)
    labels = {label["Name"]: label for label in answer["Labels"]}
    assert labels["Person"]["Instances"] and "ImageProperties" not in answer
    confidences = [label["Confidence"] for label in answer["Labels"]]
    assert confidences == sorted(confidences, reverse=True) and min(confidences) >= 55
    for label in answer["Labels"]:
        assert all(parent["Name"] in labels for parent in label["Parents"]), "every ancestor is a label, too"
    more = service("DetectLabels", Image=image, MinConfidence=20)["Labels"]
    assert len(more) > len(labels) and {label["Name"] for label in more} >= set(labels)
    assert service("DetectLabels", Image=image, MaxLabels=2)["Labels"] == answer["Labels"][:2]
    category = labels["Person"]["Categories"][0]["Name"]
    kept = service(
        "DetectLabels",
        Image=image,
        Settings={
            "GeneralLabels": {
                "LabelCategoryInclusionFilters": [category],
                "LabelExclusionFilters": ["Person"],
            }
        },
    )["Labels"]
    assert [label["Name"] for label in kept] == [
        name
        for name, label in labels.items()
        if {"Name": category} in label["Categories"] and name != "Person"
    ]


def test_labels_are_those_of_the_window(service: Service, shared_data: Path) -> None:
    for name in ("group-2.jpg", "person-vlado.jpg", "stock-emotions-a-1.jpg"):
        data = (shared_data / "scenes" / name).read_bytes()
        shown = label_shapes.detect_labels(service.bench.describe.analyse(data).description)
        assert service("DetectLabels", Image={"Bytes": data})["Labels"] == shown["Labels"], name


def test_properties_of_a_photograph(service: Service, shared_data: Path) -> None:
    portrait = opened(shared_data / "scenes" / "astronaut.png")

    def properties(image: Image.Image) -> Answer:
        features = ["IMAGE_PROPERTIES"]
        return service("DetectLabels", Image=sent(image), Features=features)["ImageProperties"]  # type: ignore[no-any-return]

    plain = properties(portrait)
    assert {"Quality", "DominantColors", "Foreground", "Background"} <= set(plain)
    assert 1 <= len(plain["DominantColors"]) <= 10
    blurred = properties(portrait.filter(ImageFilter.GaussianBlur(6)))
    assert blurred["Quality"]["Sharpness"] < plain["Quality"]["Sharpness"] - 20
    dark = properties(ImageEnhance.Brightness(portrait).enhance(0.3))
    assert dark["Quality"]["Brightness"] < plain["Quality"]["Brightness"] / 2
    flat = properties(ImageEnhance.Contrast(portrait).enhance(0.3))
    assert flat["Quality"]["Contrast"] < plain["Quality"]["Contrast"] / 2
    (instance,) = service(
        "DetectLabels", Image=sent(portrait), Features=["GENERAL_LABELS", "IMAGE_PROPERTIES"]
    )["Labels"][0]["Instances"][:1]
    assert instance["DominantColors"]


def test_portraits_are_decent(service: Service, shared_data: Path) -> None:
    for path in sorted((shared_data / "congress" / "images").iterdir())[::40]:
        answer = service("DetectModerationLabels", Image=of(path))
        assert answer["ModerationLabels"] == [] and answer["ContentTypes"] == []
        told = service("DetectModerationLabels", Image=of(path), MinConfidence=0)["ModerationLabels"]
        assert all(label["Confidence"] < 50 for label in told)


# Celebrities


def test_celebrities(
    service: Service, pairs: tuple[list[tuple[Path, Path]], list[tuple[Path, Path]]], tmp_path: Path
) -> None:
    same, _ = pairs
    pack = tmp_path / "congress"
    pack.mkdir()
    lines = ['name = "Congress"', 'version = "1"', 'licence = "Public domain"']
    for number, (path, _) in enumerate(same[:8]):
        shutil.copy(path, pack / f"{number}.jpg")
        lines += ["[[celebrities]]", f'id = "C{number}"', f'name = "Member {number}"']
        lines += [
            f'urls = ["example.org/{number}"]',
            'known_gender = "Unlisted"',
            f'pictures = ["{number}.jpg"]',
        ]
    (pack / "pack.toml").write_text("\n".join(lines), encoding="utf-8")
    bench = service.bench
    job = bench.jobs.wait(bench.celebrities.load(pack).id, 120)
    assert job is not None and job.state is JobState.DONE, job
    right = 0
    for number, (_, path) in enumerate(same[:8]):
        answer = service("RecognizeCelebrities", Image=of(path))
        right += [face["Id"] for face in answer["CelebrityFaces"]] == [f"C{number}"]
        faces = [face["Face"] for face in answer["CelebrityFaces"]] + answer["UnrecognizedFaces"]
        assert faces and all(
            {"Emotions", "Smile", "Landmarks", "Pose", "Quality"} <= set(face) for face in faces
        )
    assert right >= 7
    info = service("GetCelebrityInfo", Id="C3")
    assert (info["Name"], info["Urls"]) == ("Member 3", ["example.org/3"])
    assert service.code("GetCelebrityInfo", Id="nobody") == "ResourceNotFoundException"
    strangers = service("RecognizeCelebrities", Image=of(same[20][0]))
    assert strangers["CelebrityFaces"] == [] and strangers["UnrecognizedFaces"]
