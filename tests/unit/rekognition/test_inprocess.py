"""A boto3 client in this process, over painted faces."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.rekognition import boto3_client, inprocess
from app.rekognition.inprocess import BeforeSend, MissingExtra, OtherService
from app.services.workbench import Workbench
from tests.fakes import painted, person_color, save_image
from tests.unit.rekognition.operations.workbenches import Client
from tests.unit.rekognition.shapes_of_botocore import check

boto3 = pytest.importorskip("boto3", reason="needs the extra: pip install 'likeness[aws]'")
PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Client]:
    made = Client(tmp_path)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something tried to reach the network")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def rekognition(library: Client) -> Any:
    return boto3_client(library.bench)


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_a_client_like_any_other(rekognition: Any, tmp_path: Path) -> None:
    made = rekognition.create_collection(CollectionId="c")
    assert made["StatusCode"] == 200
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 200 and made["ResponseMetadata"]["RequestId"]
    check("CreateCollection", plain(made))
    described = rekognition.describe_collection(CollectionId="c")
    check("DescribeCollection", plain(described))
    image = save_image(tmp_path / "anna.png", painted([(person_color(0), (40, 40, 120))]))
    indexed = rekognition.index_faces(CollectionId="c", Image={"Bytes": image.read_bytes()})
    check("IndexFaces", plain(indexed))
    assert len(indexed["FaceRecords"]) == 1
    assert rekognition.create_user(CollectionId="c", UserId="anna")["ResponseMetadata"]["RetryAttempts"] == 0


def test_errors_are_the_clients_own_classes(rekognition: Any) -> None:
    from botocore.exceptions import ClientError, ParamValidationError

    with pytest.raises(rekognition.exceptions.ResourceNotFoundException) as missing:
        rekognition.describe_collection(CollectionId="nowhere")
    assert missing.value.response["Error"]["Message"] == "There is no collection “nowhere”."
    assert "retries" not in str(missing.value)
    rekognition.create_collection(CollectionId="c")
    with pytest.raises(rekognition.exceptions.ResourceAlreadyExistsException):
        rekognition.create_collection(CollectionId="c")
    with pytest.raises(rekognition.exceptions.InvalidParameterException, match="collectionId"):
        rekognition.create_collection(CollectionId="a b")
    with pytest.raises(ClientError, match=r"NotImplementedException.*CreateProject"):
        rekognition.create_project(ProjectName="p")
    with pytest.raises(ParamValidationError):
        rekognition.create_collection()


def test_paginators_and_their_tokens(rekognition: Any) -> None:
    for number in range(5):
        rekognition.create_collection(CollectionId=f"c{number}")
    pages = list(rekognition.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 2}))
    assert [page["CollectionIds"] for page in pages] == [["c0", "c1"], ["c2", "c3"], ["c4"]]
    with pytest.raises(rekognition.exceptions.InvalidPaginationTokenException):
        rekognition.list_collections(NextToken="nonsense")


def test_a_token_is_filled_in_by_boto3_and_honoured(rekognition: Any, library: Client) -> None:
    rekognition.create_collection(CollectionId="c")
    token = "one-token"
    for _ in range(2):
        rekognition.create_user(CollectionId="c", UserId="anna", ClientRequestToken=token)
    with pytest.raises(rekognition.exceptions.ConflictException):
        rekognition.create_user(CollectionId="c", UserId="anna")
    with pytest.raises(rekognition.exceptions.IdempotentParameterMismatchException):
        rekognition.create_user(CollectionId="c", UserId="bert", ClientRequestToken=token)


def test_many_threads_share_a_client(rekognition: Any) -> None:
    rekognition.create_collection(CollectionId="c")
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            rekognition.create_user(CollectionId="c", UserId=f"u{number}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert len(rekognition.list_users(CollectionId="c")["Users"]) == 16


def test_a_fault_of_ours_is_tried_once_more(library: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.rekognition import core

    tries: list[int] = []

    def broken(bench: Any, request: Any) -> Any:
        tries.append(1)
        raise OSError("broken")

    class Broken(core.Rekognition):
        def __init__(self, bench: Workbench, origin: Any) -> None:
            super().__init__(bench, origin, {"ListCollections": broken})

    monkeypatch.setattr(core, "Rekognition", Broken)
    client = boto3_client(library.bench)
    with pytest.raises(client.exceptions.InternalServerError):
        client.list_collections()
    assert len(tries) == 2


def test_other_services_are_refused(library: Client) -> None:
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
    s3 = session.client("s3")
    s3.meta.events.register_first("before-send", BeforeSend(lambda operation: library.core))
    with pytest.raises(OtherService, match=r"request to s3.*nothing is sent"):
        s3.list_buckets()


def test_the_accounts_profile_and_environment_are_not_read(
    library: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trap = tmp_path / "config"
    ran = tmp_path / "ran"
    trap.write_text(f"[default]\nregion = nowhere\ncredential_process = touch {ran}\nca_bundle = /nowhere\n")
    for name, value in {
        "AWS_CONFIG_FILE": str(trap),
        "AWS_SHARED_CREDENTIALS_FILE": str(trap),
        "AWS_PROFILE": "nobody",
        "AWS_REGION": "mars-1",
        "AWS_DEFAULT_REGION": "mars-1",
        "AWS_DEFAULTS_MODE": "auto",
        "AWS_ENDPOINT_URL": "http://192.0.2.1",
        "AWS_ENDPOINT_URL_REKOGNITION": "http://192.0.2.1",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_CSM_ENABLED": "true",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/x",
        "AWS_MAX_ATTEMPTS": "5",
    }.items():
        monkeypatch.setenv(name, value)
    sent: list[Any] = []
    client = boto3_client(library.bench)
    client.meta.events.register_first("before-send", lambda request, **_: sent.append(request))
    assert client.list_collections()["CollectionIds"] == []
    assert client.meta.region_name == "us-east-1"
    assert sent[0].url.startswith("https://rekognition.likeness.invalid")
    assert "Authorization" not in sent[0].headers
    assert not ran.exists()


def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The libraries that are opened, and, with a minus, closed."""
    seen: list[Path] = []
    open_library = inprocess._opened

    def counted(folder: Path) -> Workbench:
        bench = open_library(folder)
        seen.append(folder)
        object.__setattr__(bench, "closers", (*bench.closers, lambda: seen.append(Path("-") / folder.name)))
        return bench

    monkeypatch.setattr(inprocess, "_opened", counted)
    return seen


