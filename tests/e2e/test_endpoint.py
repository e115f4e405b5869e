"""The endpoint with real models and real photographs: boto3 and the AWS CLI work, attacks do nothing."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import auth
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from PIL import Image

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.jobs import JobState, Priority
from app.rekognition.access.keys import NewKey
from app.rekognition.access.policy import FULL, READ_ONLY, READ_WRITE, policy_of
from app.rekognition.access.secrets import FileSecrets
from app.rekognition.endpoint.service import EndpointService
from app.services.workbench import Workbench
from app.settings.settings import Settings
from app.storage import tables
from tests.unit.rekognition.endpoint.conftest import answer_on

PROJECT = Path(__file__).resolve().parents[2]
JSON = "application/x-amz-json-1.1"


class Running:
    """A library with a collection of real faces, open as in the window, and its endpoint."""

    def __init__(self, folder: Path, scenes: Path) -> None:
        self.folder = folder
        self.scenes = scenes
        self.bench: Workbench = open_workbench(folder / "library", Origin.WINDOW, Settings())
        secrets = FileSecrets(folder / "secrets", folder / "config" / "key")
        # Nobody is throttled here unless a test wants it.
        self.service = EndpointService(self.bench, secrets, rate=5000, burst=5000)
        self.clients: list[Any] = []
        self.url = self.service.start()
        self.port = self.service.status.port or 0
        self.key = self.service.keys.create("tests", FULL)
        pk = self.bench.collections.create("friends", "Friends").id
        photos = [scenes / "person-vlado.jpg", scenes / "group-2.jpg"]
        job = self.bench.ingest.run_to_end(self.bench.ingest.index_paths(pk, photos).id)
        assert job.state is JobState.DONE

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.service.close()
        self.bench.close()

    def client(self, key: NewKey | None = None, url: str = "", **more: Any) -> Any:
        key = key or self.key
        made = boto3.client(
            "rekognition",
            endpoint_url=url or self.url,
            region_name="us-east-1",
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret,
            **more,
        )
        self.clients.append(made)
        return made

    def rows(self) -> str:
        """All that curation changes, and the journal."""
        with closing(sqlite3.connect(self.folder / "library" / "library.db")) as database:
            names = [*tables.JOURNALLED, "changes"]
            found = {name: database.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in names}
        return repr(found)

    def signed(
        self,
        operation: str = "DeleteCollection",
        request: Any = None,
        *,
        key: NewKey | None = None,
        moment: datetime | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """A request that would delete the collection, as bytes."""
        body = json.dumps({"CollectionId": "friends"} if request is None else request).encode()
        key = key or self.key
        sent = {
            "Content-Type": JSON,
            "X-Amz-Target": f"RekognitionService.{operation}",
            "Host": f"127.0.0.1:{self.port}",
            **(headers or {}),
        }
        made = AWSRequest("POST", f"{self.url}/", data=body, headers=sent)
        signer = SigV4Auth(Credentials(key.access_key_id, key.secret), "rekognition", "local")
        with pytest.MonkeyPatch.context() as patch:
            if moment is not None:
                patch.setattr(auth, "get_current_datetime", lambda: moment)
            signer.add_auth(made)
        lines = [f"{name}: {value}" for name, value in made.headers.items()]
        lines.append(f"Content-Length: {len(body)}")
        return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body

    def ask(self, *pieces: bytes, pause: float = 0.0) -> tuple[int, str]:
        """(status, the error's name or the body) of the answer; (0, "") where the connection is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            with suppress(OSError):
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause)
            status, body = answer_on(connection)
        text = body.decode("latin-1")
        named = re.search(r'"__type": "(\w+)"', text)
        return status, named[1] if named else text


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("endpoint"), shared_data / "scenes")
    yield made
    made.close()


@pytest.fixture
def unharmed(running: Running) -> Iterator[Running]:
    """Afterwards the library is as it was, and a good request is answered."""
    before = running.rows()
    yield running
    assert running.rows() == before
    assert running.client().list_collections()["CollectionIds"] == ["friends"]


