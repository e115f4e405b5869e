"""Celebrity packs: loaded, made and exported, and the faces of an image looked up in them."""

from app.services.celebrities.making import PackPlan, WhichFaces
from app.services.celebrities.service import CelebrityService
from app.storage.packs import KEPT_DAYS

__all__ = ["KEPT_DAYS", "CelebrityService", "PackPlan", "WhichFaces"]
