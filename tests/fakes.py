"""A deterministic engine for unit tests: a face is a coloured square on grey, its vector follows the colour.

    pixels = painted([(person_color(0), (40, 40, 80)), (person_color(1), (200, 40, 60))])
    FakeEngine().detect(pixels)   # two faces, the larger first

The same colour gives the same vector (similarity 100), a `shade` of it a close one, and another person's
colour an unrelated one (similarity far below 80). Squares must not touch each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.domain.attributes import (
    DominantColor,
    Emotion,
    EyeDirection,
    FaceAttributes,
    Instance,
    Label,
    LandmarkName,
    ModerationLabel,
    PhotoDescription,
    Trait,
)
from app.domain.embedding import EmbeddingContract, SimilarityScale
from app.domain.errors import ModelError
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.inference.manifest import InputSpec, Model, Task
from app.inference.orientation import TurnedFaces
from app.inference.quality_filter import QualityBars
from app.inference.views import MESH_POINTS, FaceView

Color = tuple[int, int, int]
Square = tuple[Color, tuple[int, int, int]]

DIMENSION = 128
_STEP = 32
_SMALLEST_SIDE = 8
_LEAST_SATURATION = 60
_POINTS = np.array([[0.3, 0.35], [0.7, 0.35], [0.5, 0.55], [0.35, 0.75], [0.65, 0.75]], np.float32)


def person_color(number: int) -> Color:
    """The colour of the person of that number (0-239): the middle of one cube of 32 levels a channel."""
    strong = [
        (r, g, b)
        for r in range(8)
        for g in range(8)
        for b in range(8)
        if (max(r, g, b) - min(r, g, b)) * _STEP > 2 * _LEAST_SATURATION
    ]
    # A stride that shares no factor with the count spreads neighbours over the whole space.
    r, g, b = strong[(number * 97) % len(strong)]
    return r * _STEP + _STEP // 2, g * _STEP + _STEP // 2, b * _STEP + _STEP // 2


def shade(color: Color, steps: int) -> Color:
    """Another look of the same person; steps -12 to 12, 0 is the colour itself."""
    if not -12 <= steps <= 12:
        raise ValueError("a shade is -12 to 12 steps away")
    return color[0] + steps, color[1] - steps, color[2] + steps


def painted(
    squares: Sequence[Square], size: tuple[int, int] = (640, 480), *, background: int = 128
) -> NDArray[np.uint8]:
    """uint8 (height, width, 3): each square is (colour, (left, top, side)) in pixels. `size` is
    (width, height); another `background` (0-255) makes another photo with the same faces."""
    pixels = np.full((size[1], size[0], 3), background, np.uint8)
    for color, (left, top, side) in squares:
        pixels[top : top + side, left : left + side] = color
    return pixels


def save_image(path: Path, pixels: NDArray[np.uint8], **options: Any) -> Path:
    """Write the pixels in the format that the name's ending says."""
    Image.fromarray(pixels).save(path, **options)
    return path


def vector_of(color: Color, dimension: int = DIMENSION) -> NDArray[np.float32]:
    """float32 (dimension,) of length 1, as FakeEngine.embed gives for a square of that colour."""
    channels = np.clip(np.asarray(color, np.int64), 0, 255)
    cube, rest = channels // _STEP, (channels % _STEP - _STEP // 2) / _STEP
    seed = int(cube[0] * 64 + cube[1] * 8 + cube[2])
    directions = np.random.default_rng(seed).normal(size=(4, dimension))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    vector = directions[0] + rest @ directions[1:]
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