def test_a_script_of_boto3_works(running: Running) -> None:
    aws = running.client()
    assert aws.create_collection(CollectionId="script")["StatusCode"] == 200
    photo = (running.scenes / "person-vlado.jpg").read_bytes()
    indexed = aws.index_faces(CollectionId="script", Image={"Bytes": photo}, ExternalImageId="vlado")
    (record,) = indexed["FaceRecords"]
    assert record["Face"]["ExternalImageId"] == "vlado"
    other = (running.scenes / "person-vlado1.jpg").read_bytes()
    found = aws.search_faces_by_image(CollectionId="script", Image={"Bytes": other})
    assert [match["Face"]["FaceId"] for match in found["FaceMatches"]] == [record["Face"]["FaceId"]]
    assert found["FaceMatches"][0]["Similarity"] >= 90
    compared = aws.compare_faces(SourceImage={"Bytes": photo}, TargetImage={"Bytes": other})
    assert len(compared["FaceMatches"]) == 1
    aws.create_user(CollectionId="script", UserId="vlado")
    aws.associate_faces(CollectionId="script", UserId="vlado", FaceIds=[record["Face"]["FaceId"]])
    users = aws.search_users_by_image(CollectionId="script", Image={"Bytes": other})
    assert [match["User"]["UserId"] for match in users["UserMatches"]] == ["vlado"]
    with pytest.raises(aws.exceptions.ResourceAlreadyExistsException):
        aws.create_collection(CollectionId="script")
    newest = running.bench.history.listing()[0]
    assert running.bench.history.rows([newest])[newest].change.origin is Origin.ENDPOINT
    assert aws.delete_collection(CollectionId="script")["StatusCode"] == 200


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_every_kind_of_retrying_client_works(unharmed: Running, mode: str) -> None:
    aws = unharmed.client(config=Config(retries={"mode": mode}))
    for _ in range(3):
        assert aws.list_collections()["CollectionIds"] == ["friends"]


def test_policies_hold(unharmed: Running) -> None:
    keys = unharmed.service.keys
    reader, writer = keys.create("reader", READ_ONLY), keys.create("writer", READ_WRITE)
    own = keys.create(
        "own",
        policy_of(
            '{"Version": "2012-10-17", "Statement": ['
            '{"Effect": "Allow", "Action": "rekognition:*", "Resource": "*"},'
            '{"Effect": "Deny", "Action": "rekognition:*Collection",'
            ' "Resource": "arn:aws:rekognition:*:*:collection/fr*"}]}'
        ),
    )
    for key in (reader, writer, own):
        aws = unharmed.client(key)
        assert aws.list_faces(CollectionId="friends")["Faces"]
        with pytest.raises(aws.exceptions.AccessDeniedException, match="is not authorized to perform"):
            aws.delete_collection(CollectionId="friends")
        keys.revoke(key.access_key_id)
        with pytest.raises(ClientError, match="UnrecognizedClientException"):
            aws.list_collections()


def wrong_secret(site: Running) -> bytes:
    key = site.key
    return site.signed(key=NewKey(key.key, key.secret[:-1] + ("a" if key.secret[-1] != "a" else "b")))


def presigned(site: Running) -> bytes:
    request = AWSRequest("POST", f"{site.url}/", data=b"")
    SigV4QueryAuth(Credentials(site.key.access_key_id, site.key.secret), "rekognition", "local").add_auth(
        request
    )
    return (
        f"POST {request.url.removeprefix(site.url)} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
        f"Content-Type: {JSON}\r\nX-Amz-Target: RekognitionService.DeleteCollection\r\n"
        'Content-Length: 27\r\n\r\n{"CollectionId": "friends"}'
    ).encode()


def shifted(minutes: float) -> Callable[[Running], bytes]:
    return lambda site: site.signed(moment=datetime.now(UTC) + timedelta(minutes=minutes))


def changed(old: bytes, new: bytes) -> Callable[[Running], bytes]:
    def make(site: Running) -> bytes:
        # Signed for another operation or collection, and then bent to delete this one.
        good = site.signed("ListCollections", {"CollectionId": "another"})
        assert old in good
        return good.replace(old, new)

    return make


