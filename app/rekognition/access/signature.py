"""AWS's Signature Version 4, checked.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
The names and sentences of the errors are those that AWS's services of the JSON protocol give, all with
status 400.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from app.rekognition.errors import ServiceError

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SERVICE: Final = "rekognition"
# How far a request's date may be from this machine's clock, either way.
SKEW: Final = timedelta(minutes=15)

Headers = Sequence[tuple[bytes, bytes]]

_DATE: Final = re.compile(r"\d{8}T\d{6}Z")
_SCOPE: Final = re.compile(
    r"(?P<key>[A-Za-z0-9]{16,128})/(?P<date>\d{8})/(?P<region>[a-z0-9-]{1,64})/(?P<service>[a-z0-9-]{1,64})"
    r"/(?P<end>[a-z0-9_]{1,32})"
)
_HEADER_NAME: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,128}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}")
_PARTS: Final = ("Credential", "SignedHeaders", "Signature")
# RFC 3986's unreserved characters; the rest is written as %XX.
_PLAIN: Final = "-_.~"


@dataclass(frozen=True)
class Wire:
    """A request as it came. `path` and `query` as in the request line; names of headers in small letters,
    each as often as it was sent."""

    method: str
    path: str
    query: str
    headers: Headers

    def values(self, name: str) -> list[str]:
        wanted = name.encode("ascii")
        return [value.decode("latin-1") for key, value in self.headers if key == wanted]

    def value(self, name: str) -> str | None:
        """Of the header's first line; None without one."""
        found = self.values(name)
        return found[0] if found else None


@dataclass(frozen=True)
class Claim:
    """Who a request says it is from. Not proven before `verify`."""

    access_key_id: str
    date: datetime
    region: str
    signed_headers: tuple[str, ...]
    signature: str


class SignatureError(ServiceError):
    """Status 400, as all errors of this module."""


def claim_of(wire: Wire) -> Claim:
    """All that can be told without the secret and the body. Raises SignatureError."""
    names = {part.partition("=")[0].casefold() for part in wire.query.split("&")}
    if names & {"x-amz-signature", "x-amz-algorithm", "x-amz-credential"}:
        raise SignatureError(
            "IncompleteSignatureException",
            "Presigned requests are not accepted here: send the signature in the Authorization header.",
        )
    given = wire.values("authorization")
    if not given or not given[0].strip():
        raise _missing("Missing Authentication Token")
    if len(given) > 1:
        raise _incomplete("There is more than one Authorization header.")
    algorithm, _, rest = given[0].strip().partition(" ")
    if not algorithm.startswith("AWS"):
        raise _missing("Missing Authentication Token")
    if algorithm != ALGORITHM:
        raise _incomplete(f"Unsupported AWS 'algorithm'. It must be {ALGORITHM}.")
    parts = _parts(rest)
    date = _date(wire)
    scope = _SCOPE.fullmatch(parts["Credential"])
    if scope is None:
        raise _incomplete("Credential must have the form KEY/YYYYMMDD/REGION/rekognition/aws4_request.")
    if scope["service"] != SERVICE:
        raise _invalid("Credential should be scoped to correct service: 'rekognition'.")
    if scope["end"] != "aws4_request":
        raise _invalid("Credential should be scoped with a valid terminator: 'aws4_request'.")
    if scope["date"] != date.strftime("%Y%m%d"):
        raise _invalid("Date in Credential scope does not match YYYYMMDD from X-Amz-Date.")
    if not _SIGNATURE.fullmatch(parts["Signature"]):
        raise _incomplete("Signature must be 64 hexadecimal digits.")
    signed = tuple(parts["SignedHeaders"].split(";"))
    _check_signed(wire, signed)
    return Claim(scope["key"], date, scope["region"], signed, parts["Signature"])


def check_date(claim: Claim, now: datetime) -> None:
    """Raises SignatureError for a date that is too far from now."""
    if claim.date < now - SKEW:
        raise _invalid(
            f"Signature expired: {_stamp(claim.date)} is now earlier than {_stamp(now - SKEW)} "
            f"({_stamp(now)} - {_minutes(SKEW)} min.)"
        )
    if claim.date > now + SKEW:
        raise _invalid(
            f"Signature not yet current: {_stamp(claim.date)} is still later than {_stamp(now + SKEW)} "
            f"({_stamp(now)} + {_minutes(SKEW)} min.)"
        )


