"""The face models: one's own, the guided check, calibration, switching collections."""

from app.services.models.calibrating import Calibration, Sureness
from app.services.models.check import Finding
from app.services.models.service import FaceModel, Following, ModelService
from app.services.models.switches import Unfinished

__all__ = ["Calibration", "FaceModel", "Finding", "Following", "ModelService", "Sureness", "Unfinished"]
