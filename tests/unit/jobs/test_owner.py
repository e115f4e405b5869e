"""Whether the process that ran a job still lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.jobs.owner import OwnerLock

_HOLD = """
import sys
from pathlib import Path
from app.jobs.owner import OwnerLock
lock = OwnerLock(Path(sys.argv[1]))
print(lock.mark, flush=True)
sys.stdin.read()
"""


def test_two_owners_in_one_process_see_each_other(tmp_path: Path) -> None:
    one, other = OwnerLock(tmp_path), OwnerLock(tmp_path)
    assert one.alive(one.mark)
    assert one.alive(other.mark)
    other.close()
    assert not one.alive(other.mark)
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_unknown_marks_are_dead(tmp_path: Path) -> None:
    owner = OwnerLock(tmp_path)
    assert not owner.alive(None)
    assert not owner.alive("")
    assert not owner.alive("0" * 32)
    owner.close()


def test_old_marks_of_dead_owners_are_swept(tmp_path: Path) -> None:
    living = OwnerLock(tmp_path)
    dead, young = tmp_path / "dead.lock", tmp_path / "young.lock"
    for path in (dead, young):
        path.touch()
    for path in (dead, tmp_path / f"{living.mark}.lock"):
        os.utime(path, (1, 1))
    other = OwnerLock(tmp_path)
    assert not dead.exists()
    assert young.exists()
    assert other.alive(living.mark)
    other.close()
    living.close()


def test_a_killed_process_is_dead(tmp_path: Path) -> None:
    owner = OwnerLock(tmp_path)
    command = [sys.executable, "-c", _HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        mark = process.stdout.readline().strip()
        assert owner.alive(mark)
        process.kill()
        process.wait(10)
    assert not owner.alive(mark)
    assert not (tmp_path / f"{mark}.lock").exists()
    owner.close()
