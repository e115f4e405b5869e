"""How often it is noticed which way up a photo lies (docs/adr/0068).

    python -m tests.benchmarks.orientation --root DIR [--root DIR ...] [--every N]

Every picture below the folders (or every Nth) is laid in the four quarter turns as if it had no EXIF. Prints
the share that is told rightly for each turn, how often upright pictures are turned wrongly, the least cosine
of a face to the same face upright, and what the telling costs. One thread; the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from app.imaging.decode import decode
from app.imaging.kinds import READABLE_SUFFIXES
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir

TURNS = (0, 90, 180, 270)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.orientation")
    parser.add_argument("--root", type=Path, action="append", required=True)
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    found = sorted(
        path
        for root in arguments.root
        for path in root.rglob("*")
        if path.suffix.lower() in READABLE_SUFFIXES
    )
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    told = np.zeros((4, 4), np.int64)
    cosines: list[float] = []
    costs: list[float] = []
    pictures = 0
    for path in found[:: arguments.every]:
        stands = decode(path.read_bytes()).pixels
        faces = engine.detect(stands)
        if not faces:
            continue
        pictures += 1
        expected = engine.embed(stands, [face.landmarks for face in faces])
        for row, degrees in enumerate(TURNS):
            lies = np.ascontiguousarray(np.rot90(stands, degrees // 90))
            seen = engine.detect(lies) if degrees else faces
            start = time.thread_time()
            answer = engine.degrees(lies, seen)
            if not degrees:
                costs.append(time.thread_time() - start)
            told[row, answer // 90] += 1
            if answer == degrees != 0:
                again = engine.detect_any_way_up(lies).faces
                vectors = engine.embed(lies, [face.landmarks for face in again])
                cosines.append(float((expected @ vectors.T).max(axis=1).min()))
            elif answer != degrees:
                print(f"{path}: lies {degrees}, told {answer}")
    result = {
        "pictures": pictures,
        "told": {
            str(degrees): round(float(told[row, row] / max(1, pictures)), 4)
            for row, degrees in enumerate(TURNS)
        },
        "turned_wrongly": int(told[0, 1:].sum()),
        "told_another_turn": int(told.sum() - np.trace(told) - told[0, 1:].sum() - told[1:, 0].sum()),
        "least_cosine_5th_percentile": round(float(np.quantile(cosines, 0.05)), 3) if cosines else None,
        "ms_median": round(float(np.median(costs)) * 1000, 1) if costs else None,
        "ms_mean": round(float(np.mean(costs)) * 1000, 1) if costs else None,
    }
    for key, value in result.items():
        print(f"{key}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
