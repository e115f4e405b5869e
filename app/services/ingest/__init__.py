"""Photographs into collections."""

from app.imaging.kinds import READABLE_SUFFIXES
from app.inference.quality_filter import QualityFilter, Reason
from app.services.ingest.analysis import Unindexed
from app.services.ingest.service import IngestService
from app.services.ingest.single import FilePlace, IndexResult

__all__ = [
    "READABLE_SUFFIXES",
    "FilePlace",
    "IndexResult",
    "IngestService",
    "QualityFilter",
    "Reason",
    "Unindexed",
]
