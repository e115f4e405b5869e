"""What an operation is given and gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from app.services.workbench import Workbench

Json: TypeAlias = dict[str, Any]

# (workbench, request) -> answer. The request was checked against the service model; blobs are bytes. The
# answer may hold datetimes and None, which the encoding leaves out. Raises ServiceError, LikenessError.
Handler: TypeAlias = Callable[[Workbench, Json], Json]
