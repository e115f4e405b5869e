"""Asks an endpoint for the faces of a photograph, 64 times at once, until it is killed: half with a key, half
without one. Started by tests.benchmarks.window.

    python -m tests.benchmarks.callers URL KEY_ID SECRET PICTURE
"""

from __future__ import annotations

import http.client
import sys
import threading
from contextlib import suppress
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CALLERS = 64


def known(url: str, key: str, secret: str, data: bytes) -> None:
    client = boto3.client(
        "rekognition",
        endpoint_url=url,
        region_name="local",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"mode": "standard"}),
    )
    while True:
        with suppress(BotoCoreError, ClientError):
            client.detect_faces(Image={"Bytes": data})


def unknown(url: str, data: bytes) -> None:
    headers = {"X-Amz-Target": "RekognitionService.DetectFaces"}
    while True:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
            connection.request("POST", "/", data, headers)
            connection.getresponse().read()
            connection.close()


def main() -> None:
    url, key, secret, picture = sys.argv[1:]
    data = Path(picture).read_bytes()
    for number in range(CALLERS):
        target, given = (known, (url, key, secret, data)) if number % 2 else (unknown, (url, data))
        threading.Thread(target=target, args=given, daemon=True).start()
    # Whoever started it holds the other end.
    sys.stdin.read()


if __name__ == "__main__":
    main()
