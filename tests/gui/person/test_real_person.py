"""A person's page over real photographs and the real models."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.settings.settings import Settings
from app.ui.controller import TaskRunner
from app.ui.controller.bridge import Bridge
from app.ui.controller.pictures import PictureLoader
from app.ui.people import PeoplePage
from app.ui.person import PersonPage
from app.ui.theme import Theme
from app.ui.widgets.grid import ImageStore


class _Host:
    collection_name = "Congress"

    def __init__(self, theme: Theme, images: ImageStore, collection_pk: int) -> None:
        self.theme, self.images, self.collection_pk = theme, images, collection_pk
        self.errors: list[Exception] = []

    def toast(self, text: str, undo: int | None = None) -> None: ...

    def navigate(self, page_key: str, **params: object) -> None: ...

    def show_error(self, error: Exception) -> None:
        self.errors.append(error)


def test_name_a_group_then_confirm_what_is_suggested(
    theme: Theme, shared_data: Path, tmp_path: Path, qtbot
) -> None:
    pictures = shared_data / "congress" / "images"
    files = sorted(pictures.glob("C001096__*.jpg")) + sorted(pictures.glob("A00036*.jpg"))
    own = [path for path in files if path.name.startswith("C001096")]
    assert len(own) == 3
    bench = open_workbench(tmp_path / "library", Origin.WINDOW, Settings())
    pk = bench.collections.create_named("Congress").id
    bench.ingest.run_to_end(bench.ingest.index_paths(pk, files).id)
    images, tasks = ImageStore(PictureLoader(bench.photos, bench.faces)), TaskRunner()
    bridge = Bridge(bench.events, bench.jobs)
    host = _Host(theme, images, pk)
    people = PeoplePage(host, tasks, bench.users, bench.faces, bench.search)
    page = PersonPage(host, tasks, bench.users, bench.faces, bench.photos, bench.search, bench.history)
    try:
        for made in (people, page):
            qtbot.addWidget(made)
            bridge.changed.connect(made.apply_changes)
            made.resize(1200, 900)
            made.show()
        people.activate()
        groups = people.model
        qtbot.waitUntil(lambda: groups.rowCount() > 0 and len(groups.card_at(0).faces) == 3, timeout=10_000)
        group = groups.card_at(0)
        bench.users.name_faces(pk, group.faces[1:], "Somebody")
        user = bench.users.list(pk)[0]
        page.activate(user_pk=user.id)
        strip = page.head.suggestions.list
        qtbot.waitUntil(lambda: bool(strip.suggestions()), timeout=10_000)
        first = strip.suggestions()[0]
        assert first.face_pk == group.faces[0] and first.similarity > 90
        assert first.kind == "portrait"
        strip.setFocus()
        QTest.keyClick(strip, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: page.model.rowCount() == 3, timeout=10_000)
        qtbot.waitUntil(lambda: people.model.card_at(0).name == "Somebody", timeout=10_000)
        assert people.model.card_at(0).count == 3
        assert host.errors == []
    finally:
        bridge.close()
        tasks.close()
        images.close()
        bench.close()
