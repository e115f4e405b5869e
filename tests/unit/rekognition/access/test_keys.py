from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from app.domain.errors import InvalidParameter, ResourceNotFound
from app.rekognition.access.keys import FRESH_SECONDS, KeyService
from app.rekognition.access.policy import FULL, NOTHING, READ_ONLY, policy_of
from app.rekognition.access.secrets import FileSecrets, SecretError
from app.storage.database import Database
from app.storage.repositories import access_keys as rows
from tests.unit.rekognition.access.conftest import Clock


class NoStore:
    place = "nowhere"

    def put(self, access_key_id: str, secret: str) -> None:
        raise SecretError("It is full.")

    def get(self, access_key_id: str) -> str | None:
        return None

    def delete(self, access_key_id: str) -> None:
        pass


def test_a_key_looks_as_awss_do_and_its_secret_is_shown_once(
    keys: KeyService, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        new = keys.create("  my script ", FULL)
    assert re.fullmatch(r"LKIA[A-Z2-7]{16}", new.access_key_id)
    assert re.fullmatch(r"[A-Za-z0-9+/]{40}", new.secret)
    assert new.secret not in repr(new) + caplog.text
    assert new.secret.encode() not in database.path.read_bytes()
    wal = Path(f"{database.path}-wal")
    assert not wal.exists() or new.secret.encode() not in wal.read_bytes()
    (listed,) = keys.list()
    assert (listed.name, listed.policy, listed.last_used_at) == ("my script", FULL, None)
    assert keys.secret(new.access_key_id) == new.secret
    assert keys.usable(new.access_key_id)


def test_no_two_keys_are_alike(keys: KeyService) -> None:
    made = [keys.create("same name", READ_ONLY) for _ in range(20)]
    assert len({new.access_key_id for new in made}) == len({new.secret for new in made}) == 20
    assert [key.access_key_id for key in keys.list()] == [new.access_key_id for new in made]


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "two\nlines", "\x1b[31m"])
def test_a_key_needs_a_name(keys: KeyService, name: str) -> None:
    with pytest.raises(InvalidParameter, match="A key needs a name of 1 to 64 letters"):
        keys.create(name, FULL)
    assert keys.list() == []


def test_a_secret_that_cannot_be_kept_makes_no_key(database: Database) -> None:
    keys = KeyService(database, NoStore())
    with pytest.raises(SecretError):
        keys.create("script", FULL)
    assert keys.list() == []


def test_a_revoked_key_counts_no_more(keys: KeyService, store: FileSecrets) -> None:
    new = keys.create("script", FULL)
    assert keys.find(new.access_key_id) is not None
    keys.revoke(new.access_key_id)
    assert keys.find(new.access_key_id) is None
    assert keys.secret(new.access_key_id) is None
    assert store.get(new.access_key_id) is None
    assert keys.list() == []
    (old,) = keys.list(revoked=True)
    assert old.revoked_at is not None
    for again in (keys.revoke, lambda each: keys.set_policy(each, FULL)):
        with pytest.raises(ResourceNotFound, match="or it is revoked"):
            again(new.access_key_id)


def test_another_process_is_seen_within_a_second(
    keys: KeyService, database: Database, store: FileSecrets, clock: Clock
) -> None:
    other = KeyService(database, store, clock)
    new = other.create("script", FULL)
    assert keys.find(new.access_key_id) is not None
    assert keys.secret(new.access_key_id) == new.secret
    other.set_policy(new.access_key_id, READ_ONLY)
    clock.now += FRESH_SECONDS + 0.01
    found = keys.find(new.access_key_id)
    assert found is not None and found.policy == READ_ONLY
    other.revoke(new.access_key_id)
    clock.now += FRESH_SECONDS + 0.01
    assert keys.find(new.access_key_id) is None
    assert keys.secret(new.access_key_id) is None


def test_many_questions_read_the_database_once_a_second(
    keys: KeyService, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    valid = rows.valid
    monkeypatch.setattr(rows, "valid", lambda connection: asked.append(1) or valid(connection))
    for number in range(1000):
        clock.now += 0.01
        assert keys.find(f"LKIA{number:016}") is None
    assert len(asked) <= 11


def test_a_policy_is_changed_at_once(keys: KeyService) -> None:
    new = keys.create("script", FULL)
    own = policy_of('{"Statement": {"Effect": "Allow", "Action": "rekognition:List*", "Resource": "*"}}')
    assert keys.set_policy(new.access_key_id, own).policy == own
    found = keys.find(new.access_key_id)
    assert found is not None and found.policy == own
    with pytest.raises(ResourceNotFound):
        keys.set_policy("LKIA0000000000000000", FULL)
    with pytest.raises(ResourceNotFound):
        keys.get("LKIA0000000000000000")


def test_a_policy_that_was_damaged_allows_nothing(keys: KeyService, database: Database) -> None:
    new = keys.create("script", FULL)
    with database.write() as connection:
        rows.set_policy(connection, new.access_key_id, "{")
    assert keys.get(new.access_key_id).policy == NOTHING


def test_a_library_that_was_copied_has_keys_without_secrets(
    keys: KeyService, database: Database, tmp_path: Path, clock: Clock
) -> None:
    new = keys.create("script", FULL)
    other = FileSecrets(tmp_path / "other", tmp_path / "other.key")
    there = KeyService(database, other, clock)
    assert not there.usable(new.access_key_id)
    assert there.secret(new.access_key_id) is None
    # The keyring was unlocked.
    other.put(new.access_key_id, new.secret)
    assert there.secret(new.access_key_id) is None
    clock.now += 11
    assert there.secret(new.access_key_id) == new.secret


def test_that_it_is_used_is_noted_once_a_minute(keys: KeyService, clock: Clock) -> None:
    new = keys.create("script", FULL)
    assert keys.due(new.access_key_id)
    keys.note_use(new.access_key_id)
    first = keys.get(new.access_key_id).last_used_at
    assert first is not None
    clock.now += 59
    assert not keys.due(new.access_key_id)
    clock.now += 2
    assert keys.due(new.access_key_id)
