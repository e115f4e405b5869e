"""Pages of a browser, and other ways that no SDK takes."""

from __future__ import annotations

import json

import pytest

from app.rekognition.endpoint.guard import Guard
from app.rekognition.endpoint.limits import Limits
from app.rekognition.errors import ServiceError
from tests.unit.rekognition.endpoint.conftest import Site

HOST = (b"host", b"127.0.0.1:8080")


def refused(*headers: tuple[bytes, bytes], port: int = 8080) -> int:
    with pytest.raises(ServiceError) as caught:
        Guard(port, Limits()).check(headers)
    return caught.value.status


@pytest.mark.parametrize(
    "host", [b"127.0.0.1:8080", b"localhost:8080", b"LocalHost:8080", b" 127.0.0.1:8080 "]
)
def test_the_endpoints_own_names(host: bytes) -> None:
    Guard(8080, Limits()).check([(b"host", host)])


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"127.0.0.1",
        b"localhost",
        b"127.0.0.1:8081",
        b"127.0.0.2:8080",
        b"[::1]:8080",
        b"0.0.0.0:8080",
        b"evil.example:8080",
        b"127.0.0.1.evil.example:8080",
        b"127.0.0.1:8080.evil.example",
        b"user@127.0.0.1:8080",
        b"2130706433:8080",
    ],
)
def test_any_other_host_is_refused(host: bytes) -> None:
    assert refused((b"host", host)) == 403


def test_no_host_or_two_are_refused() -> None:
    assert refused() == 403
    assert refused(HOST, HOST) == 403


def test_the_port_that_needs_no_number() -> None:
    Guard(80, Limits()).check([(b"host", b"localhost")])


@pytest.mark.parametrize(
    "header",
    [
        (b"origin", b"https://evil.example"),
        (b"origin", b"null"),
        (b"origin", b"http://127.0.0.1:8080"),
        (b"origin", b""),
        (b"sec-fetch-site", b"cross-site"),
        (b"sec-fetch-site", b"same-origin"),
        (b"sec-fetch-site", b"none"),
    ],
)
def test_pages_are_refused_wherever_they_say_that_they_come_from(header: tuple[bytes, bytes]) -> None:
    assert refused(HOST, header) == 403


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ((b"content-encoding", b"gzip"), 415),
        ((b"content-encoding", b"GZIP, identity"), 415),
        ((b"content-length", b"8388609"), 413),
        ((b"content-length", b"9" * 20), 413),
        ((b"x-large", b"x" * 20_000), 431),
    ],
)
def test_what_is_too_much_or_compressed(header: tuple[bytes, bytes], status: int) -> None:
    assert refused(HOST, header) == status


def test_too_many_headers() -> None:
    assert refused(HOST, *[(b"x", b"y")] * 64) == 431


def test_what_is_allowed() -> None:
    Guard(8080, Limits()).check(
        [
            HOST,
            (b"content-encoding", b"identity"),
            (b"content-length", b"8388608"),
            (b"sec-fetch-mode", b"cors"),
        ]
    )


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET / HTTP/1.1", 405),
        ("HEAD / HTTP/1.1", 405),
        ("PUT / HTTP/1.1", 405),
        ("OPTIONS / HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 404),
        ("TRACE / HTTP/1.1", 405),
        ("POST /x HTTP/1.1", 404),
        ("POST // HTTP/1.1", 404),
        ("POST /../ HTTP/1.1", 404),
        ("POST /%2e HTTP/1.1", 404),
        ("GET /favicon.ico HTTP/1.1", 404),
    ],
)
def test_there_is_one_way_in(unasked: Site, line: str, status: int) -> None:
    request = f"{line}\r\nHost: 127.0.0.1:{unasked.port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    answered, body = unasked.ask(request.encode())
    assert answered == status
    assert b"ikeness" not in body and b"ekognition" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Host": "evil.example"},
    ],
)
def test_even_a_signed_request_from_a_page_is_refused(unasked: Site, headers: dict[str, str]) -> None:
    status, body = unasked.ask(unasked.signed(**headers))
    assert (status, json.loads(body)["__type"]) == (403, "AccessDeniedException")
    assert unasked.core.calls == []
    unasked.good()


def test_a_preflight_is_refused_and_no_answer_lets_a_page_read_it(unasked: Site) -> None:
    with unasked.connect() as connection:
        connection.sendall(
            f"OPTIONS / HTTP/1.1\r\nHost: 127.0.0.1:{unasked.port}\r\nOrigin: https://evil.example\r\n"
            "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\n"
            "\r\n".encode()
        )
        answer = connection.recv(65536).lower()
    assert answer.startswith(b"http/1.1 403")
    assert b"access-control" not in answer
    with unasked.connect() as connection:
        connection.sendall(unasked.signed())
        answer = connection.recv(65536).lower()
    assert answer.startswith(b"http/1.1 200")
    assert b"access-control" not in answer and b"server:" not in answer


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("MissingAuthenticationTokenException", (b"Authorization", b"X-Nothing")),
        ("IncompleteSignatureException", (b"Signature=", b"Sig=")),
        ("UnrecognizedClientException", (b"LKIA", b"AKIA")),
        ("InvalidSignatureException", (b"{}", b"[]")),
        ("InvalidSignatureException", (b"ListCollections", b"DeleteCollection")),
    ],
)
def test_refusals_are_named_as_aws_names_them(unasked: Site, code: str, change: tuple[bytes, bytes]) -> None:
    status, body = unasked.ask(unasked.signed().replace(*change))
    assert (status, json.loads(body)["__type"]) == (400, code)
    assert unasked.core.calls == []
    unasked.good()
