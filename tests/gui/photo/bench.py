"""A workbench over painted photos and a small host, for the tests of the Photo and Compare pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.rekognition.snippets import Where
from app.services.workbench import Workbench
from app.settings.settings import Settings
from app.ui.controller import TaskRunner
from app.ui.controller.pictures import PictureLoader
from app.ui.photo.page import PhotoPage
from app.ui.theme import Theme
from app.ui.widgets.grid.images import ImageStore
from tests.fakes import (
    FakeEngine,
    FakeFaceDescriber,
    FakePhotoDescriber,
    Square,
    painted,
    person_color,
    save_image,
    shade,
)

ADA: tuple[Square, ...] = ((person_color(0), (60, 60, 120)), (person_color(1), (300, 80, 80)))
BOB: tuple[Square, ...] = ((shade(person_color(0), 2), (200, 100, 100)), (person_color(2), (400, 200, 60)))


class Host:
    """A PageHost that remembers what it was told."""

    def __init__(self, theme: Theme, images: ImageStore, collection_pk: int) -> None:
        self.theme, self.images, self.collection_pk = theme, images, collection_pk
        self.collection_name = "Archive"
        self.toasts: list[tuple[str, int | None]] = []
        self.errors: list[Exception] = []
        self.went: list[tuple[str, dict[str, Any]]] = []
        self.revealed: list[Path] = []

    def add_photos(self) -> None: ...

    def reveal(self, paths: list[Path]) -> None:
        self.revealed += paths

    def toast(self, text: str, undo: int | None = None) -> None:
        self.toasts.append((text, undo))

    def show_error(self, error: Exception) -> None:
        self.errors.append(error)

    def navigate(self, page_key: str, **params: Any) -> None:
        self.went.append((page_key, params))


class Stage:
    """Everything a page stands on; `close` takes it apart."""

    def __init__(self, folder: Path, theme: Theme) -> None:
        self.folder = folder
        self.describer, self.photo_describer = FakeFaceDescriber(), FakePhotoDescriber()
        describers = (self.describer, self.photo_describer)
        self.bench: Workbench = open_workbench(
            folder / "library", Origin.WINDOW, Settings(workers=1), FakeEngine(), describers
        )
        self.describe = self.bench.describe
        self.collection_pk = self.bench.collections.create_named("Archive").id
        self.images = ImageStore(PictureLoader(self.bench.photos, self.bench.faces))
        self.tasks = TaskRunner(2)
        self.host = Host(theme, self.images, self.collection_pk)
        self.unhandled: list[Exception] = []
        self.tasks.unhandled.connect(self.unhandled.append)

    def add(self, **photos: tuple[Square, ...]) -> list[int]:
        """Index painted photos by name; their rows in the order given."""
        paths = []
        for number, (name, squares) in enumerate(photos.items()):
            pixels = painted(squares, background=100 + number)
            paths.append(save_image(self.folder / f"{name}.png", pixels))
        job = self.bench.ingest.index_paths(self.collection_pk, paths)
        self.bench.ingest.run_to_end(job.id)
        ids = self.bench.photos.listing(self.collection_pk).ids.tolist()
        names = {cell.name: pk for pk, cell in self.bench.photos.cells(self.collection_pk, ids).items()}
        return [names[path.name] for path in paths]

    def settle(self, qtbot: Any, until: Callable[[], bool] = lambda: True) -> None:
        """Wait until nothing is under way and the condition holds."""
        qtbot.waitUntil(lambda: self.tasks.idle and until(), timeout=10_000)
        assert self.unhandled == []

    def open_page(self, qtbot: Any, celebrities: Any = None) -> PhotoPage:
        """The Photo page over this library, shown; `celebrities` in place of its own packs."""
        bench = self.bench
        page = PhotoPage(
            self.host,
            self.tasks,
            bench.photos,
            bench.faces,
            bench.users,
            bench.face_edits,
            bench.search,
            bench.ingest,
            bench.collections,
            bench.engine.contract,
            self.describe,
            celebrities or bench.celebrities,
            where=lambda: Where(self.folder / "library"),
        )
        qtbot.addWidget(page)
        page.resize(1200, 800)
        page.show()
        qtbot.waitExposed(page)
        return page

    def close(self) -> None:
        self.tasks.close()
        self.images.close()
        self.bench.close()
