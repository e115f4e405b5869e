"""Vectors of real people in several looks, for the measurements of search: made once, kept in the
temporary folder."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from app import inference
from app.domain.embedding import SimilarityScale
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir

SHARED = Path(__file__).resolve().parents[3] / "shared"

Look = Callable[[Image.Image], Image.Image]


def _recropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    crop = image.crop((int(width * 0.12), int(height * 0.06), int(width * 0.9), int(height * 0.86)))
    return crop.resize((110, max(1, 110 * crop.height // crop.width)))


def _poor_jpeg(image: Image.Image) -> Image.Image:
    small = image.resize((max(96, image.width // 3), max(96, image.height // 3)))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=18)
    return Image.open(buffer).convert("RGB").resize(image.size)


LOOKS: dict[str, Look] = {
    "as taken": lambda image: image,
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(max(image.size) / 90)),
    "re-cropped": _recropped,
    "dark": lambda image: ImageEnhance.Brightness(image).enhance(0.3),
    "poor JPEG": _poor_jpeg,
    "turned": lambda image: image.rotate(14, Image.Resampling.BICUBIC, expand=True, fillcolor=(90, 90, 90)),
}


@dataclass(frozen=True)
class People:
    """One row a face: vectors float32 (n, d) of length 1, person (n,) (-1 = a stranger seen once), photo
    (n,) (the picture that it is a look of), look (n,) as an index of LOOKS, sharpness (n,) 0-100."""

    vectors: NDArray[np.float32]
    person: NDArray[np.int64]
    photo: NDArray[np.int64]
    look: NDArray[np.int64]
    sharpness: NDArray[np.float32]
    scale: SimilarityScale


def data_root() -> Path:
    root = Path(os.environ.get("LIKENESS_TEST_DATA", SHARED / "data"))
    if not root.is_dir():
        sys.exit("The folder of real photographs (LIKENESS_TEST_DATA) is not on this machine.")
    return root


def load_people() -> People:
    root = data_root()
    engine = OnnxFaceEngine(find_models_dir(), threads=2)
    # The contract says nothing of how landmarks are found, on which vectors depend too.
    code = hashlib.sha256()
    for source in sorted(Path(inference.__file__).parent.glob("*.py")):
        code.update(source.read_bytes())
    name = f"people-{engine.contract.digest}-{code.hexdigest()[:12]}.npz"
    kept = Path(tempfile.gettempdir()) / "likeness-benchmarks" / name
    if not kept.exists():
        print("embedding the photographs once, about two minutes ...", file=sys.stderr)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name("partial.npz")
        np.savez(partial, **_embedded(root, engine))
        partial.replace(kept)
    with np.load(kept) as arrays:
        return People(scale=engine.scale, **{name: arrays[name] for name in arrays.files})


def _embedded(root: Path, engine: OnnxFaceEngine) -> dict[str, NDArray[np.generic]]:
    vectors, person, photo, look, sharpness = [], [], [], [], []

    def add(image: Image.Image, who: int, picture: int, kind: int) -> None:
        pixels = np.asarray(image.convert("RGB"))
        faces = engine.detect(pixels)
        if not faces:
            return
        vectors.append(engine.embed(pixels, [faces[0].landmarks])[0])
        person.append(who)
        photo.append(picture)
        look.append(kind)
        sharpness.append(faces[0].quality.sharpness)

    picture = 0
    with (root / "congress" / "identities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row["identity"] for row in rows})
    for row in rows:
        image = Image.open(root / "congress" / row["path"]).convert("RGB")
        for kind, change in enumerate(LOOKS.values()):
            add(change(image), names.index(row["identity"]), picture, kind)
        picture += 1
    for path in sorted((root / "fairface300").rglob("*.jpg")):
        add(Image.open(path), -1, picture, 0)
        picture += 1
    return {
        "vectors": np.stack(vectors),
        "person": np.array(person, np.int64),
        "photo": np.array(photo, np.int64),
        "look": np.array(look, np.int64),
        "sharpness": np.array(sharpness, np.float32),
    }
