"""The list of a pack, pack.toml or pack.json: read and checked, and written again as JSON.

docs/celebrity-packs.md states the form.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from app.domain.celebrities import (
    Celebrity,
    KnownGender,
    PackContents,
    PackEntry,
    PackError,
    PackVectors,
)
from app.domain.text import printable

FORMAT: Final = 1
LISTS: Final = ("pack.toml", "pack.json")
MOST_PEOPLE: Final = 100_000
MOST_PICTURES: Final = 100
MOST_VECTORS: Final = 1_000_000

_LONGEST: Final = {"name": 255, "version": 64, "licence": 1000, "attribution": 4000, "consent": 4000}
_MOST_URLS, _LONGEST_URL = 16, 2048
_PACK_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_PACK_ID: Final = 64
_CELEBRITY_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{16}")
# Without a scheme, as Rekognition gives them, or one that opens a page and does nothing else.
_URL = re.compile(r"(?:https?://)?[^\s:/?#<>\"]+\.[^\s:/?#<>\"]+(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?", re.I)


def parse(data: bytes, file: str) -> PackContents:
    """The list as its bytes are. `file` is its name, whose ending says which of the two forms it has.
    Raises PackError with what is wrong, and where."""
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text) if file.endswith(".toml") else json.loads(text)
    except UnicodeDecodeError as error:
        raise PackError(f"{file} is not text in UTF-8. Save it as UTF-8 and load the pack again.") from error
    except (ValueError, RecursionError) as error:
        raise PackError(f"{file} cannot be read: {_short(str(error))}. Correct it and load again.") from error
    return _Reader(file).contents(table)


def as_json(contents: PackContents) -> bytes:
    """The list as `parse` reads it from pack.json."""
    table: dict[str, Any] = {
        "format": FORMAT,
        **{key: getattr(contents, key) for key in ("id", *_LONGEST)},
        "celebrities": [
            {
                "id": entry.celebrity.id,
                "name": entry.celebrity.name,
                "urls": list(entry.celebrity.urls),
                "known_gender": entry.celebrity.known_gender.value,
                "pictures": list(entry.pictures),
            }
            for entry in contents.entries
        ],
        "vectors": [
            {"contract": each.contract, "model": each.model, "file": each.file, "people": list(each.people)}
            for each in contents.vectors
        ],
    }
    return json.dumps(table, ensure_ascii=False, indent=1).encode()


def pack_id_of(name: str) -> str:
    """An id that reads like the name: accents dropped, the rest to hyphens; "pack" for none at all."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return slug[:_LONGEST_PACK_ID].rstrip("-") or "pack"


def is_pack_id(text: str) -> bool:
    return len(text) <= _LONGEST_PACK_ID and _PACK_ID.fullmatch(text) is not None


def checked_url(url: str) -> str:
    """Raises PackError for what is no address of a page."""
    if len(url) > _LONGEST_URL or not url.isprintable() or not _URL.fullmatch(url):
        raise PackError(f"“{_short(url)}” is no web address. Use one that begins with https://.")
    return url


def checked_name(name: str) -> str:
    """A file's name within a pack: forward slashes, nothing that leads out. Raises PackError."""
    parts = name.split("/")
    good = (
        0 < len(name) <= 400
        and name.isprintable()
        and not set(name) & set('\\:*?"<>|')
        and all(part and part not in (".", "..") and part == part.strip() for part in parts)
    )
    if not good:
        raise PackError(
            f"“{_short(name)}” is no name for a file of a pack. Use names within the pack's folder, with "
            "forward slashes and without “..”."
        )
    return name


