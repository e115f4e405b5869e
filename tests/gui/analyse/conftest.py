from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.celebrities import (
    Celebrity,
    CelebrityFace,
    CelebrityPack,
    CelebrityResult,
    UnrecognizedFace,
)
from app.rekognition.snippets import Where
from app.services.image_faces import look_at
from app.ui.analyse.page import AnalysePage
from app.ui.theme import Theme
from tests.fakes import FakeEngine, painted, save_image
from tests.gui.photo.bench import ADA, BOB, Stage


class Packs:
    """Knows the first face of every picture; `loaded` are the packs there are."""

    def __init__(self) -> None:
        self.loaded = [CelebrityPack("p", "Stars", "1", "", "", "", 1, 1, 1, True, True)]
        self.known = True

    def packs(self) -> list[CelebrityPack]:
        return self.loaded

    def recognize(self, source, threshold: float | None = None, *, describe: bool = True) -> CelebrityResult:
        seen = look_at(FakeEngine(), source)
        faces, width, height = seen.faces, seen.width, seen.height
        star = Celebrity("abc1", "Ada Star", ("example.org/ada",))
        known = [CelebrityFace(0, faces[0], star, 99.1, 0.8, ("p",))] if faces and self.known else []
        others = [UnrecognizedFace(index, face) for index, face in enumerate(faces)][len(known) :]
        return CelebrityResult(width, height, tuple(known), tuple(others))


@pytest.fixture
def stage(tmp_path: Path, theme: Theme) -> Iterator[Stage]:
    stage = Stage(tmp_path, theme)
    for name, squares in (("ada", ADA), ("bob", BOB), ("none", ())):
        save_image(tmp_path / f"{name}.png", painted(squares))
    yield stage
    stage.close()


@pytest.fixture
def packs() -> Packs:
    return Packs()


@pytest.fixture
def page(qtbot, stage: Stage, packs: Packs) -> AnalysePage:
    bench = stage.bench
    page = AnalysePage(
        stage.host,
        stage.tasks,
        stage.describe,
        bench.photos,
        bench.faces,
        packs,
        where=lambda: Where(Path("/l")),
    )
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    qtbot.waitExposed(page)
    return page
