"""Operations by the names that people type."""

from __future__ import annotations

import re
from functools import cache

from app.rekognition.model import ServiceModel


def command_name(operation: str) -> str:
    """As the AWS CLI has it: DetectFaces is detect-faces."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", operation).lower()


@cache
def command_names() -> dict[str, str]:
    """All operations of the service, by their names on the AWS CLI."""
    model = ServiceModel()
    return {command_name(name): name for name in (*model.operations, *model.others)}


def operation_named(text: str) -> str:
    """The operation of that name, also in the AWS CLI's spelling; an unknown name is given back."""
    return command_names().get(text, text)
