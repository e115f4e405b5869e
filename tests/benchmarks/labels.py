"""Labels, moderation and time over a folder of photos of one's own.

    python -m tests.benchmarks.labels --root DIR

Prints how many photos have each label, every photo with a moderation label of at least --moderation, and how
near each moderation label comes to being given. The last line is JSON: photos, labels a photo, photos with
a person, photos moderated, milliseconds of one core a photo.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from app.inference.labels.describer import LABEL_CONFIDENCE, MODERATION_CONFIDENCE, OnnxPhotoDescriber
from app.inference.manifest import find_models_dir

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.labels")
    parser.add_argument("--root", type=Path, required=True, action="append", help="a folder; may be repeated")
    parser.add_argument("--labels", type=float, default=LABEL_CONFIDENCE, help="least confidence of a label")
    parser.add_argument("--moderation", type=float, default=MODERATION_CONFIDENCE)
    arguments = parser.parse_args()
    describer = OnnxPhotoDescriber(find_models_dir())
    describer.describe(np.zeros((64, 64, 3), np.uint8))
    counted: Counter[str] = Counter()
    moderated: dict[str, dict[str, float]] = {}
    nearest: dict[str, float] = {}
    times: list[float] = []
    paths = [path for root in arguments.root for path in sorted(root.rglob("*"))]
    for path in paths:
        if path.suffix.lower() not in SUFFIXES:
            continue
        try:
            with Image.open(path) as image:
                pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        except (OSError, ValueError) as error:
            print(f"left out, cannot be read: {path} ({error})")
            continue
        started = time.thread_time()
        description = describer.describe(pixels, arguments.labels, moderation_confidence=0.0)
        times.append(1000 * (time.thread_time() - started))
        counted.update([label.name for label in description.labels])
        for label in description.moderation:
            nearest[label.name] = max(label.confidence, nearest.get(label.name, 0.0))
        given = {
            x.name: round(x.confidence, 1)
            for x in description.moderation
            if x.confidence >= arguments.moderation
        }
        if given:
            moderated[str(path)] = given
    for name, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:6}  {name}")
    for name, labels in moderated.items():
        print(f"moderated: {name} {labels}")
    print("highest confidence of each moderation label: " + (str(nearest) if nearest else "none above 0"))
    print(
        json.dumps(
            {
                "photos": len(times),
                "labels_a_photo": round(sum(counted.values()) / max(1, len(times)), 2),
                "with_a_person": counted["Person"],
                "moderated": len(moderated),
                "median_ms": round(float(np.median(times)), 1) if times else None,
                "slowest_ms": round(max(times), 1) if times else None,
            }
        )
    )


if __name__ == "__main__":
    main()
