"""What the original MobileFaceNet says of the windows of sface_original.py, by TensorFlow Lite's interpreter.

    python -m tests.e2e.inference.mobilefacenet_original

needs tensorflow-cpu 2.15.1 beside the program's packages, downloads the original (models/build) and writes
its vectors beside this file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.inference.manifest import find_models_dir
from models.build import packages
from tests.e2e.inference.sface_original import windows

VECTORS = Path(__file__).with_name("mobilefacenet_original.npy")


def original(crops: NDArray[np.uint8], content: bytes) -> NDArray[np.float32]:
    """Unit vectors float32 (n, 192) by the original file, which takes two faces at a time; n is even."""
    import tensorflow  # type: ignore[import-not-found]

    interpreter = tensorflow.lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    given, found = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    parts = []
    for start in range(0, len(crops), 2):
        tensor = (crops[start : start + 2].astype(np.float32) - 127.5) / 128
        interpreter.set_tensor(given, tensor.astype(np.float32))
        interpreter.invoke()
        parts.append(interpreter.get_tensor(found))
    vectors = np.concatenate(parts)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    cache = find_models_dir().parent / "build" / "packages"
    np.save(VECTORS, original(windows(), packages.mobilefacenet(cache)))
