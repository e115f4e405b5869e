"""The program as a shell starts it: real processes, real models, real photographs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals, pipes and terminals of POSIX")
LIMIT_S = 60

NOT_AN_IMAGE = "Not an image. Whatever its name says, what is in it is no picture."


@dataclass(frozen=True)
class Shell:
    """Starts `python -m app` on a library of its own, in a home of its own."""

    library: Path
    home: Path

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "app", "--library", str(self.library), *map(str, words)]

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM")
        }
        home = {
            name: str(self.home) for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
        }
        return {**kept, **home, "TERM": "xterm", **more}

    def __call__(
        self, *words: str | Path, stdin: bytes = b"", **more: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*words),
            cwd=PROJECT,
            env=self.environment(**more),
            input=stdin,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
        out, err = (each.decode("utf-8", "surrogateescape") for each in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def json(self, *words: str | Path) -> Any:
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def scenes(shared_data: Path) -> Path:
    return shared_data / "scenes"


@pytest.fixture
def fresh(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "library", tmp_path / "home")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, scenes: Path) -> Shell:
    """A library with the pictures of Vlado, alone and in groups, in "friends"."""
    folder = tmp_path_factory.mktemp("archive")
    shell = Shell(folder / "library", folder / "home")
    done = shell("index", "friends", *sorted(scenes.glob("person-*.jpg")), scenes / "group-2.jpg")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("4 photos indexed into friends, ")
    return shell


def test_a_person_is_found_named_and_found_by_name(fresh: Shell, scenes: Path) -> None:
    indexed = fresh.json("index", "friends", scenes / "person-vlado.jpg", scenes / "group-2.jpg")
    assert (indexed["Photos"], indexed["Failures"], indexed["State"]) == (2, [], "done")
    found = fresh.json("search", "friends", "--image", scenes / "person-vlado1.jpg")["FaceMatches"]
    assert {Path(match["Path"]).name for match in found} == {"person-vlado.jpg", "group-2.jpg"}
    assert all(match["Similarity"] >= 90 for match in found)
    assert fresh("users", "create", "friends", "vlado", "--name", "Vlado Ž").returncode == 0
    ids = [match["Face"]["FaceId"] for match in found]
    given = fresh.json("users", "associate", "friends", "vlado", *ids)
    assert [face["FaceId"] for face in given["AssociatedFaces"]] == ids
    (line,) = fresh("search", "friends", scenes / "person-vlado5.jpg", "--users").stdout.splitlines()
    assert re.fullmatch(r" *\d+\.\d  vlado  Vlado Ž", line)
    strangers = fresh.json("search", "friends", scenes / "astronaut.png", "--users")
    assert strangers["UserMatches"] == []
    (user,) = fresh.json("users", "list", "friends")["Users"]
    assert (user["UserStatus"], user["FaceCount"]) == ("ACTIVE", 2)
    assert fresh("collections", "delete", "friends").returncode == 0
    assert fresh.json("collections")["CollectionIds"] == []


def test_detect_and_compare_read_files_and_stdin(fresh: Shell, scenes: Path) -> None:
    detail = fresh.json("detect", scenes / "astronaut.png")["FaceDetails"]
    assert len(detail) == 1
    piped = fresh("detect", "-", stdin=(scenes / "astronaut.png").read_bytes())
    assert piped.stdout.startswith("-: 1 face\n")
    shape = fresh.json("compare", scenes / "person-vlado.jpg", scenes / "group-2.jpg")
    assert len(shape["FaceMatches"]) == 1
    assert len(shape["UnmatchedFaces"]) == 2
    assert not fresh.library.exists()


def test_the_account_has_a_library_of_its_own(fresh: Shell) -> None:
    command = [sys.executable, "-m", "app", "collections", "create", "mine"]
    for _ in range(2):
        done = subprocess.run(
            command, cwd=PROJECT, env=fresh.environment(), capture_output=True, text=True, timeout=LIMIT_S
        )
    assert done.returncode == 1
    assert done.stderr == "likeness: There is a collection “mine” already.\n"
    if sys.platform.startswith("linux"):
        assert list(fresh.home.rglob("library.db"))


@POSIX
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_goes_away_ends_it_silently(fresh: Shell, scenes: Path, options: list[str]) -> None:
    pictures = [scenes / "person-vlado.jpg"] * 3
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            fresh.command("detect", *pictures, *options),
            cwd=PROJECT,
            env=fresh.environment(),
            stdout=pipe,
            stderr=subprocess.PIPE,
            timeout=LIMIT_S,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [["--help"], ["collections", "--json"]])
def test_a_full_disk_under_the_output(archive: Shell, words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            archive.command(*words),
            cwd=PROJECT,
            env=archive.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "likeness: The output could not be written: No space left on device.\n"


@POSIX
def test_names_that_are_no_text(fresh: Shell, scenes: Path, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    names = [b"caf\xe9.jpg", b"two\nlines \x1b[31m.jpg", "Žofie 山田.jpg".encode(), b"-rf.jpg"]
    picture = (scenes / "person-vlado.jpg").read_bytes()
    try:
        for name in names:
            # What stands behind a JPEG's end makes each of them a photo of its own.
            (folder / os.fsdecode(name)).write_bytes(picture + name)
        (folder / os.fsdecode(b"bad\xff.jpg")).write_bytes(b"not a picture")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    done = fresh("index", "odd", tmp_path / "odd")
    assert done.returncode == 1
    assert done.stderr == f"likeness: {tmp_path}/odd/bad\\xff.jpg: {NOT_AN_IMAGE}\n"
    assert "4 photos indexed into odd, 4 faces, 1 failed" in done.stdout
    found = fresh.json("search", "odd", scenes / "person-vlado.jpg")["FaceMatches"]
    assert {os.fsencode(Path(match["Path"]).name) for match in found} == set(names)
    text = fresh("search", "odd", scenes / "person-vlado.jpg").stdout
    assert len(text.splitlines()) == 4
    assert "caf\\xe9.jpg" in text
    assert "\x1b" not in text


@POSIX
def test_a_plain_ascii_terminal(archive: Shell) -> None:
    archive("collections", "rename", "friends", "Přátelé")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shown = archive("collections", **ascii_only)
    assert shown.returncode == 0
    assert "P\\u0159\\xe1tel\\xe9" in shown.stdout
    answer = archive("collections", "--json", **ascii_only)
    assert json.loads(answer.stdout)["Collections"][0]["DisplayName"] == "Přátelé"


def test_errors_go_to_stderr_and_say_what_to_do(archive: Shell, tmp_path: Path) -> None:
    missing = archive("search", "friends", tmp_path / "nowhere.jpg")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith(f"likeness: {tmp_path / 'nowhere.jpg'}: File is missing.")
    usage = archive("serch", "friends")
    assert (usage.returncode, usage.stdout) == (2, "")
    assert "No such command 'serch'" in usage.stderr


def on_terminal(
    command: list[str], environment: dict[str, str], until: Callable[[str], bool], act: Callable[[int], None]
) -> tuple[int, str]:
    """Run it on a terminal of its own; when `until` is true of what it wrote, `act` on its process once.
    Its exit status and all that it wrote to the terminal."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.chdir(PROJECT)
            os.execve(command[0], command, environment)
        finally:
            os._exit(127)
    written, acted = "", False
    deadline = time.monotonic() + LIMIT_S
    with os.fdopen(terminal, "rb", 0) as stream:
        while time.monotonic() < deadline:
            try:
                chunk = stream.read(4096)
            except OSError:
                break
            if not chunk:
                break
            written += chunk.decode(errors="replace")
            if not acted and until(written):
                acted = True
                act(pid)
        else:
            os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), written


