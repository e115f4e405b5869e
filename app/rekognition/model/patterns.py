"""The service's patterns are Java's; the same as Python's regular expressions."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

_PROPERTY = re.compile(r"\\p\{(\w+)\}")
# What Python would read in another way, and none of the service's patterns has: the translation of a later
# model must fail here rather than let requests through.
_UNKNOWN = re.compile(r"\\[PQEGRXzZAbBkhHvV]|&&|\(\?<?[^:!=<]|[*+?}]\+|\\p(?!\{[LZN]\})")


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern describes the whole of the text."""
    return _compiled(pattern).fullmatch(text) is not None


def translated(pattern: str) -> str:
    """Python's form. Raises ValueError for what is not known to mean the same."""
    if _UNKNOWN.search(pattern):
        raise ValueError(f"the pattern {pattern} has to be translated first")
    # A minus after a range, as in [0-9-_], is itself in both, and between two letters a range in both.
    return _PROPERTY.sub(lambda found: _letters(found[1]), pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Java's \d, \w and \s are ASCII's.
    return re.compile(translated(pattern), re.ASCII)


@cache
def _letters(category: str) -> str:
    """What stands within a character class for all letters of a general category (L, Z or N): some 700
    ranges and 0.1 s for L, so only the patterns that are asked for are translated."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] == category:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
