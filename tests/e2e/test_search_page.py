"""A photograph dropped on the Search page, with the real models in the whole window."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.settings.settings import Settings, SettingsStore
from app.ui.program import LibraryWindow
from app.ui.search.outcome import Kind
from app.ui.theme import Theme, ThemeMode
from tests.gui.program.stage import endpoint_in

PEOPLE = 10
_WAIT_MS = 60_000


@pytest.fixture(scope="module")
def pairs(shared_data: Path) -> list[tuple[Path, Path]]:
    """Two portraits each of PEOPLE people."""
    folder = shared_data / "congress"
    with (folder / "pairs.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["same"] == "1"]
    people = {}
    for row in rows:
        one, other = folder / row["path_a"], folder / row["path_b"]
        people.setdefault(one.name.split("__")[0], (one, other))
    return list(people.values())[:PEOPLE]


@pytest.fixture
def program(
    tmp_path: Path, qapp: QApplication, shared_data: Path, pairs: list[tuple[Path, Path]], qtbot
) -> Iterator[LibraryWindow]:
    """The first portrait of each is indexed and named, and a group of strangers is there too."""
    bench = open_workbench(tmp_path / "library", Origin.WINDOW, Settings())
    pk = bench.collections.create_named("Congress").id
    files = [one for one, _ in pairs] + [shared_data / "scenes" / "solvay1927.jpg"]
    bench.ingest.run_to_end(bench.ingest.index_paths(pk, files).id)
    names = {one.name: f"Member {number}" for number, (one, _) in enumerate(pairs)}
    for cell in bench.photos.cells(pk, bench.photos.listing(pk).ids.tolist()).values():
        if cell.name in names:
            (face,) = cell.faces
            bench.users.name_faces(pk, [face.face_pk], names[cell.name])
    theme = Theme(qapp, ThemeMode.LIGHT, reduce_motion=True)
    made = LibraryWindow(
        theme, bench, SettingsStore(tmp_path / "settings.json"), None, lambda _bench: 0, endpoint_in(tmp_path)
    )
    made.window.resize(1280, 800)
    made.show()
    qtbot.waitUntil(lambda: made.host.collection_pk == pk, timeout=_WAIT_MS)
    yield made
    made.window.close()
    made.window.deleteLater()
    made.deleteLater()


def drop(page, path: Path) -> bool:
    """As the desktop does."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    where = QPointF(page.rect().center())
    given = (where, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    over = QDragEnterEvent(*given)
    QApplication.sendEvent(page, over)
    event = QDropEvent(*given)
    event.ignore()
    QApplication.sendEvent(page, event)
    return over.isAccepted() and event.isAccepted()


def test_the_right_person_comes_first(program: LibraryWindow, pairs: list[tuple[Path, Path]], qtbot) -> None:
    program.controller.show_page("search")
    page = program.window.page("search")
    for number, (_, other) in enumerate(pairs):
        assert drop(page, other)
        qtbot.waitUntil(
            lambda other=other: (
                page.query is not None and page.query.name == other.name and program.tasks.idle
            ),
            timeout=_WAIT_MS,
        )
        assert page.outcome is not None
        best, second = page.outcome.people[:2]
        assert page._people[best.user_pk].display_name == f"Member {number}"
        assert best.similarity >= 80 > second.similarity
        assert page.results.above >= 1 and page.outcome.faces[0].user_pk == best.user_pk
    # The same as people and as photos: what stands first on the screen.
    page.set_kind(Kind.PEOPLE)
    qtbot.waitUntil(lambda: program.tasks.idle, timeout=_WAIT_MS)
    assert page.results.model.id_at(0) == (Kind.PEOPLE, best.user_pk)
    page.set_kind(Kind.PHOTOS)
    assert page.results.model.id_at(0) == (Kind.PHOTOS, page.outcome.faces[0].photo_pk)


def test_a_group_is_searched_face_by_face(program: LibraryWindow, shared_data: Path, qtbot) -> None:
    program.controller.show_page("search")
    page = program.window.page("search")
    assert drop(page, shared_data / "scenes" / "solvay1927.jpg")
    qtbot.waitUntil(lambda: page.query is not None and program.tasks.idle, timeout=_WAIT_MS)
    assert len(page.query.faces) >= 25
    for index in (0, 7, 20):
        page.pick(index)
        qtbot.waitUntil(lambda index=index: program.tasks.idle and page.query.chosen == index)
        best = page.outcome.faces[0]
        # The photograph is in the library: each of its faces finds itself.
        assert best.similarity == pytest.approx(100, abs=0.5)
    page.panel.threshold.set_value(99)
    assert page.results.above == 1
