"""Amazon Rekognition's protocol over the library: in this process, or on a loopback endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from app.services.workbench import Workbench


def boto3_client(library: Path | str | Workbench, **options: Any) -> Any:
    """A real boto3 client whose requests are answered in this process, from a library: its folder, or an open
    workbench. See app.rekognition.inprocess.boto3_client, which this imports late: it takes a second."""
    from app.rekognition import inprocess

    return inprocess.boto3_client(library, **options)


__all__ = ["boto3_client"]
