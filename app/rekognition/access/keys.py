"""The access keys of a library: made, listed, given a policy, revoked."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.domain.errors import InvalidParameter, ResourceNotFound
from app.rekognition.access.policy import Policy, kept_policy
from app.rekognition.access.secrets import SecretStore
from app.storage.clock import now_ms
from app.storage.database import Database
from app.storage.repositories import access_keys as rows
from app.storage.repositories.access_keys import AccessKeyRow

# As long as AWS's, and so that nobody takes one for a key of AWS, whose own begin with AKIA.
PREFIX: Final = "LKIA"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRET_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_MOST_NAME: Final = 64
# Another process may have revoked a key: that is seen after so long.
FRESH_SECONDS: Final = 1.0
_USED_EVERY_SECONDS: Final = 60.0
# A secret that was not there is looked for again after so long: the keyring may have been unlocked.
_LOOK_AGAIN_SECONDS: Final = 10.0


@dataclass(frozen=True)
class AccessKey:
    access_key_id: str
    name: str
    policy: Policy
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class NewKey:
    """The only time that the secret is shown: it is not in `repr`, so that no log gets it."""

    key: AccessKey
    secret: str = field(repr=False)

    @property
    def access_key_id(self) -> str:
        return self.key.access_key_id


class KeyService:
    """Thread-safe. The database is the truth; another process's change is seen within a second."""

    def __init__(
        self, database: Database, store: SecretStore, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._valid: dict[str, AccessKey] = {}
        self._secrets: dict[str, str] = {}
        self._lacking: dict[str, float] = {}
        self._used: dict[str, float] = {}

    @property
    def place(self) -> str:
        """Where secrets are kept, in words."""
        return self._store.place

    # For people

    def list(self, *, revoked: bool = False) -> list[AccessKey]:
        """In order of creation; with `revoked`, the revoked ones too."""
        with self._database.read() as connection:
            found = rows.every(connection) if revoked else rows.valid(connection)
        return [_key(row) for row in found]

    def get(self, access_key_id: str) -> AccessKey:
        """Also a revoked one. Raises ResourceNotFound."""
        with self._database.read() as connection:
            row = rows.get(connection, access_key_id)
        if row is None:
            raise _unknown(access_key_id)
        return _key(row)

    def create(self, name: str, policy: Policy) -> NewKey:
        """`name` is for people. Raises InvalidParameter, SecretError; nothing is made then."""
        name = name.strip()
        if not name or len(name) > _MOST_NAME or not name.isprintable():
            raise InvalidParameter(
                f"A key needs a name of 1 to {_MOST_NAME} letters, to tell it from others."
            )
        access_key_id = PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(16))
        secret = "".join(secrets.choice(_SECRET_LETTERS) for _ in range(40))
        # First the secret: a key without one would be listed and never work.
        self._store.put(access_key_id, secret)
        try:
            with self._database.write() as connection:
                row = rows.add(connection, access_key_id, name, policy.to_text())
        except BaseException:
            self._store.delete(access_key_id)
            raise
        self._changed()
        return NewKey(_key(row), secret)

    def set_policy(self, access_key_id: str, policy: Policy) -> AccessKey:
        """Counts at once. Raises ResourceNotFound."""
        with self._database.write() as connection:
            if not rows.set_policy(connection, access_key_id, policy.to_text()):
                raise _unknown(access_key_id)
        self._changed()
        return self.get(access_key_id)

    def revoke(self, access_key_id: str) -> None:
        """For good, and at once: its secret is deleted. Raises ResourceNotFound."""
        with self._database.write() as connection:
            if not rows.revoke(connection, access_key_id):
                raise _unknown(access_key_id)
        self._changed()
        self._store.delete(access_key_id)

    def usable(self, access_key_id: str) -> bool:
        """Whether its secret is on this machine and can be read: not where the library was copied here, or
        the keyring is locked. May wait for the keyring: not on the window's thread."""
        return self.secret(access_key_id) is not None

    # For the endpoint

    def find(self, access_key_id: str) -> AccessKey | None:
        """None for one that is unknown or revoked. Reads the database at most once a second."""
        with self._lock:
            now = self._clock()
            if self._read_at is None or now - self._read_at > FRESH_SECONDS:
                with self._database.read() as connection:
                    found = rows.valid(connection)
                self._valid = {row.access_key_id: _key(row) for row in found}
                self._read_at = now
                for gone in self._secrets.keys() - self._valid.keys():
                    del self._secrets[gone]
            return self._valid.get(access_key_id)

    def secret(self, access_key_id: str) -> str | None:
        """Of a key that is valid; None where it is not on this machine."""
        if self.find(access_key_id) is None:
            return None
        with self._lock:
            known = self._secrets.get(access_key_id)
            missed = self._lacking.get(access_key_id)
        if known is not None:
            return known
        if missed is not None and self._clock() - missed < _LOOK_AGAIN_SECONDS:
            return None
        # Without the lock: a keyring may ask the person something first.
        found = self._store.get(access_key_id)
        with self._lock:
            if found is None:
                self._lacking[access_key_id] = self._clock()
            else:
                self._lacking.pop(access_key_id, None)
                self._secrets[access_key_id] = found
        return found

    def due(self, access_key_id: str) -> bool:
        """Whether that it is used should be noted now: once a minute at most."""
        with self._lock:
            now = self._clock()
            last = self._used.get(access_key_id)
            if last is not None and now - last < _USED_EVERY_SECONDS:
                return False
            self._used[access_key_id] = now
            return True

    def note_use(self, access_key_id: str) -> None:
        """Write that it is used now."""
        with self._database.write() as connection:
            rows.used(connection, access_key_id, now_ms())

    def _changed(self) -> None:
        with self._lock:
            self._read_at = None


def _key(row: AccessKeyRow) -> AccessKey:
    return AccessKey(
        row.access_key_id,
        row.name,
        kept_policy(row.policy),
        row.created_at,
        row.last_used_at,
        row.revoked_at,
    )


def _unknown(access_key_id: str) -> ResourceNotFound:
    return ResourceNotFound(
        f"There is no access key {access_key_id[:128]} in this library, or it is revoked."
    )
