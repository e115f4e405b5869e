"""Celebrities: the people of the packs that were loaded into the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.celebrities import CelebrityResult
from app.rekognition.operations.handler import Handler, Json
from app.rekognition.operations.images import Picture, picture
from app.services.celebrities import shapes
from app.services.celebrities.service import MOST_FACES
from app.services.image_faces import ProtocolFaces, look_at
from app.services.workbench import Workbench

PROTOCOL: Final = ProtocolFaces(most=MOST_FACES)


def recognize_celebrities(bench: Workbench, request: Json) -> Json:
    shown = picture(bench, request["Image"])
    return shapes.recognized(bench.turns.run(_recognized, bench, shown))


def _recognized(bench: Workbench, shown: Picture) -> CelebrityResult:
    seen = look_at(bench.engine, shown.data, protocol=PROTOCOL)
    shown.check_sides(seen.width, seen.height)
    return bench.celebrities.recognize(seen)


def get_celebrity_info(bench: Workbench, request: Json) -> Json:
    return shapes.celebrity(bench.celebrities.info(request["Id"]))


HANDLERS: Final[Mapping[str, Handler]] = {
    "RecognizeCelebrities": recognize_celebrities,
    "GetCelebrityInfo": get_celebrity_info,
}
