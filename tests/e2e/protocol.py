"""The protocol over a library with the shipped models, and real photographs as requests send them.

Every answer is held against botocore's output shapes, and every error against the operation's own.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from app.bootstrap.workbench import open_workbench
from app.domain.geometry import BoundingBox
from app.domain.records import Origin
from app.rekognition.core import Rekognition
from app.rekognition.errors import ServiceError
from app.services.workbench import Workbench
from app.settings.settings import Settings
from tests.unit.rekognition.shapes_of_botocore import check, check_error

Answer = dict[str, Any]


class Service:
    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._core = Rekognition(bench, Origin.ENDPOINT)
        self._collections = 0

    def __call__(self, operation: str, **request: Any) -> Answer:
        try:
            answer = self._core.call(operation, request)
        except ServiceError as error:
            check_error(operation, error.code)
            raise
        check(operation, answer)
        return {name: value for name, value in answer.items() if value is not None}

    def code(self, operation: str, **request: Any) -> str | None:
        """Of the error that it answers with; None where it answers."""
        try:
            self(operation, **request)
        except ServiceError as error:
            assert error.status == 400, error.message
            return error.code
        return None

    def collection(self) -> str:
        """A new one."""
        self._collections += 1
        name = f"album-{self._collections}"
        self("CreateCollection", CollectionId=name)
        return name


@contextmanager
def opened_service(folder: Path) -> Iterator[Service]:
    bench = open_workbench(folder / "library", Origin.ENDPOINT, Settings())
    try:
        yield Service(bench)
    finally:
        bench.close()


def of(path: Path) -> dict[str, bytes]:
    return {"Bytes": path.read_bytes()}


def sent(image: Image.Image, kind: str = "JPEG", **options: Any) -> dict[str, bytes]:
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"quality": 95} if kind == "JPEG" else {}), **options)
    return {"Bytes": buffer.getvalue()}


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def box_of(shape: Mapping[str, float]) -> BoundingBox:
    return BoundingBox(shape["Left"], shape["Top"], shape["Width"], shape["Height"])
