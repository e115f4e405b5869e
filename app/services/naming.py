"""Ids as Rekognition allows them, names as people type them, and one made out of the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from app.domain.errors import InvalidParameter
from app.domain.text import printable

_COLLECTION_ID = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")
_USER_ID = re.compile(r"[a-zA-Z0-9_.\-:]{1,128}")
_LONGEST_NAME = 255
_LONGEST_SLUG = 100


def checked_collection_id(collection_id: str) -> str:
    if not _COLLECTION_ID.fullmatch(collection_id):
        raise InvalidParameter(
            "A CollectionId has 1 to 255 characters: letters, digits, underscore, dot and hyphen. "
            f"“{_short(collection_id)}” does not fit."
        )
    return collection_id


def checked_user_id(user_id: str) -> str:
    if not _USER_ID.fullmatch(user_id):
        raise InvalidParameter(
            "A UserId has 1 to 128 characters: letters, digits, underscore, dot, hyphen and colon. "
            f"“{_short(user_id)}” does not fit."
        )
    return user_id


def checked_name(name: str) -> str:
    """A display name without space around it and with single spaces in it, composed (NFC)."""
    clean = printable(" ".join(unicodedata.normalize("NFC", name).split()))
    if not clean:
        raise InvalidParameter("A name cannot be empty: type at least one character.")
    if len(clean) > _LONGEST_NAME:
        raise InvalidParameter(f"A name has at most {_LONGEST_NAME} characters; this one has {len(clean)}.")
    return clean


def free_slug(name: str, used: AbstractSet[str], fallback: str) -> str:
    """An id that reads like the name: accents dropped, spaces to hyphens, numbered when taken.

    A name without a Latin letter or digit gives `fallback`.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].rstrip("-") or fallback
    if slug not in used:
        return slug
    number = 2
    while f"{slug}-{number}" in used:
        number += 1
    return f"{slug}-{number}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """ "1 face", "12 faces"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def joined(names: Iterable[str]) -> str:
    """ "A", "A and B", "A, B and 3 more"."""
    listed = list(names)
    if len(listed) <= 2:
        return " and ".join(listed)
    if len(listed) == 3:
        return f"{listed[0]}, {listed[1]} and {listed[2]}"
    return f"{listed[0]}, {listed[1]} and {len(listed) - 2} more"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
