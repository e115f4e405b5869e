"""Signatures, against those that botocore makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore import auth
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from app.rekognition.access.signature import SKEW, SignatureError, Wire, check_date, claim_of, verify

KEY, SECRET = "LKIAABCDEFGHIJKLMNOP", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
URL = "http://127.0.0.1:8080/"
TARGET = "RekognitionService.ListCollections"


def signed(
    method: str = "POST",
    url: str = URL,
    body: bytes = b"{}",
    region: str = "us-east-1",
    service: str = "rekognition",
    headers: dict[str, str] | None = None,
    secret: str = SECRET,
    key: str = KEY,
) -> Wire:
    """As botocore signs it."""
    sent = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET, **(headers or {})}
    request = AWSRequest(method, url, data=body, headers=sent)
    SigV4Auth(Credentials(key, secret), service, region).add_auth(request)
    return wire_of(request)


def wire_of(request: AWSRequest) -> Wire:
    parts = urlsplit(request.url)
    headers = [(name.lower().encode(), _bytes(value)) for name, value in request.headers.items()]
    if "host" not in {name.decode() for name, _ in headers}:
        headers.append((b"host", parts.netloc.encode()))
    return Wire(request.method, parts.path or "/", parts.query, headers)


def _bytes(value: str | bytes) -> bytes:
    # What urllib3 does before it sends a header.
    return value if isinstance(value, bytes) else value.encode("utf-8")


def accepted(wire: Wire, body: bytes = b"{}", secret: str = SECRET) -> None:
    claim = claim_of(wire)
    assert claim.access_key_id == KEY
    check_date(claim, datetime.now(UTC))
    verify(claim, wire, body, secret)


def refused(wire: Wire, body: bytes = b"{}", secret: str = SECRET) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        accepted(wire, body, secret)
    assert caught.value.status == 400
    return caught.value


def with_header(wire: Wire, name: str, value: str | None) -> Wire:
    """`value` in place of the header's; None: without it."""
    kept = [each for each in wire.headers if each[0] != name.encode()]
    added = [] if value is None else [(name.encode(), value.encode("latin-1"))]
    return replace(wire, headers=kept + added)


def authorization(wire: Wire, old: str, new: str) -> Wire:
    value = wire.value("authorization")
    assert value is not None and old in value
    return with_header(wire, "authorization", value.replace(old, new))


@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "url",
    [
        URL,
        "http://localhost:8080/",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/a/b//c/",
        "http://127.0.0.1:8080/a/./b/../c",
        "http://127.0.0.1:8080/a%20b/%C3%BC",
        "http://127.0.0.1:8080/?b=2&a=1&a=0",
        "http://127.0.0.1:8080/?Action=List%20Users&Version=2010-05-08&empty=&flag",
        "http://127.0.0.1:8080/?key=%2F%2B%3D&til~de=~",
    ],
)
def test_what_botocore_signs_is_accepted(method: str, url: str) -> None:
    accepted(signed(method, url))


@pytest.mark.parametrize("body", [b"", b"{}", b"\x00\xff" * 1000, b"x" * 3_000_000])
def test_any_body_is_covered(body: bytes) -> None:
    wire = signed(body=body)
    accepted(wire, body)
    assert refused(wire, body + b" ").code == "InvalidSignatureException"


@pytest.mark.parametrize("region", ["local", "us-east-1", "eu-central-1", "cn-north-1"])
def test_any_region_is_taken(region: str) -> None:
    accepted(signed(region=region))


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Custom": "  many   spaces \t here  "},
        {"x-amz-meta": "ü – text"},
        {"Z-Last": "z", "A-First": "a", "m-Middle": ""},
        {"X-Amz-Content-Sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
        {"amz-sdk-invocation-id": "c1", "amz-sdk-request": "attempt=1; max=3"},
        {"User-Agent": "not signed", "Connection": "keep-alive"},
    ],
)
def test_odd_headers(headers: dict[str, str]) -> None:
    accepted(signed(headers=headers))


def test_a_header_sent_twice_is_signed_as_one() -> None:
    request = AWSRequest("POST", URL, data=b"{}")
    request.headers.add_header("X-Twice", "b  b")
    request.headers.add_header("X-Twice", "a")
    SigV4Auth(Credentials(KEY, SECRET), "rekognition", "local").add_auth(request)
    accepted(wire_of(request))


@given(
    st.dictionaries(
        st.from_regex(r"X-[A-Z][a-z0-9-]{0,8}", fullmatch=True),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
        max_size=5,
    ),
    st.binary(max_size=200),
    st.lists(st.tuples(st.text("abcXYZ -_.~/+%ü", min_size=1, max_size=5), st.text("ab 1/&=", max_size=5))),
)
def test_whatever_botocore_signs_is_accepted(
    headers: dict[str, str], body: bytes, query: list[tuple[str, str]]
) -> None:
    from urllib.parse import quote

    text = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query)
    wire = signed(url=f"{URL}?{text}" if text else URL, body=body, headers=headers)
    accepted(wire, body)


def test_a_wrong_secret_is_refused() -> None:
    error = refused(signed(secret=SECRET[:-1] + "x"))
    assert error.code == "InvalidSignatureException"
    assert "does not match the signature you provided" in error.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-amz-target", "RekognitionService.DeleteCollection"),
        ("content-type", "text/plain"),
        ("host", "127.0.0.1:8081"),
    ],
)
def test_an_altered_header_is_refused(name: str, value: str) -> None:
    assert refused(with_header(signed(), name, value)).code == "InvalidSignatureException"


def test_an_added_header_that_means_something_is_refused() -> None:
    error = refused(with_header(signed(), "x-amz-security-token", "made up"))
    assert error.message == "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization."
    # One that means nothing may be added on the way.
    accepted(with_header(signed(), "via", "a proxy"))