def test_a_library_that_it_opened_is_closed_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = opened(monkeypatch)
    client = boto3_client(str(tmp_path / "l"))
    client.create_collection(CollectionId="c")
    client.close()
    client.close()
    assert seen == [tmp_path / "l", Path("-/l")]
    again = boto3_client(tmp_path / "l")
    assert again.list_collections()["CollectionIds"] == ["c"]
    del again, client
    gc.collect()
    assert seen[2:] == [tmp_path / "l", Path("-/l")]


def test_a_workbench_stays_open(library: Client) -> None:
    client = boto3_client(library.bench)
    client.create_collection(CollectionId="c")
    client.close()
    assert library.ListCollections()["CollectionIds"] == ["c"]


def test_what_is_no_library_is_said(tmp_path: Path) -> None:
    from app.domain.errors import LibraryError

    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(LibraryError):
        boto3_client(file)


def test_an_option_that_boto3_does_not_know_closes_what_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = opened(monkeypatch)
    with pytest.raises(TypeError):
        boto3_client(tmp_path / "l", colour="red")
    assert len(seen) == 2


def test_a_script_ends_by_itself(tmp_path: Path) -> None:
    script = (
        "from app.rekognition import boto3_client\n"
        f"client = boto3_client({str(tmp_path / 'l')!r})\n"
        "print(client.create_collection(CollectionId='c')['StatusCode'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", script],
        cwd=PROJECT,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "200\n", "")


def test_without_the_extra_it_says_how_to_get_it(library: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingExtra, match=r"pip install 'likeness\[aws\]'"):
        boto3_client(library.bench)


def test_the_package_is_cheap_to_import() -> None:
    script = (
        "import sys, app.rekognition\n"
        "heavy = {'botocore', 'boto3', 'awscli', 'starlette', 'uvicorn', 'keyring', 'cryptography', 'numpy',"
        " 'sqlalchemy', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
