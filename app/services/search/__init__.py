"""Search among stored faces and people, suggestions, groups, saved searches."""

from app.services.image_faces import AlignedFace, ImageFaces, ImageSource
from app.services.search.results import (
    FACE_NOT_LARGEST,
    Alike,
    Clusters,
    FaceGroup,
    FaceMatch,
    GroupKind,
    ImageSearch,
    ImageUserSearch,
    SavedSearch,
    SaveResult,
    Together,
    UserMatch,
)
from app.services.search.service import SearchService

__all__ = [
    "FACE_NOT_LARGEST",
    "AlignedFace",
    "Alike",
    "Clusters",
    "FaceGroup",
    "FaceMatch",
    "GroupKind",
    "ImageFaces",
    "ImageSearch",
    "ImageSource",
    "ImageUserSearch",
    "SaveResult",
    "SavedSearch",
    "SearchService",
    "Together",
    "UserMatch",
]
