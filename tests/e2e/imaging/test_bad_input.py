"""Every damaged, hostile and odd file of the collection: pixels or a reason, soon and in little memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.errors import ImageError
from app.imaging.decode import decode
from app.imaging.files import walk

PROJECT = Path(__file__).resolve().parents[3]

# A process of its own: its memory and what it writes to stderr are those of decoding alone.
SWEEP = """
import json, sys, time
from pathlib import Path
from app.domain.errors import ImageError
from app.imaging.decode import decode
from tests.peak import megabytes
for name in sys.stdin.read().split("\\0"):
    for side in (1600, None):
        start = time.perf_counter()
        try:
            decoded = decode(Path(name), max_side=side)
            answer = {"format": decoded.format, "shape": decoded.pixels.shape}
        except ImageError as error:
            answer = {"reason": error.reason, "text": str(error), "code": error.code}
        print(json.dumps({"file": name, **answer, "seconds": time.perf_counter() - start}))
print(json.dumps({"megabytes": megabytes()}))
"""

REASONS = {
    "File is empty",
    "File is cut short",
    "Image is damaged",
    "Not an image",
    "Too many pixels",
    "This kind of file is not a photo Likeness can read",
    "This computer cannot read HEIC yet: install likeness[heic]",
    "This kind of AVIF cannot be read yet",
}


@pytest.fixture(scope="module")
def bad_input(shared_data: Path) -> Path:
    return shared_data / "bad_input"


@pytest.fixture(scope="module")
def sweep(bad_input: Path) -> tuple[list[dict[str, Any]], str]:
    names = sorted(str(path) for path in bad_input.rglob("*") if path.is_file())
    assert len(names) > 400
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SWEEP],
        input="\0".join(names),
        capture_output=True,
        text=True,
        timeout=250,
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def answers(sweep: tuple[list[dict[str, Any]], str]) -> list[dict[str, Any]]:
    return [line for line in sweep[0] if "file" in line]


def test_every_file_gives_pixels_or_a_plain_reason(sweep: tuple[list[dict[str, Any]], str]) -> None:
    for answer in answers(sweep):
        if "reason" in answer:
            assert answer["reason"] in REASONS, answer
            assert not re.search(r"Error|Exception|0x|None|\n", answer["text"]), answer
        else:
            assert answer["shape"][2] == 3, answer
    reasons = Counter(answer.get("reason", "read") for answer in answers(sweep))
    assert reasons["read"] >= 2 * 285, reasons


def test_none_takes_long(sweep: tuple[list[dict[str, Any]], str]) -> None:
    slowest = max(answers(sweep), key=lambda answer: answer["seconds"])
    assert slowest["seconds"] < 10, slowest


def test_memory_stays_bounded(sweep: tuple[list[dict[str, Any]], str]) -> None:
    used = [line["megabytes"] for line in sweep[0] if "megabytes" in line]
    if not used:
        pytest.skip("this platform does not tell a process's peak memory")
    # Any of the bombs would take thousands.
    assert used[0] < 400


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="libtiff is built in elsewhere")
def test_nothing_is_written_to_stderr(sweep: tuple[list[dict[str, Any]], str]) -> None:
    assert sweep[1] == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("generated/empty.jpg", "File is empty"),
        ("generated/one_byte.jpg", "Not an image"),
        ("generated/text_named.jpg", "Not an image"),
        ("generated/html_named.jpg", "Not an image"),
        ("generated/truncated_10.jpg", "File is cut short"),
        ("generated/truncated_50.jpg", "File is cut short"),
        ("generated/truncated_90.jpg", "File is cut short"),
        ("generated/bitflips.jpg", "Image is damaged"),
        ("generated/bomb_30000x30000_1bit.png", "Too many pixels"),
        ("generated/bomb_65000x20000_1bit.png", "Too many pixels"),
        ("generated/header_only_2e9.png", "Too many pixels"),
        ("pillow/decompression_bomb.gif", "Too many pixels"),
        ("pillow/truncated_image.png", "File is cut short"),
        ("pillow/rgba.psd", "This kind of file is not a photo Likeness can read"),
        ("pillow/crash-5762152299364352.fli", "This kind of file is not a photo Likeness can read"),
        ("heif_avif/truncated.heic", "File is cut short"),
    ],
)
def test_reasons(bad_input: Path, name: str, reason: str) -> None:
    for side in (None, 1600, 100):
        with pytest.raises(ImageError) as caught:
            decode(bad_input / name, max_side=side)
        assert caught.value.reason == reason


def test_threads_give_the_answers_of_one(bad_input: Path) -> None:
    paths = sorted(path for path in bad_input.rglob("*") if path.is_file())[::3]

    def answer(path: Path) -> str | bytes:
        try:
            return decode(path, max_side=200).pixels.tobytes()
        except ImageError as error:
            return str(error)

    alone = list(map(answer, paths))
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(answer, paths)) == alone


def test_a_dropped_folder_gives_every_picture_in_it(bad_input: Path) -> None:
    problems: list[object] = []
    found = set(walk([bad_input], lambda path, error: problems.append((path, error))))
    missed = {path for path in bad_input.rglob("*") if path.is_file()} - found
    assert problems == []
    # What is left out has another kind's suffix, or no suffix and no picture's first bytes.
    assert not [path for path in missed if path.suffix in (".jpg", ".png", ".gif", ".tif", ".heic", ".avif")]
    for path in missed:
        with pytest.raises(ImageError):
            decode(path)


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("cmyk.jpg", True),
        ("palette.png", True),
        ("animated.gif", True),
        ("animated.webp", True),
        ("gray.jpg", False),
        ("gray16.png", False),
        ("gray_alpha.png", False),
        ("onebit.png", False),
    ],
)
def test_every_mode_shows_the_same_picture(bad_input: Path, name: str, colour: bool) -> None:
    # Seen small, dithering of the palette and of the 1-bit file averages out.
    base = decode(bad_input / "generated" / "jpeg_named.png", max_side=64).pixels.astype(float)
    pixels = decode(bad_input / "generated" / name, max_side=64).pixels.astype(float)
    if not colour:
        base = base @ np.array([0.299, 0.587, 0.114])
        pixels = pixels.mean(axis=2)
    assert np.abs(pixels - base).mean() < 5


@pytest.mark.parametrize("name", ["tiff_16bit_RGB", "tiff_16bit_RGBa"])
def test_16_bit_tiffs_match_their_targets(bad_input: Path, name: str) -> None:
    target = decode(bad_input / "pillow" / f"{name}_target.png").pixels
    for layout in ("16bit", "strip_planar_16bit", "tiled_planar_16bit"):
        file = bad_input / "pillow" / f"{name.replace('16bit', layout)}.tiff"
        assert np.array_equal(decode(file).pixels, target)


def test_faces_of_all_orientations_are_upright(bad_input: Path) -> None:
    folder = bad_input / "exif_rotated_faces"
    bases = sorted(folder.glob("*__orient1.jpg"))
    assert len(bases) == 10
    for base in bases:
        upright = decode(base)
        for orientation in range(2, 9):
            turned = decode(folder / base.name.replace("orient1", f"orient{orientation}"))
            assert turned.orientation == orientation
            assert (turned.width, turned.height) == (upright.width, upright.height)
            difference = np.abs(turned.pixels.astype(int) - upright.pixels.astype(int)).mean()
            assert difference < 3, (base.name, orientation)  # they were compressed anew


@pytest.mark.parametrize("name", ["Landscape", "Portrait"])
def test_photos_of_all_orientations_are_upright(bad_input: Path, name: str) -> None:
    folder = bad_input / "exif_orientation_recurser"
    upright = decode(folder / f"{name}_0.jpg", max_side=300)
    assert (upright.width > upright.height) == (name == "Landscape")
    for orientation in range(1, 9):
        turned = decode(folder / f"{name}_{orientation}.jpg", max_side=300)
        assert (turned.width, turned.height) == (upright.width, upright.height)
        # The number is printed on each, small.
        assert np.abs(turned.pixels.astype(int) - upright.pixels.astype(int)).mean() < 6
