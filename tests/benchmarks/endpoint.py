"""What the endpoint costs: an operation over HTTP, and how late a thread that draws is under a flood.

    python -m tests.benchmarks.endpoint

Its core does nothing, so that only the endpoint is measured. Attackers are processes of their own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3

from app.rekognition.access.throttle import Throttle
from app.rekognition.endpoint.limits import Limits
from tests.unit.rekognition.endpoint.conftest import Site

ATTACKERS = 4
SECONDS = 4.0
ATTACK = """
import socket, sys, time
port, end, sent = int(sys.argv[1]), time.time() + float(sys.argv[2]), 0
request = sys.stdin.buffer.read()
while time.time() < end:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            for _ in range(200):
                connection.sendall(request)
                if not connection.recv(65536):
                    break
                sent += 1
    except OSError:
        pass
print(sent)
"""


def lateness() -> str:
    """Of a thread that wakes every 10 ms, as one that paints does."""
    late = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        started = time.perf_counter()
        time.sleep(0.01)
        late.append(1000 * (time.perf_counter() - started - 0.01))
    late.sort()
    return f"95 % within {late[int(0.95 * len(late))]:.1f} ms, longest {late[-1]:.1f} ms"


def flood(site: Site, request: bytes) -> str:
    length = SECONDS + 2
    command = [sys.executable, "-c", ATTACK, str(site.port), str(length)]
    attackers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(ATTACKERS)
    ]
    for each in attackers:
        assert each.stdin is not None
        each.stdin.write(request)
        each.stdin.close()
    time.sleep(1)
    late = lateness()
    sent = 0
    for each in attackers:
        assert each.stdout is not None
        sent += int(each.stdout.read())
        each.stdout.close()
        each.wait()
    return f"{sent / length:,.0f} requests a second; a thread that paints is late: {late}"


def main() -> None:
    # As the window has it.
    sys.setswitchinterval(0.0005)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), Limits(), Throttle(1e6, 1_000_000))
        client = boto3.client(
            "rekognition",
            endpoint_url=site.url,
            region_name="local",
            aws_access_key_id=site.credentials.access_key,
            aws_secret_access_key=site.credentials.secret_key,
        )
        client.list_collections()
        started = time.perf_counter()
        for _ in range(200):
            client.list_collections()
        print(f"boto3, one after another: {1000 * (time.perf_counter() - started) / 200:.1f} ms a call")
        client.close()
        print(f"quiet: {lateness()}")
        unsigned = b"\r\n".join(
            line for line in site.signed().split(b"\r\n") if not line.startswith(b"Authorization")
        )
        print(f"unsigned: {flood(site, unsigned)}")
        print(f"signed: {flood(site, site.signed())}")
        started = time.perf_counter()
        site.close()
        print(f"stopped in {1000 * (time.perf_counter() - started):.0f} ms")


if __name__ == "__main__":
    main()
