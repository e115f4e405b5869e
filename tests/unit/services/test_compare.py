"""One face of an image with all the faces of another."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import ImageError, InvalidParameter, NoFace
from app.inference.quality_filter import Bars, QualityBars, QualityFilter, Reason
from app.services.compare import CompareService, explain
from tests.fakes import FakeEngine, painted, person_color, save_image, shade


@pytest.fixture
def service() -> CompareService:
    return CompareService(FakeEngine())


GROUP = [
    (person_color(0), (40, 40, 80)),
    (person_color(1), (200, 40, 60)),
    (shade(person_color(0), 4), (360, 40, 50)),
]


def test_the_largest_face_with_all_of_the_target_best_first(service: CompareService, tmp_path: Path) -> None:
    source = save_image(tmp_path / "a.png", painted([GROUP[1], GROUP[0]]))
    target = save_image(tmp_path / "b.png", painted(GROUP, (800, 600)))
    found = service.compare(source, target.read_bytes())
    assert found.source_index == 0 and len(found.source.faces) == 2
    assert [match.index for match in found.matches] == [0, 2, 1]
    assert found.matches[0].similarity == 100
    assert [match.index for match in found.matched(80)] == [0, 2]
    assert [match.index for match in found.unmatched(80)] == [1]
    assert (found.target.width, found.target.height) == (800, 600)


def test_another_source_face_without_looking_again() -> None:
    engine = FakeEngine()
    service = CompareService(engine)
    found = service.compare(painted(GROUP), painted(GROUP))
    looked = engine.detections
    other = service.compare(found.source, found.target, 1)
    assert engine.detections == looked
    assert other.matches[0].index == 1 and other.source_index == 1
    with pytest.raises(InvalidParameter, match="number 4"):
        service.compare(found.source, found.target, 3)


def test_both_images_need_a_face(service: CompareService) -> None:
    with pytest.raises(NoFace, match="source"):
        service.compare(painted([]), painted(GROUP))
    with pytest.raises(NoFace, match="target"):
        service.compare(painted(GROUP), painted([]))
    with pytest.raises(ImageError):
        service.compare(b"", painted(GROUP))


def test_the_filter_leaves_out_faces_of_both() -> None:
    engine = FakeEngine()
    service = CompareService(engine)
    engine.bars = QualityBars({QualityFilter.AUTO: Bars(side=55), QualityFilter.HIGH: Bars(side=100)})
    found = service.compare(painted(GROUP), painted(GROUP), quality=QualityFilter.AUTO)
    assert [match.index for match in found.matches] == [0, 1]
    assert found.filtered == {2: (Reason.SMALL_BOUNDING_BOX,)}
    assert service.compare(painted(GROUP[2:]), painted(GROUP)).filtered == {}
    with pytest.raises(NoFace, match=r"source image is good enough.*SMALL_BOUNDING_BOX"):
        service.compare(painted(GROUP[2:]), painted(GROUP), quality=QualityFilter.AUTO)
    large = (person_color(0), (40, 40, 120))
    with pytest.raises(NoFace, match="target image is good enough"):
        service.compare(painted([large]), painted(GROUP), quality=QualityFilter.HIGH)


def test_at_most_a_hundred_targets_the_largest(service: CompareService) -> None:
    squares = [
        (person_color(row * 12 + column), (column * 60 + 4, row * 60 + 4, 50 if row < 8 else 20))
        for row, column in itertools.product(range(10), range(12))
    ]
    found = service.compare(painted(GROUP), painted(squares, (740, 620)))
    assert len(found.target.faces) == 120
    assert sorted(match.index for match in found.matches) == list(range(100))


def test_aligned_crops_are_made_from_what_was_seen(service: CompareService) -> None:
    image = service.look_at(painted(GROUP))
    crop = service.aligned(image, 1, 64)
    assert crop.shape == (64, 64, 3)
    assert np.array_equal(crop[32, 32], person_color(1))


@pytest.mark.parametrize(
    ("similarity", "chance", "extrapolated"),
    [
        (0, "1 in 1", False),
        (41, "1 in 34", False),
        (80, "1 in 1,000", False),
        (90, "1 in 10,000", False),
        (95, "1 in 130,000", True),
        (99, "1 in 1,000,000", True),
    ],
)
def test_the_chance_of_a_false_match(similarity: float, chance: str, extrapolated: bool) -> None:
    found = explain(similarity)
    assert (found.chance, found.extrapolated) == (chance, extrapolated)


def test_the_chance_as_a_sentence() -> None:
    assert explain(80).sentence == "One false match in 1,000 pairs of strangers"
    assert explain(99).sentence == "One false match in 1,000,000 pairs of strangers (extrapolated)"
    assert explain(0).sentence == "Any two strangers reach this"
