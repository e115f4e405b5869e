"""The face engine: from pixels to faces and vectors. What the rest of the program sees of inference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import EmbeddingContract, SimilarityScale
from app.domain.errors import InvalidParameter, ModelError
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks
from app.inference.alignment import TEMPLATE_SIZE, FaceAligner
from app.inference.candidates import Candidates
from app.inference.detection import FaceDetector
from app.inference.embedding import FaceEmbedder
from app.inference.embedding_models import EmbeddingModels
from app.inference.manifest import Model, Task, load_manifest
from app.inference.orientation import TurnedFaces, TurnFinder, evident, lying, upright
from app.inference.pose import pose_of
from app.inference.quality import quality_of
from app.inference.quality_filter import QualityBars
from app.inference.retinaface import RetinaFace
from app.inference.sessions import ProviderChoice, Session
from app.inference.yunet import YuNet


class Embedder(Protocol):
    """One embedding model, as far as services know it."""

    @property
    def contract(self) -> EmbeddingContract:
        """What its vectors depend on."""

    @property
    def scale(self) -> SimilarityScale:
        """Cosine to similarity for its vectors."""

    def embed(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Aligned crops uint8 (n, 112, 112, 3) to float32 (n, dimension), each of length 1."""


class FaceEngine(Protocol):
    """Finds faces, and measures them with any of the embedding models at hand.

    Pixels are uint8 (H, W, 3) RGB, upright. Every method is deterministic and may be called from several
    threads at once; each raises ModelError where a model file is missing or altered.
    """

    @property
    def contract(self) -> EmbeddingContract:
        """What the default model's vectors depend on."""

    @property
    def scale(self) -> SimilarityScale:
        """Cosine to similarity for the default model's vectors."""

    def detect(self, pixels: NDArray[np.uint8]) -> list[DetectedFace]:
        """All faces, the largest first."""

    def detect_any_way_up(self, pixels: NDArray[np.uint8]) -> TurnedFaces:
        """As detect, of a picture that may lie on its side or its head and does not say so."""

    @property
    def models(self) -> EmbeddingModels:
        """The embedding models at hand."""

    def embedder(self, contract: str | None = None) -> Embedder:
        """The model of that contract (digest), by default the one of `contract`. Raises ModelError."""

    def embed(
        self, pixels: NDArray[np.uint8], landmarks: Sequence[Landmarks], contract: str | None = None
    ) -> NDArray[np.float32]:
        """One vector of length 1 for each face: float32 (n, dimension), by the model of `embedder`."""

    def measure(
        self, pixels: NDArray[np.uint8], landmarks: Sequence[Landmarks], contract: str | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As embed, and float32 (n,): the chance in percent that another photo of the person finds each
        face, NaN where the model does not tell."""

    @property
    def bars(self) -> QualityBars:
        """What the quality filters ask of a face."""

    def locate(self, pixels: NDArray[np.uint8], box: BoundingBox) -> DetectedFace:
        """The face in a box that a person drew. The box stays as drawn; where the detector sees no
        face in it, the landmarks are those of a frontal face and the confidence is 0."""

    def aligned_crop(
        self, pixels: NDArray[np.uint8], landmarks: Landmarks, size: int = TEMPLATE_SIZE
    ) -> NDArray[np.uint8]:
        """The face turned upright and centred, uint8 (size, size, 3), for display."""

    def warm_up(self) -> None:
        """Open the models now, so that the first photo does not wait for them."""


# Where the landmarks of a frontal face lie in a detector's box, in ratios of the box: means over 218
# faces that look at the camera. A person is taken to draw a box as the detector does.
BOX_LANDMARKS: Final[NDArray[np.float32]] = np.array(
    [[0.26, 0.36], [0.73, 0.36], [0.495, 0.565], [0.30, 0.72], [0.70, 0.72]], np.float32
)


class OnnxFaceEngine:
    """The engine over the ONNX models of a folder; a FaceEngine."""

    def __init__(
        self, models_dir: Path, provider: str = "cpu", threads: int = 1, own_models: Path | None = None
    ) -> None:
        """Read the manifest; the models themselves open when first used.

        Args:
            models_dir: a folder with manifest.toml, as from find_models_dir().
            provider: "cpu", "cuda", "directml" or "coreml"; see `providers` for what came of it.
            threads: onnxruntime's threads for one call. 1 serves several workers best.
            own_models: the folder of the user's own embedding models, if there is one.
        Raises:
            ModelError: the manifest is missing or wrong.
        """
        manifest = load_manifest(models_dir)
        detection = Session(manifest, manifest.default(Task.FACE_DETECTION), provider, threads)
        self.models = EmbeddingModels(manifest, own_models, provider, threads)
        small = Session(manifest, manifest.default(Task.SMALL_FACE_DETECTION), provider, threads)
        self._sessions = (detection, small, self.models.default.session)
        networks = RetinaFace(detection), YuNet(small)
        self._detector = FaceDetector(*networks)
        self._turns = TurnFinder(*networks)
        self._calibration, self.working_confidence = _calibration(detection.model)
        self.bars = QualityBars.of(detection.model.settings)
        self._aligner = FaceAligner()
        self.contract = self.models.default.contract
        self.scale = self.models.default.scale

    @property
    def providers(self) -> tuple[ProviderChoice, ...]:
        """What runs the models, and why where it is not what was asked for (final after warm_up)."""
        return tuple(session.provider for session in self._sessions)

    def detect(self, pixels: NDArray[np.uint8]) -> list[DetectedFace]:
        return self.detect_from(pixels, self.working_confidence)

    def detect_any_way_up(self, pixels: NDArray[np.uint8]) -> TurnedFaces:
        faces = self.detect(pixels)
        degrees = self.degrees(pixels, faces)
        if degrees:
            turned = self.detect(upright(pixels, degrees))
            if turned:
                return TurnedFaces([lying(face, degrees) for face in turned], degrees)
        return TurnedFaces(faces, 0)

    def degrees(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> int:
        """How far the content lies, as in TurnedFaces; `faces` as `detect` found them."""
        if faces and evident(max(faces, key=lambda face: face.box.area)):
            return 0
        height, width = pixels.shape[:2]
        boxes = np.array([face.box.to_pixels(width, height) for face in faces], np.float32).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        return self._turns.degrees(pixels, boxes)

    def detect_from(self, pixels: NDArray[np.uint8], confidence: float) -> list[DetectedFace]:
        """As detect, with a bar of one's own, 0-100; below about 20 most candidates are no faces."""
        _check(pixels)
        found = self._detector.detect(pixels)
        certain = self._confidences(found.scores)
        faces = [
            self._face(pixels, found, index, float(certain[index]))
            for index in np.flatnonzero(certain >= confidence).tolist()
        ]
        return sorted(faces, key=lambda face: -face.box.area)

    def embedder(self, contract: str | None = None) -> FaceEmbedder:
        return self.models.default if contract is None else self.models.of(contract)

    def embed(
        self, pixels: NDArray[np.uint8], landmarks: Sequence[Landmarks], contract: str | None = None
    ) -> NDArray[np.float32]:
        return self.measure(pixels, landmarks, contract)[0]

    def measure(
        self, pixels: NDArray[np.uint8], landmarks: Sequence[Landmarks], contract: str | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        _check(pixels)
        embedder = self.embedder(contract)
        if not landmarks:
            return np.zeros((0, embedder.contract.dimension), np.float32), np.zeros(0, np.float32)
        return embedder.measure(np.stack([self.aligned_crop(pixels, each) for each in landmarks]))

    def locate(self, pixels: NDArray[np.uint8], box: BoundingBox) -> DetectedFace:
        _check(pixels)
        height, width = pixels.shape[:2]
        left, top, box_width, box_height = box.to_pixels(width, height)
        if box_width < 1 or box_height < 1:
            raise InvalidParameter("The box is smaller than one pixel of the photo. Draw it larger.")
        drawn = np.array([left, top, left + box_width, top + box_height], np.float32)
        found = self._detector.look_in(pixels, drawn)
        if found is None:
            points = BOX_LANDMARKS * np.array([box_width, box_height], np.float32) + drawn[:2]
            return self._described(pixels, box, points, 0.0)
        confidence = float(self._confidences(found.scores)[0])
        return self._described(pixels, box, found.points[0], confidence)

    def aligned_crop(
        self, pixels: NDArray[np.uint8], landmarks: Landmarks, size: int = TEMPLATE_SIZE
    ) -> NDArray[np.uint8]:
        height, width = pixels.shape[:2]
        return self._aligner.crop(pixels, landmarks.to_pixels(width, height), size)

    def warm_up(self) -> None:
        blank = np.zeros((64, 64, 3), np.uint8)
        self._detector.detect(blank)
        self.models.default.embed(np.zeros((1, TEMPLATE_SIZE, TEMPLATE_SIZE, 3), np.uint8))

    def _confidences(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.interp(scores, *self._calibration)

    def _face(
        self, pixels: NDArray[np.uint8], found: Candidates, index: int, confidence: float
    ) -> DetectedFace:
        height, width = pixels.shape[:2]
        left, top, right, bottom = (float(value) for value in found.boxes[index])
        box = BoundingBox.from_pixels(left, top, right - left, bottom - top, width, height)
        return self._described(pixels, box, found.points[index], confidence)

    def _described(
        self, pixels: NDArray[np.uint8], box: BoundingBox, points: NDArray[np.float32], confidence: float
    ) -> DetectedFace:
        height, width = pixels.shape[:2]
        landmarks = Landmarks((points / np.array([width, height], np.float32)).astype(np.float32))
        quality = quality_of(self._aligner.crop(pixels, points))
        return DetectedFace(box, landmarks, confidence, pose_of(points), quality)


def _calibration(model: Model) -> tuple[tuple[list[float], list[float]], float]:
    """The detector's scores (0-1) and the confidences (0-100) they stand for; the working confidence."""
    try:
        table = model.settings["confidence"]
        scores = [float(value) for value in table["scores"]]
        confidences = [float(value) for value in table["confidences"]]
        working = float(model.settings["working_confidence"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The confidence scale of the model {model.id} cannot be read ({error}).") from error
    if len(scores) != len(confidences) or len(scores) < 2:
        raise ModelError(f"The confidence scale of the model {model.id} needs as many scores as confidences.")
    return (scores, confidences), working


def _check(pixels: NDArray[np.uint8]) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
        raise ValueError(f"pixels must be uint8 (H, W, 3), got {pixels.dtype} {pixels.shape}")
