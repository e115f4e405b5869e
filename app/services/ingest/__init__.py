"""Photographs into collections."""

from app.services.ingest.analysis import Unindexed
from app.services.ingest.service import IngestService
from app.services.ingest.single import IndexResult

__all__ = ["IndexResult", "IngestService", "Unindexed"]
