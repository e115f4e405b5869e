"""kill -9 at any moment of a switch to another model: nothing is lost or half there, searches go on with
the vectors that are whole, and the next start ends it."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from app.domain.records import Origin
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.inference.separation import LabelledFaces
from app.jobs import JobQueue, JobState
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.ingest import IngestService
from app.services.models import ModelService
from app.services.search import SearchService
from app.services.vector_store import VectorStore
from app.storage import tables
from app.storage.library import Library, open_library

PROJECT = Path(__file__).resolve().parents[2]
PHOTOS = 40
KILLS = 6

# What is killed: it goes on with a switch that was stopped, or begins it.
WORKER = """
import sys
from pathlib import Path
from app.domain.records import Origin
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.jobs import JobQueue
from app.services.events import EventHub
from app.services.models import ModelService
from app.storage.library import open_library

library = open_library(Path(sys.argv[1]))
engine, jobs = OnnxFaceEngine(find_models_dir()), JobQueue(2)
models = ModelService(library, engine, jobs, EventHub(), Origin.WINDOW, lambda: None)
views = models.switches.take_up() or [models.use(1, "mobilefacenet-192")]
print("begun", flush=True)
jobs.wait(views[0].id, 300)
print("ended", flush=True)
jobs.close()
models.close()
library.close()
"""


class Desk:
    def __init__(self, folder: Path) -> None:
        self.library: Library = open_library(folder)
        self.engine = OnnxFaceEngine(find_models_dir())
        self.jobs, events, origin = JobQueue(2), EventHub(), Origin.COMMAND_LINE
        self.search = SearchService(
            VectorStore(self.library, self.engine), self.engine, self.library, events, origin
        )
        self.ingest = IngestService(self.library, self.engine, self.jobs, events, origin)
        self.collections = CollectionService(self.library.database, events, origin, self.engine.contract)
        self.models = ModelService(self.library, self.engine, self.jobs, events, origin, _none)

    def vectors(self, dimension: int) -> int:
        embeddings = tables.embeddings
        query = select(func.count(func.distinct(embeddings.c.face_pk))).where(
            func.length(embeddings.c.vector) == 4 * dimension
        )
        with self.library.database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def close(self) -> None:
        self.jobs.close()
        self.ingest.close()
        self.models.close()
        self.library.close()


def _none() -> LabelledFaces:
    raise AssertionError("nothing is checked here")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_killed_switch_is_ended_by_the_next_start(tmp_path: Path, shared_data: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for path in sorted((shared_data / "congress" / "images").iterdir())[:PHOTOS]:
        shutil.copy(path, photos)
    folder = tmp_path / "library"
    desk = Desk(folder)
    pk = desk.collections.create("congress").id
    desk.ingest.run_to_end(desk.ingest.index_paths(pk, [photos]).id)
    probe = sorted(photos.iterdir())[7]
    expected = [match.face_pk for match in desk.search.by_image(pk, probe, 80.0).matches]
    desk.close()

    rng, counts = random.Random(4), [0]
    for _ in range(KILLS):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        assert worker.stdout is not None and worker.stdout.readline() == "begun\n"
        time.sleep(rng.uniform(0.05, 0.5))
        worker.kill()
        worker.communicate()
        desk = Desk(folder)
        faces, model = desk.vectors(128), desk.search.model_id(pk)
        counts.append(desk.vectors(192))
        assert faces == PHOTOS and counts[-1] >= counts[-2]
        assert (model == "mobilefacenet-192") == (not desk.models.switches.unfinished())
        assert [match.face_pk for match in desk.search.by_image(pk, probe, 80.0).matches] == expected
        desk.close()
        if model == "mobilefacenet-192":
            break
    assert counts[1] < PHOTOS, "killed in the middle"

    desk = Desk(folder)
    if desk.search.model_id(pk) != "mobilefacenet-192":
        (view,) = desk.models.switches.take_up()
        final = desk.jobs.wait(view.id, 120)
        assert final is not None and final.state is JobState.DONE
    assert desk.vectors(192) == desk.vectors(128) == PHOTOS and not desk.models.switches.unfinished()
    assert [match.face_pk for match in desk.search.by_image(pk, probe, 80.0).matches] == expected
    # The vectors are those of a collection that was indexed with this model.
    fresh = desk.collections.create("fresh").id
    desk.jobs.wait(desk.models.use(fresh, "mobilefacenet-192").id, 60)
    desk.ingest.run_to_end(desk.ingest.index_paths(fresh, [photos]).id)
    for path in sorted(photos.iterdir())[:5]:
        seen = desk.search.look_at(path, fresh)
        ours = desk.search.by_image(pk, seen).matches[0]
        theirs = desk.search.by_image(fresh, seen).matches[0]
        assert np.isclose(ours.cosine, theirs.cosine, atol=1e-6)
    desk.close()
