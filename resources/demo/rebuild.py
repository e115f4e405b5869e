"""Make the demo's pictures again from the packages that demo.toml names.

    python resources/demo/rebuild.py FOLDER

FOLDER holds the packages, unpacked; each source is found by its sha256, wherever it lies. A picture is
turned upright, shrunk to at most 1200 pixels and saved as JPEG; of its metadata the day it was taken is
kept, so that a timeline has something to show. Nobody who uses the program runs this.
"""

from __future__ import annotations

import hashlib
import io
import sys
import tomllib
from pathlib import Path

from PIL import ExifTags, Image, ImageCms, ImageOps

HERE = Path(__file__).resolve().parent
LONGEST_SIDE = 1200
QUALITY = 88


def sources(folder: Path, names: set[str]) -> dict[str, Path]:
    """sha256 -> file, of the files below `folder` with one of the names."""
    found = (path for path in folder.rglob("*") if path.name in names and path.is_file())
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in found}


def convert(source: Path, target: Path, taken: str | None) -> tuple[int, int]:
    """Write `target` and give its size in pixels."""
    with Image.open(source) as opened:
        picture = ImageOps.exif_transpose(opened)
        profile = opened.info.get("icc_profile")
    if picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")
    if profile and picture.mode == "RGB":
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), inPlace=True)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    exif = Image.Exif()
    if taken:
        day = taken.replace("-", ":")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{day} 12:00:00"
    picture.info.pop("icc_profile", None)
    picture.save(target, quality=QUALITY, optimize=True, exif=exif.tobytes() if taken else b"")
    return picture.size


def main(folder: Path) -> int:
    photos = tomllib.loads((HERE / "demo.toml").read_text(encoding="utf-8"))["photo"]
    found = sources(folder, {Path(photo["source_path"]).name for photo in photos})
    for photo in photos:
        source = found.get(photo["source_sha256"])
        if source is None:
            print(f"{photo['file']}: {photo['source_path']} of {photo['source']} is not below {folder}")
            return 1
        taken = photo.get("taken")
        width, height = convert(source, HERE / photo["file"], str(taken) if taken else None)
        print(f"{photo['file']}: {width} x {height}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
