"""The licences of everything that a build ships, found from what the build is made of.

The names of the files in the folder are the works: `numpy.txt`, `Python.txt`, `system-libx11-6.txt`.
"""

from __future__ import annotations

import importlib.metadata as metadata
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Their packages hold no licence of their own; packaging/licences has it.
BY_HAND = {"pyside6-essentials": "qt.txt", "shiboken6": "qt.txt"}
# Fonts are taken from the first; the second gives the executables that start the program.
ALWAYS = ("qtawesome", "pyinstaller")
_LICENCE = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)


def write_licences(folder: Path, modules: Iterable[str], binaries: Iterable[tuple[str, str]]) -> list[Path]:
    """Write a text for each work into `folder` and give the paths.

    `modules` are the names of all Python modules in the build, `binaries` its (name, source file)
    pairs. Raises SystemExit when a work has no licence to be found: then it may not be shipped.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "licences", folder)
    sources = [Path(source) for _, source in binaries]
    for name in sorted(_distributions(modules, sources) | set(ALWAYS)):
        if name not in BY_HAND:
            _write(folder / f"{name}.txt", _texts_of(metadata.distribution(name)), name)
    _write(folder / "Python.txt", _python_licences(), "Python")
    for package in sorted(_debian_packages(sources)):
        copyright_file = Path("/usr/share/doc") / package / "copyright"
        if package.startswith("python3") or not copyright_file.is_file():
            continue
        _write(folder / f"system-{package}.txt", [copyright_file.read_text("utf-8", "replace")], package)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _distributions(modules: Iterable[str], sources: list[Path]) -> set[str]:
    """The normalised names of the installed packages that the build took something from."""
    of_module = metadata.packages_distributions()
    tops = {name.partition(".")[0] for name in modules}
    # Compiled parts have names that are paths.
    site = [Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib")]
    for source in sources:
        tops |= {source.resolve().relative_to(root).parts[0] for root in site if _within(source, root)}
    found = {name for top in tops for name in of_module.get(top, ())}
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def _texts_of(distribution: metadata.Distribution) -> list[str]:
    """The licence files that a package came with, in its metadata or beside its modules."""
    files = [
        path
        for path in distribution.files or ()
        if _LICENCE.search(path.name)
        and path.suffix.lower() in ("", ".txt", ".md", ".rst", ".apache", ".bsd")
    ]
    inside = [path for path in files if ".dist-info" in path.parts[0]]
    # A package that keeps them beside its modules has them at the top; deeper ones are of its parts.
    kept = inside or [path for path in files if len(path.parts) <= 2]
    return [Path(str(path.locate())).read_text("utf-8", "replace") for path in kept]


def _python_licences() -> list[str]:
    places = [
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(f"/usr/share/doc/python3.{sys.version_info.minor}/copyright"),
    ]
    return [place.read_text("utf-8", "replace") for place in places if place.is_file()][:1]


def _debian_packages(sources: list[Path]) -> set[str]:
    """The system's packages that libraries were taken from, where the system knows."""
    roots = (Path("/usr/lib"), Path("/lib"))
    taken = {source.resolve() for source in sources if any(_within(source, root) for root in roots)}
    if not taken or shutil.which("dpkg-query") is None:
        return set()
    # A merged /usr: dpkg may know a file by the path that it had before.
    asked = [str(path) for path in taken] + [str(path).removeprefix("/usr") for path in taken]
    told = subprocess.run(["dpkg-query", "--search", *asked], capture_output=True, encoding="utf-8")
    return {line.partition(":")[0] for line in told.stdout.splitlines() if ": /" in line}


def _within(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root)


def _write(path: Path, texts: list[str], name: str) -> None:
    if not texts:
        raise SystemExit(f"No licence of {name} was found: write one into packaging/licences")
    path.write_text(("\n" + "-" * 79 + "\n\n").join(texts), encoding="utf-8")