def test_an_altered_method_path_or_query_is_refused() -> None:
    wire = signed()
    for altered in (replace(wire, method="GET"), replace(wire, path="/x"), replace(wire, query="a=1")):
        assert refused(altered).code == "InvalidSignatureException"


def test_a_date_that_is_not_the_signed_one_is_refused() -> None:
    wire = signed()
    date = datetime.strptime(wire.value("x-amz-date") or "", "%Y%m%dT%H%M%SZ")
    later = (date + timedelta(seconds=1)).strftime("%Y%m%dT%H%M%SZ")
    assert refused(with_header(wire, "x-amz-date", later)).code == "InvalidSignatureException"
    other_day = (date + timedelta(days=1)).strftime("%Y%m%dT%H%M%SZ")
    assert "does not match YYYYMMDD" in refused(with_header(wire, "x-amz-date", other_day)).message


@pytest.mark.parametrize("seconds", [-901, -3600, 901, 86_400 * 30])
def test_a_clock_that_is_wrong_is_refused(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    monkeypatch.setattr(auth, "get_current_datetime", lambda: moment)
    error = refused(signed())
    assert error.code == "InvalidSignatureException"
    assert ("expired" if seconds < 0 else "not yet current") in error.message


@pytest.mark.parametrize("seconds", [-890, 890])
def test_a_clock_that_is_a_little_wrong_is_taken(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert timedelta(seconds=abs(seconds)) < SKEW
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    monkeypatch.setattr(auth, "get_current_datetime", lambda: moment)
    accepted(signed())


def test_an_unsigned_payload_is_refused() -> None:
    for word in ("UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "0" * 64):
        wire = signed(headers={"X-Amz-Content-Sha256": word})
        assert "x-amz-content-sha256" in refused(wire).message


def test_a_presigned_request_is_refused() -> None:
    request = AWSRequest("GET", URL, data=b"")
    SigV4QueryAuth(Credentials(KEY, SECRET), "rekognition", "local").add_auth(request)
    error = refused(wire_of(request), b"")
    assert error.code == "IncompleteSignatureException"
    assert "Presigned" in error.message


@pytest.mark.parametrize("value", [None, "", "Bearer abc", "Basic dXNlcjpwdw=="])
def test_an_unsigned_request_is_refused(value: str | None) -> None:
    error = refused(with_header(signed(), "authorization", value))
    assert error.code == "MissingAuthenticationTokenException"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 ", "Incomplete"),
        ("AWS4-HMAC-SHA256 ", "AWS3 ", "Incomplete"),
        ("Credential=", "Credentials=", "Incomplete"),
        ("Signature=", "Signature", "Incomplete"),
        ("Signature=", "Signature=zz", "Incomplete"),
        (", SignedHeaders=", ", Signature=", "Incomplete"),
        ("/us-east-1/", "/", "Incomplete"),
        ("/us-east-1/", "/us east/", "Incomplete"),
        ("/us-east-1/", "/us-west-1/", "Invalid"),
        ("/rekognition/", "/s3/", "Invalid"),
        ("/aws4_request", "/aws5_request", "Invalid"),
        ("host;", "", "Invalid"),
        ("x-amz-date;", "", "Invalid"),
        (";x-amz-target", "", "Invalid"),
        ("content-type;", "", "Invalid"),
        ("content-type;host", "host;content-type", "Incomplete"),
        ("content-type;", "Content-Type;", "Incomplete"),
        ("content-type;host", "content-type;host;host", "Incomplete"),
        ("host;", "host;not-sent;", "Invalid"),
        (KEY, "short", "Incomplete"),
        (KEY, KEY + "\n", "Incomplete"),
    ],
)
def test_an_altered_authorization_is_refused(old: str, new: str, code: str) -> None:
    assert refused(authorization(signed(), old, new)).code == f"{code}SignatureException"


def test_an_authorization_without_spaces_is_taken() -> None:
    accepted(authorization(signed(), ", ", ","))


def test_two_authorizations_or_dates_are_refused() -> None:
    wire = signed()
    for name in ("authorization", "x-amz-date"):
        twice = replace(wire, headers=[*wire.headers, (name.encode(), (wire.value(name) or "").encode())])
        assert refused(twice).code == "IncompleteSignatureException"


@pytest.mark.parametrize("date", ["", "now", "2026-01-31T00:00:00Z", "20261331T000000Z", "20260131T000000"])
def test_a_date_that_is_none_is_refused(date: str) -> None:
    assert refused(with_header(signed(), "x-amz-date", date)).code == "IncompleteSignatureException"


@given(st.text(max_size=200))
def test_no_authorization_brings_it_down(text: str) -> None:
    value: Any = text.encode("utf-8")
    wire = replace(signed(), headers=[(b"authorization", value), (b"x-amz-date", b"20260131T000000Z")])
    with pytest.raises(SignatureError):
        claim_of(wire)


@pytest.mark.parametrize("name", ["X-Amz-Target", "X-Amz-Security-Token", "X-Amz-Content-Sha256"])
def test_a_header_that_means_something_comes_once(name: str) -> None:
    """Two lines are signed as one with a comma, and somebody could read the first alone."""
    once = signed(headers={name: "RekognitionService.ListFaces, RekognitionService.ListUsers"})
    first, _, second = (once.value(name.lower()) or "").partition(", ")
    kept = [each for each in once.headers if each[0] != name.lower().encode()]
    split = [(name.lower().encode(), each.encode()) for each in (first, second)]
    twice = replace(once, headers=[*kept, *split])
    assert refused(twice).code == "IncompleteSignatureException"
    assert "more than one header" in refused(twice).message
