"""Resident memory: with 100,000 photos in the library, and while 1,000 photographs of 12 MP are indexed.

    python -m tests.benchmarks.memory [--library-photos 100000] [--indexed 1000] [--root FOLDER]

Each part runs in a process of its own that nothing else has grown. The 12 MP photographs are group
pictures and portraits laid side by side on 4000 x 3000 pixels; each file has content of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from app.domain.records import Origin
from app.imaging.files import image_id
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.storage.library import open_library
from tests.benchmarks.ingest import SHARED, photographs

PROJECT = Path(__file__).resolve().parents[2]
LIBRARY_TARGET_MB, INDEXING_TARGET_MB = 400.0, 1200.0
DISTINCT = 100
SIZE = (4000, 3000)
MEGABYTE = 1024 * 1024

# What the program holds when it stands open: services, models, the index of all vectors, a first page.
OPEN = """
import sys
from pathlib import Path
from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.services.photos import PhotoFilter, PhotoSort
from app.settings.settings import Settings

bench = open_workbench(Path(sys.argv[1]), Origin.WINDOW, Settings())
bench.engine.warm_up()
(collection,) = bench.collections.list()
listing = bench.photos.listing(collection.id, PhotoFilter(), PhotoSort.TAKEN)
bench.photos.cells(collection.id, [int(pk) for pk in listing.ids[:200]])
bench.search.by_face(collection.id, 1)
print("ready", len(listing.ids), flush=True)
sys.stdin.readline()
bench.close()
"""

INDEX = """
import sys
from pathlib import Path
from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.settings.settings import Settings

bench = open_workbench(Path(sys.argv[1]), Origin.WINDOW, Settings())
pk = bench.collections.create("a").id
final = bench.ingest.run_to_end(bench.ingest.index_paths(pk, [Path(sys.argv[2])]).id)
print("ready", final.done - final.failed, final.message, flush=True)
sys.stdin.readline()
bench.close()
"""


def fill_library(folder: Path, photos: int) -> None:
    """A collection of that many photos with one face each, written straight into the database."""
    library = open_library(folder)
    contract = OnnxFaceEngine(find_models_dir()).contract
    archive = CollectionService(library.database, EventHub(), Origin.WINDOW, contract).create("archive")
    path = library.database.path
    library.close()
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((photos, contract.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    points = np.array([[0.4, 0.4], [0.6, 0.4], [0.5, 0.5], [0.4, 0.6], [0.6, 0.6]], "<f4").tobytes()
    day = 86_400_000
    numbers = range(1, photos + 1)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        hashes = [hashlib.sha256(str(number).encode()).digest() for number in numbers]
        connection.executemany(
            "INSERT INTO photos (id, image_id, sha256, width, height, format, file_size, taken_at) "
            "VALUES (?, ?, ?, 4000, 3000, 'JPEG', 3000000, ?)",
            ((n, image_id(h), h, (n % 4000) * day) for n, h in zip(numbers, hashes, strict=True)),
        )
        connection.executemany(
            "INSERT INTO photo_paths (photo_pk, path, mtime_ns, size, seen_at) VALUES (?, ?, 1, 3000000, 1)",
            ((n, os.fsencode(f"/photos/{n % 500}/IMG_{n:06}.jpg")) for n in numbers),
        )
        connection.executemany(
            "INSERT INTO memberships (collection_pk, photo_pk, status, added_at) VALUES (?, ?, 'indexed', ?)",
            ((archive.id, n, n) for n in numbers),
        )
        connection.executemany(
            'INSERT INTO faces (id, face_id, collection_pk, photo_pk, "left", top, width, height, landmarks, '
            "confidence, roll, yaw, pitch, brightness, sharpness, source, hidden, created_at) "
            "VALUES (?, ?, ?, ?, 0.3, 0.3, 0.4, 0.4, ?, 99, 0, 0, 0, 50, 50, 'detector', 0, 1)",
            ((n, f"face-{n}", archive.id, n, points) for n in numbers),
        )
        connection.executemany(
            "INSERT INTO embeddings (face_pk, contract_pk, vector) "
            "SELECT ?, contract_pk, ? FROM collections LIMIT 1",
            ((n, vectors[n - 1].astype("<f4").tobytes()) for n in numbers),
        )


def make_photographs(folder: Path, sources: list[Path], count: int) -> None:
    """JPEGs of 12 MP: DISTINCT pictures, each written again with another comment in its header."""
    folder.mkdir()
    chance = random.Random(7)
    made: list[bytes] = []
    for number in range(min(DISTINCT, count)):
        canvas = Image.new("RGB", SIZE, (90, 100, 110))
        side = chance.choice([1500, 2000, 3000])
        for top in range(0, SIZE[1], side):
            for left in range(0, SIZE[0], side):
                with Image.open(chance.choice(sources)) as source:
                    canvas.paste(source.convert("RGB").resize((side, side)), (left, top))
        path = folder / f"{number:04}.jpg"
        canvas.save(path, quality=85)
        made.append(path.read_bytes())
    for number in range(len(made), count):
        comment = str(number).encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        data = made[number % len(made)]
        (folder / f"{number:04}.jpg").write_bytes(data[:2] + segment + data[2:])


def resident(script: str, *arguments: str | Path, limit_s: float = 1800) -> dict[str, Any]:
    """Peak and final resident megabytes of a process until and when it says "ready"."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    peak = 0
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        watched = psutil.Process(process.pid)
        os.set_blocking(process.stdout.fileno(), False)
        said = ""
        while not said.startswith("ready"):
            if process.poll() is not None or time.perf_counter() - started > limit_s:
                process.kill()
                sys.exit("The measured process ended early.")
            peak = max(peak, watched.memory_info().rss)
            time.sleep(0.02)
            said = process.stdout.readline() or ""
        seconds = time.perf_counter() - started
        final = watched.memory_info().rss
        process.stdin.write("\n")
        process.stdin.flush()
        process.wait(120)
    return {
        "said": said.removeprefix("ready ").strip(),
        "peak_mb": round(max(peak, final) / MEGABYTE, 1),
        "final_mb": round(final / MEGABYTE, 1),
        "seconds": round(seconds, 1),
    }


def open_library_memory(photos: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        fill_library(Path(scratch) / "library", photos)
        return resident(OPEN, Path(scratch) / "library")


def indexing_memory(root: Path, count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        make_photographs(Path(scratch) / "photos", photographs(root, 60), count)
        return resident(INDEX, Path(scratch) / "library", Path(scratch) / "photos")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--root", type=Path, default=Path(os.environ.get("LIKENESS_TEST_DATA", SHARED)))
    parser.add_argument("--library-photos", type=int, default=100_000)
    parser.add_argument("--indexed", type=int, default=1000)
    options = parser.parse_args()
    standing = open_library_memory(options.library_photos)
    print(f"library of {options.library_photos} photos, models loaded: {standing}")
    indexing = indexing_memory(options.root, options.indexed)
    print(f"indexing {options.indexed} photographs of 12 MP: {indexing}")
    met = standing["final_mb"] < LIBRARY_TARGET_MB and indexing["peak_mb"] < INDEXING_TARGET_MB
    answer = {
        "benchmark": "memory",
        "library_photos": options.library_photos,
        "library_mb": standing["final_mb"],
        "library_peak_mb": standing["peak_mb"],
        "indexed": options.indexed,
        "indexing_peak_mb": indexing["peak_mb"],
        "indexing_s": indexing["seconds"],
        "met": met,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
