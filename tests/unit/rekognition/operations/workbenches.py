"""A workbench over a small library with painted photos, and its operations as a client calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.rekognition.core import Rekognition
from app.rekognition.errors import ServiceError
from app.services.workbench import Workbench
from app.settings.settings import Settings
from tests.fakes import FakeEngine, Square, fake_describers, painted, save_image
from tests.unit.rekognition.shapes_of_botocore import check, check_error

Answer = dict[str, Any]


@dataclass
class Client:
    """Calls operations by their names, and holds every answer and error against botocore's model.

    client.ListFaces(CollectionId="c", MaxResults=2)["Faces"]
    client.refused("ListFaces", CollectionId="nowhere") == "ResourceNotFoundException"
    """

    folder: Path
    engine: FakeEngine = field(default_factory=FakeEngine)
    bench: Workbench = field(init=False)
    core: Rekognition = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.bench = open_workbench(
            self.folder / "library", Origin.ENDPOINT, Settings(workers=1), self.engine, fake_describers()
        )
        self.core = Rekognition(self.bench, Origin.ENDPOINT)

    def close(self) -> None:
        self.bench.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def call(self, operation: str, request: Mapping[str, Any]) -> Answer:
        try:
            answer = self.core.call(operation, dict(request))
        except ServiceError as error:
            check_error(operation, error.code)
            raise
        check(operation, answer)
        return {name: value for name, value in answer.items() if value is not None}

    def __getattr__(self, operation: str) -> Any:
        if not operation[:1].isupper():
            raise AttributeError(operation)
        return lambda **request: self.call(operation, request)

    def refused(self, operation: str, **request: Any) -> str:
        """The code of the error that the operation answers with."""
        with pytest.raises(ServiceError) as refusal:
            self.call(operation, request)
        assert refusal.value.status == 400 and refusal.value.message.endswith("."), refusal.value.message
        return refusal.value.code

    def index(
        self, collection_id: str, squares: Sequence[Square], external_image_id: str | None = None
    ) -> list[str]:
        """FaceIds of the squares of a new photo, in the order given."""
        pixels = painted(squares, (1024, 768))
        # Two marked pixels make every file a photo of its own.
        number = len(list(self.folder.iterdir()))
        pixels[0, 0], pixels[0, 1] = number % 256, number // 256
        path = save_image(self.folder / f"photo{number}.png", pixels)
        found = self.bench.ingest.index_image(collection_id, path, external_image_id)
        by_place = {
            (round(face.detected.box.left * 1024), round(face.detected.box.top * 768)): face.face_id
            for face in found.faces
        }
        return [by_place[left, top] for _, (left, top, _) in squares]
