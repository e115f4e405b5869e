"""Refuses at the door what no AWS SDK sends: pages of a browser above all.

A page in a browser on this machine can send requests to 127.0.0.1. It cannot sign them, and it is not even
let near the place where that is checked: every page's POST carries an Origin, and one whose name was rebound
to 127.0.0.1 carries that name as Host. No answer has a CORS header, so no page can read one.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.rekognition.endpoint.limits import Limits
from app.rekognition.errors import ServiceError

Headers = Sequence[tuple[bytes, bytes]]


class Guard:
    """`port`: where the endpoint listens."""

    def __init__(self, port: int, limits: Limits) -> None:
        names = ("127.0.0.1", "localhost")
        self._hosts = {f"{name}:{port}".encode("ascii") for name in names}
        if port == 80:
            self._hosts |= {name.encode("ascii") for name in names}
        self._limits = limits

    def check(self, headers: Headers) -> None:
        """Raises ServiceError with the status to answer."""
        size = sum(len(name) + len(value) + 4 for name, value in headers)
        if len(headers) > self._limits.headers or size > self._limits.header:
            raise ServiceError("RequestHeaderSectionTooLarge", "The headers are too many or too large.", 431)
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0].strip().lower() not in self._hosts:
            raise _forbidden("The Host header must be the address and port of this endpoint.")
        sent = {name for name, _ in headers}
        if sent & {b"origin", b"sec-fetch-site"}:
            raise _forbidden("Pages of a browser have no access here.")
        encoding = [value.strip().lower() for name, value in headers if name == b"content-encoding"]
        if any(each not in (b"", b"identity") for each in encoding):
            raise ServiceError("UnsupportedMediaTypeException", "The body must not be compressed.", 415)
        self._check_length([value for name, value in headers if name == b"content-length"])

    def _check_length(self, given: list[bytes]) -> None:
        # The server has seen to it that there is one number at most.
        if given and int(given[0]) > self._limits.body:
            raise too_large(self._limits)


def too_large(limits: Limits) -> ServiceError:
    return ServiceError(
        "RequestEntityTooLargeException", f"A request has at most {limits.body:,} bytes.", 413
    )


def _forbidden(message: str) -> ServiceError:
    return ServiceError("AccessDeniedException", message, 403)
