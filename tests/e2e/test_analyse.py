"""What faces look like and photos show, in the whole window with the real models on real photographs."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.settings.settings import Settings, SettingsStore
from app.ui.analyse.response import Operation
from app.ui.canvas.layers import LandmarkLayer
from app.ui.program import LibraryWindow
from app.ui.theme import Theme, ThemeMode
from tests.gui.program.stage import endpoint_in

PORTRAITS = 8
_WAIT_MS = 120_000
_GROUP = "group-4.jpg"
LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key


@pytest.fixture(scope="module")
def portraits(shared_data: Path) -> dict[str, list[Path]]:
    """PORTRAITS each of men and women, one a person, by "male" and "female"."""
    folder = shared_data / "congress"
    found: dict[str, dict[str, Path]] = {"male": {}, "female": {}}
    with (folder / "attributes.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = folder / row["path"]
            found[row["gender"]].setdefault(path.name.split("__")[0], path)
    return {gender: list(paths.values())[:PORTRAITS] for gender, paths in found.items()}


@pytest.fixture
def program(
    tmp_path: Path, qapp: QApplication, shared_data: Path, portraits: dict[str, list[Path]], qtbot
) -> Iterator[LibraryWindow]:
    """A group, the portraits, and the group once more, lying on its side; nothing is described yet."""
    lying = tmp_path / "lying.jpg"
    with Image.open(shared_data / "scenes" / "group-5.jpg") as picture:
        picture.convert("RGB").transpose(Image.Transpose.ROTATE_90).save(lying, quality=92)
    bench = open_workbench(tmp_path / "library", Origin.WINDOW, Settings())
    pk = bench.collections.create_named("Archive").id
    files = [shared_data / "scenes" / _GROUP, lying, *portraits["male"], *portraits["female"]]
    bench.ingest.run_to_end(bench.ingest.index_paths(pk, files).id)
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"describe": False}), encoding="utf-8")
    theme = Theme(qapp, ThemeMode.LIGHT, reduce_motion=True)
    made = LibraryWindow(theme, bench, SettingsStore(settings), None, lambda _bench: 0, endpoint_in(tmp_path))
    made.window.resize(1280, 800)
    made.show()
    qtbot.waitUntil(lambda: made.host.collection_pk == pk, timeout=_WAIT_MS)
    yield made
    made.window.close()
    made.window.deleteLater()
    made.deleteLater()


def page_of(program: LibraryWindow, key: str, **params: object) -> QWidget:
    program.host.navigate(key, **params)
    return program.window.built_pages()[key]


def names_of(program: LibraryWindow) -> set[str]:
    """The files that the Photos page shows."""
    bench, pk = program._bench, program.host.collection_pk
    cells = bench.photos.cells(pk, list(program.window.built_pages()["photos"].model.ids()))
    return {cell.name for cell in cells.values()}


def drop(target: QWidget, path: Path) -> bool:
    """As the desktop does."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    where = QPointF(target.rect().center())
    given = (where, Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    over = QDragEnterEvent(*given)
    QApplication.sendEvent(target, over)
    event = QDropEvent(*given)
    event.ignore()
    QApplication.sendEvent(target, event)
    return over.isAccepted() and event.isAccepted()


def wait(qtbot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=_WAIT_MS)


def test_a_group_dropped_on_analyse(program: LibraryWindow, shared_data: Path, qtbot) -> None:
    bench, pk = program._bench, program.host.collection_pk
    page = page_of(program, "analyse")
    photos, faces = len(bench.photos.listing(pk).ids), len(bench.faces.listing(pk).ids)
    begun = time.monotonic()
    assert drop(page.zone, shared_data / "scenes" / _GROUP)
    assert time.monotonic() - begun < 0.1, "the drop itself waits for nothing"
    wait(qtbot, lambda: page.analysed is not None)
    wait(qtbot, lambda: page.inspector.celebrities._head.text() == "Nobody recognised")
    found = page.analysed.analysis
    assert len(found.faces) == 5 and len(page.canvas.marks) == 5
    # A man and four women, of working age, none of them with a beard or behind sunglasses.
    assert sum(face.attributes.woman >= 0.5 for face in found.faces) == 4
    assert all(18 <= face.attributes.age <= 60 for face in found.faces)
    answer = json.loads(page.inspector.json.words())
    assert [face["Sunglasses"]["Value"] for face in answer["FaceDetails"]] == [False] * 5
    assert all(len(face["Landmarks"]) == 30 for face in answer["FaceDetails"])
    page.inspector.json.choose(Operation.LABELS)
    labels = {label["Name"]: label for label in json.loads(page.inspector.json.words())["Labels"]}
    assert len(labels["Person"]["Instances"]) >= 4
    # The mesh lies on the face that it is of.
    for index, face in enumerate(found.faces):
        box = page.analysed.box(index)
        x, y = face.mesh[:, :2].mean(axis=0)
        assert box.left < x < box.right and box.top < y < box.bottom
    person = next(label for label in found.description.labels if label.name == "Person")
    page.inspector.labels.lit.emit(person)
    assert len(page.canvas.highlights) == len(person.instances)
    assert (len(bench.photos.listing(pk).ids), len(bench.faces.listing(pk).ids)) == (photos, faces)
    left = bench.photos.undescribed(pk)
    assert (left.photos, left.faces) == (photos, faces), "nothing was stored"


def test_the_inspector_of_a_stored_photo_says_the_same(
    program: LibraryWindow, shared_data: Path, qtbot
) -> None:
    bench, pk = program._bench, program.host.collection_pk
    analysed = bench.describe.analyse(shared_data / "scenes" / _GROUP)
    cells = bench.photos.cells(pk, bench.photos.listing(pk).ids.tolist())
    photo_pk = next(cell.id for cell in cells.values() if cell.name == _GROUP)
    page = page_of(program, "photo", photo_pk=photo_pk)
    wait(qtbot, lambda: len(page.canvas.marks) == 5)
    page.selection.select(page.canvas.marks.keys[0])
    panel = page.inspector.faces.attributes
    wait(qtbot, lambda: panel.attributes is not None)
    same = analysed.faces[0].attributes
    assert panel.attributes.age == pytest.approx(same.age, abs=1)
    assert panel.attributes.woman == pytest.approx(same.woman, abs=0.02)
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    description = page.inspector.photo.description
    wait(qtbot, lambda: description.description is not None)
    assert description.description.labels[0].name == "Person"
    for layer in (LandmarkLayer.THIRTY, LandmarkLayer.MESH):
        page.header.layers.set_layer(layer)
        keys = page.canvas.marks.keys
        wait(qtbot, lambda layer=layer, keys=keys: all(page.canvas.dense.has(layer, key) for key in keys))


def pick(chip, text: str) -> None:
    QTest.mouseClick(chip, LEFT)
    QTest.keyClicks(chip.popup.field, text)
    QTest.keyClick(chip.popup.field, KEY.Key_Return)
    QTest.keyClick(chip.popup.field, KEY.Key_Escape)


def test_described_now_the_filters_find_them(
    program: LibraryWindow, portraits: dict[str, list[Path]], qtbot
) -> None:
    page = page_of(program, "photos")
    wait(qtbot, lambda: page.model.rowCount() == 2 * PORTRAITS + 2)
    pick(page._filters.looks, "a woman")
    wait(qtbot, page._undescribed.isVisible)
    assert page._undescribed.words.text().startswith(f"{2 * PORTRAITS + 12} faces")
    QTest.mouseClick(page._undescribed.button, LEFT)
    wait(qtbot, lambda: not page._undescribed.isVisible() and page.model.rowCount() > 0)
    women, men = ({path.name for path in portraits[gender]} for gender in ("female", "male"))
    shown = names_of(program)
    assert len(shown & women) >= PORTRAITS - 1 and len(shown & men) <= 1
    assert _GROUP in shown, "any face of a photo counts"
    page._filters.looks.pick(["A man"])
    wait(qtbot, lambda: len(names_of(program) & men) >= PORTRAITS - 1)
    assert len(names_of(program) & women) <= 1
    page._filters.looks.pick(["Sunglasses"])
    wait(qtbot, lambda: program.tasks.idle)
    assert names_of(program) == {"lying.jpg"}
    page._filters.clear()
    page._filters.labels.pick(["Cup"])
    wait(qtbot, lambda: names_of(program) == {_GROUP})


def test_a_photo_that_lies_is_turned(program: LibraryWindow, qtbot) -> None:
    bench, pk = program._bench, program.host.collection_pk
    cells = bench.photos.cells(pk, bench.photos.listing(pk).ids.tolist())
    photo_pk = next(cell.id for cell in cells.values() if cell.name == "lying.jpg")
    page = page_of(program, "photo", photo_pk=photo_pk)
    wait(qtbot, lambda: page.notice.turn_button.isVisible())
    assert "lie on its side" in page.notice.words.text()
    QTest.mouseClick(page.notice.turn_button, LEFT)
    wait(qtbot, lambda: page.canvas.picture_size[0] > page.canvas.picture_size[1])
    wait(qtbot, lambda: not page.notice.isVisible())
    # Upright people: every eye lies above the mouth of its face.
    for mark in page.canvas.marks:
        eyes, mouth = mark.landmarks.points[:2, 1], mark.landmarks.points[3:, 1]
        assert eyes.max() < mouth.min()
    bench.history.undo_last()
    wait(qtbot, lambda: page.canvas.picture_size[0] < page.canvas.picture_size[1])
