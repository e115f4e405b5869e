"""What photos show, with the shipped models on real photographs.

No photograph of nudity is at hand, and none is wanted in a test. That both networks still answer as the ones
they were made from is held by their files' sha256, and models/build says how far they are from those.
"""

from __future__ import annotations

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from app.domain.attributes import Label, PhotoDescription
from app.domain.errors import InvalidParameter, ModelError
from app.inference.labels.describer import NOT_ASKED, OnnxPhotoDescriber
from app.inference.labels.taxonomy import label_facts, label_names
from app.inference.manifest import find_models_dir


@pytest.fixture(scope="module")
def describer() -> OnnxPhotoDescriber:
    return OnnxPhotoDescriber(find_models_dir())


def pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def by_name(description: PhotoDescription) -> dict[str, Label]:
    return {label.name: label for label in description.labels}


def test_a_table_with_cups_and_the_man_at_it(describer: OnnxPhotoDescriber, shared_data: Path) -> None:
    labels = by_name(describer.describe(pixels(shared_data / "scenes" / "person-vlado.jpg")))
    assert labels["Person"].confidence > 90
    assert labels["Cup"].instances and labels["Cup"].parents == ("Kitchenware",)
    left, top, width, height = labels["Person"].instances[0].box
    assert min(left, top) >= 0 and left + width <= 1.0001 and top + height <= 1.0001
    assert width * height > 0.2


def test_a_group_is_people_with_a_box_each(describer: OnnxPhotoDescriber, shared_data: Path) -> None:
    labels = by_name(describer.describe(pixels(shared_data / "scenes" / "solvay1927.jpg")))
    assert {"Person", "People", "Crowd"} <= set(labels)
    assert 20 <= len(labels["Person"].instances) <= 35  # 29 are there


def test_portraits_have_a_person_and_what_portraits_are_of(
    describer: OnnxPhotoDescriber, shared_data: Path
) -> None:
    counted: Counter[str] = Counter()
    paths = sorted((shared_data / "congress" / "images").iterdir())[::8]
    for path in paths:
        counted.update(list(by_name(describer.describe(pixels(path)))))
    assert counted["Person"] == len(paths)
    assert counted["Tie"] > len(paths) / 4 and counted["Suit"] > 0
    # One photo in twenty may have one label that is no part of a portrait.
    usual = {"Person", "People", "Tie", "Bow Tie", "Accessories", "Clothing", "Suit", "Formal Wear"}
    assert sum(count for name, count in counted.items() if name not in usual) <= len(paths) / 20


def test_close_ups_are_persons_and_no_animals(describer: OnnxPhotoDescriber, shared_data: Path) -> None:
    for path in sorted((shared_data / "fairface300" / "images").iterdir())[::10]:
        labels = by_name(describer.describe(pixels(path)))
        assert "Person" in labels and "Animal" not in labels, path.name


def test_no_photo_at_hand_is_moderated(describer: OnnxPhotoDescriber, shared_data: Path) -> None:
    """With the four that come nearest to a bar of all 514; tests.benchmarks.labels looks at all."""
    nearest = ["1903.jpg", "1992.jpg", "2023.jpg", "4222.jpg"]
    paths = [shared_data / "fairface300" / "images" / name for name in nearest]
    paths += sorted(path for path in (shared_data / "scenes").iterdir() if path.suffix != ".csv")
    assert {path.name: describer.describe(pixels(path)).moderation for path in paths} == {
        path.name: () for path in paths
    }


def test_a_landscape_has_no_person(describer: OnnxPhotoDescriber, shared_data: Path) -> None:
    folder = shared_data / "bad_input" / "exif_orientation_recurser"
    labels = by_name(describer.describe(pixels(folder / "Landscape_1.jpg")))
    assert "Person" not in labels and "Animal" not in labels


def test_a_drawn_field_has_its_colours_and_no_labels_of_living_things(describer: OnnxPhotoDescriber) -> None:
    image = Image.new("RGB", (640, 480), (70, 130, 180))
    ImageDraw.Draw(image).rectangle((0, 240, 640, 480), fill=(34, 139, 34))
    description = describer.describe(np.asarray(image))
    assert {color.name for color in description.colors} == {"steelblue", "forestgreen"}
    assert sum(color.share for color in description.colors) == pytest.approx(100)
    assert not {"Person", "Animal"} & set(by_name(description))
    assert description.moderation == ()


def test_every_label_is_described(describer: OnnxPhotoDescriber, shared_data: Path) -> None:
    known = set(label_names())
    description = describer.describe(pixels(shared_data / "scenes" / "group-4.jpg"), label_confidence=20)
    names = {label.name for label in description.labels}
    assert len(names) > 5 and names <= known
    for label in description.labels:
        facts = label_facts(label.name)
        assert (label.parents, label.aliases, label.categories) == (
            facts.parents, facts.aliases, facts.categories
        )  # fmt: skip
        assert label.categories and set(label.parents) <= names
        assert 20 <= label.confidence <= 100


def test_the_same_photo_gives_the_same_from_any_thread_and_describer(
    describer: OnnxPhotoDescriber, shared_data: Path
) -> None:
    photo = pixels(shared_data / "scenes" / "group-6.jpg")
    again = OnnxPhotoDescriber(find_models_dir())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(again.describe, [photo] * 4))
    assert answers == [describer.describe(photo)] * 4
    assert again.made_by == describer.made_by


def test_pictures_of_any_shape(describer: OnnxPhotoDescriber) -> None:
    for height, width in ((1, 1), (1, 500), (500, 3), (31, 33), (3000, 40)):
        description = describer.describe(np.full((height, width, 3), 128, np.uint8))
        assert description.colors[0].name == "gray"


def test_what_is_no_photo_is_refused(describer: OnnxPhotoDescriber) -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3), np.float32)):
        with pytest.raises(InvalidParameter, match="A photo is needed"):
            describer.describe(wrong)


def test_what_the_answers_depend_on(tmp_path: Path) -> None:
    shipped = find_models_dir()
    made_by = OnnxPhotoDescriber(shipped).made_by
    for name in ("manifest.toml", "labels.toml"):
        shutil.copy(shipped / name, tmp_path / name)
    assert OnnxPhotoDescriber(tmp_path).made_by == made_by
    with pytest.raises(ModelError, match="missing"):
        OnnxPhotoDescriber(tmp_path).describe(np.zeros((40, 40, 3), np.uint8))
    text = (tmp_path / "labels.toml").read_text(encoding="utf-8")
    (tmp_path / "labels.toml").write_text(text.replace("person = 35.0", "person = 36.0"), encoding="utf-8")
    assert OnnxPhotoDescriber(tmp_path).made_by != made_by


def test_what_is_not_asked_for_is_not_looked_for(describer: OnnxPhotoDescriber, shared_data: Path) -> None:
    shown = pixels(shared_data / "scenes" / "person-vlado.jpg")
    everything = describer.describe(shown, 0.0, 0.0)
    labels = describer.describe(shown, 0.0, NOT_ASKED)
    moderation = describer.describe(shown, NOT_ASKED, 0.0)
    assert (labels.labels, labels.moderation) == (everything.labels, ())
    assert (moderation.labels, moderation.moderation) == ((), everything.moderation)
    assert labels.colors == moderation.colors == everything.colors
