"""kill -9 at any moment of indexing and curation: nothing committed is lost or half there, and the
job that was running is offered again and ends as if nothing had happened."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from app.domain.records import Origin, PhotoStatus
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.jobs import JobQueue, JobState, JobView
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.ingest import IngestService
from app.storage import tables
from app.storage.library import Library, open_library

PROJECT = Path(__file__).resolve().parents[2]
KILLS = 30
DROPS = 3
# Of about 180 photographs.
ENOUGH = 120

# What is killed: it takes up what was interrupted, indexes one folder after the other, and names,
# renames and undoes beside it. It prints a line after each commit that it was told of.
WORKER = """
import os, sys, threading
from pathlib import Path
from sqlalchemy import select
from app.domain.errors import LikenessError
from app.domain.records import Origin
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.jobs import JobQueue
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.ingest import IngestService
from app.services.users import UserService
from app.storage import tables
from app.storage.library import open_library

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

say("start")
library = open_library(Path(sys.argv[1]))
engine, jobs, events = OnnxFaceEngine(find_models_dir()), JobQueue(2), EventHub()
ingest = IngestService(library, engine, jobs, events, Origin.WINDOW)
users = UserService(library.database, events, Origin.WINDOW, lambda *_: {})
pk = CollectionService(library.database, events, Origin.WINDOW, engine.contract).get("archive").id

def told(changes):
    if changes.change is None or changes.change.kind != "index":
        return
    for photo in changes.photos:
        say("photo", photo)
    for face in changes.faces:
        say("face", face)

events.subscribe(told)
ended = threading.Event()

def curate():
    number = 0
    while not ended.wait(0.01):
        with library.database.read() as connection:
            faces = connection.execute(select(tables.faces.c.id)).scalars().all()
        if not faces:
            continue
        number += 1
        face = faces[number * 7919 % len(faces)]
        name = f"Person {number % 5}"
        say("changing", face)
        try:
            changes = users.name_faces(pk, [face], name)
        except LikenessError as error:
            say("refused", type(error).__name__)
            continue
        if changes.change is None:
            continue
        say("named", face, name)
        if number % 4 == 0:
            say("changing", face)
            try:
                library.database.reverse(changes.change.id, Origin.WINDOW)
            except LikenessError as error:
                say("refused", type(error).__name__)

thread = threading.Thread(target=curate)
thread.start()
for job in ingest.interrupted():
    ingest.resume(job.id)
    say("state", ingest.run_to_end(job.id).state)
for drop in sys.argv[2:]:
    say("dropping", drop)
    say("state", ingest.run_to_end(ingest.index_paths(pk, [Path(drop)]).id).state)
