"""Search among stored faces and people, suggestions, groups, saved searches."""

from app.inference.quality_filter import QualityFilter, Reason
from app.services.image_faces import AlignedFace, ImageFaces, ImageSource
from app.services.search.results import (
    Alike,
    Asked,
    Clusters,
    FaceGroup,
    FaceMatch,
    GroupKind,
    ImageSearch,
    ImageUserSearch,
    SavedSearch,
    SaveResult,
    Together,
    Unsearched,
    UserMatch,
)
from app.services.search.service import SearchService

__all__ = [
    "AlignedFace",
    "Alike",
    "Asked",
    "Clusters",
    "FaceGroup",
    "FaceMatch",
    "GroupKind",
    "ImageFaces",
    "ImageSearch",
    "ImageSource",
    "ImageUserSearch",
    "QualityFilter",
    "Reason",
    "SaveResult",
    "SavedSearch",
    "SearchService",
    "Together",
    "Unsearched",
    "UserMatch",
]
