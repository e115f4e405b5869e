"""What stands beside a result, pasted into a terminal: the same answer, by the real AWS CLI and boto3."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PIL import Image, ImageEnhance
from PySide6.QtWidgets import QApplication

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.inference.quality_filter import QualityFilter
from app.jobs import JobState
from app.rekognition.access.policy import FULL
from app.services.celebrities import PackPlan
from app.services.workbench import Workbench
from app.settings.settings import Settings, SettingsStore
from app.ui.analyse.response import Operation
from app.ui.program import LibraryWindow
from app.ui.search.outcome import Kind
from app.ui.theme import Theme, ThemeMode
from app.ui.widgets.request_panel import AWS, BOTO3, RESPONSE, RequestPanel
from tests.gui.program.stage import endpoint_in

pytest.importorskip("awscli")
SHELL = shutil.which("bash") or shutil.which("sh")
pytestmark = pytest.mark.skipif(SHELL is None, reason="there is no POSIX shell here")

PROJECT = Path(__file__).resolve().parents[2]
_WAIT_MS = 120_000
_VLADO = ("person-vlado.jpg", "person-vlado1.jpg", "person-vlado5.jpg")


@pytest.fixture(scope="module")
def congress(shared_data: Path) -> list[list[Path]]:
    """Photos of twelve people, two or more each."""
    photos: dict[str, list[Path]] = {}
    with (shared_data / "congress" / "identities.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            photos.setdefault(row["identity"], []).append(shared_data / "congress" / row["path"])
    return [own for _, own in sorted(photos.items()) if len(own) > 1][:12]


@pytest.fixture(scope="module")
def furnished(shared_data: Path, congress: list[list[Path]], tmp_path_factory: Any) -> Path:
    """A library with a group, twelve portraits and a man in three photos; he and all in the portraits are
    named, and the portraits are a celebrity pack, too."""
    folder = tmp_path_factory.mktemp("furnished") / "library"
    bench = open_workbench(folder, Origin.WINDOW, Settings())
    try:
        pk = bench.collections.create_named("Archive").id
        scenes = shared_data / "scenes"
        portraits = [own[0] for own in congress]
        files = [scenes / "group-4.jpg", *(scenes / name for name in _VLADO), *portraits]
        bench.ingest.run_to_end(bench.ingest.index_paths(pk, files).id)
        dim = folder.parent / "dim.png"
        with Image.open(congress[0][0]) as picture:
            portrait = picture.convert("RGB")
        both = Image.new("RGB", (2 * portrait.width, portrait.height))
        both.paste(portrait, (0, 0))
        both.paste(ImageEnhance.Brightness(portrait).enhance(0.09), (portrait.width, 0))
        both.save(dim)
        bench.ingest.run_to_end(bench.ingest.index_paths(pk, [dim], quality=QualityFilter.HIGH).id)
        stars = bench.collections.create_named("Stars").id
        bench.ingest.run_to_end(bench.ingest.index_paths(stars, portraits).id)
        for collection in (pk, stars):
            for cell in _cells(bench, collection).values():
                if cell.name in _VLADO or (cell.name.endswith(".jpg") and len(cell.faces) == 1):
                    who = "Vlado" if cell.name in _VLADO else cell.name.split("__")[0]
                    bench.users.name_faces(collection, [cell.faces[0].face_pk], who)
        plan = PackPlan(name="Congress", licence="Public domain", consent="Members of Congress")
        pack = folder.parent / "pack.zip"
        for job in (
            lambda: bench.celebrities.make_from_collection(stars, pack, plan),
            lambda: bench.celebrities.load(pack),
        ):
            ended = bench.jobs.wait(job().id, 300)
            assert ended is not None and ended.state is JobState.DONE, ended
    finally:
        bench.close()
    return folder


def _id_of(bench: Workbench, display_name: str) -> str:
    return next(each.collection_id for each in bench.collections.list() if each.display_name == display_name)


def _cells(bench: Workbench, pk: int) -> dict[int, Any]:
    return bench.photos.cells(pk, bench.photos.listing(pk).ids.tolist())


@pytest.fixture
def program(tmp_path: Path, furnished: Path, qapp: QApplication, qtbot: Any) -> Iterator[LibraryWindow]:
    library = tmp_path / "my library"
    shutil.copytree(furnished, library)
    bench = open_workbench(library, Origin.WINDOW, Settings())
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"describe": False}), encoding="utf-8")
    theme = Theme(qapp, ThemeMode.LIGHT, reduce_motion=True)
    made = LibraryWindow(theme, bench, SettingsStore(settings), None, lambda _bench: 0, endpoint_in(tmp_path))
    made.window.resize(1280, 800)
    made.show()
    qtbot.waitUntil(lambda: made.host.collection_pk is not None, timeout=_WAIT_MS)
    yield made
    made.window.close()
    made.window.deleteLater()
    made.deleteLater()


def page_of(program: LibraryWindow, key: str, **params: object) -> Any:
    program.host.navigate(key, **params)
    return program.window.built_pages()[key]


def wait(qtbot: Any, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=_WAIT_MS)


def settle(program: LibraryWindow, qtbot: Any) -> None:
    wait(qtbot, lambda: program.tasks.idle)


def in_a_terminal(line: str, key: tuple[str, str] | None = None) -> Any:
    """What the line prints, `likeness` and `aws` being those of this Python."""
    script = f'likeness() {{ "$PY" -m app "$@"; }}; aws() {{ "$PY" -m awscli "$@"; }}\n{line}\n'
    return _output([str(SHELL), "-c", script], None, key)


def in_python(snippet: str, key: tuple[str, str] | None = None) -> Any:
    answer = _output([sys.executable, "-"], snippet, key)
    answer.pop("ResponseMetadata")
    return answer


def _output(command: list[str], given: str | None, key: tuple[str, str] | None) -> Any:
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**quiet, "PY": sys.executable, "AWS_EC2_METADATA_DISABLED": "true"}
    if key is not None:
        environment |= {"AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1]}
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, cwd=PROJECT, env=environment, timeout=180
    )
    assert done.returncode == 0, done.stderr
    decoder, texts, at = json.JSONDecoder(), [], 0
    text = done.stdout.strip()
    while at < len(text):
        found, end = decoder.raw_decode(text, at)
        texts.append(found)
        at = end + len(text[end:]) - len(text[end:].lstrip())
    return texts[-1] if texts else None


def pasted(panel: RequestPanel, operation: str) -> dict[str, Any]:
    """The answer that the panel shows, once both ways of asking have given it."""
    panel.view(RESPONSE)
    shown: dict[str, Any] = json.loads(panel.words())
    assert panel._call().operation == operation
    panel.view(AWS)
    assert same(in_a_terminal(panel.words()), shown)
    panel.view(BOTO3)
    assert same(in_python(panel.words()), shown)
    return shown


def same(first: Any, second: Any, path: str = "") -> bool:
    """Numbers to what two ways of rounding the same may differ by."""
    if isinstance(first, dict) and isinstance(second, dict):
        assert first.keys() == second.keys(), path
        return all(same(first[name], second[name], f"{path}.{name}") for name in first)
    if isinstance(first, list) and isinstance(second, list):
        assert len(first) == len(second), path
        return all(same(*pair, f"{path}[{at}]") for at, pair in enumerate(zip(first, second, strict=True)))
    if isinstance(first, float) or isinstance(second, float):
        assert first == pytest.approx(second, abs=1e-3), path
    else:
        assert first == second, path
    return True


def test_compare(program: LibraryWindow, shared_data: Path, qtbot: Any) -> None:
    scenes = shared_data / "scenes"
    page = page_of(program, "compare", source=scenes / _VLADO[1])
    wait(qtbot, lambda: page.source.picture is not None)
    page.activate(source=scenes / "group-4.jpg")
    wait(qtbot, lambda: page._comparison is not None)
    page.drawer.toggle()
    shown = pasted(page.drawer.panel, "CompareFaces")
    assert len(shown["FaceMatches"]) == 1 and len(shown["UnmatchedFaces"]) == 4
    # At a threshold that all reach, none is left unmatched.
    page.threshold.step(-80)
    shown = pasted(page.drawer.panel, "CompareFaces")
    assert len(shown["FaceMatches"]) == 5
    assert not page.drawer.panel.note.isVisible()


def test_search_with_a_picture(program: LibraryWindow, congress: list[list[Path]], qtbot: Any) -> None:
    page = page_of(program, "search", source=congress[3][1])
    wait(qtbot, lambda: page.outcome is not None)
    page.asking.drawer.toggle()
    settle(program, qtbot)
    shown = pasted(page.asking.drawer.panel, "SearchFacesByImage")
    assert len(shown["FaceMatches"]) == 1
    page.panel.threshold.set_value(20.5)
    page.set_kind(Kind.PEOPLE)
    settle(program, qtbot)
    shown = pasted(page.asking.drawer.panel, "SearchUsersByImage")
    assert shown["UserMatches"] and shown["SearchedFace"]


def test_search_with_a_stored_face(program: LibraryWindow, qtbot: Any) -> None:
    bench, pk = program._bench, _pk_of(program._bench, "Archive")
    group = next(cell for cell in _cells(bench, pk).values() if cell.name == "group-4.jpg")
    # The man among them, who is not the largest.
    vlado = next(user for user in bench.users.list(pk) if user.display_name == "Vlado")
    likely = {face.face_pk: bench.search.by_face(pk, face.face_pk, threshold=90) for face in group.faces}
    man = max(likely, key=lambda face_pk: len(likely[face_pk]))
    program.host.set_collection(pk, "Archive")
    page = page_of(program, "search", face_pk=man)
    wait(qtbot, lambda: page.outcome is not None)
    page.asking.drawer.toggle()
    settle(program, qtbot)
    shown = pasted(page.asking.drawer.panel, "SearchFaces")
    assert [match["Face"]["UserId"] for match in shown["FaceMatches"]] == [vlado.user_id] * 3
    page.set_kind(Kind.PEOPLE)
    settle(program, qtbot)
    shown = pasted(page.asking.drawer.panel, "SearchUsers")
    assert shown["UserMatches"][0]["User"]["UserId"] == vlado.user_id
    assert not page.asking.drawer.panel.note.isVisible()


def _pk_of(bench: Workbench, display_name: str) -> int:
    return next(each.id for each in bench.collections.list() if each.display_name == display_name)


def test_analyse(program: LibraryWindow, congress: list[list[Path]], qtbot: Any) -> None:
    page = page_of(program, "analyse", source=congress[0][1])
    wait(qtbot, lambda: page.analysed is not None)
    settle(program, qtbot)
    panel = page.inspector.json
    page.inspector.tabs.setCurrentWidget(panel)
    answers = {}
    for operation in Operation:
        panel.choose(operation)
        answers[operation] = pasted(panel, operation.value)
    assert len(answers[Operation.FACES]["FaceDetails"]) == 1
    assert "AgeRange" in answers[Operation.FACES]["FaceDetails"][0]
    assert {"Person"} <= {label["Name"] for label in answers[Operation.LABELS]["Labels"]}
    assert answers[Operation.LABELS]["ImageProperties"]["DominantColors"]
    assert len(answers[Operation.CELEBRITIES]["CelebrityFaces"]) == 1


@pytest.mark.parametrize("name", ["group-4.jpg", "dim.png"])
def test_a_stored_photo(program: LibraryWindow, name: str, qtbot: Any) -> None:
    bench, pk = program._bench, _pk_of(program._bench, "Archive")
    photo = next(key for key, cell in _cells(bench, pk).items() if cell.name == name)
    program.host.set_collection(pk, "Archive")
    page = page_of(program, "photo", photo_pk=photo)
    panel = page.inspector.json
    wait(qtbot, lambda: len(page.canvas.marks) > 0)
    settle(program, qtbot)
    before = len(bench.faces.listing(pk).ids)
    shown = pasted(panel, "IndexFaces")
    assert len(shown["FaceRecords"]) == len(bench.photos.detail(pk, photo).faces)
    assert bool(shown["UnindexedFaces"]) == (name == "dim.png")
    assert len(bench.faces.listing(pk).ids) == before, "what is known is not stored twice"
    # With all that the faces look like, once the tab has been looked at.
    panel.view(RESPONSE)
    page.inspector.tabs.setCurrentWidget(panel)
    wait(qtbot, lambda: "AgeRange" in panel.words())
    settle(program, qtbot)
    described = json.loads(panel.words())
    panel.view(AWS)
    assert "--detection-attributes ALL" in panel.words()
    told = in_a_terminal(panel.words())
    for record, other in zip(described["FaceRecords"], told["FaceRecords"], strict=True):
        assert record["FaceDetail"]["Gender"]["Value"] == other["FaceDetail"]["Gender"]["Value"]
        assert record["FaceDetail"].keys() == other["FaceDetail"].keys()


def test_the_inspector_names_whom_the_packs_know(program: LibraryWindow, qtbot: Any) -> None:
    bench, pk = program._bench, _pk_of(program._bench, "Archive")
    cells = _cells(bench, pk)
    portrait = next(key for key, cell in cells.items() if "__" in cell.name)
    program.host.set_collection(pk, "Archive")
    page = page_of(program, "photo", photo_pk=portrait)
    wait(qtbot, lambda: len(page.canvas.marks) == 1)
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    section = page.inspector.photo.celebrities
    wait(qtbot, lambda: bool(section.names()))
    (said,) = section.names()
    name, similarity = said.rsplit(" ", 1)
    assert cells[portrait].name.startswith(name) and float(similarity) > 90
    page.show_photo(next(key for key, cell in cells.items() if cell.name == "group-4.jpg"))
    wait(qtbot, lambda: "Nobody" in section._note.text() and section.isVisible())
    assert section.names() == []


def test_a_naming_that_was_undone_is_done_again_from_a_terminal(program: LibraryWindow, qtbot: Any) -> None:
    bench, pk = program._bench, _pk_of(program._bench, "Archive")
    group = next(cell for cell in _cells(bench, pk).values() if cell.name == "group-4.jpg")
    faces = [face.face_pk for face in group.faces[:2]]
    done = bench.users.name_faces(pk, faces, "Zoë O'Neil")
    bench.history.undo(done.change.id)
    page = page_of(program, "history", change_pk=done.change.id)
    panel = page.details.request
    wait(qtbot, lambda: bool(panel.words()))
    panel.view(AWS)
    answer = in_a_terminal(panel.words())
    assert len(answer["AssociatedFaces"]) == 2 and not answer["UnsuccessfulFaceAssociations"]
    views = bench.faces.views(faces)
    assert {view.user.user_id for view in views} == {"zoe-o-neil"}
    bench.users.delete(_id_of(bench, "Archive"), "zoe-o-neil")
    panel.view(BOTO3)
    snippet = panel.words()
    done_again = subprocess.run([sys.executable, "-"], input=snippet, text=True, cwd=PROJECT, timeout=180)
    assert done_again.returncode == 0
    assert {view.user.user_id for view in bench.faces.views(faces)} == {"zoe-o-neil"}


def test_the_lines_ask_the_endpoint_while_it_is_on(
    program: LibraryWindow, congress: list[list[Path]], qtbot: Any
) -> None:
    page = page_of(program, "analyse", source=congress[1][0])
    wait(qtbot, lambda: page.analysed is not None)
    settle(program, qtbot)
    panel = page.inspector.json
    page.inspector.tabs.setCurrentWidget(panel)
    shown = json.loads(panel.words())
    service = program.endpoint()
    url = service.start(0)
    made = service.keys.create("tests", FULL)
    key = (made.access_key_id, made.secret)
    panel.view(AWS)
    assert f"--endpoint-url {url}" in panel.words() and "likeness" not in panel.words()
    assert any("key" in said for said in panel.note.sentences())
    assert same(in_a_terminal(panel.words(), key), shown)
    panel.view(BOTO3)
    assert same(in_python(panel.words(), key), shown)
    service.stop()
    panel.view(AWS)
    assert panel.words().startswith("likeness --library ")


def test_a_picture_of_a_bucket_is_named_by_it(
    program: LibraryWindow, congress: list[list[Path]], qtbot: Any
) -> None:
    program._bench.buckets.add("portraits", congress[0][0].parent)
    page = page_of(program, "analyse", source=congress[2][0])
    wait(qtbot, lambda: page.analysed is not None)
    settle(program, qtbot)
    panel = page.inspector.json
    page.inspector.tabs.setCurrentWidget(panel)
    panel.view(AWS)
    assert '"S3Object": {"Bucket": "portraits"' in panel.words()
    pasted(panel, "DetectFaces")