say("end")
ended.set()
thread.join()
jobs.close()
ingest.close()
library.close()
"""


@pytest.fixture(scope="module")
def engine() -> OnnxFaceEngine:
    return OnnxFaceEngine(find_models_dir())


@pytest.fixture
def drops(tmp_path: Path, shared_data: Path) -> list[Path]:
    """Three folders of real photographs, one of them with files that are none."""
    portraits = sorted((shared_data / "congress").rglob("*.jpg"))[:150]
    groups = sorted((shared_data / "scenes").glob("person-*.jpg"))
    folders = [tmp_path / f"drop {number}" for number in range(DROPS)]
    for folder in folders:
        folder.mkdir()
    for number, path in enumerate([*portraits, *groups]):
        shutil.copy(path, folders[number % DROPS] / path.name)
    (folders[1] / "broken.jpg").write_bytes(portraits[0].read_bytes()[:9000])
    (folders[1] / "text.jpg").write_text("not a picture")
    return folders


class Killed:
    """One run of the worker, ended by SIGKILL `seconds` after it had said so many lines, or not at all.
    `lines` is what it had said by then."""

    def __init__(self, library: Path, drops: list[Path], said: int | None, seconds: float = 0.0) -> None:
        command = [sys.executable, "-c", WORKER, str(library), *map(str, drops)]
        self.lines: list[str] = []
        reached = threading.Event()
        with subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:

            def listen() -> None:
                assert process.stdout is not None
                for line in process.stdout:
                    # A line that the kill cut in two says nothing.
                    if line.endswith("\n"):
                        self.lines.append(line.rstrip("\n"))
                        if len(self.lines) == said:
                            reached.set()
                reached.set()

            listener = threading.Thread(target=listen)
            listener.start()
            assert reached.wait(60)
            if said is not None:
                try:
                    process.wait(seconds)
                except subprocess.TimeoutExpired:
                    process.kill()
            self.code = process.wait(60)
            listener.join(60)
            assert process.stderr is not None
            self.errors = process.stderr.read()

    def announced(self, kind: str) -> set[int]:
        """Rows of photos or faces that the worker was told of, which is after their commit."""
        return {int(line.split()[1]) for line in self.lines if line.startswith(f"{kind} ")}

    def named(self) -> dict[int, str]:
        """Faces and the names that were committed, without those that were being changed at the end."""
        names: dict[int, str] = {}
        for line in self.lines:
            word, _, rest = line.partition(" ")
            face, _, name = rest.partition(" ")
            if word == "changing":
                names.pop(int(face), None)
            elif word == "named":
                names[int(face)] = name
        return names


def check_whole(library: Library) -> None:
    """Every photo of the collection is there with all that belongs to it, or it waits with nothing."""
    faces, embeddings, memberships = tables.faces, tables.embeddings, tables.memberships
    with library.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        vectors = connection.execute(
            select(faces.c.id, func.count(embeddings.c.id), func.max(embeddings.c.vector))
            .outerjoin(embeddings, embeddings.c.face_pk == faces.c.id)
            .group_by(faces.c.id)
        ).all()
        for face, count, vector in vectors:
            assert count == 1, f"face {face} has {count} vectors"
            assert abs(np.linalg.norm(np.frombuffer(vector, "<f4")) - 1) < 1e-3
        member = (memberships.c.photo_pk == faces.c.photo_pk) & (
            memberships.c.collection_pk == faces.c.collection_pk
        )
        homes = connection.execute(
            select(faces.c.id, memberships.c.status).outerjoin(memberships, member)
        ).all()
        assert all(status == PhotoStatus.INDEXED.value for _, status in homes)
        facts = connection.execute(
            select(tables.photos.c.width)
            .join(memberships, memberships.c.photo_pk == tables.photos.c.id)
            .where(memberships.c.status == PhotoStatus.INDEXED.value)
        ).scalars()
        assert all(width > 0 for width in facts)
        # Undo needs every row of an indexed photo in the journal.
        journalled = select(tables.change_rows.c.row_pk).where(
            tables.change_rows.c.table_name == "faces", tables.change_rows.c.op == "i"
        )
        assert {face for face, _, _ in vectors} <= set(connection.execute(journalled).scalars())


def status_of(library: Library) -> dict[int, str]:
    with library.database.read() as connection:
        rows = connection.execute(select(tables.memberships.c.photo_pk, tables.memberships.c.status))
        return {row[0]: row[1] for row in rows}


def faces_of(library: Library) -> set[int]:
    with library.database.read() as connection:
        return set(connection.execute(select(tables.faces.c.id)).scalars())


def names_of(library: Library) -> dict[int, str]:
    query = select(tables.faces.c.id, tables.users.c.display_name).join(
        tables.users, tables.users.c.id == tables.faces.c.user_pk
    )
    with library.database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def unfinished(library: Library) -> set[int]:
    ended = [JobState.DONE.value, JobState.CANCELLED.value, JobState.FAILED.value]
    with library.database.read() as connection:
        query = select(tables.jobs.c.id).where(tables.jobs.c.state.not_in(ended))
        return set(connection.execute(query).scalars())


def contents(library: Library) -> dict[str, tuple[str, list[tuple[float, ...]]]]:
    """Image id to its status and its faces: boxes and the first numbers of their vectors."""
    photos, faces, embeddings = tables.photos, tables.faces, tables.embeddings
    with library.database.read() as connection:
        query = select(photos.c.image_id, tables.memberships.c.status).join(
            tables.memberships, tables.memberships.c.photo_pk == photos.c.id
        )
        found: dict[str, tuple[str, list[tuple[float, ...]]]] = {
            row[0]: (row[1], []) for row in connection.execute(query)
        }
        joined = (
            select(photos.c.image_id, faces, embeddings.c.vector)
            .join(faces, faces.c.photo_pk == photos.c.id)
            .join(embeddings, embeddings.c.face_pk == faces.c.id)
        )
        for row in connection.execute(joined).mappings():
            vector = np.frombuffer(row["vector"], "<f4")[:6].round(4)
            box = [round(row[side], 5) for side in ("left", "top", "width", "height")]
            found[row["image_id"]][1].append((*box, *map(float, vector)))
    return {image: (status, sorted(faces)) for image, (status, faces) in found.items()}


def offered(library: Library, engine: OnnxFaceEngine) -> list[JobView]:
    """What a program that opens this library now would offer to resume."""
    jobs = JobQueue(1)
    ingest = IngestService(library, engine, jobs, EventHub(), Origin.WINDOW)
    views = ingest.interrupted()
    jobs.close()
    ingest.close()
    return views


@pytest.mark.timeout(280)
def test_thirty_kills(tmp_path: Path, drops: list[Path], engine: OnnxFaceEngine) -> None:
    folder = tmp_path / "killed 0"
    with_collection(folder, engine)
    chance = random.Random(int(os.environ.get("LIKENESS_KILL_SEED", "20")))
    committed: set[int] = set()
    announced = interrupted = curated = 0
    for number in range(KILLS):
        if len(committed) > ENOUGH:
            # Little is left to index here, and a kill must hit work: go on in a new library.
            folder = tmp_path / f"killed {number}"
            with_collection(folder, engine)
            committed.clear()
        # Early kills hit the opening of the library and the taking up of a job, late ones the work.
        run = Killed(folder, drops, chance.choice([1, 2, 30, 60]), chance.random() * 0.5)
        assert run.code in (0, -9), run.errors
        assert "Traceback" not in run.errors, run.errors
        library = open_library(folder)
        try:
            check_whole(library)
            status = status_of(library)
            assert all(status.get(photo) == PhotoStatus.INDEXED.value for photo in committed)
            committed |= {photo for photo, word in status.items() if word == PhotoStatus.INDEXED.value}
            lost = run.announced("photo") - status.keys() | run.announced("face") - faces_of(library)
            assert not lost, f"kill {number}: announced and gone: {lost}"
            announced += len(run.announced("face"))
            names = names_of(library)
            for face, name in run.named().items():
                assert names.get(face) == name, f"kill {number}: {face} was named {name}"
            curated += len(run.named())
            waiting = unfinished(library)
            assert {view.id for view in offered(library, engine)} == waiting
            assert all(view.state is JobState.INTERRUPTED for view in offered(library, engine))
            interrupted += bool(waiting)
        finally:
            library.close()
    # The test would prove nothing if the kills had missed the work.
    assert announced > 20
    assert curated > 20
    assert interrupted > KILLS // 3

    last = Killed(folder, drops, None)
    assert last.code == 0, last.errors
    assert "end" in last.lines
    library = open_library(folder)
    try:
        check_whole(library)
        assert offered(library, engine) == []
        with library.database.read() as connection:
            assert not connection.execute(select(tables.changes.c.id).where(tables.changes.c.open)).all()
        survived = contents(library)
    finally:
        library.close()
    assert survived == unkilled(tmp_path / "unkilled", drops, engine)


def with_collection(folder: Path, engine: OnnxFaceEngine) -> int:
    library = open_library(folder)
    collections = CollectionService(library.database, EventHub(), Origin.WINDOW, engine.contract)
    pk = collections.create("archive", "Archive").id
    library.close()
    return pk


def unkilled(
    folder: Path, drops: list[Path], engine: OnnxFaceEngine
) -> dict[str, tuple[str, list[tuple[float, ...]]]]:
    pk = with_collection(folder, engine)
    library, jobs = open_library(folder), JobQueue(2)
    ingest = IngestService(library, engine, jobs, EventHub(), Origin.WINDOW)
    for drop in drops:
        ingest.run_to_end(ingest.index_paths(pk, [drop]).id)
    found = contents(library)
    jobs.close()
    ingest.close()
    library.close()
    return found


def test_a_job_killed_while_it_only_waits_is_offered(
    tmp_path: Path, drops: list[Path], engine: OnnxFaceEngine
) -> None:
    """Killed right after the drop, before the first photo was read."""
    folder = tmp_path / "library"
    with_collection(folder, engine)
    for delay in itertools.count(1):
        run = Killed(folder, drops, 1, delay * 0.1)
        if any(line.startswith("dropping") for line in run.lines):
            break
        assert delay < 50
    library = open_library(folder)
    try:
        assert {view.id for view in offered(library, engine)} == unfinished(library)
    finally:
        library.close()