class FakeEmbedder:
    """Implements app.inference.engine.Embedder; another dimension gives vectors of its own."""

    def __init__(self, contract: EmbeddingContract, scale: SimilarityScale) -> None:
        self.contract, self.scale = contract, scale
        spec = InputSpec("RGB", "NCHW", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (112, 112))
        self.model = Model(
            contract.model_id,
            Task.FACE_EMBEDDING,
            Path("fake.onnx"),
            contract.file_sha256,
            spec,
            "a fake's",
            "tests",
            {},
        )

    def of_colors(self, colors: Sequence[Color]) -> NDArray[np.float32]:
        dimension = self.contract.dimension
        return np.array([vector_of(each, dimension) for each in colors], np.float32).reshape(-1, dimension)

    def embed(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        middle = [crop[crop.shape[0] // 2, crop.shape[1] // 2].tolist() for crop in crops]
        return self.of_colors([(r, g, b) for r, g, b in middle])


def light_model() -> FakeEmbedder:
    """A second model, of 64 dimensions."""
    return FakeEmbedder(
        EmbeddingContract("fake-light", "1" * 64, 64, "square", "colour"),
        SimilarityScale((-1.0, 0.4, 0.6, 0.8, 1.0), (0.0, 80.0, 90.0, 99.0, 100.0)),
    )


class FakeModels:
    """As app.inference.embedding_models.EmbeddingModels: an engine's models, all of which ship."""

    own_folder = None
    problem = ""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine

    @property
    def default(self) -> FakeEmbedder:
        return self._engine.embedder()

    def all(self) -> list[FakeEmbedder]:
        return [self.default, *self._engine.others]

    def named(self, model_id: str) -> FakeEmbedder:
        for embedder in self.all():
            if embedder.contract.model_id == model_id:
                return embedder
        raise ModelError(f"There is no fake model {model_id}.")

    def ships(self, model_id: str) -> bool:
        return True

    def reload(self) -> None:
        """There is no folder."""


class FakeEngine:
    """Implements app.inference.engine.FaceEngine."""

    def __init__(self) -> None:
        self.contract = EmbeddingContract("fake-squares", "0" * 64, DIMENSION, "square", "colour")
        self.scale = SimilarityScale((-1.0, 0.5, 0.6, 0.8, 1.0), (0.0, 80.0, 90.0, 99.0, 100.0))
        self.detections = 0
        # Models beside the default one, for collections that follow another contract.
        self.others: list[FakeEmbedder] = []
        # How every picture that states no orientation is said to lie: 0, 90, 180 or 270.
        self.lies = 0
        # What the quality filters ask, and how recognisable every face is (0-100).
        self.bars = QualityBars({})
        self.recognisable = 100.0

    def detect(self, pixels: NDArray[np.uint8]) -> list[DetectedFace]:
        self.detections += 1
        faces = [self._face(pixels, bounds, 99.0) for bounds in _squares(pixels)]
        return sorted(faces, key=lambda face: -face.box.area)

    def detect_any_way_up(self, pixels: NDArray[np.uint8]) -> TurnedFaces:
        return TurnedFaces(self.detect(pixels), self.lies)

    @property
    def models(self) -> Any:
        return FakeModels(self)

    def embedder(self, contract: str | None = None) -> FakeEmbedder:
        if contract in (None, self.contract.digest):
            return FakeEmbedder(self.contract, self.scale)
        for other in self.others:
            if other.contract.digest == contract:
                return other
        raise ModelError(f"There is no fake model of the contract {contract}.")

    def embed(
        self, pixels: NDArray[np.uint8], landmarks: Sequence[Landmarks], contract: str | None = None
    ) -> NDArray[np.float32]:
        return self.embedder(contract).of_colors([_color_at(pixels, each) for each in landmarks])

    def measure(
        self, pixels: NDArray[np.uint8], landmarks: Sequence[Landmarks], contract: str | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        vectors = self.embed(pixels, landmarks, contract)
        return vectors, np.full(len(vectors), self.recognisable, np.float32)

    def locate(self, pixels: NDArray[np.uint8], box: BoundingBox) -> DetectedFace:
        height, width = pixels.shape[:2]
        left, top, across, down = box.to_pixels(width, height)
        face = self._face(pixels, (left, top, left + across, top + down), 0.0)
        seen = any(box.iou(self._face(pixels, bounds, 0.0).box) > 0.3 for bounds in _squares(pixels))
        return DetectedFace(box, face.landmarks, 99.0 if seen else 0.0, face.pose, face.quality)

    def aligned_crop(
        self, pixels: NDArray[np.uint8], landmarks: Landmarks, size: int = 112
    ) -> NDArray[np.uint8]:
        height, width = pixels.shape[:2]
        points = landmarks.to_pixels(width, height)
        low, high = points.min(axis=0), points.max(axis=0)
        center, side = (low + high) / 2, float((high - low).max()) * 2.5
        steps = (np.arange(size) + 0.5) / size - 0.5
        columns = np.clip(center[0] + steps * side, 0, width - 1).astype(int)
        rows = np.clip(center[1] + steps * side, 0, height - 1).astype(int)
        return np.ascontiguousarray(pixels[np.ix_(rows, columns)])

    def warm_up(self) -> None:
        """There is no model to open."""

    def _face(
        self, pixels: NDArray[np.uint8], bounds: tuple[float, float, float, float], confidence: float
    ) -> DetectedFace:
        height, width = pixels.shape[:2]
        left, top, right, bottom = bounds
        box = BoundingBox.from_pixels(left, top, right - left, bottom - top, width, height)
        points = _POINTS * [box.width, box.height] + [box.left, box.top]
        landmarks = Landmarks(points.astype(np.float32))
        brightness = float(np.mean(_color_at(pixels, landmarks))) / 2.55
        return DetectedFace(
            box,
            landmarks,
            confidence,
            Pose(0.0, 0.0, 0.0),
            Quality(brightness, min(100.0, right - left)),
        )


def _color_at(pixels: NDArray[np.uint8], landmarks: Landmarks) -> Color:
    height, width = pixels.shape[:2]
    x, y = landmarks.to_pixels(width, height).mean(axis=0)
    column, row = int(np.clip(x, 0, width - 1)), int(np.clip(y, 0, height - 1))
    patch = pixels[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].reshape(-1, 3)
    r, g, b = (int(value) for value in np.median(patch, axis=0))
    return r, g, b


def _squares(pixels: NDArray[np.uint8]) -> list[tuple[float, float, float, float]]:
    """(left, top, right, bottom) in pixels of every coloured patch, found run by run."""
    saturated = pixels.max(axis=2).astype(int) - pixels.min(axis=2) > _LEAST_SATURATION
    patches: list[list[int]] = []
    open_patches: list[list[int]] = []
    for row in np.flatnonzero(saturated.any(axis=1)).tolist():
        runs = np.concatenate(([0], saturated[row].view(np.int8), [0]))
        edges: list[int] = np.flatnonzero(np.diff(runs)).tolist()
        continued = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            for patch in open_patches:
                if patch[3] == row and start < patch[2] and end > patch[0]:
                    patch[0], patch[2], patch[3] = min(patch[0], start), max(patch[2], end), row + 1
                    break
            else:
                patch = [start, row, end, row + 1]
                patches.append(patch)
            continued.append(patch)
        open_patches = continued
    return [
        (float(left), float(top), float(right), float(bottom))
        for left, top, right, bottom in patches
        if right - left >= _SMALLEST_SIDE and bottom - top >= _SMALLEST_SIDE
    ]


class FakeFaceDescriber:
    """A FaceDescriber to whom the age follows the colour; `before` is called first."""

    def __init__(self) -> None:
        self.made_by = "fake faces"
        self.described = 0
        self.before: Callable[[], object] = lambda: None

    @staticmethod
    def age_of(color: Color) -> float:
        return float(10 + color[0] % 60)

    def views(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceView]:
        return [self._view(pixels, face) for face in faces]

    def read(self, views: Sequence[FaceView]) -> list[FaceAttributes]:
        self.before()
        self.described += len(views)
        return [self._attributes(view) for view in views]

    def describe(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceAttributes]:
        return self.read(self.views(pixels, faces))

    @staticmethod
    def _view(pixels: NDArray[np.uint8], face: DetectedFace) -> FaceView:
        height, width = pixels.shape[:2]
        left, top, across, down = face.box.to_pixels(width, height)
        steps = np.linspace(0.2, 0.8, MESH_POINTS)
        mesh = np.column_stack([left + steps * across, top + steps * down, np.zeros(MESH_POINTS)])
        return FaceView(pixels, mesh.astype(np.float32))

    def _attributes(self, view: FaceView) -> FaceAttributes:
        column, row = view.mesh[MESH_POINTS // 2, :2].astype(int)
        red, green, blue = (int(value) for value in view.pixels[row, column])
        age = self.age_of((red, green, blue))
        points = view.mesh[: len(LandmarkName), :2] / view.pixels.shape[1::-1]
        return FaceAttributes(
            age=age,
            age_low=int(age) - 4,
            age_high=int(age) + 4,
            woman=0.25,
            traits={Trait.SMILE: 0.75, Trait.BEARD: 0.125, Trait.EYES_OPEN: 1.0},
            emotions={Emotion.HAPPY: 90.0, Emotion.CALM: 10.0},
            eye_direction=EyeDirection(5.0, -2.0, 80.0),
            landmarks=points.astype(np.float32),
            pose=Pose(0.0, 0.0, 0.0),
        )


class FakePhotoDescriber:
    """Implements app.inference.labels.PhotoDescriber: every photo shows a square."""

    def __init__(self) -> None:
        self.made_by = "fake photos"
        self.described = 0

    def describe(
        self, pixels: NDArray[np.uint8], label_confidence: float = 55.0, moderation_confidence: float = 50.0
    ) -> PhotoDescription:
        self.described += 1
        box = Instance((0.1, 0.1, 0.2, 0.2), 97.0)
        labels = (
            Label("Square", 97.0, (box,), ("Shape",), ("Quadrangle",), ("Patterns and Shapes",)),
            Label("Grey", 30.0, (), (), (), ("Colors and Visual Composition",)),
        )
        suggestive = ModerationLabel("Suggestive", "", 1, 60.0)
        return PhotoDescription(
            labels=tuple(label for label in labels if label.confidence >= label_confidence),
            moderation=(suggestive,) if suggestive.confidence >= moderation_confidence else (),
            colors=(DominantColor(128, 128, 128, "gray", "grey", 90.0),),
        )


def fake_describers() -> tuple[FakeFaceDescriber, FakePhotoDescriber]:
    """As open_workbench takes them."""
    return FakeFaceDescriber(), FakePhotoDescriber()
