"""The list of labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import ModelError
from app.inference.labels.taxonomy import (
    LabelFacts,
    label_facts,
    label_named,
    label_names,
    load_taxonomy,
)
from app.inference.manifest import find_models_dir

SMALL = """
version = 1
[labels]
"Animal" = { in = "Animals and Pets" }
"Pet" = { of = ["Animal"] }
"Canine" = { of = ["Animal"] }
"Dog" = { of = ["Canine", "Pet"], also = ["Puppy"] }
"Toy Dog" = { of = ["Dog"], in = "Toys and Gaming" }
[classes]
tiny = ["Toy Dog", "Dog"]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "labels.toml").write_text(text, encoding="utf-8")
    return folder


def test_parents_come_nearest_first_and_bring_their_categories(tmp_path: Path) -> None:
    taxonomy = load_taxonomy(written(tmp_path, SMALL))
    assert taxonomy.facts["Toy Dog"] == LabelFacts(
        ("Dog", "Canine", "Pet", "Animal"), (), ("Toys and Gaming", "Animals and Pets")
    )
    assert taxonomy.facts["Dog"].aliases == ("Puppy",)
    assert taxonomy.names == ("Animal", "Canine", "Dog", "Pet", "Toy Dog")


def test_a_class_counts_for_its_label_and_all_its_parents(tmp_path: Path) -> None:
    taxonomy = load_taxonomy(written(tmp_path, SMALL))
    probabilities = np.array([0.25, 0.5], np.float32) @ taxonomy.spread("tiny")
    said = dict(zip(taxonomy.names, probabilities.tolist(), strict=True))
    assert said == {"Animal": 0.75, "Canine": 0.75, "Dog": 0.75, "Pet": 0.75, "Toy Dog": 0.25}


def test_a_name_or_an_alias_in_any_case_finds_the_label(tmp_path: Path) -> None:
    taxonomy = load_taxonomy(written(tmp_path, SMALL))
    assert taxonomy.named(" PUPPY ") == taxonomy.named("dog") == "Dog"
    assert taxonomy.named("cat") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL.replace('["Animal"]', '["Beast"]'), "Beast"),
        (SMALL.replace('tiny = ["Toy Dog"', 'tiny = ["Cat"'), "Cat"),
        (SMALL.replace('"Animal" = { in', '"Animal" = { of = ["Dog"], in'), "its own parent"),
        (SMALL.replace("version = 1", "version = 9"), "version 9"),
        ("labels = [", "cannot be read"),
    ],
)
def test_a_list_that_is_wrong_is_said_to_be(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        load_taxonomy(written(tmp_path, text))


def test_a_missing_list_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        load_taxonomy(tmp_path)


def test_the_shipped_list_covers_both_networks() -> None:
    taxonomy = load_taxonomy(find_models_dir())
    assert len(taxonomy.classes["coco"]) == len(set(taxonomy.classes["coco"])) == 80
    assert len(taxonomy.classes["imagenet"]) == 1000
    assert taxonomy.classes["coco"][0] == "Person" and taxonomy.classes["coco"][79] == "Toothbrush"
    imagenet = taxonomy.classes["imagenet"]
    # Well-known places of ImageNet, from all parts of it.
    known = {1: "Goldfish", 207: "Golden Retriever", 281: "Tabby Cat", 340: "Zebra", 487: "Mobile Phone",
             620: "Laptop", 779: "School Bus", 834: "Suit", 906: "Tie", 963: "Pizza", 980: "Volcano",
             999: "Toilet Paper"}  # fmt: skip
    assert {place: imagenet[place] for place in known} == known


def test_every_shipped_label_has_a_category_and_a_name_of_its_own() -> None:
    taxonomy = load_taxonomy(find_models_dir())
    assert [name for name, facts in taxonomy.facts.items() if not facts.categories] == []
    spoken = [name.casefold() for name in taxonomy.names]
    spoken += [alias.casefold() for facts in taxonomy.facts.values() for alias in facts.aliases]
    assert sorted(spoken) == sorted(set(spoken))


def test_facts_of_the_shipped_labels() -> None:
    assert label_facts("Golden Retriever").parents == (
        "Retriever", "Dog", "Canine", "Pet", "Mammal", "Animal"
    )  # fmt: skip
    assert label_facts("Car").aliases == ("Automobile",)
    assert label_facts("Suit").categories == ("Apparel and Accessories",)
    assert label_facts("no such label") == LabelFacts((), (), ())
    assert label_named("luggage") == "Suitcase"
    assert "Person" in label_names() and list(label_names()) == sorted(label_names())
