"""Pillow, set up once for files that nobody vouches for. Import this before decoding anything."""

from __future__ import annotations

import ctypes
import logging
import sys
import warnings
from pathlib import Path

import PIL
from PIL import Image

# The limits are checked here, per call and from the header (decode.py); Pillow's own limit would
# warn or raise by a number that is shared by the whole process.
Image.MAX_IMAGE_PIXELS = None

# What Pillow logs about damaged files reaches people as the reason of an ImageError.
logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)


def mute_warnings() -> None:
    """Keep Pillow from warning about odd metadata, which decode() tolerates or refuses by itself.

    Called before each use because a filter list can be replaced (test runners do it);
    `warnings.catch_warnings` would not do, as it is not safe between threads.
    """
    first = warnings.filters[0] if warnings.filters else None
    pattern = first[3] if first else None
    if first is None or first[0] != "ignore" or getattr(pattern, "pattern", pattern) != _MODULES:
        warnings.filterwarnings("ignore", module=_MODULES)


_MODULES = r"PIL\."


def _mute_libtiff() -> None:
    """libtiff writes its complaints to stderr, under the progress bar. Its failures are returned too.

    Wheels for Linux and macOS carry the library beside the package; elsewhere it stays as it is.
    """
    package = Path(PIL.__file__).parent
    pattern = "libtiff*.dylib" if sys.platform == "darwin" else "libtiff*.so*"
    for folder in (package.parent / "pillow.libs", package / ".dylibs"):
        for library in folder.glob(pattern):
            try:
                handle = ctypes.CDLL(str(library))
                for name in ("TIFFSetErrorHandler", "TIFFSetErrorHandlerExt"):
                    setter = getattr(handle, name)
                    setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
                    setter(None)
            except (OSError, AttributeError):
                continue


_mute_libtiff()
