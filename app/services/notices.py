"""What the program is made of, and under which licences: facts and texts to read."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from app.inference.manifest import find_models_dir

_PACKAGE = Path(__file__).resolve().parents[1]
_APACHE: Final = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Notice:
    """A work of others. `distribution` is the Python package that carries its licence text, `file` the
    text's place below the program's resources; at most one of them is given."""

    name: str
    licence: str
    purpose: str
    distribution: str = ""
    file: str = ""


FONTS_AND_ICONS: Final = (
    Notice("Inter", "OFL-1.1", "The letters of the window", file="fonts/OFL.txt"),
    Notice("JetBrains Mono", "OFL-1.1", "The letters of JSON", file="fonts/OFL.txt"),
    Notice("Phosphor", "MIT", "The icons, by way of QtAwesome", distribution="QtAwesome"),
)
LIBRARIES: Final = (
    Notice("Qt 6 and PySide6", "LGPL-3.0-only", "The window", distribution="PySide6-Essentials"),
    Notice("onnxruntime", "MIT", "Runs the models", distribution="onnxruntime"),
    Notice("NumPy", "BSD-3-Clause", "Computes with vectors and pixels", distribution="numpy"),
    Notice("Pillow", "MIT-CMU", "Reads pictures", distribution="pillow"),
    Notice("SQLAlchemy", "MIT", "Speaks to the database", distribution="SQLAlchemy"),
    Notice("Alembic", "MIT", "Brings old libraries up to date", distribution="alembic"),
    Notice("pydantic", "MIT", "Checks settings", distribution="pydantic"),
    Notice("Typer and Rich", "MIT", "The command line", distribution="typer"),
    Notice("platformdirs", "MIT", "Finds the system's folders", distribution="platformdirs"),
    Notice("Starlette and uvicorn", "BSD-3-Clause", "Answer on the endpoint", distribution="starlette"),
    Notice("keyring", "MIT", "Keeps secrets in the system's keyring", distribution="keyring"),
    Notice("cryptography", "Apache-2.0", "Keeps them where there is none", distribution="cryptography"),
    Notice("Python", "PSF-2.0", "Runs the program"),
)


def version_of(notice: Notice) -> str:
    """The version that runs; empty where nothing says it."""
    if notice.name == "Python":
        return ".".join(str(part) for part in sys.version_info[:3])
    try:
        return metadata.version(notice.distribution) if notice.distribution else ""
    except metadata.PackageNotFoundError:
        return ""


def text_of(notice: Notice) -> str:
    """The licence's text, as it came with the work; where none came with it, what is known of it."""
    if notice.file:
        found = _first([root / "resources" / notice.file for root in _roots()])
    else:
        found = _of_distribution(notice.distribution)
    return found or (
        f"{notice.name} is used under the licence {notice.licence}. Its text is at "
        f"https://spdx.org/licenses/{notice.licence}.html."
    )


def text_of_model(model_id: str) -> str:
    """The licence of a model's weights. Raises ModelError where there are no models."""
    return _first([find_models_dir() / "licences" / f"{model_id}.txt"]) or (
        f"The licence of {model_id} did not come with it. models/manifest.toml names its source."
    )


def own_text() -> str:
    """The program's licence, and the notices that go with it."""
    parts = [
        _first([root / name for root in _roots()]) or _of_distribution("likeness", name)
        for name in ("NOTICE", "LICENSE")
    ]
    return "\n\n".join(part for part in parts if part) or (
        f"Likeness is used under the licence {_APACHE}. Its text is at https://www.apache.org/licenses/LICENSE-2.0."
    )


def _roots() -> list[Path]:
    bundle = getattr(sys, "_MEIPASS", None)
    return [*([Path(bundle)] if bundle else []), _PACKAGE, _PACKAGE.parent]


def _first(places: list[Path]) -> str:
    for place in places:
        if place.is_file():
            return place.read_text("utf-8", errors="replace").strip()
    return ""


def _of_distribution(name: str, file: str = "") -> str:
    """The licence files of an installed package; `file` for only the one of that name."""
    try:
        files = metadata.files(name) or []
    except (metadata.PackageNotFoundError, ValueError):
        return ""
    wanted = [
        path
        for path in files
        if ".dist-info" in str(path)
        and (path.name == file if file else path.name.upper().startswith(("LICEN", "COPYING", "NOTICE")))
    ]
    texts = [Path(str(path.locate())) for path in wanted]
    return "\n\n".join(text for text in (_first([place]) for place in texts) if text)
