"""64 callers at once, most of them hostile, at an endpoint whose program indexes a folder meanwhile."""

from __future__ import annotations

import gc
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from botocore.config import Config
from PIL import Image

from app.jobs import JobState
from app.rekognition.access.policy import FULL
from app.rekognition.access.secrets import FileSecrets
from app.rekognition.endpoint.service import EndpointService
from tests.e2e.test_endpoint import Running, wrong_secret

SECONDS = 8.0
# In MiB, beside what the program needs anyway: what an attack may leave in use (bodies that were read, and
# the space between them), and what the next one may add to that.
MEMORY, GROWTH = 320, 80

Answer = tuple[int, str]
# The callers are in the same process: what they send must not be what is measured.
CHUNK = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"


@pytest.fixture
def running(tmp_path: Path, shared_data: Path) -> Iterator[Running]:
    made = Running(tmp_path, shared_data / "scenes")
    # Throttled as the program is.
    made.service.close()
    made.service = EndpointService(made.bench, FileSecrets(tmp_path / "secrets", tmp_path / "config" / "key"))
    made.url = made.service.start()
    made.port = made.service.status.port or 0
    made.key = made.service.keys.create("good", FULL)
    yield made
    made.close()


def unsigned(site: Running) -> Answer:
    return site.ask(re.sub(rb"Authorization:[^\r]*\r\n", b"", site.signed()))


def mis_signed(site: Running) -> Answer:
    return site.ask(wrong_secret(site))


def oversized(site: Running) -> Answer:
    return site.ask(site.signed().replace(b"Content-Length: 27", b"Content-Length: 9000000"), *[CHUNK] * 9)


def endless(site: Running) -> Answer:
    head = site.signed().partition(b"\r\n\r\n")[0].replace(b"Content-Length", b"X-Length")
    return site.ask(head + b"\r\nTransfer-Encoding: chunked\r\n\r\n", *[CHUNK] * 32)


def slow(site: Running) -> Answer:
    return site.ask(*[bytes([letter]) for letter in site.signed()[:60]], pause=0.2)


def malformed(site: Running) -> Answer:
    return site.ask(b"POST / HTTP/1.1\r\nHost : x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}")


def bad_json(site: Running) -> Answer:
    """Signed by a key that is good: it gets as far as the operation."""
    return site.ask(site.signed(request={"CollectionId": ["friends"] * 100_000}))


HOSTILE: list[tuple[Callable[[Running], Answer], set[int]]] = [
    (unsigned, {400}),
    (mis_signed, {400}),
    (oversized, {0, 413}),
    (endless, {0, 413, 503}),
    (slow, {0, 400, 408}),
    (malformed, {0, 400}),
    (bad_json, {400}),
]


def test_64_callers_most_of_them_hostile_while_a_folder_is_indexed(running: Running, tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    pk = running.bench.collections.create("window", "Window").id
    photo = (running.scenes / "person-vlado1.jpg").read_bytes()
    retries = {"mode": "standard", "max_attempts": 12}
    clients = [running.client(config=Config(retries=retries)) for _ in range(8)]
    seen: dict[str, Counter[Answer]] = {attack.__name__: Counter() for attack, _ in HOSTILE}
    good: Counter[int] = Counter()

    def attack(number: int, until: float) -> None:
        act, _ = HOSTILE[number % len(HOSTILE)]
        while time.monotonic() < until:
            seen[act.__name__][act(running)] += 1

    def ask(number: int, until: float) -> None:
        aws = clients[number]
        while time.monotonic() < until:
            if number % 2:
                assert aws.list_collections()["CollectionIds"] == ["friends", "window"]
            else:
                found = aws.search_faces_by_image(CollectionId="friends", Image={"Bytes": photo})
                assert len(found["FaceMatches"]) == 2
            good[number % 2] += 1

    def round_of(name: str, hostile: int, seconds: float) -> int:
        """The memory afterwards, in bytes. A folder of new pictures is indexed meanwhile."""
        folder = tmp_path / name
        folder.mkdir()
        with Image.open(running.scenes / "group-3.jpg") as picture:
            for number in range(16):
                size = (picture.width - number, picture.height - len(name))
                picture.resize(size).save(folder / f"{number}.jpg")
        until = time.monotonic() + seconds
        job = running.bench.ingest.index_paths(pk, [folder])
        with ThreadPoolExecutor(64) as pool:
            acts = [pool.submit(ask, number, until) for number in range(8)]
            acts += [pool.submit(attack, number, until) for number in range(hostile)]
            for each in acts:
                each.result(180)
        view = running.bench.ingest.run_to_end(job.id)
        assert (view.state, view.done, view.failed) == (JobState.DONE, 16, 0)
        gc.collect()
        return psutil.Process().memory_info().rss

    # What indexing and good requests take is not what attacks take.
    before = round_of("calm", 0, 4)
    calm = good.copy()
    first = (round_of("attacked", 56, SECONDS) - before) / 2**20
    second = (round_of("attacked again", 56, SECONDS) - before) / 2**20
    for act, statuses in HOSTILE:
        told = {status for status, _ in seen[act.__name__]}
        assert told and told <= statuses, seen[act.__name__]
    assert good[0] - calm[0] > 3 and good[1] - calm[1] > 3, (calm, good)
    hostile = {name: counts.total() for name, counts in seen.items()}
    print(f"good {good - calm}; hostile {hostile}; {first:.0f} MiB more, and {second - first:.0f} again")
    assert first < MEMORY and second - first < GROWTH
    assert not [each for each in running.bench.metrics.errors(1000) if each.code == "InternalServerError"]

    listed = clients[0].list_faces(CollectionId="friends")["Faces"]
    assert len(listed) == clients[0].describe_collection(CollectionId="friends")["FaceCount"] > 0
    for each in clients:
        each.close()
    running.service.stop()
    left = [each.name for each in set(threading.enumerate()) - threads if each.name.startswith("endpoint")]
    assert left == []
    ours = [
        each
        for each in psutil.Process().net_connections("tcp")
        if each.laddr and each.laddr.port == running.port
    ]
    assert [each.status for each in ours if each.status not in ("TIME_WAIT", "NONE")] == []
    database = tmp_path / "library" / "library.db"
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