ATTACKS: dict[str, tuple[Callable[[Running], bytes], int, str]] = {
    "unsigned": (
        lambda site: re.sub(rb"Authorization:[^\r]*\r\n", b"", site.signed()),
        400,
        "MissingAuthenticationTokenException",
    ),
    "mis-signed": (
        lambda site: re.sub(rb"Signature=\w+", b"Signature=" + b"0" * 64, site.signed()),
        400,
        "InvalidSignatureException",
    ),
    "wrong secret": (wrong_secret, 400, "InvalidSignatureException"),
    "altered body": (changed(b'"another"', b'"friends"'), 400, "InvalidSignatureException"),
    "altered operation": (
        changed(b"ListCollections", b"DeleteCollection"),
        400,
        "InvalidSignatureException",
    ),
    "unsigned payload": (
        lambda site: site.signed(headers={"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}),
        400,
        "InvalidSignatureException",
    ),
    "an hour ago": (shifted(-60), 400, "InvalidSignatureException"),
    "in an hour": (shifted(60), 400, "InvalidSignatureException"),
    "presigned": (presigned, 400, "IncompleteSignatureException"),
    "unknown key": (
        lambda site: site.signed().replace(b"LKIA", b"AKIA"),
        400,
        "UnrecognizedClientException",
    ),
    "another host": (
        lambda site: site.signed(headers={"Host": "evil.example"}),
        403,
        "AccessDeniedException",
    ),
    "a page": (
        lambda site: site.signed(headers={"Origin": "https://evil.example"}),
        403,
        "AccessDeniedException",
    ),
    "a page of the endpoint's own": (
        lambda site: site.signed(headers={"Origin": site.url}),
        403,
        "AccessDeniedException",
    ),
    "compressed": (
        lambda site: site.signed(headers={"Content-Encoding": "gzip"}),
        415,
        "UnsupportedMediaTypeException",
    ),
    "oversized": (
        lambda site: site.signed("ListCollections", {"CollectionId": "x" * 9_000_000}),
        413,
        "RequestEntityTooLargeException",
    ),
}


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_is_refused_and_changes_nothing(unharmed: Running, name: str) -> None:
    make, status, error = ATTACKS[name]
    assert unharmed.ask(make(unharmed)) == (status, error)


def test_what_was_attacked_would_have_worked(running: Running) -> None:
    aws = running.client()
    aws.create_collection(CollectionId="doomed")
    assert running.ask(running.signed(request={"CollectionId": "doomed"}))[0] == 200
    assert aws.list_collections()["CollectionIds"] == ["friends"]


def test_a_request_that_was_caught_does_nothing_later(
    unharmed: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught = unharmed.signed("ListCollections", {})
    assert unharmed.ask(caught)[0] == 200
    replays = unharmed.service._door._replays
    monkeypatch.setattr(replays, "_clock", lambda: time.monotonic() + 60)
    assert unharmed.ask(caught) == (400, "InvalidSignatureException")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 1000,
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x00\xff" + b"\x00" * 255,
        b"POST / HTTP/1.1\r\n" + b"x" * 99_999,
    ],
)
def test_malformed_requests_are_refused(unharmed: Running, garbage: bytes) -> None:
    assert unharmed.ask(garbage)[0] in (0, 400, 431)


def test_slow_callers_and_bodies_without_an_end_are_cut_off(unharmed: Running) -> None:
    head, _, _ = unharmed.signed().partition(b"\r\n\r\n")
    endless = head.replace(b"Content-Length", b"X-Length") + b"\r\nTransfer-Encoding: chunked\r\n\r\n"

    def slow_head() -> int:
        return unharmed.ask(*[bytes([letter]) for letter in head[:100]], pause=0.2)[0]

    def slow_body() -> int:
        return unharmed.ask(head + b"\r\n\r\n", *[b"x"] * 12, pause=2)[0]

    def no_end() -> int:
        return unharmed.ask(endless, *[b"100000\r\n" + b"x" * 0x100000 + b"\r\n"] * 64)[0]

    started = time.monotonic()
    with ThreadPoolExecutor(24) as pool:
        attacks = [pool.submit(each) for each in (slow_head, slow_body, no_end) for _ in range(8)]
        aws = unharmed.client()
        for _ in range(20):
            asked = time.monotonic()
            assert aws.list_collections()["CollectionIds"] == ["friends"]
            assert time.monotonic() - asked < 5
        answers = [each.result() for each in attacks]
    assert set(answers) <= {0, 400, 408, 413}
    assert time.monotonic() - started < 60


def test_64_at_once_while_the_window_indexes(running: Running, tmp_path: Path) -> None:
    many = tmp_path / "photos"
    many.mkdir()
    # New photos, of the same real faces.
    with Image.open(running.scenes / "group-3.jpg") as picture:
        for number in range(24):
            picture.resize((picture.width - number, picture.height)).save(many / f"{number}.jpg")
    pk = running.bench.collections.create("window", "Window").id
    photo = io.BytesIO()
    with Image.open(running.scenes / "person-vlado1.jpg") as picture:
        picture.convert("RGB").save(photo, "JPEG")
    aws = running.client(config=Config(max_pool_connections=64))
    waits: list[float] = []
    over = threading.Event()

    def at_the_window() -> None:
        # What a click in the window does: a call on the lane that a person waits for.
        while not over.is_set():
            started = time.perf_counter()
            running.bench.jobs.inference.submit(Priority.INTERACTIVE, lambda: None).result(60)
            waits.append(time.perf_counter() - started)
            time.sleep(0.05)

    def ask(number: int) -> str:
        if number % 2:
            return str(len(aws.list_faces(CollectionId="friends")["Faces"]))
        found = aws.search_faces_by_image(CollectionId="friends", Image={"Bytes": photo.getvalue()})
        return str(len(found["FaceMatches"]))

    window = threading.Thread(target=at_the_window)
    job = running.bench.ingest.index_paths(pk, [many])
    window.start()
    try:
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(ask, range(64)))
        view = running.bench.ingest.run_to_end(job.id)
    finally:
        over.set()
        window.join()
    faces = len(aws.list_faces(CollectionId="friends")["Faces"])
    assert set(answers[1::2]) == {str(faces)}
    assert set(answers[::2]) == {"2"}
    assert (view.state, view.done, view.failed) == (JobState.DONE, 24, 0)
    print(f"longest wait of the window: {1000 * max(waits):.0f} ms")
    # Never longer than one photo that is under way, on a busy machine.
    assert max(waits) < 5, sorted(waits)[-5:]
    running.bench.collections.delete(pk)


