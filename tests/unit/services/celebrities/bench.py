"""Packs of painted faces, and the service over a small library."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from app.jobs import JobQueue, JobView
from app.services.celebrities import CelebrityService
from tests.fakes import painted, person_color, save_image, shade, vector_of
from tests.unit.services.studio import Studio


def portrait(path: Path, person: int, steps: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return save_image(path, painted([(shade(person_color(person), steps), (60, 60, 120))]))


def write_list(folder: Path, celebrities: list[dict[str, Any]], **more: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    table = {
        "id": folder.name,
        "name": folder.name.title(),
        "version": "1",
        "licence": "CC0-1.0",
        "celebrities": celebrities,
        **more,
    }
    (folder / "pack.json").write_text(json.dumps(table))
    return folder


def a_pack(folder: Path, people: dict[str, int], **more: Any) -> Path:
    """A folder with a picture of each person: name -> number of the colour. Ids are P0, P1 ..."""
    celebrities = []
    for name, person in people.items():
        portrait(folder / "pictures" / f"{person}.png", person)
        celebrities.append({"id": f"P{person}", "name": name, "pictures": [f"pictures/{person}.png"]})
    return write_list(folder, celebrities, **more)


def with_vectors(folder: Path, people: dict[str, list[int]], contract: str) -> Path:
    """A folder with vectors alone: name -> the steps of the shades of person 0, 1 ... that it has."""
    celebrities, owners, rows = [], [], []
    for person, (name, steps) in enumerate(people.items()):
        celebrities.append({"id": f"P{person}", "name": name})
        for step in steps:
            owners.append(f"P{person}")
            rows.append(vector_of(shade(person_color(person), step)))
    vectors = [{"contract": contract, "model": "other-model", "file": "v.npy", "people": owners}]
    write_list(folder, celebrities, vectors=vectors)
    np.save(folder / "v.npy", np.stack(rows))
    return folder


def zip_of(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder), "zip", folder))


class Bench:
    """`say(job)` waits for a job and gives the sentence that it ended with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.studio = Studio.at(folder)
        self.engine = self.studio.engine
        self.jobs = JobQueue(2)
        self.service = self.make()

    def make(self, describer: Any = None) -> CelebrityService:
        return CelebrityService(self.studio.library, self.engine, self.jobs, describer)

    def ended(self, view: JobView) -> JobView:
        final = self.jobs.wait(view.id, 20)
        assert final is not None and final.state.ended
        return final

    def say(self, view: JobView) -> str:
        return self.ended(view).message

    def load(self, path: Path) -> str:
        return self.say(self.service.load(path))

    def leftovers(self) -> list[str]:
        """What lies on the shelf."""
        return sorted(path.name for path in (self.studio.library.folder / "packs").glob("*"))


@contextmanager
def opened(folder: Path) -> Iterator[Bench]:
    bench = Bench(folder)
    try:
        yield bench
    finally:
        bench.jobs.close()
        bench.studio.library.close()