def verify(claim: Claim, wire: Wire, body: bytes, secret: str) -> None:
    """Raises SignatureError unless the secret's holder signed just this request."""
    digest = hashlib.sha256(body).hexdigest()
    stated = wire.value("x-amz-content-sha256")
    # An unsigned or streamed body states another word there.
    if stated is not None and not hmac.compare_digest(stated.encode("latin-1"), digest.encode("ascii")):
        raise _invalid("The value of x-amz-content-sha256 is not the SHA-256 of the body.")
    canonical = canonical_request(wire, claim.signed_headers, digest)
    expected = signature(secret, claim.date, claim.region, canonical)
    if not hmac.compare_digest(expected, claim.signature):
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method. Consult the service documentation for details."
        )


def canonical_request(wire: Wire, signed_headers: Sequence[str], body_digest: str) -> bytes:
    lines = [wire.method.encode("ascii"), _path(wire.path), _query(wire.query)]
    for name in signed_headers:
        wanted = name.encode("ascii")
        values = [b" ".join(value.split()) for key, value in wire.headers if key == wanted]
        lines.append(wanted + b":" + b",".join(values))
    return b"\n".join((*lines, b"", ";".join(signed_headers).encode("ascii"), body_digest.encode("ascii")))


def signature(secret: str, date: datetime, region: str, canonical: bytes) -> str:
    day = date.strftime("%Y%m%d")
    key = f"AWS4{secret}".encode()
    for part in (day, region, SERVICE, "aws4_request"):
        key = hmac.digest(key, part.encode("ascii"), "sha256")
    scope = f"{day}/{region}/{SERVICE}/aws4_request"
    text = "\n".join((ALGORITHM, _stamp(date), scope, hashlib.sha256(canonical).hexdigest()))
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def _path(path: str) -> bytes:
    """Without . and .. and doubled slashes, and encoded once more, as all services but S3 have it."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    end = "/" if kept and path.endswith("/") else ""
    return quote("/" + "/".join(kept) + end, safe="/" + _PLAIN).encode("ascii")


def _query(query: str) -> bytes:
    pairs = []
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        pairs.append((_encoded(name), _encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs)).encode("ascii")


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe=_PLAIN)


def _parts(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals:
            raise _incomplete("A part of the Authorization header is no key=value pair.")
        if name not in _PARTS or name in found:
            raise _incomplete(f"The Authorization header must have {', '.join(_PARTS)}, each once.")
        found[name] = value.strip()
    lacking = [name for name in _PARTS if not found.get(name)]
    if lacking:
        raise _incomplete(" ".join(f"Authorization header requires '{name}' parameter." for name in lacking))
    return found


def _date(wire: Wire) -> datetime:
    given = wire.values("x-amz-date")
    if len(given) != 1:
        raise _incomplete("Authorization header requires existence of one 'X-Amz-Date' header.")
    text = given[0].strip()
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _incomplete("Date must be in ISO-8601 'basic format', as 20260131T235959Z.") from error


def _check_signed(wire: Wire, signed: tuple[str, ...]) -> None:
    if list(signed) != sorted(set(signed)) or not all(map(_HEADER_NAME.fullmatch, signed)):
        raise _incomplete("SignedHeaders must be names in small letters, in order, each once.")
    lines = [key.decode("latin-1") for key, _ in wire.headers]
    sent = set(lines)
    # Whatever could change what the request means must be covered by the signature.
    needed = {"host", "x-amz-date"} | {name for name in sent if name.startswith("x-amz-")}
    if "content-type" in sent:
        needed.add("content-type")
    for name in sorted(needed):
        # Signed, two lines are one with a comma: whoever split a line would be understood otherwise.
        if lines.count(name) > 1:
            raise _incomplete(f"There is more than one header '{name[:60]}'.")
    for name in sorted(needed - set(signed)):
        raise _invalid(f"'{name[:60]}' must be a 'SignedHeader' in the AWS Authorization.")
    for name in sorted(set(signed) - sent):
        raise _invalid(f"The signed header '{name[:60]}' is not in the request.")


def _stamp(date: datetime) -> str:
    return date.strftime("%Y%m%dT%H%M%SZ")


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _missing(message: str) -> SignatureError:
    return SignatureError("MissingAuthenticationTokenException", message)


def _incomplete(message: str) -> SignatureError:
    return SignatureError("IncompleteSignatureException", message)


def _invalid(message: str) -> SignatureError:
    return SignatureError("InvalidSignatureException", message)
