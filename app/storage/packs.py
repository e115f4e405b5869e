"""The library's shelf of celebrity packs.

packs/<id>/pack.json          the list; the files it names lie beside it
packs/<id>/disabled           there while the pack is switched off
packs/<id>/faces-<digest>.npz what its pictures became under that embedding contract; made again when lost
packs/.trash/<id>.<number>/   removed packs, thrown away after 30 days
packs/.new-<...>/             a pack that is being loaded: it takes its place when it is complete
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.domain.celebrities import PackContents, PackError, RemovedPack
from app.domain.errors import LikenessError, ResourceNotFound
from app.storage.pack_contents import LISTS, as_json, is_pack_id, parse

_log = logging.getLogger(__name__)

LIST: Final = LISTS[1]
KEPT_DAYS: Final = 30
_DISABLED: Final = "disabled"
_TRASH: Final = ".trash"
_NEW: Final = ".new-"
# A load that takes longer than this was killed.
_ABANDONED_SECONDS: Final = 86_400


@dataclass(frozen=True)
class StoredPack:
    """`contents` is None for one whose list cannot be read any more; then `problem` says so."""

    id: str
    folder: Path
    contents: PackContents | None
    enabled: bool
    problem: str = ""


class PackShelf:
    """Over the folder `packs` of a library, which is made when the first pack comes. Thread-safe; another
    process may use the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, tuple[int, PackContents]] = {}

    def packs(self) -> list[StoredPack]:
        """By name."""
        found = [self._stored(path) for path in self._folders(self._folder) if is_pack_id(path.name)]
        return sorted(
            found, key=lambda each: (each.contents.name.casefold() if each.contents else "", each.id)
        )

    def get(self, pack_id: str) -> StoredPack:
        """Raises ResourceNotFound."""
        if not is_pack_id(pack_id) or not (self._folder / pack_id).is_dir():
            raise ResourceNotFound(f"There is no pack “{pack_id}” in this library.")
        return self._stored(self._folder / pack_id)

    def signature(self) -> tuple[tuple[str, int, bool, tuple[str, ...]], ...]:
        """Changes with everything that recognising depends on."""
        return tuple(
            (path.name, _mtime(path / LIST), (path / _DISABLED).exists(), _caches(path))
            for path in self._folders(self._folder)
            if is_pack_id(path.name)
        )

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """An empty folder to put a pack together in; gone after, unless `put` took it."""
        with _told("be loaded"):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._clear_abandoned()
            place = Path(tempfile.mkdtemp(prefix=_NEW, dir=self._folder))
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def put(self, place: Path, contents: PackContents) -> str | None:
        """Give what `incoming` holds its place. A pack of the same id goes to the trash; its token.
        A pack that was switched off stays so."""
        with _told("be kept"):
            (place / LIST).write_bytes(as_json(contents))
            target, token = self._folder / contents.id, None
            if target.is_dir():
                if (target / _DISABLED).exists():
                    (place / _DISABLED).touch()
                token = self.remove(contents.id)
            place.rename(target)
            return token

    def set_enabled(self, pack_id: str, enabled: bool) -> None:
        """Raises ResourceNotFound, PackError."""
        mark = self.get(pack_id).folder / _DISABLED
        with _told("be switched"):
            if enabled:
                mark.unlink(missing_ok=True)
            else:
                mark.touch()

    def remove(self, pack_id: str) -> str:
        """Move it to the trash; the token that `restore` takes. Raises ResourceNotFound, PackError."""
        folder = self.get(pack_id).folder
        with _told("be removed"):
            trash = self._folder / _TRASH
            trash.mkdir(exist_ok=True)
            self._empty_old(trash)
            number = 1
            while (trash / f"{pack_id}.{number}").exists():
                number += 1
            place = trash / f"{pack_id}.{number}"
            folder.rename(place)
            os.utime(place)
            return place.name

    def removed(self) -> list[RemovedPack]:
        """The latest first."""
        found = []
        for path in self._folders(self._folder / _TRASH):
            stored = self._stored(path)
            name = stored.contents.name if stored.contents else stored.id
            version = stored.contents.version if stored.contents else ""
            people = len(stored.contents.entries) if stored.contents else 0
            when = datetime.fromtimestamp(_mtime(path) / 1e9, UTC)
            found.append(RemovedPack(path.name, name, version, people, when))
        return sorted(found, key=lambda each: (each.removed_at, each.token), reverse=True)

    def in_trash(self, token: str) -> StoredPack:
        """Raises ResourceNotFound."""
        pack_id, _, number = token.rpartition(".")
        place = self._folder / _TRASH / token
        if not is_pack_id(pack_id) or not number.isdecimal() or not place.is_dir():
            raise ResourceNotFound("This pack is not in the trash any more. Load it again.")
        return self._stored(place)

    def restore(self, token: str) -> str:
        """Bring it back; a pack of the same id that was loaded since goes to the trash. Its id.
        Raises ResourceNotFound, PackError."""
        stored = self.in_trash(token)
        with _told("be put back"):
            target = self._folder / stored.id
            if target.is_dir():
                self.remove(stored.id)
            stored.folder.rename(target)
            return stored.id

    def discard(self, token: str) -> None:
        """Throw it away for good. Raises ResourceNotFound."""
        shutil.rmtree(self.in_trash(token).folder, ignore_errors=True)

    def _stored(self, folder: Path) -> StoredPack:
        pack_id = folder.name.partition(".")[0]
        enabled = not (folder / _DISABLED).exists()
        path = folder / LIST
        try:
            stamp = _mtime(path)
            known = self._read.get(path)
            if known is None or known[0] != stamp or not stamp:
                known = (stamp, parse(path.read_bytes(), LIST))
                self._read[path] = known
            return StoredPack(pack_id, folder, known[1], enabled)
        except (OSError, LikenessError) as error:
            _log.warning("the pack %s cannot be read: %s", folder, error)
            problem = "Its list cannot be read any more. Remove the pack and load it again."
            return StoredPack(pack_id, folder, None, enabled, problem)

    @staticmethod
    def _folders(folder: Path) -> list[Path]:
        try:
            return sorted(path for path in folder.iterdir() if path.is_dir())
        except OSError:
            return []

    def _clear_abandoned(self) -> None:
        for path in self._folder.glob(f"{_NEW}*"):
            if _age_seconds(path) > _ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)

    def _empty_old(self, trash: Path) -> None:
        for path in self._folders(trash):
            if _age_seconds(path) > KEPT_DAYS * 86_400:
                shutil.rmtree(path, ignore_errors=True)


def cache_name(digest: str) -> str:
    """Of the file with the vectors under that contract."""
    return f"faces-{digest}.npz"


def _caches(folder: Path) -> tuple[str, ...]:
    with suppress(OSError):
        return tuple(sorted(path.name for path in folder.glob("faces-*.npz")))
    return ()


def _mtime(path: Path) -> int:
    """Nanoseconds; 0 for what is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _age_seconds(path: Path) -> float:
    return datetime.now(UTC).timestamp() - _mtime(path) / 1e9


@contextmanager
def _told(act: str) -> Iterator[None]:
    """A full disk or a folder that cannot be written to, in a sentence."""
    try:
        yield
    except OSError as error:
        where = error.filename or "the library"
        raise PackError(f"The pack cannot {act}: {error.strerror or error} ({where}).") from error
