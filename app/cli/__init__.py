"""The command line: `likeness` and `python -m app`."""
