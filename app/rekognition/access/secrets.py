"""Where the secrets of the access keys lie: the system's keyring, or encrypted files where there is none.

What the files protect from: somebody who has one of the two folders, as a copy or a backup of it, has
nothing; the secrets lie in one, the key that opens them in the other. They do not protect from a program
that runs as the same user: it can read both, as this program does.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, Protocol

from app.domain.errors import LikenessError

SERVICE: Final = "Likeness access keys"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32

_log = logging.getLogger(__name__)


class SecretError(LikenessError):
    """A secret can neither be kept nor read."""


class SecretStore(Protocol):
    """Thread-safe. `place` is where they lie, in words."""

    @property
    def place(self) -> str: ...

    def put(self, access_key_id: str, secret: str) -> None:
        """Raises SecretError."""

    def get(self, access_key_id: str) -> str | None:
        """None where it lies not here, or cannot be read."""

    def delete(self, access_key_id: str) -> None:
        """Does nothing where there is none."""


class KeyringSecrets:
    """`backend`: as `keyring.get_keyring` gives it.

    A keyring may ask the person for its password first, for as long as it likes, or be asked through a
    service that does not answer. Nobody waits for it longer than `seconds`, or `asking` where a person makes
    a key and is there to answer.
    """

    place = "the keyring of this system"

    def __init__(self, backend: Any, seconds: float = 10.0, asking: float = 60.0) -> None:
        self._backend = backend
        self._seconds, self._asking = seconds, asking
        self._free = threading.Lock()

    def put(self, access_key_id: str, secret: str) -> None:
        def keep() -> str | None:
            self._backend.set_password(SERVICE, access_key_id, secret)
            found: str | None = self._backend.get_password(SERVICE, access_key_id)
            return found

        try:
            kept = self._within(self._asking, keep)
        except Exception as error:  # each backend has errors of its own
            raise SecretError("The keyring of this system did not keep the secret.") from error
        if kept != secret:
            raise SecretError("The keyring of this system did not keep the secret.")

    def get(self, access_key_id: str) -> str | None:
        try:
            found = self._within(self._seconds, lambda: self._backend.get_password(SERVICE, access_key_id))
        except Exception as error:  # locked, or gone since
            _log.warning("The keyring of this system cannot be read: %s", type(error).__name__)
            return None
        return str(found) if found is not None else None

    def delete(self, access_key_id: str) -> None:
        # Not there, or locked: what is left opens nothing, for the key is revoked.
        with contextlib.suppress(Exception):
            self._within(self._seconds, lambda: self._backend.delete_password(SERVICE, access_key_id))

    def _within(self, seconds: float, ask: Callable[[], Any]) -> Any:
        """Raises TimeoutError, and whatever the backend fails with."""
        # One thread at most is left waiting for a keyring that never answers.
        if not self._free.acquire(timeout=seconds):
            raise TimeoutError
        answer: Future[Any] = Future()

        def run() -> None:
            try:
                answer.set_result(ask())
            except BaseException as error:  # handed to whoever asked
                answer.set_exception(error)
            finally:
                self._free.release()

        threading.Thread(target=run, name="keyring", daemon=True).start()
        return answer.result(seconds)


class FileSecrets:
    """A file a secret in `folder`, by AES-256-GCM; `key_file` holds the key, and should lie elsewhere.

    All are made for the owner alone (0600 in a folder of 0700; on Windows the account's folders are)."""

    def __init__(self, folder: Path, key_file: Path) -> None:
        self._folder = folder
        self._key_file = key_file

    @property
    def place(self) -> str:
        return f"encrypted files in {self._folder}"

    def put(self, access_key_id: str, secret: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE_BYTES)
        try:
            key = self._key() or self._new_key()
            sealed = AESGCM(key).encrypt(nonce, secret.encode("ascii"), access_key_id.encode("ascii"))
            _write_new(self._path(access_key_id), nonce + sealed)
        except OSError as error:
            raise SecretError(
                f"The secret could not be written to {self._folder}: {error.strerror}. Make that folder one "
                "that you can write to, then make the key again."
            ) from error

    def get(self, access_key_id: str) -> str | None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            sealed = self._path(access_key_id).read_bytes()
            key = self._key()
        except OSError:
            return None
        if key is None or len(sealed) <= _NONCE_BYTES:
            return None
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, rest, access_key_id.encode("ascii")).decode("ascii")
        except InvalidTag:
            _log.warning("The secret of %s was altered, or the key of the secrets is another.", access_key_id)
            return None

    def delete(self, access_key_id: str) -> None:
        with contextlib.suppress(OSError):
            self._path(access_key_id).unlink()

    def _path(self, access_key_id: str) -> Path:
        if not access_key_id.isascii() or not access_key_id.isalnum():
            raise ValueError(access_key_id)
        return self._folder / f"{access_key_id}.secret"

    def _key(self) -> bytes | None:
        try:
            key = self._key_file.read_bytes()
        except FileNotFoundError:
            return None
        return key if len(key) == _KEY_BYTES else None

    def _new_key(self) -> bytes:
        if self._key_file.exists():
            raise SecretError(
                f"{self._key_file} is damaged, and the secrets with it. Move it away, revoke the keys that "
                "you have, and make new ones."
            )
        with contextlib.suppress(FileExistsError):
            _write_new(self._key_file, secrets.token_bytes(_KEY_BYTES))
        key = self._key()
        if key is None:
            raise SecretError(f"{self._key_file} could not be written.")
        return key


class Secrets:
    """The keyring where it works, and the files for the rest."""

    def __init__(self, keyring: Callable[[], SecretStore | None], files: SecretStore) -> None:
        # Asked for when it is first needed: that may load libraries and wait for a service.
        self._keyring = functools.cache(keyring)
        self._files = files

    @property
    def place(self) -> str:
        """Where the next secret will lie, as far as can be told before."""
        return (self._keyring() or self._files).place

    def put(self, access_key_id: str, secret: str) -> None:
        keyring = self._keyring()
        if keyring is not None:
            try:
                keyring.put(access_key_id, secret)
                return
            except SecretError as error:
                _log.warning("%s It is kept in %s.", error, self._files.place)
                keyring.delete(access_key_id)
        self._files.put(access_key_id, secret)

    def get(self, access_key_id: str) -> str | None:
        found = self._files.get(access_key_id)
        keyring = self._keyring() if found is None else None
        return found if keyring is None else keyring.get(access_key_id)

    def delete(self, access_key_id: str) -> None:
        self._files.delete(access_key_id)
        keyring = self._keyring()
        if keyring is not None:
            keyring.delete(access_key_id)


def open_secrets(folder: Path, key_file: Path) -> Secrets:
    """The account's own. The system is asked for its keyring at the first use, which may take a while: not
    on the window's thread."""
    return Secrets(_system_keyring, FileSecrets(folder, key_file))


def _system_keyring() -> KeyringSecrets | None:
    """None where there is none that keeps anything."""
    try:
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
        if isinstance(backend, fail.Keyring | null.Keyring) or backend.priority < 1:
            return None
    except Exception as error:  # whatever a backend fails with, the files are there
        _log.info("There is no keyring: %s", error)
        return None
    return KeyringSecrets(backend)


def _write_new(path: Path, content: bytes) -> None:
    """Whole or not at all, for the owner alone. Raises FileExistsError, OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(content)
        # A link is made only where nothing has the name; a move would replace it.
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links.
            if path.exists():
                raise FileExistsError(path) from None
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
