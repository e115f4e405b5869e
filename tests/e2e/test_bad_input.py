"""Damaged files, hostile folders, full disks and broken libraries, met with the real models: the good
photographs are indexed, each bad one is named with its reason, and nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.bootstrap.workbench import make_engine, open_workbench
from app.domain.errors import LibraryCorrupt, LibraryError, LibraryReadOnly, LibraryTooNew
from app.domain.records import ChangeKind, Origin, PhotoStatus
from app.inference.engine import FaceEngine
from app.jobs import JobState
from app.services.workbench import Workbench
from app.settings.settings import Settings
from app.storage import tables
from app.storage.library import back_up_if_due

PROJECT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and permissions of POSIX")

# A process of its own, so that its memory is that of indexing alone.
SWEEP = """
import json, sys, time
from pathlib import Path
from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.settings.settings import Settings
from tests.peak import megabytes

bench = open_workbench(Path(sys.argv[1]), Origin.COMMAND_LINE, Settings(workers=2))
pk = bench.collections.create("a").id
longest, last = 0.0, [0, time.monotonic()]

def progress(view):
    global longest
    if view.done != last[0]:
        last[:] = [view.done, time.monotonic()]
    longest = max(longest, time.monotonic() - last[1])

final = bench.ingest.run_to_end(bench.ingest.index_paths(pk, [Path(p) for p in sys.argv[2:]]).id, progress)
answer = {"state": final.state, "done": final.done, "total": final.total, "failed": final.failed,
          "longest": longest, "failures": [[str(p), r] for p, r in bench.ingest.failures(final.id)]}
bench.close()
answer["megabytes"] = megabytes()
print(json.dumps(answer))
"""

# A sentence that a person can act on has no word of the program's own in it.
JARGON = re.compile(r"Error|Exception|Traceback|errno|None|0x|\bPIL\b|\(['\"]")

NOT_AN_IMAGE = "Not an image. Whatever its name says, what is in it is no picture."


@pytest.fixture(scope="module")
def engine() -> FaceEngine:
    made = make_engine(Settings())
    made.warm_up()
    return made


@pytest.fixture(scope="module")
def portraits(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "congress" / "images").glob("*.jpg"))


@contextmanager
def opened(folder: Path, engine: FaceEngine) -> Iterator[Workbench]:
    bench = open_workbench(folder, Origin.WINDOW, Settings(workers=2), engine)
    try:
        yield bench
    finally:
        bench.close()


def index(bench: Workbench, pk: int, *paths: Path) -> tuple[JobState, dict[str, str]]:
    """The job's end, and the reason of each file that failed by its name."""
    final = bench.ingest.run_to_end(bench.ingest.index_paths(pk, paths).id)
    reasons = {path.name: reason for path, reason in bench.ingest.failures(final.id)}
    assert not any(JARGON.search(reason) for reason in reasons.values()), reasons
    return final.state, reasons


def rows(bench: Workbench) -> dict[str, int]:
    with bench.library.database.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.JOURNALLED.items()
        }


