"""The built program, in an environment with nothing of the checkout in it.

A build takes half a minute and 300 MB: it is made where LIKENESS_TEST_PACKAGED=1, and in continuous
integration.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "resources" / "demo" / "joe-biden.jpg"
LINUX = sys.platform.startswith("linux")

pytestmark = [
    pytest.mark.skipif(
        not (os.environ.get("LIKENESS_TEST_PACKAGED") or os.environ.get("CI")),
        reason="builds the program: set LIKENESS_TEST_PACKAGED=1",
    ),
    pytest.mark.timeout(900),
]
on_linux = pytest.mark.skipif(not LINUX, reason="the desktop entry is for Linux")


@dataclass(frozen=True)
class Built:
    folder: Path
    picture: Path
    said: str

    @property
    def inside(self) -> Path:
        return self.folder / "_internal"

    def program(self, name: str) -> str:
        return str(self.folder / (f"{name}.exe" if sys.platform == "win32" else name))

    def run(self, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command-line executable in an environment that has nothing but a home."""
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "WINDIR") if name in os.environ}
        places = {
            name: str(home) for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP")
        }
        return subprocess.run(
            [self.program("likeness-cli"), *arguments],
            cwd=home,
            env={**kept, **places, "PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    place = tmp_path_factory.mktemp("built")
    picture = place / "window.png"
    command = [sys.executable, str(ROOT / "packaging" / "build.py"), "--dist", str(place / "dist")]
    command += ["--work", str(place / "work"), "--screenshot", str(picture)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=850
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    yield Built(place / "dist" / "likeness", picture, done.stdout)
    # 300 MB, and pytest keeps the folders of three runs.
    shutil.rmtree(place, ignore_errors=True)


def test_the_built_program_tests_itself(built: Built) -> None:
    assert "searched a face: Barack Obama" in built.said
    with Image.open(built.picture) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape[0] >= 600 and pixels.shape[1] >= 900, "the window has its size"
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 5000, "photographs are to be seen in it"


def test_the_terminal_is_told_and_gets_the_status(built: Built, tmp_path: Path) -> None:
    found = built.run(tmp_path, "detect", str(PORTRAIT), "--json")
    assert found.returncode == 0, found.stderr
    assert "FaceDetails" in found.stdout or "Faces" in found.stdout
    json.loads(found.stdout)
    missing = built.run(tmp_path, "detect", str(tmp_path / "nothing.jpg"))
    assert missing.returncode == 1 and "nothing.jpg" in missing.stderr and not missing.stdout
    wrong = built.run(tmp_path, "no-such-command")
    assert wrong.returncode == 2 and "no-such-command" in wrong.stderr


def test_nothing_is_missing_and_nothing_too_much(built: Built) -> None:
    for name in ("models", "resources/fonts", "resources/demo", "app/storage/migrations"):
        for source in (ROOT / name).rglob("*"):
            recipe = (source.suffix == ".py" and not name.startswith("app")) or "__pycache__" in source.parts
            recipe = recipe or ROOT / "models" / "build" in source.parents
            if source.is_file() and not recipe:
                copy = built.inside / source.relative_to(ROOT)
                assert copy.is_file() and copy.stat().st_size == source.stat().st_size, copy
    for name in ("LICENSE", "NOTICE"):
        assert (built.folder / name).read_bytes() == (ROOT / name).read_bytes()
    size = sum(path.lstat().st_size for path in built.folder.rglob("*") if path.is_file())
    assert size < 400e6, f"{size / 1e6:.0f} MB"


def test_every_work_in_it_has_its_licence(built: Built) -> None:
    licences = {path.stem for path in (built.inside / "licences").iterdir() if path.stat().st_size > 300}
    works = {
        "Python",
        "qt",
        "LGPL-3.0",
        "GPL-3.0",
        "numpy",
        "onnxruntime",
        "pillow",
        "pydantic",
        "sqlalchemy",
    }
    works |= {"alembic", "typer", "rich", "platformdirs", "qtawesome", "phosphor-icons", "pyinstaller"}
    assert works <= licences, works - licences
    assert (built.inside / "models" / "licences").is_dir() and (
        built.inside / "resources/fonts/OFL.txt"
    ).is_file()
    notice = (built.folder / "NOTICE").read_text("utf-8")
    own = {path.stem for path in (ROOT / "packaging" / "licences").iterdir()}
    for work in licences - own:
        if not work.startswith("system-"):
            words = work.replace("-", "[- ]")
            assert re.search(rf"(?i)\b{words}\b", notice), f"NOTICE does not name {work}"


def test_no_path_of_this_machine_is_in_the_code(built: Built) -> None:
    readers = pytest.importorskip("PyInstaller.archive.readers")
    archive = readers.CArchiveReader(built.program("likeness")).open_embedded_archive("PYZ.pyz")
    own = [name for name in archive.toc if name.partition(".")[0] == "app"]
    assert len(own) > 100
    for name in own:
        code = archive.extract(name, raw=True)
        assert code is None or os.fsencode(ROOT) not in code, name


@on_linux
def test_the_window_opens_on_a_screen_under_the_name_of_its_desktop_entry(
    built: Built, xvfb, tmp_path: Path
) -> None:
    environment = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PATH": os.defpath, "DISPLAY": xvfb.name}
    started = time.monotonic()
    program = subprocess.Popen(
        [built.program("likeness-cli"), "--demo"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        window = xvfb.wait_for_window("Likeness", timeout=60)
        took = time.monotonic() - started
        assert took < 15, f"{took:.1f} s until the window"
        entry = (built.folder / "share/applications/likeness.desktop").read_text("utf-8")
        wanted = re.search(r"^StartupWMClass=(.*)$", entry, re.MULTILINE)
        assert wanted is not None
        of_class = xvfb.xdotool("search", "--onlyvisible", "--class", f"^{wanted[1]}$").split()
        assert window in of_class, "a desktop knows the window by its class"
        deadline = time.monotonic() + 60
        picture = tmp_path / "demo.png"
        while True:
            with Image.open(xvfb.screenshot(picture, window)) as image:
                seen = len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0))
            if seen > 5000:
                break
            assert program.poll() is None and time.monotonic() < deadline, f"only {seen} colours"
            time.sleep(0.3)
        xvfb.close_window(window, program)
        said, _ = program.communicate(timeout=30)
        assert program.returncode == 0 and "Traceback" not in said, said
    finally:
        program.kill()
        program.communicate()


@on_linux
def test_it_is_put_into_the_menu_and_taken_out(built: Built, tmp_path: Path) -> None:
    # A path that shells and menus have to be careful with.
    folder = tmp_path / "a & b" / "likeness"
    folder.mkdir(parents=True)
    for name in ("share", "install.sh"):
        source = built.folder / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    for name in ("likeness", "likeness-cli", "_internal"):
        (folder / name).symlink_to(built.folder / name)
    prefix = tmp_path / "local"
    subprocess.run(["sh", str(folder / "install.sh"), str(prefix)], check=True, timeout=30)

    entry = (prefix / "share/applications/likeness.desktop").read_text("utf-8")
    assert f'Exec="{folder}/likeness"\n' in entry and f"TryExec={folder}/likeness\n" in entry
    assert "Icon=likeness\n" in entry
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        icon = prefix / f"share/icons/hicolor/{size}x{size}/apps/likeness.png"
        with Image.open(icon) as image:
            assert image.size == (size, size)
    assert (prefix / "share/icons/hicolor/scalable/apps/likeness.svg").is_file()
    said = subprocess.run(
        [str(prefix / "bin" / "likeness-cli"), "--version"],
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 0 and said.stdout.startswith("likeness "), said.stderr

    if shutil.which("desktop-file-validate"):
        files = [
            prefix / "share/applications/likeness.desktop",
            ROOT / "packaging" / "linux" / "likeness.desktop",
        ]
        told = subprocess.run(["desktop-file-validate", *map(str, files)], capture_output=True, text=True)
        assert told.returncode == 0 and not told.stdout, told.stdout
    about = ElementTree.parse(prefix / "share/metainfo/org.likeness.Likeness.metainfo.xml").getroot()
    assert about.findtext("launchable") == "likeness.desktop"

    subprocess.run(["sh", str(folder / "install.sh"), "--remove", str(prefix)], check=True, timeout=30)
    assert not [path for path in prefix.rglob("*") if not path.is_dir() and path.name != "mimeinfo.cache"]


def test_the_icons_of_windows_and_macos_hold_their_sizes() -> None:
    icons = ROOT / "resources" / "icons"
    with Image.open(icons / "likeness.ico") as icon:
        assert {(size, size) for size in (16, 24, 32, 48, 64, 128, 256)} <= icon.info["sizes"]
    with Image.open(icons / "likeness.icns") as icon:
        assert {(16, 16, 2), (32, 32, 2), (128, 128, 1), (256, 256, 1), (512, 512, 1), (512, 512, 2)} <= set(
            icon.info["sizes"]
        )
