"""Build the program with PyInstaller and try what was built.

    python packaging/build.py [--dist FOLDER] [--screenshot PNG]

The built program runs its self-test in an environment with nothing of this one in it: no variables, no Python
path, a home of its own, no screen. The exit status is 0 when the build and the self-test were good.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SELF_TEST_LIMIT_S = 300
PNG = b"\x89PNG\r\n\x1a\n"
# Not to be in a default build: a GPL codec, and what the program has no use for.
UNWANTED = (
    "pillow_heif",
    "libheif",
    "x265",
    "tkinter",
    "libtcl",
    "Qt6Qml",
    "Qt6WebEngine",
    "libgtk",
    "cv2",
    ".qm",
)


def build(dist: Path, work: Path) -> Path:
    """Run PyInstaller and give the folder it made."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(dist), "--workpath", str(work), str(ROOT / "packaging" / "likeness.spec")]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=True)
    folder = dist / "likeness"
    for name in ("LICENSE", "NOTICE"):
        shutil.copy2(ROOT / name, folder)
    if sys.platform.startswith("linux"):
        strip_python(folder / "_internal")
        add_desktop_files(folder)
    return folder


def strip_python(inside: Path) -> None:
    """Take the debugger's symbols out of the interpreter, which some builds of Python are shipped with.

    Only Python's own libraries: numpy's and onnxruntime's have been broken by stripping.
    """
    libraries = [*inside.glob("libpython3*.so*"), *inside.glob("python3*/lib-dynload/*.so")]
    if libraries and shutil.which("strip") is not None:
        subprocess.run(["strip", "--strip-debug", *map(str, libraries)], check=True)


def add_desktop_files(folder: Path) -> None:
    """`share` as it lies under /usr on a Linux desktop, and the script that installs it for one account."""
    here, icons, share = ROOT / "packaging" / "linux", ROOT / "resources" / "icons", folder / "share"
    places = {
        here / "likeness.desktop": "applications/likeness.desktop",
        here / "org.likeness.Likeness.metainfo.xml": "metainfo/org.likeness.Likeness.metainfo.xml",
        icons / "app.svg": "icons/hicolor/scalable/apps/likeness.svg",
    }
    for icon in icons.glob("likeness-*.png"):
        size = icon.stem.removeprefix("likeness-")
        places[icon] = f"icons/hicolor/{size}x{size}/apps/likeness.png"
    for source, place in places.items():
        (share / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, share / place)
    shutil.copy(here / "install.sh", folder)


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
