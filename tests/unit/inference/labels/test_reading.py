"""One list of labels out of what two networks say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.attributes import Label
from app.domain.errors import ModelError
from app.inference.labels.objects import Thing
from app.inference.labels.reading import LabelReader, Rules, load_rules
from app.inference.labels.taxonomy import Taxonomy, load_taxonomy
from app.inference.manifest import find_models_dir

BOX = (0.1, 0.2, 0.3, 0.4)
FULL = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy(find_models_dir())


@pytest.fixture(scope="module")
def reader(taxonomy: Taxonomy) -> LabelReader:
    straight = ([0.0, 1.0], [0.0, 100.0])
    half = ([0.0, 1.0], [0.0, 50.0])
    wear, around, withheld = frozenset({"Suit", "Clothing"}), frozenset({"Volcano"}), frozenset({"Gorilla"})
    rules = Rules(straight, half, straight, 35.0, wear, around, withheld)
    return LabelReader(taxonomy, rules)


def scene(**probabilities: float) -> NDArray[np.float32]:
    """Of ImageNet's classes by number, as p207=0.5."""
    values = np.zeros(1000, np.float32)
    for name, value in probabilities.items():
        values[int(name[1:])] = value
    return values


def thing(
    taxonomy: Taxonomy, name: str, confidence: float, box: tuple[float, float, float, float] = BOX
) -> Thing:
    return Thing(taxonomy.classes["coco"].index(name), confidence, box)


def named(labels: tuple[Label, ...]) -> dict[str, float]:
    return {label.name: round(label.confidence, 1) for label in labels}


def test_breeds_add_up_to_a_dog(reader: LabelReader) -> None:
    labels = named(reader.read([], scene(p207=0.5, p208=0.3), 45))
    assert labels["Dog"] == labels["Retriever"] == labels["Animal"] == 80
    assert labels["Golden Retriever"] == 50 and "Labrador Retriever" not in labels


def test_a_thing_both_saw_is_one_label_with_boxes(reader: LabelReader, taxonomy: Taxonomy) -> None:
    labels = reader.read([thing(taxonomy, "Dog", 60), thing(taxonomy, "Dog", 90)], scene(p207=0.7), 55)
    (dog,) = [label for label in labels if label.name == "Dog"]
    assert dog.confidence == 90 and [each.confidence for each in dog.instances] == [90, 60]
    assert dog.parents == ("Canine", "Pet", "Mammal", "Animal") and dog.aliases == ("Puppy",)
    assert dog.categories == ("Animals and Pets",)
    assert named(labels)["Mammal"] == 90 and named(labels)["Golden Retriever"] == 70


def test_the_surest_and_most_special_come_first(reader: LabelReader, taxonomy: Taxonomy) -> None:
    labels = reader.read([thing(taxonomy, "Dog", 90)], scene(p779=0.95), 55)
    assert [label.name for label in labels] == [
        "School Bus", "Bus", "Vehicle", "Dog", "Canine", "Mammal", "Pet", "Animal"
    ]  # fmt: skip
    confidences = [label.confidence for label in labels]
    assert confidences == sorted(confidences, reverse=True)


def test_nothing_below_the_bar_is_said(reader: LabelReader, taxonomy: Taxonomy) -> None:
    things = [thing(taxonomy, "Dog", 54.9)]
    assert reader.read(things, scene(p779=0.549), 55) == ()
    assert named(reader.read(things, scene(), 54))["Dog"] == 54.9


def test_two_persons_are_people_and_ten_a_crowd(reader: LabelReader, taxonomy: Taxonomy) -> None:
    persons = [thing(taxonomy, "Person", 99 - place) for place in range(10)]
    assert "People" not in named(reader.read(persons[:1], scene(), 55))
    assert named(reader.read(persons[:2], scene(), 55)) == {"Person": 99, "People": 98}
    assert named(reader.read(persons, scene(), 55))["Crowd"] == 90


def test_less_is_said_of_what_a_person_stands_before(reader: LabelReader, taxonomy: Taxonomy) -> None:
    said = scene(p779=0.8)
    assert "Bus" in named(reader.read([], said, 55))
    assert named(reader.read([thing(taxonomy, "Person", 40)], said, 55)) == {}
    worn = named(reader.read([thing(taxonomy, "Person", 90)], scene(p834=0.8), 55))
    assert worn["Suit"] == 80
    around = named(reader.read([thing(taxonomy, "Person", 90)], scene(p980=0.8), 55))
    assert around["Volcano"] == 80


def test_a_person_is_no_ape(reader: LabelReader, taxonomy: Taxonomy) -> None:
    said = scene(p366=1.0)
    assert "Gorilla" in named(reader.read([], said, 55))
    assert named(reader.read([thing(taxonomy, "Person", 60)], said, 20)) == {"Person": 60}
    assert named(reader.read([], said, 20, face=90)) == {"Person": 90}


def test_a_near_face_is_a_person_and_not_what_fills_the_picture(
    reader: LabelReader, taxonomy: Taxonomy
) -> None:
    cow = thing(taxonomy, "Cow", 70, FULL)
    assert named(reader.read([cow], scene(), 55, face=90)) == {"Person": 90}
    assert "Cow" in named(reader.read([cow], scene(), 55))
    assert "Cow" in named(reader.read([thing(taxonomy, "Cow", 70)], scene(), 55, face=90))
    assert "Cow" in named(reader.read([thing(taxonomy, "Cow", 95, FULL)], scene(), 55, face=90))


def test_the_shipped_rules_withhold_kinds_too(taxonomy: Taxonomy) -> None:
    rules = load_rules(find_models_dir(), taxonomy)
    assert {"Primate", "Gorilla", "Macaque", "Cobra", "Ski Mask"} <= rules.withheld
    assert not rules.withheld & {"Dog", "Horse", "Suit", "Hat"}
    assert {"Seashore", "Restaurant", "School Bus", "Pizza"} <= rules.around
    assert not rules.around & (rules.withheld | rules.wear)
    for probabilities, confidences in (rules.alone, rules.before, rules.worn):
        assert probabilities == sorted(probabilities) and confidences == sorted(confidences)
        assert (probabilities[0], probabilities[-1]) == (0, 1) and 0 <= confidences[0] <= confidences[
            -1
        ] <= 100


def test_rules_that_lack_something_are_said_to(tmp_path: Path, taxonomy: Taxonomy) -> None:
    (tmp_path / "labels.toml").write_text("version = 1\n[reading]\nperson = 35\n", encoding="utf-8")
    with pytest.raises(ModelError, match="alone"):
        load_rules(tmp_path, taxonomy)
