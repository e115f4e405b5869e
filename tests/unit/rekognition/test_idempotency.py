"""ClientRequestToken: the same request is done once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.records import ChangeSet
from app.rekognition.errors import ServiceError
from app.rekognition.idempotency import KEPT_MS, Idempotency
from app.rekognition.model import ServiceModel
from app.storage import tables
from app.storage.repositories import request_tokens
from tests.fakes import person_color
from tests.unit.rekognition.operations.workbenches import Client

ANNA = {"CollectionId": "c", "UserId": "anna", "ClientRequestToken": "token-1"}
PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    made = Client(tmp_path)
    made.CreateCollection(CollectionId="c")
    yield made
    made.close()


def users(client: Client) -> list[str]:
    return [each["UserId"] for each in client.ListUsers(CollectionId="c")["Users"]]


def rows(client: Client, table: Any = tables.request_tokens) -> int:
    with client.bench.library.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_same_request_is_done_once_and_answered_alike(client: Client) -> None:
    face_ids = client.index("c", [(person_color(0), (10, 10, 100)), (person_color(0), (300, 10, 80))])
    assert client.CreateUser(**ANNA) == client.CreateUser(**ANNA) == {}
    assert client.refused("CreateUser", CollectionId="c", UserId="anna") == "ConflictException"
    given = {"CollectionId": "c", "UserId": "anna", "FaceIds": face_ids, "ClientRequestToken": "token-1"}
    first = client.AssociateFaces(**given)
    assert len(first["AssociatedFaces"]) == 2 and first["UserStatus"] == "ACTIVE"
    assert client.AssociateFaces(**given) == first
    assert client.AssociateFaces(**{**given, "ClientRequestToken": "token-2"})["AssociatedFaces"] == []
    removed = client.DisassociateFaces(**given)
    assert len(removed["DisassociatedFaces"]) == 2
    assert client.DisassociateFaces(**given) == removed
    assert client.DeleteUser(**ANNA) == client.DeleteUser(**ANNA) == {}
    assert users(client) == []


def test_without_a_token_nothing_is_remembered(client: Client) -> None:
    client.CreateUser(CollectionId="c", UserId="anna")
    assert rows(client) == 0


def test_other_inputs_are_another_request(client: Client) -> None:
    client.CreateUser(**ANNA)
    assert (
        client.refused("CreateUser", **{**ANNA, "UserId": "bert"}) == "IdempotentParameterMismatchException"
    )
    assert users(client) == ["anna"]
    # The same token for another operation is no repetition.
    assert client.DeleteUser(**ANNA) == {}
    assert users(client) == []


def test_what_the_service_does_not_know_makes_no_other_request(client: Client) -> None:
    client.CreateUser(**ANNA)
    assert client.CreateUser(**ANNA, Colour="red") == {}


def test_it_survives_a_restart(client: Client) -> None:
    client.CreateUser(**ANNA)
    client.restart()
    assert client.CreateUser(**ANNA) == {}
    assert (
        client.refused("CreateUser", **{**ANNA, "UserId": "bert"}) == "IdempotentParameterMismatchException"
    )


def test_a_request_that_failed_is_not_remembered(client: Client) -> None:
    assert client.refused("DeleteUser", **ANNA) == "ResourceNotFoundException"
    assert rows(client) == 0
    client.CreateUser(**ANNA)
    assert client.DeleteUser(**ANNA) == {}


def test_a_token_is_forgotten_after_eight_hours(client: Client) -> None:
    now = 1_000_000_000_000
    idempotency = Idempotency(client.bench, ServiceModel(), lambda: now)
    done: list[int] = []

    def act() -> dict[str, Any]:
        done.append(now)
        return {}

    for _ in range(2):
        idempotency.once("CreateUser", ANNA, act)
    now += KEPT_MS
    idempotency.once("CreateUser", ANNA, act)
    assert len(done) == 1
    now += 1
    idempotency.once("CreateUser", {**ANNA, "ClientRequestToken": "other"}, act)
    assert rows(client) == 1, "pruned by another request"
    idempotency.once("CreateUser", ANNA, act)
    assert len(done) == 3


def test_two_that_come_at_once(client: Client) -> None:
    changes = rows(client, tables.changes)
    start = threading.Barrier(8)
    answers: list[Any] = []

    def ask() -> None:
        start.wait(10)
        try:
            answers.append(client.core.call("CreateUser", ANNA))
        except ServiceError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [{}] * 8
    assert rows(client, tables.changes) == changes + 1


def test_listeners_hear_of_it_when_it_is_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[ChangeSet, list[str]]] = []
    client.bench.events.subscribe(lambda changes: heard.append((changes, users(client))))
    client.CreateUser(**ANNA)
    assert [seen for _, seen in heard] == [["anna"]]
    assert heard[0][0].users
    client.CreateUser(**ANNA)
    assert len(heard) == 1

    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(request_tokens, "keep", fail)
    with pytest.raises(ServiceError) as caught:
        client.core.call("CreateUser", {**ANNA, "UserId": "bert", "ClientRequestToken": "token-2"})
    assert caught.value.status == 500 and "disk" not in caught.value.message
    assert len(heard) == 1 and users(client) == ["anna"]


@pytest.mark.parametrize("died", ["before", "after"])
def test_the_program_dies_in_the_middle(client: Client, died: str) -> None:
    """Before the transaction ended nothing was done; after it the repetition is answered."""
    client.close()
    script = f"""
import os
from pathlib import Path
from app.storage.repositories import request_tokens
from tests.unit.rekognition.operations.workbenches import Client
client = Client(Path({str(client.folder)!r}))
if {died!r} == "before":
    request_tokens.keep = lambda *_: os._exit(9)
client.core.call("CreateUser", {ANNA!r})
os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, timeout=60, check=False)
    assert done.returncode == 9
    client.open()
    assert users(client) == ([] if died == "before" else ["anna"])
    assert client.CreateUser(**ANNA) == {}
    assert users(client) == ["anna"]


def test_it_holds_between_processes(client: Client) -> None:
    changes = rows(client, tables.changes)
    script = f"""
import sys
from pathlib import Path
from tests.unit.rekognition.operations.workbenches import Client
client = Client(Path({str(client.folder)!r}))
print("ready", flush=True)
sys.stdin.readline()
print(client.core.call("CreateUser", {ANNA!r}))
"""
    command = [sys.executable, "-c", script]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    programs = [subprocess.Popen(command, cwd=PROJECT, **pipes) for _ in range(3)]
    assert [program.stdout.readline() for program in programs] == ["ready\n"] * 3
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    assert [program.communicate(timeout=60)[0] for program in programs] == ["{}\n"] * 3
    assert rows(client, tables.changes) == changes + 1
    assert users(client) == ["anna"]
