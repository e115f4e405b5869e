"""DetectLabels, DetectModerationLabels."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.attributes import Label
from app.rekognition.operations.labels import filtered
from tests.fakes import FakeFaceDescriber
from tests.unit.rekognition.operations.pictures import people, shot
from tests.unit.rekognition.operations.workbenches import Client

IMAGE = shot(people(200))
BOTH = ["GENERAL_LABELS", "IMAGE_PROPERTIES"]


def names(answer: dict[str, Any]) -> list[str]:
    return [label["Name"] for label in answer["Labels"]]


def test_labels_with_all_that_is_told_of_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("labels describe no face")

    monkeypatch.setattr(FakeFaceDescriber, "views", fail)
    monkeypatch.setattr(type(client.engine), "measure", fail)
    for features in (None, [], ["GENERAL_LABELS"]):
        answer = client.DetectLabels(Image=IMAGE, **({} if features is None else {"Features": features}))
        assert set(answer) == {"Labels", "LabelModelVersion", "OrientationCorrection"}
        (label,) = answer["Labels"]
        assert label == {
            "Name": "Square",
            "Confidence": 97.0,
            "Instances": [
                {
                    "BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.2, "Height": 0.2},
                    "Confidence": 97.0,
                }
            ],
            "Parents": [{"Name": "Shape"}],
            "Aliases": [{"Name": "Quadrangle"}],
            "Categories": [{"Name": "Patterns and Shapes"}],
        }
        assert answer["LabelModelVersion"] == "fake photos"


def test_confidence_and_count(client: Client) -> None:
    assert names(client.DetectLabels(Image=IMAGE, MinConfidence=0)) == ["Square", "Grey"]
    assert names(client.DetectLabels(Image=IMAGE, MinConfidence=30)) == ["Square", "Grey"]
    assert names(client.DetectLabels(Image=IMAGE, MinConfidence=30.1)) == ["Square"]
    assert names(client.DetectLabels(Image=IMAGE, MinConfidence=97.5)) == []
    assert names(client.DetectLabels(Image=IMAGE, MinConfidence=0, MaxLabels=1)) == ["Square"]
    assert names(client.DetectLabels(Image=IMAGE, MaxLabels=0)) == []
    assert names(client.DetectLabels(Image=IMAGE, MaxLabels=100_000)) == ["Square"]


def test_properties_only_when_asked(client: Client) -> None:
    answer = client.DetectLabels(Image=IMAGE, Features=["IMAGE_PROPERTIES"])
    assert set(answer) == {"ImageProperties", "OrientationCorrection"}
    properties = answer["ImageProperties"]
    assert set(properties) == {"Quality", "DominantColors", "Foreground", "Background"}
    assert set(properties["Quality"]) == {"Brightness", "Sharpness", "Contrast"}
    assert all(0 <= value <= 100 for value in properties["Quality"].values())
    grey, color = properties["DominantColors"]
    assert (grey["HexCode"], grey["Red"], grey["SimplifiedColor"]) == ("#808080", 128, "grey")
    assert grey["PixelPercent"] + color["PixelPercent"] == pytest.approx(100, abs=2)
    for layer in ("Foreground", "Background"):
        assert properties[layer]["DominantColors"] and properties[layer]["Quality"]
    both = client.DetectLabels(Image=IMAGE, Features=BOTH)
    assert both["ImageProperties"] == properties
    assert both["Labels"][0]["Instances"][0]["DominantColors"]


def test_a_picture_of_no_things_has_no_foreground(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.domain.attributes import PhotoDescription
    from tests.fakes import FakePhotoDescriber

    monkeypatch.setattr(FakePhotoDescriber, "describe", lambda *_: PhotoDescription())
    properties = client.DetectLabels(Image=IMAGE, Features=["IMAGE_PROPERTIES"])["ImageProperties"]
    assert {name for name, value in properties.items() if value is not None} == {
        "Quality",
        "DominantColors",
    }


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 1), (20, 2), (None, 2)])
def test_the_number_of_colours(client: Client, count: int | None, shown: int) -> None:
    settings = {} if count is None else {"Settings": {"ImageProperties": {"MaxDominantColors": count}}}
    answer = client.DetectLabels(Image=IMAGE, Features=["IMAGE_PROPERTIES"], **settings)
    assert len(answer["ImageProperties"]["DominantColors"]) == shown


@pytest.mark.parametrize(
    "settings",
    [
        {"MaxLabels": 5},
        {"MinConfidence": 5.0},
        {"Settings": {"GeneralLabels": {"LabelInclusionFilters": ["Square"]}}},
    ],
)
def test_settings_of_labels_need_labels(client: Client, settings: dict[str, Any]) -> None:
    code = client.refused("DetectLabels", Image=IMAGE, Features=["IMAGE_PROPERTIES"], **settings)
    assert code == "InvalidParameterException"
    client.DetectLabels(Image=IMAGE, Features=BOTH, **settings)
    client.DetectLabels(Image=IMAGE, **settings)


LABELS = [
    Label("Car", 99.0, (), ("Vehicle",), (), ("Vehicles and Automotive",)),
    Label("Vehicle", 98.0, (), (), (), ("Vehicles and Automotive",)),
    Label("Wheel", 97.0, (), (), (), ("Vehicles and Automotive", "Tools and Machinery")),
    Label("Dog", 96.0, (), ("Animal",), ("Hound",), ("Animals and Pets",)),
    Label("Sky", 95.0),
]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({}, "Car Vehicle Wheel Dog Sky"),
        ({"LabelInclusionFilters": []}, "Car Vehicle Wheel Dog Sky"),
        ({"LabelInclusionFilters": ["Dog", "Sky"]}, "Dog Sky"),
        ({"LabelInclusionFilters": ["dog", "Hound", "Unheard of"]}, ""),
        ({"LabelExclusionFilters": ["Dog"]}, "Car Vehicle Wheel Sky"),
        ({"LabelCategoryInclusionFilters": ["Vehicles and Automotive"]}, "Car Vehicle Wheel"),
        ({"LabelCategoryExclusionFilters": ["Tools and Machinery", "Animals and Pets"]}, "Car Vehicle Sky"),
        (
            {"LabelInclusionFilters": ["Dog"], "LabelCategoryInclusionFilters": ["Tools and Machinery"]},
            "Wheel Dog",
        ),
        (
            {
                "LabelCategoryInclusionFilters": ["Vehicles and Automotive"],
                "LabelExclusionFilters": ["Vehicle"],
                "LabelCategoryExclusionFilters": ["Tools and Machinery"],
            },
            "Car",
        ),
        ({"LabelInclusionFilters": ["Dog"], "LabelExclusionFilters": ["Dog"]}, ""),
    ],
)
def test_filters_of_labels_and_categories(filters: dict[str, list[str]], kept: str) -> None:
    assert [label.name for label in filtered(LABELS, filters)] == kept.split()


def test_filters_apply_before_the_count(client: Client) -> None:
    answer = client.DetectLabels(
        Image=IMAGE,
        MinConfidence=0,
        MaxLabels=1,
        Settings={"GeneralLabels": {"LabelExclusionFilters": ["Square"]}},
    )
    assert names(answer) == ["Grey"]


def test_moderation(client: Client) -> None:
    answer = client.DetectModerationLabels(Image=IMAGE)
    assert answer == {
        "ModerationLabels": [
            {"Name": "Suggestive", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 60.0}
        ],
        "ModerationModelVersion": "fake photos",
        "ContentTypes": [],
    }
    assert client.DetectModerationLabels(Image=IMAGE, MinConfidence=60.5)["ModerationLabels"] == []
    assert client.DetectModerationLabels(Image=IMAGE, MinConfidence=0)["ModerationLabels"]


def test_nobody_reviews_and_no_adapter_is_here(client: Client) -> None:
    loop = {
        "HumanLoopName": "review",
        "FlowDefinitionArn": "arn:aws:sagemaker:us-east-1:111122223333:flow-definition/review",
    }
    code = client.refused("DetectModerationLabels", Image=IMAGE, HumanLoopConfig=loop)
    assert code == "InvalidParameterException"
    adapter = "arn:aws:rekognition:us-east-1:111122223333:project/mine/version/first/1690556751958"
    code = client.refused("DetectModerationLabels", Image=IMAGE, ProjectVersion=adapter)
    assert code == "ResourceNotFoundException"
