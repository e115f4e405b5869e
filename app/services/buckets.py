"""Buckets: folders of this machine under names, for requests that name a picture as an S3 object."""

from __future__ import annotations

import builtins
import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.errors import (
    ImageTooLarge,
    InvalidParameter,
    InvalidS3Object,
    ResourceAlreadyExists,
    ResourceNotFound,
)
from app.domain.text import printable
from app.services.bucket_files import read_beneath
from app.storage.database import Database
from app.storage.repositories import buckets
from app.storage.repositories.buckets import Bucket as Bucket

# Rekognition's limit for an S3 object.
MOST_BYTES: Final = 15 * 1024 * 1024

# Amazon S3's rules for the names of buckets.
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]")
_ADDRESS: Final = re.compile(r"\d+\.\d+\.\d+\.\d+")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class BucketObject:
    """A file of a bucket, read whole. `path` and `mtime_ns` are those of the file on this machine."""

    data: bytes
    path: Path
    mtime_ns: int


class BucketService:
    """Thread-safe. Another process that adds or removes a bucket is seen at the next call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> builtins.list[Bucket]:
        """By name."""
        with self._database.read() as connection:
            return buckets.all_buckets(connection)

    def add(self, name: str, folder: Path) -> Bucket:
        """Register a folder that is there. Raises InvalidParameter, ResourceAlreadyExists."""
        if not _NAME.fullmatch(name) or _ADDRESS.fullmatch(name):
            raise InvalidParameter(
                "A bucket's name has 3 to 63 small letters, digits, dots and hyphens, begins and ends with a "
                "letter or a digit, has no two dots beside each other, and is no IP address."
            )
        # Not resolved: a link keeps the name that the person knows, and may be pointed elsewhere.
        absolute = Path(os.path.abspath(folder))  # noqa: PTH100
        if not absolute.is_dir():
            raise InvalidParameter(f"{folder} is no folder. Name one that is there.")
        with self._database.write() as connection:
            if buckets.by_name(connection, name) is not None:
                raise ResourceAlreadyExists(
                    f"There is a bucket {name} already. Remove it first, or choose another name."
                )
            buckets.add(connection, name, absolute)
        return self.get(name)

    def get(self, name: str) -> Bucket:
        """Raises ResourceNotFound."""
        with self._database.read() as connection:
            found = buckets.by_name(connection, name)
        if found is None:
            raise ResourceNotFound(f"There is no bucket {printable(name[:_SHOWN])}.")
        return found

    def remove(self, name: str) -> None:
        """Forget the name; the folder and its files stay. Raises ResourceNotFound."""
        with self._database.write() as connection:
            if not buckets.remove(connection, name):
                raise ResourceNotFound(f"There is no bucket {printable(name[:_SHOWN])}.")

    def read(self, bucket: str, key: str, version: str | None = None, limit: int = MOST_BYTES) -> bytes:
        """As `open`, the bytes alone."""
        return self.open(bucket, key, version, limit).data

    def open(
        self, bucket: str, key: str, version: str | None = None, limit: int = MOST_BYTES
    ) -> BucketObject:
        """A file of the bucket's folder, by its path in it with forward slashes.

        `version`: a folder has no versions, and only what is there now can be asked for: the SHA-256 of the
        file's bytes as 64 hexadecimal digits, small or capital.

        Raises InvalidS3Object for anything that is not there or may not be read, ImageTooLarge above `limit`
        bytes. Neither says where the folder lies.
        """
        shown = f"{printable(key[:_SHOWN])} of the bucket {printable(bucket[:_SHOWN])}"
        with self._database.read() as connection:
            found = buckets.by_name(connection, bucket)
        if found is None:
            raise InvalidS3Object(
                f"There is no bucket {printable(bucket[:_SHOWN])}. "
                "A bucket is a folder that was registered under that name."
            )
        try:
            file = read_beneath(found.folder, key, limit)
        except InvalidS3Object as error:
            raise InvalidS3Object(f"The object {shown} cannot be read. {error}") from error
        except ImageTooLarge as error:
            raise ImageTooLarge(f"The object {shown} is too large", str(error)) from error
        if version is not None and not _is_hash_of(version, file.data):
            raise InvalidS3Object(
                f"The object {shown} has no such version: the version is the SHA-256 of the file as it is, "
                "in 64 hexadecimal digits."
            )
        return BucketObject(file.data, file.path, file.mtime_ns)


def _is_hash_of(version: str, data: bytes) -> bool:
    if not _SHA256.fullmatch(version):
        return False
    return hmac.compare_digest(bytes.fromhex(version), hashlib.sha256(data).digest())
