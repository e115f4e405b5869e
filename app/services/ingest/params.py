"""What a stored index job needs to be taken up again."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.inference.quality_filter import QualityFilter

KIND = "index"


@dataclass(frozen=True)
class IndexParams:
    """`paths` are absolute: a later process may stand in another folder."""

    collection_pk: int
    paths: tuple[Path, ...]
    urgent: bool = False
    quality: QualityFilter = QualityFilter.AUTO

    @classmethod
    def of(
        cls,
        collection_pk: int,
        paths: Sequence[Path],
        urgent: bool = False,
        quality: QualityFilter = QualityFilter.AUTO,
    ) -> IndexParams:
        # Not resolved: a link keeps the name that the person knows.
        absolute = tuple(Path(os.path.abspath(path)) for path in paths)  # noqa: PTH100
        return cls(collection_pk, absolute, urgent, quality)

    def to_json(self) -> str:
        # File names are bytes of no certain encoding, and JSON holds text.
        names = [base64.b64encode(os.fsencode(path)).decode() for path in self.paths]
        return json.dumps(
            {
                "collection_pk": self.collection_pk,
                "paths": names,
                "urgent": self.urgent,
                "quality": self.quality.value,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> IndexParams:
        values = json.loads(text)
        paths = tuple(Path(os.fsdecode(base64.b64decode(name))) for name in values["paths"])
        quality = QualityFilter(values.get("quality", QualityFilter.AUTO.value))
        return cls(values["collection_pk"], paths, values.get("urgent", False), quality)
