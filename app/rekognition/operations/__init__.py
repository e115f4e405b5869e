"""The operations: each takes the workbench and a valid request, and gives the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.rekognition.operations import collections, faces, users
from app.rekognition.operations.handler import Handler

OPERATIONS: Final[Mapping[str, Handler]] = {
    **collections.HANDLERS,
    **faces.HANDLERS,
    **users.HANDLERS,
}
