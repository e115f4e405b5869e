"""The most memory that this process has held, for tests that bound it."""

from __future__ import annotations

import sys
from pathlib import Path


def megabytes() -> float:
    """Since the program of this process was loaded. 0 on Windows.

    Linux's getrusage will not do: it also counts what the process held as a copy of its parent, before it
    became itself.
    """
    if sys.platform == "linux":
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    if sys.platform == "win32":
        return 0.0
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)
