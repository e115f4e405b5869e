"""Real operations of the services, the protocol and the commands are counted, and the counts agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.jobs import JobState
from app.rekognition.core import Rekognition, ServiceError
from app.rekognition.operations import OPERATIONS as IMPLEMENTED
from app.services.metrics import OPERATIONS, AlarmState, Metric, Series, Statistic
from app.services.workbench import Workbench
from app.settings.settings import Settings
from app.ui.search.outcome import Searcher, Wanted

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo"
PORTRAIT = DEMO / "eileen-collins.jpg"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    made = open_workbench(tmp_path / "library", Origin.WINDOW, Settings(workers=2))
    yield made
    made.close()


def series(bench: Workbench) -> Series:
    now = datetime.now(UTC)
    return bench.metrics.series(now - timedelta(hours=1), now + timedelta(minutes=1), 60)


def counts(bench: Workbench) -> dict[str, tuple[int, int]]:
    """(successes, user errors) by operation."""
    found = series(bench)
    return {name: (found.total(name).successes, found.total(name).user_errors) for name in found.operations}


def test_every_operation_is_counted_by_its_name() -> None:
    assert set(IMPLEMENTED) <= set(OPERATIONS)


def test_a_days_work_is_counted_once_each(bench: Workbench, shared_data: Path) -> None:
    group = next(iter(sorted(DEMO.glob("address-to-congress.jpg"))))
    photos = sorted(DEMO.glob("*.jpg"))[:6]
    pk = bench.collections.create("album").id
    job = bench.ingest.index_paths(pk, [*photos, ROOT / "pyproject.toml"])
    final = bench.ingest.run_to_end(job.id)
    assert final.state is JobState.DONE and final.failed == 1
    assert counts(bench) == {"CreateCollection": (1, 0), "IndexFaces": (len(photos), 1)}
    album = bench.collections.by_pk(pk)
    found = series(bench).total("IndexFaces")
    # Each photo took its own time; what was detected is what was stored, and what was left out.
    assert found.faces >= album.face_count > 0
    assert found.longest >= found.value(Metric.RESPONSE_TIME, Statistic.P50) >= found.shortest >= 0
    assert sum(found.histogram.values()) == len(photos) + 1

    detected = bench.detect.detect(group)
    bench.compare.compare(PORTRAIT, group)
    bench.search.by_image(pk, PORTRAIT)
    face = bench.search.by_image(pk, PORTRAIT, 0.0).matches[0].face_pk
    bench.search.by_face(pk, face)
    bench.users.name_faces(pk, [face], "Eileen Collins")
    analysis = bench.describe.analyse(PORTRAIT)
    everything = series(bench)
    assert everything.total("DetectFaces").faces == len(detected.faces) + len(analysis.faces)
    assert everything.total("DetectLabels").labels == len(analysis.description.labels)
    assert counts(bench) == {
        "AssociateFaces": (1, 0),
        "CompareFaces": (1, 0),
        "CreateCollection": (1, 0),
        "DetectFaces": (2, 0),
        "DetectLabels": (1, 0),
        "IndexFaces": (len(photos), 1),
        "SearchFaces": (1, 0),
        "SearchFacesByImage": (2, 0),
    }
    # More than nothing was measured of everything, and no more than the time there was.
    assert all(0 < everything.total(name).longest < 600_000 for name in everything.operations)
    (error,) = bench.metrics.errors()
    assert error.code == "InvalidImageFormatException" and "pyproject.toml" in error.message


def test_the_protocols_operations_are_its_own(bench: Workbench) -> None:
    core = Rekognition(bench, Origin.ENDPOINT)
    core.call("CreateCollection", {"CollectionId": "album"})
    indexed = core.call("IndexFaces", {"CollectionId": "album", "Image": {"Bytes": PORTRAIT.read_bytes()}})
    face_id = indexed["FaceRecords"][0]["Face"]["FaceId"]
    found = core.call("DetectFaces", {"Image": {"Bytes": PORTRAIT.read_bytes()}})
    core.call("SearchFaces", {"CollectionId": "album", "FaceId": face_id})
    core.call("SearchFacesByImage", {"CollectionId": "album", "Image": {"Bytes": PORTRAIT.read_bytes()}})
    labels = core.call("DetectLabels", {"Image": {"Bytes": PORTRAIT.read_bytes()}})
    with pytest.raises(ServiceError):
        core.call("SearchFaces", {"CollectionId": "nosuch", "FaceId": face_id})
    with pytest.raises(ServiceError):
        core.call("DetectFaces", {"Image": {"Bytes": b"no picture"}})
    response = core.handle("RekognitionService.ListFaces", b'{"CollectionId": 7}')
    assert response.status == 400
    everything = series(bench)
    assert counts(bench) == {
        "CreateCollection": (1, 0),
        "DetectFaces": (1, 1),
        "DetectLabels": (1, 0),
        "IndexFaces": (1, 0),
        "ListFaces": (0, 1),
        "SearchFaces": (1, 1),
        "SearchFacesByImage": (1, 0),
    }
    assert {origin: sums.requests for origin, sums in everything.sources().items()} == {Origin.ENDPOINT: 9}
    total = everything.total()
    assert total.faces == len(found["FaceDetails"]) + len(indexed["FaceRecords"])
    assert total.labels == len(labels["Labels"])
    assert {error.operation for error in bench.metrics.errors()} == {
        "DetectFaces",
        "ListFaces",
        "SearchFaces",
    }


def test_a_search_that_is_refreshed_is_not_asked_again(bench: Workbench) -> None:
    pk = bench.collections.create("album").id
    bench.ingest.index_image("album", PORTRAIT)
    seen = bench.search.look_at(PORTRAIT)
    searcher = Searcher(bench.search, bench.collections, bench.photos)
    wanted = Wanted(pk, face=bench.search.aligned(seen, 0))
    for _ in range(4):
        # As the page does when something changed.
        assert searcher.run(Wanted(pk, face=wanted.face)).faces
    assert (counts(bench)["SearchFacesByImage"], counts(bench)["SearchUsersByImage"]) == ((1, 0), (1, 0))
    stored = bench.search.by_vector(pk, seen.vectors[0])[0].face_pk
    searcher.run(Wanted(pk, face=wanted.face, own=stored))
    assert (counts(bench)["SearchFaces"], counts(bench)["SearchUsers"]) == ((1, 0), (1, 0))


def likeness(*words: str | Path, home: Path, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def test_commands_add_up_with_an_open_window(bench: Workbench, tmp_path: Path) -> None:
    """Two more processes write into the library that this one has open; one of them needs none."""
    library = bench.library.folder
    bench.collections.create("album")

    def run(*words: str | Path, status: int = 0) -> str:
        return likeness("--library", library, *words, home=tmp_path, status=status)

    run("alarms", "add", "errors", "--metric", "UserErrorCount", "--period", "60")
    run("index", "album", PORTRAIT)
    run("detect", PORTRAIT)
    run("collections", "describe", "nosuch", status=1)
    bench.detect.detect(PORTRAIT)
    assert counts(bench) == {
        "CreateCollection": (1, 0),
        "DescribeCollection": (0, 1),
        "DetectFaces": (2, 0),
        "IndexFaces": (1, 0),
    }
    sources = {origin: sums.requests for origin, sums in series(bench).sources().items()}
    assert sources == {Origin.WINDOW: 2, Origin.COMMAND_LINE: 3}
    # What this process has not flushed yet is not there for others; the rest is.
    bench.metrics._ledger.flush()
    told: dict[str, Any] = json.loads(run("metrics", "--period", "hour", "--json"))
    assert {each["Operation"]: each["SuccessfulRequestCount"] for each in told["Operations"]} == {
        "CreateCollection": 1,
        "DescribeCollection": 0,
        "DetectFaces": 2,
        "IndexFaces": 1,
    }
    assert [each["Code"] for each in told["Errors"]] == ["ResourceNotFoundException"]
    assert told["Total"]["DetectedFaceCount"] == 3 and told["Period"] == 60
    assert "user error" in run("metrics")
    csv = tmp_path / "metrics.csv"
    run("metrics", "--csv", csv)
    assert len(csv.read_text("utf-8").splitlines()) >= 5
    # As of when the minute of the error was just over, the alarm was raised, and that is heard here.
    heard: list[AlarmState] = []
    bench.alarms.on_change(lambda change: heard.append(change.after))
    now = datetime.now(UTC)
    for seconds in range(-180, 150, 30):
        bench.alarms.evaluate(now + timedelta(seconds=seconds))
    assert heard.count(AlarmState.ALARM) == 1
    assert "errors" in run("alarms")
    run("alarms", "remove", "errors")
    assert bench.alarms.list() == []


CRASHING = """
import os, sys
from pathlib import Path
from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.services.metrics import keeper
from app.settings.settings import Settings
keeper.FLUSH_SECONDS = 0.01
bench = open_workbench(Path(sys.argv[1]), Origin.COMMAND_LINE, Settings(workers=1))
bench.collections.create("first")
while bench.metrics._ledger.waiting:
    pass
print("written", flush=True)
# A flush that is cut off adds what it had whole, or nothing.
while True:
    with bench.meter.operation("ListFaces"):
        pass
"""


def test_a_crash_loses_what_came_since_the_last_flush(bench: Workbench) -> None:
    command = [sys.executable, "-c", CRASHING, str(bench.library.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        told = program.stdout.readline()
        program.kill()
    assert told == "written\n"
    first = counts(bench)
    assert first["CreateCollection"] == (1, 0)
    assert counts(bench) == first and bench.collections.list()


def test_detect_makes_no_library_to_count_in(tmp_path: Path) -> None:
    likeness("--library", tmp_path / "none", "detect", PORTRAIT, home=tmp_path)
    assert not (tmp_path / "none").exists()