def done_on_bar(written: str) -> int:
    """Of the last "12/193" of a progress bar."""
    counts = re.findall(r"(\d+)/\d+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written))
    return int(counts[-1]) if counts else 0


@POSIX
def test_ctrl_c_on_a_terminal_keeps_what_is_done(fresh: Shell, shared_data: Path) -> None:
    photos = sorted((shared_data / "congress" / "images").glob("*.jpg"))[:80]
    status, written = on_terminal(
        fresh.command("index", "congress", *photos),
        fresh.environment(NO_COLOR="1"),
        lambda text: done_on_bar(text) >= 5,
        lambda pid: os.kill(pid, signal.SIGINT),
    )
    assert status == 130, written[-2000:]
    assert "Stopping" in written
    assert "Traceback" not in written
    assert "Aborted" not in written
    # NO_COLOR: the bar moves, and has no colours.
    assert not re.search(r"\x1b\[[0-9;]*m", re.sub(r"\x1b\[0?m", "", written))
    (stopped,) = fresh.json("collections")["Collections"]
    assert 5 <= stopped["PhotoCount"] < 80
    ended = fresh.json("index", "congress", *photos)
    assert (ended["State"], ended["PhotoCount"]) == ("done", 80)
    assert ended["FaceCount"] >= 80


@POSIX
def test_the_bar_is_on_a_terminal_only_and_gone_at_the_end(fresh: Shell, scenes: Path) -> None:
    status, written = on_terminal(
        fresh.command("index", "friends", scenes / "group-2.jpg", scenes / "astronaut.png"),
        fresh.environment(),
        lambda text: False,
        lambda pid: None,
    )
    assert status == 0
    assert "Indexing" in written
    last = written.rstrip().splitlines()[-1]
    assert "2 photos indexed into friends" in last
    dumb_status, dumb = on_terminal(
        fresh.command("index", "friends", scenes / "group-2.jpg"),
        fresh.environment(TERM="dumb"),
        lambda text: False,
        lambda pid: None,
    )
    assert (dumb_status, "\x1b" in dumb) == (0, False)


def test_self_test_says_each_step(fresh: Shell, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "self-test", "--screenshot", str(tmp_path / "window.png")],
        cwd=PROJECT,
        env=fresh.environment(QT_QPA_PLATFORM="offscreen"),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 3
    assert (tmp_path / "window.png").stat().st_size > 10_000
