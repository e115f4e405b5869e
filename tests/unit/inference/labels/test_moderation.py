"""From the opinions of two networks to the taxonomy's labels."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.labels.moderation import Moderator, Opinions, labels_of
from app.inference.manifest import InputSpec, Task, find_models_dir, load_manifest

STRAIGHT = ([0.0, 0.5, 1.0], [0.0, 0.0, 100.0])
CURVES = {"nudity": STRAIGHT, "drawn": STRAIGHT, "suggestive": STRAIGHT}
SPEC = InputSpec("RGB", "NCHW", (0, 0, 0), (1, 1, 1), (224, 224))


def names(**seen: float) -> dict[str, float]:
    opinions = dict.fromkeys(("unsafe", "drawing", "hentai", "neutral", "porn", "sexy"), 0.0) | seen
    return {label.name: round(label.confidence) for label in labels_of(Opinions(**opinions), CURVES)}


def test_both_must_see_nudity() -> None:
    assert names(unsafe=0.9, porn=0.95) == {"Suggestive": 80, "Explicit Nudity": 80, "Nudity": 80}
    assert names(unsafe=0.9, neutral=1.0) == {}
    assert names(unsafe=0.1, porn=1.0) == {}


def test_sexy_is_suggestive_alone() -> None:
    assert names(unsafe=0.1, sexy=0.9) == {"Suggestive": 80}


def test_drawings_are_for_the_one_that_learnt_them() -> None:
    said = names(hentai=0.9, drawing=0.1)
    assert said == {"Explicit Nudity": 80, "Illustrated Explicit Nudity": 80}
    assert names(drawing=1.0) == {}


def test_the_hierarchy_is_rekognitions() -> None:
    labels = {label.name: label for label in labels_of(Opinions(1, 0, 0, 0, 1, 0), CURVES)}
    assert (labels["Nudity"].parent, labels["Nudity"].level) == ("Explicit Nudity", 2)
    assert (labels["Explicit Nudity"].parent, labels["Explicit Nudity"].level) == ("", 1)
    assert (labels["Suggestive"].parent, labels["Suggestive"].level) == ("", 1)


class Network:
    """Gives the same answer to every picture and keeps what it was shown."""

    def __init__(self, settings: dict[str, Any], *answer: float) -> None:
        self.model = SimpleNamespace(id="net", settings=settings, input=SPEC)
        self.answer = np.array([answer], np.float32)
        self.shown: list[NDArray[np.float32]] = []

    def run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        self.shown.append(tensor)
        return {"probabilities": self.answer}


def moderator(unsafe: float, *five: float) -> tuple[Moderator, Network, Network]:
    table = {"probabilities": STRAIGHT[0], "confidences": STRAIGHT[1]}
    explicit = Network({"margin": 0.25}, 1 - unsafe, unsafe)
    suggestive = Network(dict.fromkeys(CURVES, table), *five)
    return Moderator(explicit, suggestive), explicit, suggestive  # type: ignore[arg-type]


def test_the_dear_network_is_asked_only_where_it_matters() -> None:
    pixels = np.zeros((50, 70, 3), np.uint8)
    innocent, explicit, _ = moderator(0.99, 0.0, 0.0, 0.8, 0.2, 0.0)
    assert innocent.judge(pixels) == () and not explicit.shown
    doubtful, explicit, _ = moderator(0.1, 0.0, 0.0, 0.1, 0.9, 0.0)
    assert doubtful.judge(pixels) == () and len(explicit.shown) == 1
    plain, _, _ = moderator(0.9, 0.0, 0.0, 0.1, 0.9, 0.0)
    assert {label.name for label in plain.judge(pixels)} >= {"Explicit Nudity", "Nudity"}


@pytest.mark.parametrize("unsafe", [0.0, 0.4, 0.7, 1.0])
@pytest.mark.parametrize(
    "five", [(0, 0, 1, 0, 0), (0, 0, 0.4, 0.6, 0), (0, 0.8, 0, 0, 0.2), (0, 0, 0, 0.5, 0.5)]
)
def test_sparing_it_changes_no_answer(unsafe: float, five: tuple[float, ...]) -> None:
    judge, _, _ = moderator(unsafe, *five)
    pixels = np.zeros((50, 70, 3), np.uint8)
    assert judge.judge(pixels) == labels_of(judge.opinions(pixels), CURVES)


def test_the_margin_is_cut_off() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[25:75, 50:150] = 255
    judge, explicit, suggestive = moderator(0.9, 0.0, 0.0, 0.0, 1.0, 0.0)
    judge.judge(pixels)
    assert explicit.shown[0].shape == (1, 3, 224, 224) and explicit.shown[0].min() == 255
    assert suggestive.shown[0].mean() == pytest.approx(255 / 4, rel=0.05)


def test_settings_that_lack_something_are_said_to() -> None:
    explicit, lacking = Network({}, 0.0), Network({"nudity": {"probabilities": [], "confidences": []}}, 0.0)
    with pytest.raises(ModelError, match="drawn"):
        Moderator(explicit, lacking)  # type: ignore[arg-type]


def test_the_shipped_bars_are_high() -> None:
    """What NSFW JS alone says is no label, whatever it says."""
    settings = load_manifest(find_models_dir()).default(Task.SUGGESTIVE).settings
    for name in CURVES:
        probabilities, confidences = settings[name]["probabilities"], settings[name]["confidences"]
        assert float(np.interp(0.6 if name == "nudity" else 0.5, probabilities, confidences)) == 0
