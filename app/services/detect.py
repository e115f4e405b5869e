"""DetectFaces: what is in one image; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.faces import DetectedFace
from app.imaging.decode import DecodedImage
from app.inference.engine import FaceEngine
from app.services.image_faces import ProtocolFaces
from app.services.ingest.decoding import decode_for_faces, faces_of
from app.services.metrics.meter import UNCOUNTED, Meter, counts


@dataclass(frozen=True)
class DetectResult:
    """Width and height are those of the whole upright image; faces are large to small. `turned` as in
    SeenFaces: Rekognition's OrientationCorrection."""

    width: int
    height: int
    format: str
    faces: tuple[DetectedFace, ...]
    turned: int | None = None


class DetectService:
    """Thread-safe."""

    def __init__(self, engine: FaceEngine, meter: Meter = UNCOUNTED) -> None:
        self._engine = engine
        self._meter = meter

    @counts("DetectFaces")
    def detect(self, source: bytes | Path) -> DetectResult:
        """Raises ImageError, ModelError."""
        return self.detect_decoded(decode_for_faces(source))

    @counts("DetectFaces")
    def detect_decoded(self, image: DecodedImage, protocol: ProtocolFaces | None = None) -> DetectResult:
        """For pixels that are at hand already. `protocol`: only the faces that it answers with."""
        seen = faces_of(self._engine, image)
        faces = seen.faces
        if protocol is not None:
            faces, _ = protocol.of(faces, image.width, image.height)
        self._meter.detected(faces=len(faces))
        return DetectResult(image.width, image.height, image.format, tuple(faces), seen.turned)
