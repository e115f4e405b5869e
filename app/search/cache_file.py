"""An ExactIndex as a file that is only a cache: whatever is wrong with it, it counts as not there."""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from app.search.exact import Columns, ExactIndex, Ids, Vectors

_MAGIC: Final = b"LKVEC001"
_HEADER_BYTES: Final = 4096


def save_index(index: ExactIndex, path: Path, stamp: Mapping[str, Any]) -> None:
    """Write the index and a stamp (plain JSON) that says what state it holds. Atomic: a reader of
    `path` sees the old file or the whole new one. Raises OSError.

    Layout: magic, header length (uint32, little-endian), header (JSON); from byte 4096 on vectors
    float32, ids int64, each column int64, all in the machine's byte order. The header has a checksum of
    ids and columns; a flipped bit in a vector does no more than move one face a little.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".partial")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(index, file, stamp)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _write(index: ExactIndex, file: BinaryIO, stamp: Mapping[str, Any]) -> None:
    ids: list[Ids] = []
    columns: dict[str, list[Ids]] = {name: [] for name in index.column_names}

    # Vectors are the bulk and are streamed to their place while the small arrays are gathered.
    small = (1 + len(columns)) * 8
    count = 0
    file.truncate(_HEADER_BYTES)
    file.seek(_HEADER_BYTES)

    def put(part_ids: Ids, vectors: Vectors, part_columns: Columns) -> None:
        nonlocal count
        ids.append(part_ids.copy())
        for name, parts in columns.items():
            parts.append(part_columns[name].copy())
        file.write(vectors.tobytes())
        count += len(part_ids)

    index.visit(put)
    checksum = 0
    for parts in (ids, *columns.values()):
        for part in parts:
            data = part.tobytes()
            file.write(data)
            checksum = zlib.crc32(data, checksum)
    header = json.dumps(
        {
            "stamp": dict(stamp),
            "count": count,
            "dimension": index.dimension,
            "columns": list(columns),
            "checksum": checksum,
            "size": _HEADER_BYTES + count * (index.dimension * 4 + small),
        }
    ).encode()
    if len(header) + len(_MAGIC) + 4 > _HEADER_BYTES:
        raise ValueError("the stamp of an index must be short")
    file.seek(0)
    file.write(_MAGIC + struct.pack("<I", len(header)) + header)


def read_stamp(path: Path) -> dict[str, Any] | None:
    """The stamp alone; None where there is no such file or it is not one of ours."""
    try:
        with path.open("rb") as file:
            header = _header(file)
    except (OSError, ValueError, KeyError, struct.error):
        return None
    return None if header is None else dict(header["stamp"])


def open_index(path: Path) -> tuple[ExactIndex, dict[str, Any]] | None:
    """The index and its stamp; None where the file is missing, cut short, altered or of another make."""
    try:
        with path.open("rb") as file:
            header = _header(file)
            if header is None or os.fstat(file.fileno()).st_size != header["size"]:
                return None
            count, dimension = int(header["count"]), int(header["dimension"])
            file.seek(_HEADER_BYTES)
            vectors = np.fromfile(file, np.float32, count * dimension).reshape(count, dimension)
            ids = np.fromfile(file, np.int64, count)
            columns = {str(name): np.fromfile(file, np.int64, count) for name in header["columns"]}
            checksum = 0
            for values in (ids, *columns.values()):
                if len(values) != count:
                    return None
                checksum = zlib.crc32(values.tobytes(), checksum)
            if checksum != header["checksum"]:
                return None
    except (OSError, ValueError, KeyError, TypeError, struct.error, MemoryError):
        return None
    return ExactIndex.adopt(ids, vectors, columns), dict(header["stamp"])


def _header(file: BinaryIO) -> dict[str, Any] | None:
    start = file.read(len(_MAGIC) + 4)
    if not start.startswith(_MAGIC):
        return None
    (length,) = struct.unpack("<I", start[len(_MAGIC) :])
    if length > _HEADER_BYTES:
        return None
    header = json.loads(file.read(length))
    return header if isinstance(header, dict) else None
