"""Loading a pack: checked, copied into the library, measured, and only then put in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from app.domain.celebrities import PackContents, PackError
from app.inference.engine import FaceEngine
from app.jobs import JobContext
from app.services.celebrities.measured import save
from app.services.celebrities.measuring import Measuring
from app.services.naming import counted
from app.storage.pack_contents import LISTS, parse
from app.storage.pack_source import (
    LARGEST_FILE,
    LARGEST_LIST,
    LARGEST_PACK,
    PackSource,
    open_source,
    read_whole,
    write_from,
)
from app.storage.packs import PackShelf

# Names that the library keeps for itself, and those that Windows does.
_OWN: Final = frozenset((*LISTS, "disabled"))
_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10)))
)


class Loading:
    """One run of the job. `accept` raises PackError for a pack that must not be loaded beside the others."""

    def __init__(
        self, shelf: PackShelf, engine: FaceEngine, path: Path, accept: Callable[[PackContents], None]
    ) -> None:
        self._shelf, self._engine, self._path, self._accept = shelf, engine, path, accept

    def __call__(self, context: JobContext) -> str:
        """The sentence that it ended with. Raises PackError, Cancelled."""
        with self._shelf.incoming() as place:
            with open_source(self._path) as source:
                contents = contents_of(source)
                self._accept(contents)
                self._copy(context, source, contents, place)
            measured = Measuring(self._engine, place, contents)(context)
            save(place, measured, self._engine.contract)
            context.token.raise_if_cancelled()
            replaced = self._shelf.put(place, contents)
        known, people = measured.recognisable, len(contents.entries)
        who = counted(people, "person", "people") if known == people else f"{known:,} of {people:,} people"
        said = f"{contents.name} {contents.version} {'replaced' if replaced else 'loaded'}: {who}."
        if measured.problems:
            said += f" {counted(len(measured.problems), 'problem')} found."
        return said

    def _copy(self, context: JobContext, source: PackSource, contents: PackContents, place: Path) -> None:
        names = file_names(contents)
        context.set_total(2 * len(names))
        left = LARGEST_PACK
        for name in names:
            context.token.raise_if_cancelled()
            context.skip(1)
            # Its absence is a problem of one person, which measuring tells.
            if not source.holds(name):
                continue
            target = place / name
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= write_from(source, name, target, min(LARGEST_FILE, max(left, 0)))
            except OSError as error:
                raise PackError(f"{name} cannot be copied: {error.strerror or error}.") from error


def contents_of(source: PackSource) -> PackContents:
    """The pack's list, with names of files that can stand on every system. Raises PackError."""
    contents = parse(read_whole(source, source.list_name, LARGEST_LIST), source.list_name)
    folded: dict[str, str] = {}
    for name in file_names(contents):
        top, stems = name.split("/", 1)[0], [part.split(".", 1)[0].casefold() for part in name.split("/")]
        own = name in _OWN or (name == top and top.startswith("faces-") and top.endswith(".npz"))
        if own or _DEVICES.intersection(stems) or any(part.endswith(".") for part in name.split("/")):
            raise PackError(f"No picture can be called {name}. Rename the file, also in {source.list_name}.")
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            raise PackError(f"{other} and {name} differ in nothing but case. Rename one of them.")
    for given in contents.vectors:
        if not source.holds(given.file):
            raise PackError(f"{given.file} is not in the pack, though {source.list_name} speaks of it.")
    return contents


def file_names(contents: PackContents) -> list[str]:
    """Pictures and vectors, once each."""
    pictures = [picture for entry in contents.entries for picture in entry.pictures]
    return list(dict.fromkeys([*pictures, *(given.file for given in contents.vectors)]))
