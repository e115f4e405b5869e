"""The demo's manifest and its pictures belong together, and each says why it may be shipped."""

from __future__ import annotations

import tomllib
from pathlib import Path

from PIL import Image

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"
PHOTOS = tomllib.loads((DEMO / "demo.toml").read_text(encoding="utf-8"))["photo"]


def test_every_picture_is_listed_once_and_every_listed_one_is_there() -> None:
    listed = [photo["file"] for photo in PHOTOS]
    assert sorted(listed) == sorted(path.name for path in DEMO.glob("*.jpg"))


def test_every_picture_has_a_title_and_a_licence_that_allows_shipping() -> None:
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    for photo in PHOTOS:
        assert photo["title"] and photo["author"] and photo["source"], photo["file"]
        assert photo["licence"].startswith("public domain ("), photo["file"]
        assert len(photo["source_sha256"]) == 64, photo["file"]
        assert f"| {photo['file']} |" in readme


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < 3_000_000
    for photo in PHOTOS:
        with Image.open(DEMO / photo["file"]) as picture:
            assert max(picture.size) <= 1200, photo["file"]


def test_a_group_and_a_person_with_several_pictures_are_among_them() -> None:
    names = [face["name"] for photo in PHOTOS for face in photo.get("face", [])]
    assert max(len(photo.get("face", [])) for photo in PHOTOS) >= 20
    assert names.count("Barack Obama") >= 2
    assert any(not photo.get("face") for photo in PHOTOS), "something is left to name"


def test_no_name_stands_twice_on_one_picture() -> None:
    for photo in PHOTOS:
        names = [face["name"] for face in photo.get("face", [])]
        assert len(names) == len(set(names)), photo["file"]
        for face in photo.get("face", []):
            assert all(0 < ratio < 1 for ratio in face["at"]), face