@contextmanager
def ordinary_user() -> Iterator[None]:
    """The superuser may do everything: step down for a moment."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that every user of this machine can reach, as the tests' own folder is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


# Files


@pytest.fixture(scope="module")
def sweep(
    tmp_path_factory: pytest.TempPathFactory, shared_data: Path, portraits: list[Path]
) -> tuple[Path, dict[str, Any]]:
    """One drop: twenty good photographs, all the bad ones, and what a file system can hold besides."""
    folder = tmp_path_factory.mktemp("sweep")
    drop = folder / "drop"
    drop.mkdir()
    for path in portraits[:20]:
        shutil.copy(path, drop / path.name)
    if sys.platform != "win32":
        (drop / "loop").symlink_to(drop, target_is_directory=True)
        (drop / "dangling.jpg").symlink_to(drop / "nowhere.jpg")
        (drop / "round.jpg").symlink_to("round.jpg")
        os.mkfifo(drop / "pipe.jpg")
    (drop / ("long" * 55 + ".jpg")).write_bytes(portraits[0].read_bytes()[:5000])
    command = [
        sys.executable,
        "-c",
        SWEEP,
        str(folder / "library"),
        str(drop),
        str(shared_data / "bad_input"),
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=270, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == ""
    return folder / "library", json.loads(done.stdout.splitlines()[-1])


@pytest.mark.timeout(280)
def test_a_drop_of_bad_files_comes_to_its_end(sweep: tuple[Path, dict[str, Any]]) -> None:
    answer = sweep[1]
    assert answer["state"] == JobState.DONE.value
    assert answer["done"] == answer["total"] > 450
    assert answer["failed"] == len(answer["failures"]) > 50
    assert answer["longest"] < 10
    assert answer["megabytes"] < 800


def test_each_bad_file_is_named_with_a_reason_in_plain_words(sweep: tuple[Path, dict[str, Any]]) -> None:
    reasons = {Path(path).name: reason for path, reason in sweep[1]["failures"]}
    for name, reason in reasons.items():
        assert reason[0].isupper(), (name, reason)
        assert not JARGON.search(reason), (name, reason)
        assert "\n" not in reason
    expected = {
        "empty.jpg": "File is empty",
        "truncated_50.jpg": "File is cut short",
        "html_named.jpg": "Not",
    }
    if sys.platform != "win32":
        expected |= {
            "dangling.jpg": "Link leads nowhere",
            "pipe.jpg": "Not a file",
            "round.jpg": "File cannot be read",
        }
    for name, start in expected.items():
        assert reasons[name].startswith(start), (name, reasons[name])


def test_the_good_photographs_among_them_are_indexed(
    sweep: tuple[Path, dict[str, Any]], engine: FaceEngine, portraits: list[Path]
) -> None:
    with opened(sweep[0], engine) as bench, bench.library.database.read() as connection:
        places, members = tables.photo_paths.c, tables.memberships.c
        found = select(places.path, members.status).join(
            tables.memberships, members.photo_pk == places.photo_pk
        )
        status = {Path(os.fsdecode(path)).name: state for path, state in connection.execute(found)}
        counted = select(members.status, func.count()).group_by(members.status)
        counts = dict(connection.execute(counted).all())
        (summary,) = connection.execute(
            select(tables.changes.c.summary).where(tables.changes.c.kind == ChangeKind.INDEX.value)
        ).scalars()
    assert all(status[path.name] == PhotoStatus.INDEXED.value for path in portraits[:20])
    assert PhotoStatus.WAITING.value not in counts
    assert summary.endswith(f"{sweep[1]['failed']:,} failed")


@POSIX
def test_what_may_not_be_read_is_named_and_the_rest_indexed(
    open_to_all: Path, engine: FaceEngine, portraits: list[Path]
) -> None:
    photos = open_to_all / "photos"
    (photos / "closed").mkdir(parents=True)
    for number, path in enumerate(portraits[:3]):
        shutil.copyfile(path, photos / f"{number}.jpg")
    (photos / "1.jpg").chmod(0)
    (photos / "closed").chmod(0)
    try:
        with ordinary_user(), opened(open_to_all / "library", engine) as bench:
            pk = bench.collections.create("a").id
            state, reasons = index(bench, pk, photos)
            assert (state, rows(bench)["faces"]) == (JobState.DONE, 2)
        assert reasons == {
            "1.jpg": "No permission to read it. Give yourself read access to 1.jpg.",
            "closed": "No permission to read it. Give yourself read access to closed.",
        }
        # Having done what the sentence says:
        (photos / "1.jpg").chmod(0o644)
        with ordinary_user(), opened(open_to_all / "library", engine) as bench:
            assert index(bench, pk, photos / "1.jpg") == (JobState.DONE, {})
            assert rows(bench)["faces"] == 3
    finally:
        (photos / "closed").chmod(0o755)


@POSIX
def test_names_of_no_encoding_are_indexed_and_named(
    tmp_path: Path, engine: FaceEngine, portraits: list[Path]
) -> None:
    names = [
        b"\xff\xfe\xfd.jpg",
        b"tab\there.jpg",
        b"line\nend.jpg",
        " nbsp\u202e.jpg".encode(),
        b"%s{0}?#.jpg",
    ]
    try:
        for name, path in zip(names, portraits, strict=False):
            shutil.copyfile(path, tmp_path / os.fsdecode(name))
        (tmp_path / os.fsdecode(b"bad\xe9.jpg")).write_bytes(b"no picture")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    with opened(tmp_path / "library", engine) as bench:
        pk = bench.collections.create("a").id
        state, reasons = index(bench, pk, tmp_path)
        assert (state, reasons) == (JobState.DONE, {os.fsdecode(b"bad\xe9.jpg"): NOT_AN_IMAGE})
        ids = bench.photos.listing(pk).ids.tolist()
        assert {os.fsencode(path.name) for path in bench.photos.files(ids)} >= set(names)
        assert all(bench.photos.pixels(pk_).width > 0 for pk_ in ids if bench.photos.detail(pk, pk_).faces)


def test_files_that_vanish_or_change_under_the_job(
    tmp_path: Path, engine: FaceEngine, portraits: list[Path]
) -> None:
    """The walk is far ahead of the reading: the last files are gone when their turn comes."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, path in enumerate(portraits[:60]):
        shutil.copyfile(path, photos / f"{number:02}.jpg")
    growing, stop = photos / "59.jpg", threading.Event()
    growing.write_bytes(growing.read_bytes() + bytes(40_000_000))

    def grow() -> None:
        with growing.open("ab") as file:
            while not stop.is_set():
                file.write(b"more")
                file.flush()
                time.sleep(0.0005)

    with opened(tmp_path / "library", engine) as bench:
        pk = bench.collections.create("a").id
        writer = threading.Thread(target=grow)
        writer.start()
        try:
            job = bench.ingest.index_paths(pk, [photos])
            while (view := bench.jobs.view(job.id)) is not None and not view.done and not view.state.ended:
                time.sleep(0.005)
            (photos / "57.jpg").unlink()
            (photos / "58.jpg").write_bytes(portraits[61].read_bytes())
            final = bench.ingest.run_to_end(job.id)
        finally:
            stop.set()
            writer.join()
        reasons = {path.name: reason for path, reason in bench.ingest.failures(job.id)}
        assert final.state is JobState.DONE
        assert reasons == {
            "57.jpg": "File is missing. 57.jpg was moved, renamed or deleted.",
            "59.jpg": "File changed while it was read. Try again when nothing writes to it.",
        }
        assert rows(bench)["memberships"] == 58
        # The photo is the picture that lay there when it was read, as its own search shows.
        now = bench.search.by_image(pk, portraits[61], 99.0)
        assert {path.name for path in bench.photos.files([now.matches[0].photo_pk])} == {"58.jpg"}


# Disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes the superuser of a Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_stops_the_job_and_nothing_is_lost(
    small_disk: Path, tmp_path: Path, portraits: list[Path]
) -> None:
    def likeness(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", "--library", str(small_disk / "library"), *map(str, words)]
        home = {name: str(tmp_path / "home") for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
        return subprocess.run(
            command,
            cwd=PROJECT,
            env={**os.environ, **home},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    photos = portraits[:50]
    (small_disk / "filler").write_bytes(bytes(2_500_000))
    stopped = likeness("index", "a", *photos)
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr.startswith(
        f"likeness: The disk that holds the library {small_disk}/library is full."
    )
    assert len(stopped.stderr.splitlines()) == 1
    # What was done can be looked at even now.
    (before,) = json.loads(likeness("collections", "--json").stdout)["Collections"]
    assert 0 < before["FaceCount"] < 50
    refused = likeness("collections", "create", "b")
    if refused.returncode:
        assert "is full. Free some space" in refused.stderr
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    ended = likeness("index", "a", *photos)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "a now has 50 photos, 5" in ended.stdout


# Libraries


@pytest.fixture
def library(tmp_path: Path, engine: FaceEngine, portraits: list[Path]) -> Path:
    """Of three photographs with a backup."""
    with opened(tmp_path / "library", engine) as bench:
        assert index(bench, bench.collections.create("a").id, *portraits[:3]) == (JobState.DONE, {})
        assert back_up_if_due(bench.library) is not None
    return tmp_path / "library"


@POSIX
@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_read_only_library_is_told_and_left_alone(
    library: Path, open_to_all: Path, engine: FaceEngine, what: str
) -> None:
    copy = Path(shutil.copytree(library, open_to_all / "library"))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    (copy if what == "folder" else copy / "library.db").chmod(0o555 if what == "folder" else 0o444)
    before = (copy / "library.db").read_bytes()
    with ordinary_user(), pytest.raises(LibraryReadOnly) as caught, opened(copy, engine):
        pass
    assert str(caught.value) == (
        f"The library {copy} can be read but not written. "
        "Check its permissions, or copy it to a folder of your own."
    )
    assert (copy / "library.db").read_bytes() == before


def test_a_library_that_is_damaged_while_it_is_open(library: Path, engine: FaceEngine) -> None:
    with opened(library, engine) as bench:
        pk = bench.collections.get("a").id
        bench.library.database.engine.dispose()
        data = bytearray((library / "library.db").read_bytes())
        data[8192:] = os.urandom(len(data) - 8192)
        (library / "library.db").write_bytes(data)
        with pytest.raises(LibraryCorrupt, match="is damaged; nothing in it was changed") as caught:
            for photo_pk in bench.photos.listing(pk).ids.tolist():
                bench.photos.detail(pk, photo_pk)
        assert "backups folder" in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", LibraryTooNew),
        ("DELETE FROM alembic_version", LibraryError),
        ("DROP TABLE alembic_version", LibraryError),
        ("UPDATE alembic_version SET version_num = 'what'", LibraryError),
        ("PRAGMA application_id = 7", LibraryCorrupt),
    ],
)
def test_a_library_of_another_version_or_maker_is_left_alone(
    library: Path, engine: FaceEngine, damage: str, error: type[LibraryError]
) -> None:
    with closing(sqlite3.connect(library / "library.db")) as connection, connection:
        connection.execute(damage)
    before = (library / "library.db").read_bytes()
    with pytest.raises(error) as caught, opened(library, engine):
        pass
    assert str(library) in str(caught.value)
    assert not JARGON.search(str(caught.value))
    assert (library / "library.db").read_bytes() == before
