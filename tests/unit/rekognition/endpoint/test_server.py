"""The server: on and off, and an end to everything that a caller could draw out."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import boto3
import psutil
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.jobs.lanes import NICENESS
from app.rekognition.access.throttle import Throttle
from app.rekognition.endpoint.server import EndpointError, listening
from app.services.metrics.meter import Outcome
from tests.unit.rekognition.endpoint.conftest import QUICK, Site, answer_on, until


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("endpoint")]


def sockets(port: int) -> list[str]:
    """Of this process, at this end of that port, but those that the system is letting go."""
    found = psutil.Process().net_connections("tcp")
    return [each.status for each in found if each.laddr.port == port and each.status != "TIME_WAIT"]


def test_it_is_off_until_it_is_started_and_gone_when_it_is_stopped(site: Site) -> None:
    assert site.endpoint.running and site.endpoint.url == site.url
    site.good()
    site.endpoint.stop()
    site.endpoint.stop()
    assert not site.endpoint.running and site.endpoint.url is None and site.endpoint.port is None
    assert threads() == []
    assert sockets(site.port) == []
    with pytest.raises(ConnectionRefusedError):
        site.connect()


def test_it_starts_again_on_the_port_that_it_had(site: Site) -> None:
    for _ in range(3):
        site.endpoint.stop()
        assert site.endpoint.start(site.port) == site.url
        site.good()


def test_it_listens_on_the_loopback_address_alone(site: Site) -> None:
    found = [each for each in psutil.Process().net_connections("tcp") if each.laddr.port == site.port]
    assert {each.laddr.ip for each in found if each.status == "LISTEN"} == {"127.0.0.1"}
    with pytest.raises(OSError, match=r".*"):
        socket.create_connection(("::1", site.port), timeout=1)


def test_a_port_that_is_taken_is_told(site: Site, tmp_path: Path) -> None:
    with pytest.raises(EndpointError, match=f"The endpoint is on already, at {site.url}"):
        site.endpoint.start()
    site.good()
    with pytest.raises(EndpointError, match=f"Port {site.port} is taken by another program"):
        listening(site.port)
    site.endpoint.stop()
    listening(site.port).close()


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_number_that_is_no_port_is_told(port: int) -> None:
    with pytest.raises(EndpointError, match="is no port"):
        listening(port)


def test_operations_run_on_threads_of_their_own(site: Site) -> None:
    with ThreadPoolExecutor(5) as pool:
        assert all(status == 200 for status, _ in pool.map(site.ask, [site.signed()] * 40))
    assert 1 <= len(site.core.threads) <= QUICK.threads
    assert all(name.startswith("endpoint-work") for name in site.core.threads)


def test_a_connection_is_kept_for_the_next_request(site: Site) -> None:
    with site.connect() as connection:
        for _ in range(5):
            connection.sendall(site.signed())
            assert answer_on(connection)[0] == 200


def test_requests_that_come_together_are_answered_in_order(site: Site) -> None:
    with site.connect() as connection:
        connection.sendall(site.signed(b"{}") + site.signed(b"{ }") + site.signed(b"{  }"))
        lengths = [json.loads(answer_on_next(connection))["Length"] for _ in range(3)]
    assert lengths == [2, 3, 4]


def answer_on_next(connection: socket.socket) -> bytes:
    """One answer and not a byte of the next."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    (length,) = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    body = b""
    while len(body) < int(length.split(b":")[1]):
        body += connection.recv(1)
    return body


def test_slow_operations_keep_nobody_from_being_refused(site: Site) -> None:
    site.core.gate.clear()
    with ThreadPoolExecutor(QUICK.waiting) as pool:
        waiting = [pool.submit(site.ask, site.signed()) for _ in range(QUICK.waiting)]
        until(lambda: len(site.core.calls) == QUICK.threads)
        started = time.perf_counter()
        assert site.ask(b"POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n")[0] == 403
        unsigned = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: 0\r\n\r\n"
        assert site.ask(unsigned.encode())[0] == 400
        assert time.perf_counter() - started < 2
        site.core.gate.set()
        assert [each.result()[0] for each in waiting] == [200] * QUICK.waiting


def test_operations_on_pictures_keep_the_others_from_nothing(site: Site) -> None:
    site.core.gated = ("DetectFaces",)
    site.core.gate.clear()
    with ThreadPoolExecutor(4) as pool:
        looking = [pool.submit(site.ask, site.signed(operation="DetectFaces")) for _ in range(4)]
        until(lambda: len(site.core.calls) == QUICK.picture_threads)
        site.good()
        site.core.gate.set()
        assert [each.result()[0] for each in looking] == [200] * 4


