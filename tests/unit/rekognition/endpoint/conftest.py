"""An endpoint over a core that does nothing but what a test tells it to, on a real port."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from app.rekognition.access.door import Door
from app.rekognition.access.keys import KeyService
from app.rekognition.access.policy import FULL
from app.rekognition.access.secrets import FileSecrets
from app.rekognition.access.throttle import Throttle
from app.rekognition.core import Permit, Response
from app.rekognition.endpoint.limits import Limits
from app.rekognition.endpoint.server import Endpoint
from app.services.metrics.meter import Meter, Observation
from app.storage.library import open_library

QUICK = Limits(
    header_seconds=0.5,
    body_seconds=0.5,
    idle_seconds=1,
    connections=12,
    waiting=6,
    threads=2,
    picture_threads=1,
    stop_seconds=1,
)


class Core:
    """Answers with what it was asked, once `gate` is open; at once what is not among `gated`."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.gated = ("ListCollections", "DetectFaces")
        self.calls: list[tuple[str, bytes]] = []
        self.threads: set[str] = set()
        # Bytes that are put behind each answer.
        self.ballast = 0

    def handle(self, target: str, body: bytes, permit: Permit | None = None) -> Response:
        self.calls.append((target, body))
        self.threads.add(threading.current_thread().name)
        if target.endswith(self.gated):
            self.gate.wait(20)
        answer = json.dumps({"Target": target, "Length": len(body)}).encode() + b" " * self.ballast
        return Response(200, {"Content-Type": "application/x-amz-json-1.1"}, answer)


class Site:
    """A running endpoint, and what a client needs to ask it."""

    def __init__(self, folder: Path, limits: Limits = QUICK, throttle: Throttle | None = None) -> None:
        self.library = open_library(folder / "library")
        self.keys = KeyService(self.library.database, FileSecrets(folder / "secrets", folder / "key"))
        self.counted: list[Observation] = []
        self.core = Core()
        door = Door(self.keys, Meter(self.counted.append), ["ListCollections"], throttle)
        self.endpoint = Endpoint(self.core, door, limits)
        self.url = self.endpoint.start()
        self.port = self.endpoint.port or 0
        new = self.keys.create("script", FULL)
        self.credentials = Credentials(new.access_key_id, new.secret)

    def close(self) -> None:
        self.core.gate.set()
        self.endpoint.stop()
        self.library.close()

    def signed(self, body: bytes = b"{}", operation: str = "ListCollections", **headers: str) -> bytes:
        """A good request, as bytes. `headers` come in addition, and are signed."""
        sent = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"RekognitionService.{operation}",
            "Host": f"127.0.0.1:{self.port}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        request = AWSRequest("POST", f"{self.url}/", data=body, headers=sent)
        SigV4Auth(self.credentials, "rekognition", "local").add_auth(request)
        lines = [f"{name}: {value}" for name, value in request.headers.items()]
        lines.append(f"Content-Length: {len(body)}")
        return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def ask(self, *pieces: bytes) -> tuple[int, bytes]:
        """(status, body) of the first answer to these bytes; (0, b"") where the connection is closed."""
        with self.connect() as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
            except OSError:
                pass  # the answer may be there already
            return answer_on(connection)

    def good(self) -> None:
        """A good request is answered."""
        status, body = self.ask(self.signed())
        assert (status, json.loads(body)["Length"]) == (200, 2)


def answer_on(connection: socket.socket) -> tuple[int, bytes]:
    received = b""
    try:
        while b"\r\n\r\n" not in received:
            chunk = connection.recv(65536)
            if not chunk:
                return 0, b""
            received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].split(b":")[1]) if lengths else 1 << 30
        while len(body) < length:
            chunk = connection.recv(65536)
            if not chunk:
                break
            body += chunk
    except ConnectionError:
        return 0, b""
    return int(head.split(b" ", 2)[1]), body[:length]


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for many tests, that all leave it as it was."""
    made = Site(tmp_path_factory.mktemp("standing"))
    yield made
    made.close()


@pytest.fixture
def unasked(standing: Site) -> Site:
    """As `standing`, with nothing that came through yet."""
    standing.core.calls.clear()
    standing.counted.clear()
    return standing


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()
