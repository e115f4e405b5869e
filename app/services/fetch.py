"""A picture from an address that a person gave: the only time the program reaches out."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from app import __version__
from app.domain.errors import ImageError, InvalidParameter

_LIMIT = 100 * 1024 * 1024
_TIMEOUT_SECONDS = 20


def fetch(url: str) -> tuple[bytes, str]:
    """The bytes and a name for them. Raises InvalidParameter for another kind of address, ImageError
    when nothing comes or too much."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidParameter(f"“{url}” is not the address of a picture: it must begin with http or https.")
    request = urllib.request.Request(url.strip(), headers={"User-Agent": f"Likeness/{__version__}"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
            data: bytes = answer.read(_LIMIT + 1)
    except urllib.error.HTTPError as error:
        raise ImageError("Nothing there", f"{parts.netloc} answered {error.code}.") from error
    except (OSError, ValueError) as error:
        raise ImageError("Cannot be reached", f"{parts.netloc} did not send the picture.") from error
    if len(data) > _LIMIT:
        raise ImageError(
            "Too large", "An address may send 100 MB at most; save the file and drop it instead."
        )
    return data, unquote(PurePosixPath(parts.path).name) or parts.netloc
