"""What a person would write with face_recognition (dlib): its default detector, then its encodings. Runs
in its own environment.

    python dlib_peer.py PROCESSES LIST

LIST is a file of paths. Prints one JSON line.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from pathlib import Path

import face_recognition


def index(path: str) -> int:
    image = face_recognition.load_image_file(path)
    boxes = face_recognition.face_locations(image)
    return len(face_recognition.face_encodings(image, boxes))


def timed(path: str) -> tuple[int, float]:
    """Faces, and the seconds of this process's own time that they took."""
    before = time.process_time()
    return index(path), time.process_time() - before


def main() -> None:
    processes, listing = int(sys.argv[1]), sys.argv[2]
    paths = Path(listing).read_text("utf-8").splitlines()
    with multiprocessing.Pool(processes) as pool:
        pool.map(index, paths[-processes:], chunksize=1)
        started = time.perf_counter()
        results = list(pool.imap_unordered(timed, paths, chunksize=1))
        seconds = time.perf_counter() - started
    faces, busy = (sum(column) for column in zip(*results, strict=True))
    print(json.dumps({"seconds": seconds, "busy": busy, "faces": faces, "photos": len(paths)}))


if __name__ == "__main__":
    main()
