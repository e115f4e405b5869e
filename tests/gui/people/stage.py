"""A small library with people in it, and a window around a page, for the tests of the people's pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.records import Origin
from app.jobs import JobView
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.faces import FaceService
from app.services.history import HistoryService
from app.services.photos import PhotoService
from app.services.search import SearchService
from app.services.users import UserService
from app.services.vector_store import VectorStore
from app.ui.controller import TaskRunner
from app.ui.controller.bridge import Bridge
from app.ui.controller.pictures import PictureLoader
from app.ui.theme import Theme
from app.ui.widgets.grid import ImageStore
from tests.fakes import person_color, shade
from tests.unit.services.studio import Studio


@dataclass
class Stage(Studio):
    """The services, search among them, over painted photos: one face of 120 px each.

    `faces` has the rows by the name they were painted for: Ada (2015, 2015, 2017 and 2019, one without
    a date), Bea, "group" (three alike faces without a name), "maybe" (two of Ada's, not named).
    """

    painted: dict[str, list[int]] = field(default_factory=dict)
    pk: int = 0

    def _build(self) -> None:
        self.hub, origin = EventHub(), Origin.WINDOW
        database, thumbnails = self.library.database, self.library.thumbnails
        self.store = VectorStore(self.library, self.engine)
        self.search = SearchService(self.store, self.engine, self.library, self.hub, origin)
        match = self.search.similarities_to_user
        self.collections = CollectionService(database, self.hub, origin, self.engine.contract)
        self.photos = PhotoService(database, thumbnails, self.hub, origin, match)
        self.faces = FaceService(database, thumbnails, self.engine, self.hub, origin, match)
        self.users = UserService(database, self.hub, origin, match)
        self.history = HistoryService(database, self.hub, origin)

    def furnish(self) -> None:
        self.pk = self.collections.create("archive", "Archive").id
        self._paint(
            "Ada",
            0,
            [datetime(2015, 3, 1), datetime(2015, 6, 1), datetime(2017, 1, 1), datetime(2019, 9, 9), None],
        )
        self._paint("Bea", 1, [None, None])
        self._paint("group", 2, [None, None, None])
        self._paint("maybe", 0, [None, None])
        for name in ("Ada", "Bea"):
            self.users.name_faces(self.pk, self.painted[name], name)
        self.users.create_named(self.pk, "Cy")

    def _paint(self, name: str, color: int, dates: Sequence[datetime | None]) -> None:
        for step, taken in enumerate(dates):
            square = (shade(person_color(color), step % 3), (40 + step, 40, 120))
            _, faces = self.add_photo(self.pk, [square], taken_at=taken)
            self.painted.setdefault(name, []).extend(faces)

    def user(self, name: str) -> int:
        """The row of a person."""
        return next(user.id for user in self.users.list(self.pk) if user.display_name == name)

    def names(self) -> list[str]:
        return sorted(user.display_name for user in self.users.list(self.pk))

    def owner(self, face_pk: int) -> str | None:
        return self.faces.cells([face_pk])[face_pk].user_name

    def close(self) -> None:
        self.store.close()
        self.library.close()


class _NoJobs:
    def subscribe(self, _listener: Callable[[JobView], None]) -> Callable[[], None]:
        return lambda: None


class Window:
    """The host of one page, with the bridge and the threads behind it; everything said is kept."""

    collection_name = "Archive"

    def __init__(self, theme: Theme, stage: Stage) -> None:
        self.theme, self.stage = theme, stage
        self.images = ImageStore(PictureLoader(stage.photos, stage.faces))
        self.tasks = TaskRunner()
        self.bridge = Bridge(stage.hub, _NoJobs())  # type: ignore[arg-type]
        self.toasts: list[tuple[str, int | None]] = []
        self.errors: list[Exception] = []
        self.visits: list[tuple[str, dict[str, Any]]] = []
        self.tasks.unhandled.connect(self.errors.append)

    @property
    def collection_pk(self) -> int:
        return self.stage.pk

    def add_photos(self) -> None:
        self.visits.append(("add photos", {}))

    def reveal(self, paths: Sequence[Path]) -> None:
        self.visits.append(("reveal", {"paths": paths}))

    def toast(self, text: str, undo: int | None = None) -> None:
        self.toasts.append((text, undo))

    def show_error(self, error: Exception) -> None:
        self.errors.append(error)

    def navigate(self, page_key: str, **params: Any) -> None:
        self.visits.append((page_key, params))

    def undo_toast(self) -> None:
        """Press Undo in the last toast."""
        change = self.toasts[-1][1]
        assert change is not None
        self.stage.history.undo(change)

    def close(self) -> None:
        self.bridge.close()
        self.tasks.close()
        self.images.close()
