"""How the program speaks to a pipe, a terminal, a full disk and an impatient person."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import terminal
from app.cli.main import run
from app.domain.errors import DiskFull
from app.services.workbench import Workbench
from app.storage.unit_of_work import UnitOfWork
from tests.unit.cli.terminal import Terminal

NAMES = st.text(st.characters(exclude_characters="\0/"), max_size=30)

NOT_AN_IMAGE = "Not an image. Whatever its name says, what is in it is no picture."


class Stream(io.StringIO):
    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def fileno(self) -> int:
        raise io.UnsupportedOperation


class Failing(Stream):
    def __init__(self, error: OSError) -> None:
        super().__init__("utf-8")
        self._error = error

    def write(self, text: str) -> int:
        raise self._error


@given(NAMES)
def test_text_is_one_line_without_terminal_commands(name: str) -> None:
    shown = terminal.escaped(name)
    assert len(shown.splitlines()) <= 1
    assert not any(
        ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or "\ud800" <= char <= "\udfff" for char in shown
    )


@pytest.mark.parametrize("name", ["Jürgen Groß", "山田太郎", "عائشة", "👩‍👧", "a\\b", "נועה"])
def test_names_of_every_script_are_left_alone(name: str) -> None:
    assert terminal.escaped(name) == name


def test_what_is_no_text_is_escaped() -> None:
    name = os.fsdecode(b"caf\xe9\n\x1b[31m")
    assert terminal.escaped(name) == "caf\\xe9\\n\\x1b[31m"
    assert terminal.escaped("gpj.\u202eexe") == "gpj.\\u202eexe"


@given(st.binary(max_size=20).map(os.fsdecode), st.sampled_from(["utf-8", "ascii", "iso8859-1", "cp1252"]))
def test_json_gives_every_name_back(name: str, encoding: str) -> None:
    stream = Stream(encoding)
    terminal.write_json(stream, {"Path": name})
    written = stream.getvalue().encode(encoding)
    assert json.loads(written.decode(encoding))["Path"] == name
    assert os.fsencode(json.loads(written.decode(encoding))["Path"]) == os.fsencode(name)


def test_json_is_readable_where_it_can_be() -> None:
    stream = Stream("utf-8")
    terminal.write_json(stream, {"Name": "Jürgen"})
    assert "Jürgen" in stream.getvalue()


def test_letters_that_the_terminal_lacks_are_escaped() -> None:
    stream = Stream("ascii")
    terminal.write_text(stream, "Žofie")
    assert stream.getvalue() == "\\u017dofie\n"


@pytest.mark.parametrize(("options", "looked_at"), [([], 1), (["--json"], 2)])
def test_a_reader_that_went_away_is_no_error(
    likeness: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], looked_at: int
) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(BrokenPipeError()))
    before = likeness.engine.detections
    arguments = ["detect", str(folder / "a.png"), str(folder / "b.png"), *options]
    assert run(likeness.programs, arguments) == terminal.EXIT_READER_GONE
    # Nothing is worked out for a reader that is not there.
    assert likeness.engine.detections - before == looked_at


@pytest.mark.parametrize("arguments", [["detect", "a.png"], ["detect", "a.png", "--json"], ["--help"]])
def test_output_that_cannot_be_written_is_an_error(
    likeness: Terminal,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "stdout", Failing(OSError(28, "No space left on device")))
    assert run(likeness.programs, arguments) == 1
    assert capsys.readouterr().err == (
        "likeness: The output could not be written: No space left on device.\n"
    )


def test_names_that_are_not_utf8(likeness: Terminal, folder: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png"))
    try:
        (folder / "b.png").rename(odd)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    assert likeness("detect", odd).out.startswith(f"{folder}/caf\\xe9.png: 1 face\n")
    answer = likeness("search", "family", odd)
    assert answer.status == 1
    odd.write_bytes(b"not a picture")
    failed = likeness("index", "family", folder)
    assert failed.err == f"likeness: {folder}/caf\\xe9.png: {NOT_AN_IMAGE}\n"
    (entry,) = likeness("index", "family", folder, "--json").json["Failures"]
    assert os.fsencode(entry["Path"]) == os.fsencode(odd)


class _Impatient(threading.Event):
    """Ctrl+C arrives at the first wait."""

    pressed = 0

    def wait(self, timeout: float | None = None) -> bool:
        cls = type(self)
        cls.pressed += 1
        if cls.pressed == 1:
            raise KeyboardInterrupt
        return super().wait(timeout)


def test_ctrl_c_keeps_what_is_done_and_the_command_goes_on(
    likeness: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detect = likeness.engine.detect
    stopped = threading.Event()

    def slow(pixels: Any) -> Any:
        # Until the job was told to stop, no photo is ready.
        stopped.wait(10)
        return detect(pixels)

    def watch(bench: Workbench) -> None:
        cancel = bench.jobs.cancel

        def told(job_id: int) -> None:
            cancel(job_id)
            stopped.set()

        monkeypatch.setattr(bench.jobs, "cancel", told)

    monkeypatch.setattr(likeness.engine, "detect", slow)
    likeness.opened = watch
    _Impatient.pressed = 0
    with monkeypatch.context() as patched:
        patched.setattr("app.cli.progress.threading", SimpleNamespace(Event=_Impatient))
        answer = likeness("index", "family", folder)
    assert answer.status == 130
    assert "Stopping" in answer.err
    assert answer.out == ""
    again = likeness("index", "family", folder)
    assert again.status == 0
    assert "family now has 3 photos, 3 faces." in again.out


def test_a_full_disk_is_an_error_and_the_same_command_goes_on(
    likeness: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = UnitOfWork.insert

    def full(self: UnitOfWork, table: Any, values: Any) -> int:
        if table.name == "faces":
            raise DiskFull("The disk that holds the library is full. Free some space, then resume the job.")
        return insert(self, table, values)

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "insert", full)
        answer = likeness("index", "family", folder)
    assert (answer.status, answer.out) == (1, "")
    assert "full" in answer.err
    jobs: list[int] = []
    likeness.opened = lambda bench: jobs.append(len(bench.ingest.interrupted()))
    again = likeness("index", "family", folder)
    assert again.status == 0
    likeness("collections")
    # It went on with the job that had stopped: none is left to be offered.
    assert jobs == [1, 0]


def test_the_progress_bar_is_for_a_terminal_only(likeness: Terminal, folder: Path) -> None:
    answer = likeness("index", "family", folder)
    assert answer.err == ""
