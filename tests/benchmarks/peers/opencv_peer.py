"""What a person would write with OpenCV: YuNet at the photo's own size, then SFace. Runs in its own
environment.

    python opencv_peer.py DETECTOR.onnx RECOGNIZER.onnx PROCESSES LIST

LIST is a file of paths. PROCESSES 0 uses one process with OpenCV's own threads on all cores, otherwise
that many processes of one thread each. Prints one JSON line.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from pathlib import Path

import cv2
import numpy as np

SCORE_THRESHOLD, NMS_THRESHOLD, TOP_K = 0.9, 0.3, 5000  # OpenCV's own defaults

_models = {}


def prepare(detector: str, recognizer: str, threads: int | None) -> None:
    if threads:
        cv2.setNumThreads(threads)
    _models["detector"] = cv2.FaceDetectorYN.create(
        detector, "", (320, 320), SCORE_THRESHOLD, NMS_THRESHOLD, TOP_K
    )
    _models["recognizer"] = cv2.FaceRecognizerSF.create(recognizer, "")
    blank = np.zeros((320, 320, 3), np.uint8)
    _models["detector"].detect(blank)
    _models["recognizer"].feature(np.zeros((112, 112, 3), np.uint8))


def index(path: str) -> int:
    image = cv2.imread(path)
    if image is None:
        return 0
    detector, recognizer = _models["detector"], _models["recognizer"]
    detector.setInputSize((image.shape[1], image.shape[0]))
    faces = detector.detect(image)[1]
    if faces is None:
        return 0
    for face in faces:
        recognizer.feature(recognizer.alignCrop(image, face)).copy()
    return len(faces)


def timed(path: str) -> tuple[int, float]:
    """Faces, and the seconds of this process's own time that they took."""
    before = time.process_time()
    return index(path), time.process_time() - before


def main() -> None:
    detector, recognizer, processes, listing = sys.argv[1:5]
    paths = Path(listing).read_text("utf-8").splitlines()
    if int(processes) == 0:
        prepare(detector, recognizer, None)
        started = time.perf_counter()
        results = list(map(timed, paths))
        seconds = time.perf_counter() - started
    else:
        count = int(processes)
        with multiprocessing.Pool(count, prepare, (detector, recognizer, 1)) as pool:
            pool.map(index, paths[:count] * 2, chunksize=1)  # every process has its models open
            started = time.perf_counter()
            results = list(pool.imap_unordered(timed, paths, chunksize=2))
            seconds = time.perf_counter() - started
    faces, busy = (sum(column) for column in zip(*results, strict=True))
    print(json.dumps({"seconds": seconds, "busy": busy, "faces": faces, "photos": len(paths)}))


if __name__ == "__main__":
    main()
