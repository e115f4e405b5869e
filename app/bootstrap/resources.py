"""Where the program's own files lie: beside a checkout, inside a wheel, or in a built bundle."""

from __future__ import annotations

import sys
from pathlib import Path

from app.domain.errors import LikenessError


def resources_dir() -> Path:
    """Raises LikenessError when the installation lacks it."""
    package = Path(__file__).resolve().parents[1]
    places = [package / "resources", package.parent / "resources"]
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle:
        places.insert(0, Path(bundle) / "resources")
    for place in places:
        if place.is_dir():
            return place
    raise LikenessError("The program's folder of resources is missing. Install it again.")
