"""Where the program's own files lie: beside a checkout, inside a wheel, or in a built bundle."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def _roots() -> list[Path]:
    package = Path(__file__).resolve().parents[2]
    roots = [package / "resources", package.parent / "resources"]
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle:
        roots.insert(0, Path(bundle) / "resources")
    return roots


def resource(*parts: str) -> Path:
    """Path of a file under `resources/`. Raises FileNotFoundError naming the file when it is absent."""
    for root in _roots():
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"The program's file resources/{'/'.join(parts)} is missing. Install it again.")


def icon_font_files() -> tuple[Path, Path]:
    """The Phosphor font and its names as qtawesome ships them: (ttf, charmap.json).

    The files are read without importing qtawesome: its import pulls in qtpy, which costs a tenth of
    a second of the start, and only two of its files are used.
    """
    folders = []
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle:
        folders.append(Path(bundle) / "qtawesome" / "fonts")
    spec = find_spec("qtawesome")
    if spec is not None and spec.submodule_search_locations:
        folders.extend(Path(place) / "fonts" for place in spec.submodule_search_locations)
    for folder in folders:
        fonts, names = sorted(folder.glob("phosphor-*.ttf")), sorted(folder.glob("phosphor-charmap-*.json"))
        if fonts and names:
            return fonts[-1], names[-1]
    raise FileNotFoundError("The icon font (qtawesome's phosphor) is missing. Install the program again.")
