"""Signed requests whose bytes were bent on the way, and random requests of boto3, over a real port."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.rekognition.access.policy import FULL
from app.rekognition.access.secrets import FileSecrets
from app.rekognition.endpoint.service import EndpointService
from tests.unit.rekognition.endpoint.conftest import Site
from tests.unit.rekognition.random_world import World, requests, resolved
from tests.unit.rekognition.shapes_of_botocore import check, check_error
from tests.unit.rekognition.test_random_requests import OPERATIONS, bent

EXAMPLES = 5 * int(os.environ.get("RANDOM_REQUESTS", "15"))
RANDOM = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
# 0: the connection was closed.
REFUSED = {0, 400, 403, 404, 405, 408, 413, 415, 431}
BODY = b'{"CollectionId": "friends"}'

NAMES = st.sampled_from(
    [
        "Host",
        "Origin",
        "Content-Length",
        "Transfer-Encoding",
        "Content-Encoding",
        "X-Amz-Target",
        "x-amz-date",
        "X-AMZ-CONTENT-SHA256",
        "Authorization",
        "Content-Type",
        "Expect",
        "Upgrade",
        "Connection",
        "Trailer",
        "X-Amz-Security-Token",
        "X-Forwarded-Host",
        "X-HTTP-Method-Override",
        "Sec-Fetch-Site",
        "TE",
        "Range",
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "+27", "27, 27", "1" * 30, "٣", "x" * 9000, "a\tb", "PUT", "evil.example"]
    ),
    st.sampled_from(["chunked", "chunked, chunked", "identity", "xchunked", "gzip", "100-continue", "close"]),
    st.sampled_from(["websocket", "h2c", "RekognitionService.DeleteCollection"]),
    st.just("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature="),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
)


@st.composite
def bending(draw: st.DrawFn) -> tuple[str, Any, Any]:
    how = draw(st.sampled_from(["line", "twice", "gone", "byte", "cut", "path", "case", "fold", "space"]))
    if how == "line":
        return how, draw(NAMES), draw(VALUES)
    if how == "path":
        paths = [
            "//",
            "/.",
            "/%2F",
            "/?",
            "/?a=b",
            "/?X-Amz-Signature=1",
            "/;x",
            "*",
            "/\\",
            "http://127.0.0.1/",
        ]
        return how, draw(st.sampled_from(paths)), None
    return how, draw(st.integers(0, 2000)), draw(st.integers(0, 255))


def bent_bytes(request: bytes, bend: tuple[str, Any, Any]) -> bytes:
    how, what, other = bend
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    if how == "line":
        lines.insert(0, f"{what}: {other}".encode())
    elif how == "path":
        first = b"POST " + what.encode() + b" HTTP/1.1"
    elif how == "byte":
        whole = bytearray(request)
        whole[what % len(whole)] = other
        return bytes(whole)
    elif how == "cut":
        return request[: what % len(request)]
    else:
        at = what % len(lines)
        name, _, value = lines[at].partition(b": ")
        lines[at : at + 1] = {
            "twice": [lines[at], lines[at]],
            "gone": [],
            "case": [name.swapcase() + b": " + value],
            "fold": [name + b": " + value[: other % 20], b" " + value[other % 20 :]],
            "space": [name + b" : " + value],
        }[how]
    return b"\r\n".join((first, *lines)) + b"\r\n\r\n" + body


@RANDOM
@given(bend=bending())
def test_what_comes_through_is_what_was_signed(standing: Site, bend: tuple[str, Any, Any]) -> None:
    standing.core.calls.clear()
    # Not kept, so that what comes after the answer is the end.
    request = standing.signed(BODY, "DescribeCollection").replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    with standing.connect() as connection:
        connection.settimeout(10)
        connection.sendall(bent_bytes(request, bend))
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:
            pass
    answers = [int(each) for each in re.findall(rb"^HTTP/1\.1 (\d+)", received, re.MULTILINE)] or [0]
    answers = [each for each in answers if each != 100] or [0]
    assert set(answers) <= REFUSED | {200}, (bend, received)
    if 200 not in answers:
        assert standing.core.calls == [], (bend, received)
    assert set(standing.core.calls) <= {("RekognitionService.DescribeCollection", BODY)}, bend


def test_the_endpoint_still_stands(standing: Site) -> None:
    standing.good()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[World, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        secrets = FileSecrets(Path(folder) / "secrets", Path(folder) / "key" / "key")
        service = EndpointService(world.client.bench, secrets, rate=1e6, burst=10**6)
        url = service.start()
        key = service.keys.create("random", FULL)
        client = boto3.client(
            "rekognition",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret,
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        )
        yield world, client
        client.close()
        service.close()
        world.close()


@RANDOM
@given(data=st.data())
def test_random_requests_of_boto3(served: tuple[World, Any], data: st.DataObject) -> None:
    world, client = served
    operation = data.draw(st.sampled_from(OPERATIONS))
    drawn = data.draw(st.one_of(requests(operation), bent(operation)))
    world.refresh()
    request = resolved(drawn, world)
    try:
        answer = getattr(client, xform_name(operation))(**request)
    except ClientError as error:
        told = error.response
        assert told["ResponseMetadata"]["HTTPStatusCode"] == 400, told
        if told["Error"]["Code"] != "SerializationException":
            check_error(operation, told["Error"]["Code"])
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError):
        # The client itself cannot write it.
        assume(False)
    else:
        assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
        check(operation, answer)
        world.learn(answer)