def test_throttling_is_counted_and_the_sdk_gets_through(running: Running) -> None:
    secrets = FileSecrets(running.folder / "secrets", running.folder / "config" / "key")
    service = EndpointService(running.bench, secrets, rate=10, burst=5)
    try:
        service.start()
        key = service.keys.create("eager", FULL)
        config = Config(retries={"mode": "standard", "max_attempts": 6})
        aws = running.client(key, service.status.url, config=config)
        answers = [aws.list_collections() for _ in range(12)]
        assert any(each["ResponseMetadata"]["RetryAttempts"] for each in answers)
    finally:
        service.close()


def test_nothing_is_left_when_it_is_off(tmp_path: Path, shared_data: Path) -> None:
    import psutil

    before = set(threading.enumerate())
    running = Running(tmp_path, shared_data / "scenes")
    running.client().list_collections()
    held = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(20)]
    started = time.monotonic()
    running.service.stop()
    assert time.monotonic() - started < 5
    new = set(threading.enumerate()) - before
    assert not [each.name for each in new if each.name.startswith("endpoint")]
    here = [each for each in psutil.Process().net_connections("tcp") if each.laddr.port == running.port]
    assert [each.status for each in here if each.status not in ("TIME_WAIT", "NONE")] == []
    for connection in held:
        connection.close()
    running.close()
    assert [each.name for each in set(threading.enumerate()) - before] == []


# The program as a shell starts it


class Served:
    """`likeness serve`, in a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        home = {
            name: str(folder / "home")
            for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA")
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        # No keyring of the machine that the tests run on.
        self.environment = {**kept, **home, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "app", "--library", str(self.folder / "library"), *words]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            self.command(*words),
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def serve(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command("serve", *words),
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_served_from_a_shell_until_it_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    shell = Served(tmp_path)
    given = dict(
        line.split("=", 1)
        for line in shell.run("keys", "create", "cli", "--policy", "FullAccess").splitlines()
    )
    program = shell.serve()
    try:
        assert program.stdout is not None
        first, second = program.stdout.readline(), program.stdout.readline()
        found = re.fullmatch(r"Listening at (http://127\.0\.0\.1:\d+) until Ctrl\+C\.\n", first)
        assert found is not None, program.stderr.read() if program.poll() is not None else first
        assert second == (
            f"export AWS_ENDPOINT_URL_REKOGNITION={found[1]} AWS_ACCESS_KEY_ID={given['AWS_ACCESS_KEY_ID']} "
            "AWS_SECRET_ACCESS_KEY=SECRET AWS_DEFAULT_REGION=local\n"
        )
        environment = {
            **shell.environment,
            **given,
            "AWS_ENDPOINT_URL_REKOGNITION": found[1],
            "AWS_DEFAULT_REGION": "local",
        }

        def aws(*words: str) -> subprocess.CompletedProcess[str]:
            program = shutil.which(
                "aws", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            )
            if program is None:
                pytest.skip("the AWS CLI is not installed")
            return subprocess.run(
                [program, "rekognition", *words], env=environment, capture_output=True, text=True, timeout=120
            )

        made = aws("create-collection", "--collection-id", "shell")
        assert made.returncode == 0, made.stderr
        listed = aws("list-collections", "--query", "CollectionIds", "--output", "text")
        assert listed.stdout == "shell\n"
        # Revoked by another process, it counts no more after a second.
        shell.run("keys", "revoke", given["AWS_ACCESS_KEY_ID"])
        time.sleep(1.1)
        refused = aws("list-collections")
        assert refused.returncode != 0
        assert "UnrecognizedClientException" in refused.stderr
        program.send_signal(number)
        out, err = program.communicate(timeout=30)
        assert (program.returncode, out, err) == (0, "Stopped.\n", "")
    finally:
        program.kill()
        program.communicate()


def test_a_port_that_is_taken_ends_it_with_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        program = Served(tmp_path).serve("--port", str(taken.getsockname()[1]))
        out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (1, "")
    assert re.fullmatch(r"likeness: Port \d+ is taken by another program.*\n", err)


@POSIX
def test_without_a_key_it_says_how_to_make_one(tmp_path: Path) -> None:
    program = Served(tmp_path).serve()
    try:
        assert program.stdout is not None
        program.stdout.readline()
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=30)
    finally:
        program.kill()
        program.communicate()
    assert "likeness keys create NAME --policy FullAccess" in err
