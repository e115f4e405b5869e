"""Packs written: a folder or a zip, complete or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.domain.celebrities import PackContents, PackError
from app.jobs import JobContext
from app.services.celebrities.loading import file_names
from app.services.naming import counted
from app.storage.pack_contents import as_json
from app.storage.packs import LIST

# Pictures are packed already; a list of many people shrinks well.
_STORED: Final = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".gif", ".npy")
# What a zip may date its files; the moment of making says nothing and makes every zip another.
_DATE: Final = (1980, 1, 1, 0, 0, 0)


def export_pack(
    folder: Path, contents: PackContents, path: Path, replace: bool = False
) -> Callable[[JobContext], str]:
    """The run of a job that writes the pack in `folder` as a zip. Raises PackError where `path` is taken
    and not to be replaced."""
    require_free(path, replace)

    def run(context: JobContext) -> str:
        names = [name for name in file_names(contents) if (folder / name).exists()]
        context.set_total(len(names))
        with unfinished(path, replace) as partial:
            _write_zip(context, folder, contents, names, partial)
        return (
            f"{contents.name} exported: {counted(len(contents.entries), 'person', 'people')} in {path.name}."
        )

    return run


def write_pack(
    context: JobContext, folder: Path, contents: PackContents, path: Path, replace: bool = False
) -> None:
    """What was put together in `folder`, as a zip or a folder at `path`. Raises PackError, Cancelled."""
    (folder / LIST).write_bytes(as_json(contents))
    with unfinished(path, replace) as partial:
        if path.suffix.lower() == ".zip":
            _write_zip(context, folder, contents, file_names(contents), partial, steps=False)
        else:
            shutil.copytree(folder, partial)


def require_free(path: Path, replace: bool = False) -> None:
    """Nothing is written over but a file that may go. Raises PackError."""
    if os.path.lexists(path) and not (replace and path.is_file()):
        raise PackError(f"There is something at {path} already. Choose another name, or move it away first.")
    if not path.absolute().parent.is_dir():
        raise PackError(f"There is no folder {path.absolute().parent}. Make it first.")


@contextmanager
def unfinished(path: Path, replace: bool = False) -> Iterator[Path]:
    """A name beside `path`, which gets its own when all went well; gone otherwise."""
    try:
        place = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.absolute().parent))
        try:
            yield place / path.name
            require_free(path, replace)
            (place / path.name).replace(path)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    except OSError as error:
        raise PackError(f"{path} cannot be written: {error.strerror or error}.") from error


def _write_zip(
    context: JobContext,
    folder: Path,
    contents: PackContents,
    names: list[str],
    target: Path,
    *,
    steps: bool = True,
) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(_info(LIST), as_json(contents))
        for name in names:
            context.token.raise_if_cancelled()
            with (folder / name).open("rb") as source, file.open(_info(name), "w") as packed:
                shutil.copyfileobj(source, packed)
            if steps:
                context.advance()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_STORED if name.lower().endswith(_STORED) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
