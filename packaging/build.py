"""Build the program with PyInstaller and try what was built.

    python packaging/build.py [--dist FOLDER] [--screenshot PNG]

The built program runs its self-test in an environment with nothing of this one in it: no variables, no Python
path, a home of its own, no screen. The exit status is 0 when the build and the self-test were good.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SELF_TEST_LIMIT_S = 300
PNG = b"\x89PNG\r\n\x1a\n"
# Not to be in a default build: a GPL codec, and what the program has no use for.
UNWANTED = ("pillow_heif", "libheif", "x265", "tkinter", "libtcl", "Qt6Qml", "Qt6WebEngine", "libgtk", "cv2")


def build(dist: Path, work: Path) -> Path:
    """Run PyInstaller and give the folder it made."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(dist), "--workpath", str(work), str(ROOT / "packaging" / "likeness.spec")]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=True)
    return dist / "likeness"


def bare_environment(home: Path) -> dict[str, str]:
    """What a program finds that is started by nothing: a home, and on Windows the system's own folders."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "WINDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "AppData" / "Roaming"),
        "LOCALAPPDATA": str(home / "AppData" / "Local"),
        "TMPDIR": str(home),
        "TEMP": str(home),
        "PATH": os.defpath,
        "QT_QPA_PLATFORM": "offscreen",
    }


def executable(folder: Path, name: str) -> Path:
    return folder / (f"{name}.exe" if sys.platform == "win32" else name)


def run_built(program: Path, home: Path, *arguments: str, limit_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program), *arguments],
        cwd=home,
        env=bare_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=limit_s,
    )


def faults(folder: Path, screenshot: Path) -> list[str]:
    """Sentences about what is wrong with the built program; none when it is good."""
    wrong = [
        f"{path.relative_to(folder)} is not to be in the build"
        for path in folder.rglob("*")
        if any(part in path.name for part in UNWANTED)
    ]
    with tempfile.TemporaryDirectory(prefix="likeness-home-") as place:
        home = Path(place)
        for name in ("likeness", "likeness-cli"):
            said = run_built(executable(folder, name), home, "--version", limit_s=60)
            if said.returncode != 0 or not said.stdout.startswith("likeness "):
                wrong.append(f"{name} --version: status {said.returncode}: {said.stdout}{said.stderr}")
        tested = run_built(
            executable(folder, "likeness-cli"),
            home,
            "self-test",
            "--screenshot",
            str(screenshot),
            limit_s=SELF_TEST_LIMIT_S,
        )
        print(tested.stdout, end="")
        print(tested.stderr, end="", file=sys.stderr)
        if tested.returncode != 0:
            wrong.append(f"the self-test ended with status {tested.returncode}")
        elif not screenshot.is_file() or not screenshot.read_bytes().startswith(PNG):
            wrong.append("the self-test left no picture of the window")
    return wrong


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="where the folder goes")
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build" / "pyinstaller", help="for PyInstaller's own files"
    )
    parser.add_argument("--screenshot", type=Path, help="keep the self-test's picture here")
    options = parser.parse_args(arguments)
    dist = options.dist.resolve()
    folder = build(dist, options.work.resolve())
    screenshot = options.screenshot or dist / "self-test.png"
    wrong = faults(folder, screenshot.resolve())
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{folder}: {size / 1e6:.0f} MB")
    for sentence in wrong:
        print(f"The built program is not good: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