def test_more_than_can_wait_is_refused_as_the_sdk_can_try_again(site: Site) -> None:
    site.core.gate.clear()
    with ThreadPoolExecutor(QUICK.waiting) as pool:
        waiting = [pool.submit(site.ask, site.signed()) for _ in range(QUICK.waiting)]
        until(
            lambda: site.endpoint._run is not None and len(site.endpoint._run._connections) == QUICK.waiting
        )
        time.sleep(0.3)
        status, body = site.ask(site.signed())
        assert (status, json.loads(body)["__type"]) == (503, "ServiceUnavailable")
        site.core.gate.set()
        assert [each.result()[0] for each in waiting] == [200] * QUICK.waiting
    site.good()


def test_a_connection_that_says_nothing_is_ended(site: Site) -> None:
    with site.connect() as connection:
        started = time.monotonic()
        assert connection.recv(1) == b""
        assert time.monotonic() - started < 5


def test_headers_that_trickle_in_are_ended(site: Site) -> None:
    with site.connect() as connection:
        started = time.monotonic()
        with pytest.raises(OSError, match=r".*"):
            for letter in b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"x-a: b\r\n" * 1000:
                connection.sendall(bytes([letter]))
                time.sleep(0.05)
        assert time.monotonic() - started < 5
    site.good()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_trickles_in_is_ended(site: Site, chunked: bool) -> None:
    request = site.signed(b"x" * 1000)
    if chunked:
        request = request.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked")
    head, _, _ = request.partition(b"\r\n\r\n")
    with site.connect() as connection:
        connection.sendall(head + b"\r\n\r\n")
        started = time.monotonic()
        for _ in range(4):
            connection.sendall(b"1\r\nx\r\n" if chunked else b"x")
            time.sleep(0.05)
        status, body = answer_on(connection)
        assert (status, json.loads(body)["__type"]) == (408, "RequestTimeoutException")
        assert time.monotonic() - started < 5
    assert site.core.calls == []
    assert [each.code for each in site.counted] == ["RequestTimeoutException"]
    site.good()


def test_a_body_shorter_than_it_says_is_ended(site: Site) -> None:
    request = site.signed(b"{}").replace(b"Content-Length: 2", b"Content-Length: 3")
    assert site.ask(request)[0] == 408
    assert site.core.calls == []


def test_a_body_longer_than_it_says_is_not_what_was_signed(site: Site) -> None:
    request = site.signed(b"{}  ").replace(b"Content-Length: 4", b"Content-Length: 2")
    status, body = site.ask(request)
    assert (status, json.loads(body)["__type"]) == (400, "InvalidSignatureException")
    assert site.core.calls == []


def test_a_body_without_an_end_is_ended(tmp_path: Path) -> None:
    site = Site(tmp_path, replace(QUICK, body=100_000, body_seconds=10))
    try:
        head, _, _ = (
            site.signed().replace(b"Content-Length: 2", b"Transfer-Encoding: chunked").partition(b"\r\n\r\n")
        )
        endless = (b"2710\r\n" + b"x" * 10_000 + b"\r\n" for _ in range(1000))
        with site.connect() as connection:
            connection.sendall(head + b"\r\n\r\n")
            try:
                for piece in endless:
                    connection.sendall(piece)
            except OSError:
                pass
            else:
                status, body = answer_on(connection)
                assert (status, json.loads(body)["__type"]) == (413, "RequestEntityTooLargeException")
        assert site.core.calls == []
        site.good()
    finally:
        site.close()


def test_a_body_that_says_that_it_is_too_large_is_not_read(site: Site) -> None:
    request = site.signed().replace(b"Content-Length: 2", f"Content-Length: {QUICK.body + 1}".encode())
    status, body = site.ask(request)
    assert (status, json.loads(body)["__type"]) == (413, "RequestEntityTooLargeException")


def test_the_largest_body_is_taken(site: Site) -> None:
    body = b"x" * QUICK.body
    assert json.loads(site.ask(site.signed(body))[1])["Length"] == QUICK.body


def test_chunks_of_a_good_request_are_put_together(site: Site) -> None:
    head, _, _ = (
        site.signed().replace(b"Content-Length: 2", b"Transfer-Encoding: chunked").partition(b"\r\n\r\n")
    )
    assert site.ask(head + b"\r\n\r\n", b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")[0] == 200


def test_bodies_together_take_no_more_memory_than_they_may(tmp_path: Path) -> None:
    site = Site(tmp_path, replace(QUICK, held=150_000, body_seconds=5))
    try:
        head, _, _ = site.signed(b"x" * 100_000).partition(b"\r\n\r\n")
        with site.connect() as first:
            first.sendall(head + b"\r\n\r\n" + b"x" * 90_000)
            time.sleep(0.3)
            status, body = site.ask(site.signed(b"x" * 100_000))
            assert (status, json.loads(body)["__type"]) == (503, "ServiceUnavailable")
        until(lambda: site.ask(site.signed(b"x" * 100_000))[0] == 200)
    finally:
        site.close()


def test_idle_connections_make_room_for_new_ones(site: Site) -> None:
    held = [site.connect() for _ in range(3 * QUICK.connections)]
    site.good()
    for connection in held:
        connection.close()
    site.good()


def test_where_all_wait_for_answers_another_is_turned_away(tmp_path: Path) -> None:
    site = Site(tmp_path, replace(QUICK, connections=4, waiting=100))
    try:
        site.core.gate.clear()
        with ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(site.ask, site.signed()) for _ in range(4)]
            until(lambda: len(site.core.calls) == QUICK.threads)
            time.sleep(0.3)
            assert site.ask(site.signed())[0] == 503
            site.core.gate.set()
            assert [each.result()[0] for each in waiting] == [200] * 4
        site.good()
    finally:
        site.close()


