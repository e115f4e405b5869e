"""Text that can be stored, sent and shown, out of text that came from outside."""

from __future__ import annotations

import re
from typing import Final

# File names are bytes of no certain encoding; Python stands what is no text for by lone surrogates,
# and neither a database nor a terminal takes those. A line break would tear a title in two.
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with U+FFFD for each control character and each byte of a file name that is no text."""
    if text.isprintable():  # nearly always, and ten times as fast
        return text
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
