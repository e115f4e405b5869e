"""The operations: each takes the workbench and a valid request, and gives the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.rekognition.operations import (
    celebrities,
    collections,
    detection,
    faces,
    image_search,
    labels,
    users,
)
from app.rekognition.operations.handler import Handler

OPERATIONS: Final[Mapping[str, Handler]] = {
    **collections.HANDLERS,
    **faces.HANDLERS,
    **users.HANDLERS,
    **detection.HANDLERS,
    **image_search.HANDLERS,
    **labels.HANDLERS,
    **celebrities.HANDLERS,
}
