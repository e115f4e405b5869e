from __future__ import annotations

import logging
import sys
import threading
import time
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from app.rekognition.access.secrets import FileSecrets, KeyringSecrets, SecretError, Secrets, open_secrets

ID, SECRET = "LKIAABCDEFGHIJKLMNOP", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class Backend(KeyringBackend):
    """A keyring in memory, that can be locked or lose what it is given."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False
        self.forgets = False

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        if not self.forgets:
            self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        del self.kept[service, username]

    def _open(self) -> None:
        if self.locked:
            raise KeyringLocked("locked")


def test_a_secret_is_kept_in_a_file_that_does_not_show_it(store: FileSecrets, tmp_path: Path) -> None:
    store.put(ID, SECRET)
    assert store.get(ID) == SECRET
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert not any(SECRET.encode() in path.read_bytes() for path in files)
    store.delete(ID)
    store.delete(ID)
    assert store.get(ID) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps access in lists, not in modes")
def test_the_files_are_for_their_owner_alone(store: FileSecrets, tmp_path: Path) -> None:
    store.put(ID, SECRET)
    for path in (tmp_path / "secrets", tmp_path / "config"):
        assert path.stat().st_mode & 0o777 == 0o700
        assert [each.stat().st_mode & 0o777 for each in path.iterdir()] == [0o600]


def test_neither_folder_alone_opens_a_secret(store: FileSecrets, tmp_path: Path) -> None:
    store.put(ID, SECRET)
    other = FileSecrets(tmp_path / "secrets", tmp_path / "elsewhere" / "secrets.key")
    assert other.get(ID) is None
    other.put("LKIAOTHER00000000000", SECRET)
    # By its own key now, which is another one.
    assert other.get(ID) is None


def test_a_file_that_was_altered_or_renamed_is_no_secret(
    store: FileSecrets, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.put(ID, SECRET)
    path = tmp_path / "secrets" / f"{ID}.secret"
    sealed = path.read_bytes()
    (tmp_path / "secrets" / "LKIAOTHER00000000000.secret").write_bytes(sealed)
    with caplog.at_level(logging.WARNING):
        assert store.get("LKIAOTHER00000000000") is None
        for altered in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b"", sealed[:12]):
            path.write_bytes(altered)
            assert store.get(ID) is None
    assert SECRET not in caplog.text


def test_a_damaged_key_is_not_replaced_silently(store: FileSecrets, tmp_path: Path) -> None:
    store.put(ID, SECRET)
    (tmp_path / "config" / "secrets.key").write_bytes(b"short")
    with pytest.raises(SecretError, match=r"is damaged, and the secrets with it\. Move it away"):
        store.put("LKIAOTHER00000000000", SECRET)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = FileSecrets(tmp_path / "file" / "secrets", tmp_path / "key")
    with pytest.raises(SecretError, match="could not be written to"):
        store.put(ID, SECRET)


@pytest.mark.parametrize("name", ["../escape", "a/b", "", "ü", "a b"])
def test_an_id_names_no_other_file(store: FileSecrets, name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        store.put(name, SECRET)


def test_the_keyring_has_the_secret_where_it_works(store: FileSecrets, tmp_path: Path) -> None:
    backend = Backend()
    secrets = Secrets(lambda: KeyringSecrets(backend), store)
    secrets.put(ID, SECRET)
    assert list(backend.kept.values()) == [SECRET]
    assert not (tmp_path / "secrets").exists()
    assert secrets.get(ID) == SECRET
    assert secrets.place == "the keyring of this system"
    secrets.delete(ID)
    assert not backend.kept
    assert secrets.get(ID) is None


@pytest.mark.parametrize("fault", ["locked", "forgets"])
def test_the_files_have_it_where_the_keyring_does_not(store: FileSecrets, fault: str) -> None:
    backend = Backend()
    setattr(backend, fault, True)
    secrets = Secrets(lambda: KeyringSecrets(backend), store)
    secrets.put(ID, SECRET)
    assert store.get(ID) == SECRET == secrets.get(ID)
    secrets.delete(ID)
    assert secrets.get(ID) is None


def test_a_keyring_that_is_locked_later_gives_nothing_and_breaks_nothing(store: FileSecrets) -> None:
    backend = Backend()
    secrets = Secrets(lambda: KeyringSecrets(backend), store)
    secrets.put(ID, SECRET)
    backend.locked = True
    assert secrets.get(ID) is None
    secrets.delete(ID)
    backend.locked = False
    assert secrets.get(ID) == SECRET


def test_nobody_waits_for_ever_for_a_keyring_that_asks_and_asks(store: FileSecrets) -> None:
    backend = Backend()
    answered = threading.Event()
    ask = backend._open

    def asking() -> None:
        answered.wait(20)
        ask()

    backend._open = asking  # type: ignore[method-assign]
    keyring = KeyringSecrets(backend, seconds=0.1, asking=0.1)
    secrets = Secrets(lambda: keyring, store)
    started = time.monotonic()
    secrets.put(ID, SECRET)
    assert store.get(ID) == SECRET
    assert [secrets.get("LKIAOTHER00000000000") for _ in range(3)] == [None] * 3
    assert time.monotonic() - started < 5
    assert len([each for each in threading.enumerate() if each.name == "keyring"]) == 1
    answered.set()
    # Once it answers, it is of use again.
    deadline = time.monotonic() + 5
    while keyring.get(ID) is None:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring()])
def test_a_system_without_a_keyring_has_the_files(
    backend: KeyringBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    secrets = open_secrets(tmp_path / "secrets", tmp_path / "key")
    secrets.put(ID, SECRET)
    assert secrets.place == f"encrypted files in {tmp_path / 'secrets'}"
    assert (tmp_path / "secrets" / f"{ID}.secret").exists()
    assert open_secrets(tmp_path / "secrets", tmp_path / "key").get(ID) == SECRET


def test_a_system_with_a_keyring_has_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Backend()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    open_secrets(tmp_path / "secrets", tmp_path / "key").put(ID, SECRET)
    assert backend.kept


def test_a_keyring_that_fails_at_once_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> KeyringBackend:
        raise RuntimeError("no bus")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    assert open_secrets(tmp_path / "secrets", tmp_path / "key").place.startswith("encrypted files")
