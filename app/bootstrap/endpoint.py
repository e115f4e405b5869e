"""Builds the endpoint over an open library."""

from __future__ import annotations

from app.rekognition.access.secrets import open_secrets
from app.rekognition.endpoint.service import EndpointService
from app.services.workbench import Workbench
from app.settings import paths
from app.settings.settings import Settings


def open_endpoint(bench: Workbench, settings: Settings) -> EndpointService:
    """Off, with the library's keys. Close it before the bench."""
    return EndpointService(
        bench,
        open_secrets(paths.secrets_folder(), paths.secrets_key()),
        rate=settings.endpoint_rate,
        burst=settings.endpoint_burst,
        port=settings.endpoint_port,
    )