class _Reader:
    """Reads tables of one list; every refusal names the file and the place."""

    def __init__(self, file: str) -> None:
        self._file = file

    def contents(self, table: Any) -> PackContents:
        if not isinstance(table, dict):
            raise self._wrong("it must be a table with name, version, licence and celebrities")
        if table.get("format", FORMAT) != FORMAT:
            raise self._wrong(f"its format is {table['format']!r}; this program reads {FORMAT}. Update it")
        name = self._text(table, "name", "the pack")
        identity = table.get("id", pack_id_of(name))
        if not isinstance(identity, str) or not is_pack_id(identity):
            raise self._wrong("the id of the pack may have small letters, digits and hyphens, 64 at most")
        entries = [
            self._entry(each, number)
            for number, each in enumerate(self._list(table, "celebrities", MOST_PEOPLE), 1)
        ]
        if not entries:
            raise self._wrong("it has no celebrities")
        self._require_unique([entry.celebrity.id for entry in entries])
        known = {entry.celebrity.id for entry in entries}
        return PackContents(
            id=identity,
            name=name,
            version=self._text(table, "version", "the pack"),
            licence=self._text(table, "licence", "the pack"),
            attribution=self._text(table, "attribution", "the pack", needed=False),
            consent=self._text(table, "consent", "the pack", needed=False),
            entries=tuple(entries),
            vectors=tuple(self._vectors(each, known) for each in self._list(table, "vectors", 64)),
        )

    def _entry(self, table: Any, number: int) -> PackEntry:
        where = f"celebrity {number}"
        if not isinstance(table, dict):
            raise self._wrong(f"{where} must be a table with id and name")
        identity = table.get("id")
        if not isinstance(identity, str) or not _CELEBRITY_ID.fullmatch(identity):
            raise self._wrong(f"the id of {where} must have 1 to 64 letters (A-Z, a-z) and digits")
        name = self._text(table, "name", where)
        gender = table.get("known_gender", KnownGender.UNLISTED.value)
        if not isinstance(gender, str) or gender not in {kind.value for kind in KnownGender}:
            allowed = ", ".join(kind.value for kind in KnownGender)
            raise self._wrong(f"known_gender of {name} must be one of {allowed}")
        urls = self._texts(table, "urls", _MOST_URLS, name)
        pictures = self._texts(table, "pictures", MOST_PICTURES, name)
        try:
            checked_urls = tuple(checked_url(url) for url in urls)
            checked_pictures = tuple(dict.fromkeys(checked_name(each) for each in pictures))
        except PackError as error:
            raise PackError(f"{self._file}, {name}: {error}") from error
        return PackEntry(Celebrity(identity, name, checked_urls, KnownGender(gender)), checked_pictures)

    def _vectors(self, table: Any, known: set[str]) -> PackVectors:
        if not isinstance(table, dict):
            raise self._wrong("vectors must be tables with contract, model, file and people")
        contract = table.get("contract")
        if not isinstance(contract, str) or not _DIGEST.fullmatch(contract):
            raise self._wrong("the contract of vectors must be the 16 hex digits of an embedding contract")
        people = tuple(self._texts(table, "people", MOST_VECTORS, "the vectors"))
        strangers = set(people) - known
        if strangers:
            raise self._wrong(f"vectors are of “{_short(min(strangers))}”, who is not among the celebrities")
        try:
            file = checked_name(self._text(table, "file", "the vectors", longest=400))
        except PackError as error:
            raise PackError(f"{self._file}: {error}") from error
        model = self._text(table, "model", "the vectors", needed=False, longest=255)
        return PackVectors(contract, model or "of another name", file, people)

    def _text(
        self, table: dict[str, Any], key: str, where: str, *, needed: bool = True, longest: int | None = None
    ) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self._wrong(f"{key} of {where} must be text")
        clean = printable(" ".join(unicodedata.normalize("NFC", value).split()))
        most = longest or _LONGEST[key]
        if needed and not clean:
            raise self._wrong(f"{where} has no {key}")
        if len(clean) > most:
            raise self._wrong(f"{key} of {where} has more than {most:,} characters")
        return clean

    def _list(self, table: dict[str, Any], key: str, most: int) -> list[Any]:
        value = table.get(key, [])
        if not isinstance(value, list):
            raise self._wrong(f"{key} must be a list")
        if len(value) > most:
            raise self._wrong(f"{key} has {len(value):,} entries; {most:,} are the most")
        return value

    def _texts(self, table: dict[str, Any], key: str, most: int, where: str) -> list[str]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(f"{key} of {where} must be a list of texts")
        if len(value) > most:
            raise self._wrong(f"{key} of {where} has {len(value):,} entries; {most:,} are the most")
        return value

    def _require_unique(self, ids: Sequence[str]) -> None:
        seen: set[str] = set()
        for identity in ids:
            if identity in seen:
                raise self._wrong(f"two celebrities have the id {identity}")
            seen.add(identity)

    def _wrong(self, what: str) -> PackError:
        return PackError(f"{self._file}: {what}.")


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:80] + "…"