def test_an_answer_that_nobody_takes_is_dropped(site: Site) -> None:
    site.core.ballast = 50_000_000
    run = site.endpoint._run
    assert run is not None
    with site.connect() as connection:
        connection.sendall(site.signed())
        until(lambda: len(site.core.calls) == 1)
        assert len(run._connections) == 1
        until(lambda: len(run._connections) == 0, 10)
        site.core.ballast = 0
        site.good()


def test_stopping_waits_for_no_slow_caller(site: Site) -> None:
    head, _, _ = site.signed(b"x" * 1000).partition(b"\r\n\r\n")
    with site.connect() as silent, site.connect() as slow_head, site.connect() as slow_body:
        slow_head.sendall(b"POST / HT")
        slow_body.sendall(head + b"\r\n\r\nx")
        time.sleep(0.1)
        started = time.monotonic()
        site.endpoint.stop()
        assert time.monotonic() - started < 3
        assert silent.recv(1) == b""
    assert threads() == []
    assert sockets(site.port) == []


def test_stopping_lets_what_runs_come_to_its_end_and_begins_nothing_more(site: Site) -> None:
    site.core.gate.clear()
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(site.ask, site.signed()) for _ in range(5)]
        until(lambda: len(site.core.calls) == QUICK.threads)
        stopping = threading.Thread(target=site.endpoint.stop)
        stopping.start()
        time.sleep(0.2)
        assert stopping.is_alive()
        stopping.join(3)
        assert stopping.is_alive(), "an operation still runs"
        site.core.gate.set()
        stopping.join(10)
        assert not stopping.is_alive()
        for each in asked:
            each.result()
    assert len(site.core.calls) == QUICK.threads
    assert threads() == []


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 100,
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nx: " + b"y" * 100_000,
        b"POST /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\n" + b"x: y\r\n" * 5_000 + b"\r\n",
        b"POST http://127.0.0.1/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_harms_nothing(
    unasked: Site, garbage: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    status, body = unasked.ask(garbage)
    assert status in (0, 400, 403, 408, 431), body
    assert unasked.core.calls == []
    unasked.good()
    assert capfd.readouterr() == ("", "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_good_request_bent_at_random_brings_nothing_down(standing: Site, data: st.DataObject) -> None:
    request = bytearray(standing.signed())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(request) - 1))
        request[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    assert standing.ask(bytes(request))[0] in (0, 200, 400, 403, 404, 405, 408, 413, 415, 431)


def test_the_sdk_tries_again_until_it_is_let_through(tmp_path: Path) -> None:
    site = Site(tmp_path, replace(QUICK, connections=64, waiting=64), Throttle(rate=20, burst=5))
    try:
        client = boto3.client(
            "rekognition",
            endpoint_url=site.url,
            region_name="local",
            aws_access_key_id=site.credentials.access_key,
            aws_secret_access_key=site.credentials.secret_key,
            config=Config(retries={"mode": "standard", "max_attempts": 8}, max_pool_connections=10),
        )
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: client.list_collections(), range(30)))
        client.close()
        assert len(answers) == 30
        assert len(site.core.calls) == 30
        throttled = [each for each in site.counted if each.outcome is Outcome.THROTTLED]
        assert throttled and {each.operation for each in throttled} == {"ListCollections"}
        assert len(throttled) == len(site.counted)
        assert sum(each["ResponseMetadata"]["RetryAttempts"] for each in answers) == len(throttled)
    finally:
        site.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts niceness by thread")
def test_its_threads_give_way_to_the_window(site: Site) -> None:
    site.good()
    own = [each for each in threading.enumerate() if each.name.startswith("endpoint")]
    kinds = {each.name.rstrip("0123456789-") for each in own}
    assert kinds == {"endpoint", "endpoint-gate", "endpoint-work", "endpoint-pictures"}
    assert all(os.getpriority(os.PRIO_PROCESS, each.native_id or 0) >= NICENESS for each in own)


def test_that_a_key_is_used_is_written(site: Site) -> None:
    site.good()
    until(lambda: site.keys.get(site.credentials.access_key).last_used_at is not None)
