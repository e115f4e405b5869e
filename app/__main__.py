"""The program's entry: `likeness` and `python -m app` are the same."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line, which opens the window when no command is given; the exit status."""
    # A windowed program on Windows starts without standard streams, which argument parsing and
    # logging write to.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    # Imported here: an error of the imports themselves then has a stream to be told on.
    from app.bootstrap.programs import programs
    from app.cli.main import run

    return run(programs())


if __name__ == "__main__":
    sys.exit(main())
