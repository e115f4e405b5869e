"""Trying a model file of unknown origin in a process of its own, with bounds on time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.domain.errors import Cancelled, LikenessError, ModelError
from app.inference.probe import Examination, examine
from app.inference.separation import LabelledFaces

SECONDS: Final = 240
_MEMORY: Final = 6 << 30
_LOOK: Final = 0.1
_FACES, _ANSWER, _SAID = "faces.npz", "answer.json", "said.txt"


def probe(
    path: Path,
    faces: LabelledFaces,
    seconds: float = SECONDS,
    stopped: Callable[[], bool] = lambda: False,
) -> Examination:
    """What `examine` finds. Raises ModelError with the reason, also where the file brings the process
    down, takes too long or too much memory; Cancelled."""
    if not path.is_file():
        raise ModelError(f"There is no file {path}.")
    with tempfile.TemporaryDirectory(prefix="likeness-") as folder:
        np.savez(Path(folder) / _FACES, crops=faces.crops, people=faces.people, photos=faces.photos)
        command = [*_program(), "models", "probe", str(path.absolute()), folder]
        with (Path(folder) / _SAID).open("wb") as said:
            process = subprocess.Popen(
                command, env=_environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
            try:
                _wait(process, path, seconds, stopped)
            finally:
                process.kill()
                process.wait()
        return _answer(path, Path(folder), process.returncode)


def probe_here(path: Path, folder: Path) -> None:
    """The other side: read the faces, examine the file in this process, leave the answer."""
    _bound_memory()
    with np.load(folder / _FACES) as stored:
        faces = LabelledFaces(stored["crops"], stored["people"], stored["photos"])
    answer: dict[str, Any]
    try:
        answer = {"found": examine(path, faces).to_json()}
    except (LikenessError, MemoryError) as error:
        answer = {"reason": str(error) or "It takes more memory than a model of faces should."}
    (folder / _ANSWER).write_text(json.dumps(answer), "utf-8")


def _wait(process: subprocess.Popen[bytes], path: Path, seconds: float, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            process.wait(_LOOK)
            return
        except subprocess.TimeoutExpired:
            if stopped():
                raise Cancelled("The check was stopped.") from None
            if time.monotonic() > end:
                raise ModelError(
                    f"{path.name} cannot be used: a few faces took it more than {seconds:.0f} seconds."
                ) from None


def _answer(path: Path, folder: Path, status: int) -> Examination:
    try:
        answer = json.loads((folder / _ANSWER).read_text("utf-8"))
        if "reason" in answer:
            raise ModelError(f"{path.name} cannot be used. {answer['reason']}")
        return Examination.from_json(answer["found"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = (folder / _SAID).read_bytes().decode(errors="replace")
        last = said.strip().splitlines()[-1:] or ["no word"]
        raise ModelError(
            f"{path.name} cannot be used: it brought down the process that tried it ({last[0]}, exit status "
            f"{status})."
        ) from error


def _program() -> list[str]:
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]


def _environment() -> dict[str, str]:
    if getattr(sys, "frozen", False):
        return dict(os.environ)
    root = str(Path(__file__).resolve().parents[3])
    found = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(found)}


def _bound_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
