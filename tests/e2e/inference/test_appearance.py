"""Age, gender, expressions and coverings of real faces by the real models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.domain.attributes import Emotion, FaceAttributes, Trait
from app.inference.describer import OnnxFaceDescriber
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.inference.views import FaceView
from tests.benchmarks.face_labels import FaceLabels, labels_of
from tests.benchmarks.faces_of import central, pixels_of

See = Callable[[Path], FaceView]


@pytest.fixture(scope="module")
def describer() -> OnnxFaceDescriber:
    return OnnxFaceDescriber(find_models_dir())


@pytest.fixture(scope="module")
def see(describer: OnnxFaceDescriber) -> See:
    engine = OnnxFaceEngine(find_models_dir())

    def seen(path: Path) -> FaceView:
        pixels = pixels_of(path)
        face = central(engine.detect(pixels)) or central(engine.detect_from(pixels, 5.0))
        assert face is not None
        return describer.views(pixels, [face])[0]

    return seen


def sample(root: Path, every: int) -> list[FaceLabels]:
    return labels_of(root / "attributes.csv")[::every]


def test_ages_and_genders_of_every_age(shared_data: Path, describer: OnnxFaceDescriber, see: See) -> None:
    root = shared_data / "fairface300"
    labels = sample(root, 4)
    faces = describer.read([see(root / label.path) for label in labels])
    wrong = np.array([abs(face.age - label.middle_age) for face, label in zip(faces, labels, strict=True)])
    inside = [
        face.age_low <= label.middle_age <= face.age_high for face, label in zip(faces, labels, strict=True)
    ]
    adults = [
        (face.woman > 0.5) == label.woman
        for face, label in zip(faces, labels, strict=True)
        if label.age is not None and label.age[0] >= 20
    ]
    assert wrong.mean() < 8
    assert np.mean(inside) > 0.65
    assert np.mean(adults) > 0.8
    assert all(face.age_low <= face.age <= face.age_high for face in faces)


def test_small_children_are_told_from_the_old_and_their_gender_is_doubted(
    shared_data: Path, describer: OnnxFaceDescriber, see: See
) -> None:
    root = shared_data / "fairface300"
    labels = [label for label in labels_of(root / "attributes.csv") if label.age is not None]
    small = [label for label in labels if label.age == (0, 3)][:12]
    old = [label for label in labels if label.age is not None and label.age[0] >= 60][:12]
    babies = describer.read([see(root / label.path) for label in small])
    aged = describer.read([see(root / label.path) for label in old])
    assert max(face.age for face in babies) < min(face.age for face in aged)
    doubt = [abs(face.woman - 0.5) for face in babies]
    assert max(doubt) < 0.4
    assert np.mean(doubt) < np.mean([abs(face.woman - 0.5) for face in aged])


def test_portraits(shared_data: Path, describer: OnnxFaceDescriber, see: See) -> None:
    root = shared_data / "congress"
    labels = [label for label in sample(root, 6) if label.woman is not None]
    faces = describer.read([see(root / label.path) for label in labels])
    right = [(face.woman > 0.5) == label.woman for face, label in zip(faces, labels, strict=True)]
    assert np.mean(right) > 0.95
    assert np.mean([face.traits[Trait.FACE_OCCLUDED] > 0.5 for face in faces]) < 0.1
    assert all(sum(face.emotions.values()) == pytest.approx(100) for face in faces)
    assert all(Emotion.CONFUSED not in face.emotions for face in faces)


def test_a_mirrored_and_a_turned_face_look_alike(
    shared_data: Path, describer: OnnxFaceDescriber, see: See, tmp_path: Path
) -> None:
    path = sorted((shared_data / "congress" / "images").iterdir())[5]
    with Image.open(path) as image:
        plain = image.convert("RGB")
    files = [tmp_path / f"{name}.png" for name in ("plain", "mirrored", "turned")]
    plain.save(files[0])
    plain.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(files[1])
    plain.rotate(20, Image.Resampling.BICUBIC).save(files[2])
    first, *others = describer.read([see(file) for file in files])
    for other in others:
        assert abs(first.age - other.age) < 8
        assert abs(first.woman - other.woman) < 0.25
        assert abs(first.traits[Trait.SMILE] - other.traits[Trait.SMILE]) < 0.4


def test_a_drawn_mask_covers_the_face(shared_data: Path, describer: OnnxFaceDescriber, see: See) -> None:
    root = shared_data / "congress"
    plain, masked = [], []
    for label in sample(root, 12):
        view = see(root / label.path)
        plain.append(view)
        masked.append(FaceView(with_mask(view), view.mesh))
    bare = [face.traits[Trait.FACE_OCCLUDED] for face in describer.read(plain)]
    covered = [face.traits[Trait.FACE_OCCLUDED] for face in describer.read(masked)]
    assert np.mean(np.array(covered) > 0.5) > 0.8
    assert np.mean(np.array(bare) < 0.5) > 0.9


def with_mask(view: FaceView) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The photo with a pale blue mask from the bridge of the nose to below the chin."""
    jaw = [
        234,
        93,
        132,
        58,
        172,
        136,
        150,
        149,
        176,
        148,
        152,
        377,
        400,
        378,
        379,
        365,
        397,
        288,
        361,
        323,
        454,
    ]
    outline = [*jaw, 447, 347, 195, 118, 227]
    image = Image.fromarray(view.pixels)
    ImageDraw.Draw(image).polygon([tuple(view.mesh[point, :2]) for point in outline], fill=(168, 200, 220))
    return np.asarray(image)


def test_answers_do_not_depend_on_the_other_faces(
    shared_data: Path, describer: OnnxFaceDescriber, see: See
) -> None:
    paths = sorted((shared_data / "fairface300" / "images").iterdir())[:6]
    views = [see(path) for path in paths]
    together = describer.read(views)
    alone = [describer.read([view])[0] for view in views]

    def figures(face: FaceAttributes) -> list[float]:
        return [face.age, face.woman, face.traits[Trait.SMILE], face.traits[Trait.FACE_OCCLUDED]]

    assert np.allclose([figures(face) for face in together], [figures(face) for face in alone], atol=1e-2)


def test_smiles_that_nobody_misses(shared_data: Path, describer: OnnxFaceDescriber, see: See) -> None:
    root = shared_data / "fairface300"
    labels = labels_of(root / "attributes.csv")
    # Rows of the table, chosen by eye: broad smiles, and faces at rest.
    smiling = [labels[row] for row in (180, 80, 203, 173, 84, 127, 273, 175, 138, 200)]
    resting = [labels[row] for row in (109, 135, 39, 55, 94, 122, 123, 293, 209, 95)]
    broad = describer.read([see(root / label.path) for label in smiling])
    still = describer.read([see(root / label.path) for label in resting])
    assert all(face.traits[Trait.SMILE] > 0.8 for face in broad)
    assert all(face.traits[Trait.SMILE] < 0.4 for face in still)
    assert all(max(face.emotions, key=face.emotions.__getitem__) is Emotion.HAPPY for face in broad)
