"""The user's own models: files with a manifest, in a folder of the account, shared by all libraries."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from app.domain.errors import ModelError, ResourceAlreadyExists, ResourceNotFound
from app.inference.manifest import MANIFEST_NAME, MANIFEST_VERSION, load_manifest

Entry = dict[str, Any]
_HEAD: Final = "# The models that were added to Likeness on this account. Written by Likeness.\n"


class OwnModels:
    """Reads and writes the folder; each write replaces the manifest whole. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def entries(self) -> list[Entry]:
        """As they are written. Raises ModelError where the manifest cannot be read."""
        path = self.folder / MANIFEST_NAME
        try:
            found: list[Entry] = tomllib.loads(path.read_text("utf-8")).get("models", [])
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The list of your own models {path} cannot be read ({error}). Mend it, or move it away and "
                "add the models again."
            ) from error
        return found

    def add(self, source: Path, entry: Entry) -> None:
        """Copy the file and write its entry, which has no file and no sha256 yet.

        Raises ModelError, ResourceAlreadyExists for an id or a file that is there.
        """
        with self._lock:
            entries = self.entries()
            digest = sha256_of(source)
            for known in entries:
                if known["sha256"] == digest:
                    raise ResourceAlreadyExists(f"{source.name} is there already, as {known['id']}.")
                if known["id"] == entry["id"]:
                    raise ResourceAlreadyExists(f"There is a model {entry['id']} already.")
            name = f"{entry['id']}.onnx"
            temporary = self.folder / f".{name}.{os.getpid()}.new"
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, temporary)
                if sha256_of(temporary) != digest:
                    raise ModelError(f"{source} changed while it was copied. Add it again.")
                temporary.replace(self.folder / name)
                self._write([*entries, {**entry, "file": name, "sha256": digest}])
            except OSError as error:
                raise ModelError(
                    f"{source.name} could not be copied to {self.folder}: {error.strerror or error}."
                ) from error
            finally:
                temporary.unlink(missing_ok=True)

    def update(self, model_id: str, settings: Mapping[str, Any]) -> None:
        """Change settings of a model. Raises ResourceNotFound, ModelError."""
        with self._lock:
            entries = self.entries()
            entry = _find(entries, model_id)
            entry["settings"] = {**entry.get("settings", {}), **settings}
            self._write(entries)

    def remove(self, model_id: str) -> None:
        """The entry, and the copy of the file. Raises ResourceNotFound, ModelError."""
        with self._lock:
            entries = self.entries()
            entry = _find(entries, model_id)
            self._write([each for each in entries if each is not entry])
            # On Windows the file stays while it is open; nothing names it any more.
            try:
                (self.folder / str(entry["file"])).unlink(missing_ok=True)
            except OSError:
                return

    def _write(self, entries: list[Entry]) -> None:
        text = _HEAD + f"version = {MANIFEST_VERSION}\n" + "".join(_entry_text(each) for each in entries)
        path = self.folder / MANIFEST_NAME
        temporary = path.with_name(f".{MANIFEST_NAME}.{os.getpid()}.new")
        try:
            temporary.write_text(text, "utf-8")
            temporary.replace(path)
        except OSError as error:
            raise ModelError(f"{path} could not be written: {error.strerror or error}.") from error
        finally:
            temporary.unlink(missing_ok=True)
        load_manifest(self.folder)


def sha256_of(path: Path) -> str:
    """Raises ModelError."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()


def _find(entries: list[Entry], model_id: str) -> Entry:
    for entry in entries:
        if entry["id"] == model_id:
            return entry
    raise ResourceNotFound(f"There is no model {model_id} among your own.")


def _entry_text(entry: Entry) -> str:
    plain = {key: value for key, value in entry.items() if key != "settings"}
    lines = ["", "[[models]]", *(f"{key} = {_toml(value)}" for key, value in plain.items())]
    settings = entry.get("settings") or {}
    if settings:
        lines += ["", "[models.settings]", *(f"{key} = {_toml(value)}" for key, value in settings.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """Strings, numbers, truth, lists and tables. JSON's strings are TOML's, but for DEL."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, int):
        return str(int(value))
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
