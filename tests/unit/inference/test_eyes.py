"""Features of eyes, and reading them with a model of known answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.eyes import CORNERS, LIDS, EyesReader, eye_chip, eye_features, histograms, opening
from app.inference.manifest import InputSpec, Model, Task
from app.inference.views import MESH_POINTS, FaceView


def mesh_of(left: float, right: float, scale: float = 1.0) -> NDArray[np.float32]:
    """Eyes 40 pixels wide whose lids are so many pixels apart, symmetric about x = 100."""
    mesh = np.zeros((MESH_POINTS, 3), np.float32)
    for eye, gap in enumerate((left, right)):
        sign = -1 if eye == 0 else 1
        outer, inner = CORNERS[eye]
        mesh[outer, :2], mesh[inner, :2] = (100 + sign * 60, 80), (100 + sign * 20, 80)
        for (upper, lower), x in zip(LIDS[eye], (50, 30), strict=True):
            mesh[upper, :2] = 100 + sign * x, 80 - gap / 2
            mesh[lower, :2] = 100 + sign * x, 80 + gap / 2
    return mesh * np.float32(scale)


def symmetric() -> NDArray[np.uint8]:
    """A picture that is its own mirror image about x = 100."""
    half = np.random.default_rng(2).integers(0, 256, (160, 101, 3), np.uint8)
    return np.concatenate([half[:, :0:-1], half], axis=1)


class Network:
    def __init__(self, name: str = "open") -> None:
        spec = InputSpec("RGB", "NCHW", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (24, 40))
        self.model = Model("eyes", Task.EYES_OPEN, Path("eyes.onnx"), "", spec, "", "", {})
        self.name = name

    def run(self, tensor: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """The eye's own opening, which is last but one, tells."""
        return {self.name: np.exp(tensor[:, -2:-1])}


def test_the_opening_is_in_widths_and_in_space() -> None:
    mesh = mesh_of(10, 4)
    assert [opening(mesh, eye) for eye in (0, 1)] == pytest.approx([0.25, 0.1])
    turned = mesh.copy()
    turned[:, 2] = turned[:, 0]
    turned[:, 0] = 0
    assert opening(turned, 0) == pytest.approx(0.25)
    assert opening(np.zeros((MESH_POINTS, 3)), 0) == 0


def test_both_eyes_of_a_symmetric_face_have_the_same_features() -> None:
    view = FaceView(symmetric(), mesh_of(10, 10))
    left, right = eye_features(view)
    assert left.shape == (482,) and left.dtype == np.float32
    np.testing.assert_allclose(left, right, atol=0.02)
    assert left[-2:] == pytest.approx(np.log([0.25, 0.25]))


def test_each_eye_has_its_own_opening_first() -> None:
    left, right = eye_features(FaceView(symmetric(), mesh_of(10, 0)))
    assert np.exp(left[-2:]) == pytest.approx([0.25, 0.01])
    assert np.exp(right[-2:]) == pytest.approx([0.01, 0.25])


def test_the_chip_shows_the_outer_corner_to_the_left() -> None:
    pixels = np.zeros((160, 201, 3), np.uint8)
    pixels[:, :40] = pixels[:, 161:] = 255
    for eye in (0, 1):
        chip = eye_chip(FaceView(pixels, mesh_of(10, 10)), eye)
        assert chip.shape == (24, 40)
        assert chip[:, :4].min() > 200 and chip[:, 20:].max() < 5


def test_gradients_are_counted_by_direction_whatever_the_contrast() -> None:
    ramp = np.tile(np.linspace(0, 200, 40, dtype=np.float32), (24, 1))
    across, weak, down = histograms(np.stack([ramp, ramp / 4 + 90, ramp.T[:24, :1].repeat(40, axis=1)]))
    assert across.shape == (480,)
    assert (across**4).sum() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(across, weak, atol=0.01)
    assert across @ down < 0.1
    assert np.isfinite(histograms(np.zeros((1, 24, 40), np.float32))).all()


def test_a_wink_has_one_eye_that_is_not_open() -> None:
    views = [FaceView(symmetric(), mesh_of(10, 10)), FaceView(symmetric(), mesh_of(36, 2))]
    both, wink = EyesReader(Network()).read(views)  # type: ignore[arg-type]
    assert (both.left, both.right) == pytest.approx((0.25, 0.25))
    assert (wink.left, wink.right) == pytest.approx((0.9, 0.05))
    assert wink.both == pytest.approx(0.05)


def test_no_faces_need_no_model_and_another_answer_is_refused() -> None:
    reader = EyesReader(Network("shut"))  # type: ignore[arg-type]
    assert reader.read([]) == []
    with pytest.raises(ModelError, match="open"):
        reader.read([FaceView(symmetric(), mesh_of(10, 10))])
