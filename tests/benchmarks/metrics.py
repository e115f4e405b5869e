"""What counting an operation costs, in proportion to the operation.

    python -m tests.benchmarks.metrics

SearchFaces on 1,000 faces, one of the shortest operations, through the service and through the protocol's
core: with the meter and without it in turns, in one run. The cost of one record is also measured by
itself, 100,000 times: a difference of two times of a busy machine says little below a percent.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.rekognition.core import Rekognition
from app.services.events import EventHub
from app.services.metrics import UNCOUNTED, Ledger, Meter, MetricService
from app.services.search import SearchService
from app.services.vector_store import VectorStore
from app.settings.settings import Settings
from app.storage.database import Database
from app.storage.library import open_library
from tests.benchmarks.library_of import _fill
from tests.fakes import FakeEngine, fake_describers

FACES = 1000
ROUNDS = 1500
RECORDS = 100_000


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, for this thread: what else the machine does counts less so."""
    started = time.thread_time()
    work()
    return time.thread_time() - started


def one_record(meter: Meter) -> float:
    """Seconds, the best of five: what disturbs is never less than nothing."""

    def many() -> None:
        for _ in range(RECORDS):
            with meter.operation("SearchFaces"):
                pass

    def empty() -> None:
        for _ in range(RECORDS):
            pass

    cost = min(seconds(many) for _ in range(5)) - min(seconds(empty) for _ in range(5))
    return cost / RECORDS


def quartile(times: list[float]) -> float:
    return statistics.quantiles(times, n=4)[0]


def in_turns(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Seconds of each, the lower quartiles: what disturbs one of them is left out of both."""
    for work in (one, other):
        for _ in range(20):
            work()
    times: tuple[list[float], list[float]] = ([], [])
    for round_ in range(ROUNDS):
        pair = ((0, one), (1, other))
        for at, work in pair if round_ % 2 else pair[::-1]:
            times[at].append(seconds(work))
    return quartile(times[0]), quartile(times[1])


def search(folder: Path) -> dict[str, object]:
    engine = FakeEngine()
    bench = open_workbench(folder, Origin.WINDOW, Settings(workers=1), engine, fake_describers())
    try:
        album = bench.collections.create("album")
        _fill(bench.library.database.path, album.id, FACES, engine.contract.dimension)
        face_id = str(uuid.uuid4())
        with closing(sqlite3.connect(bench.library.database.path)) as connection, connection:
            connection.execute("UPDATE faces SET face_id = ? WHERE id = 1", (face_id,))
        store = VectorStore(bench.library, engine)
        arguments = (store, engine, bench.library, EventHub(), Origin.WINDOW)
        counted = SearchService(*arguments, bench.meter)
        uncounted = SearchService(*arguments, UNCOUNTED)
        bare = SearchService.by_face.__wrapped__  # type: ignore[attr-defined]
        # A threshold that nobody reaches: the shortest search there is.
        found = bare(uncounted, album.id, 1, 99.0)
        with_it, without = in_turns(
            lambda: counted.by_face(album.id, 1, 99.0), lambda: bare(uncounted, album.id, 1, 99.0)
        )
        record = one_record(bench.meter)
        core = Rekognition(bench, Origin.ENDPOINT)
        request = {"CollectionId": "album", "FaceId": face_id, "FaceMatchThreshold": 99.0}
        called = quartile(
            [seconds(lambda: core.call("SearchFaces", dict(request))) for _ in range(ROUNDS // 3)]
        )
        store.close()
    finally:
        bench.close()
    return {
        "faces": FACES,
        "matches": len(found),
        "one_record_us": round(record * 1e6, 2),
        "search_us": round(without * 1e6, 1),
        "search_counted_us": round(with_it * 1e6, 1),
        "measured_share_percent": round(100 * (with_it / without - 1), 2),
        "record_of_search_percent": round(100 * record / without, 3),
        "search_by_protocol_us": round(called * 1e6, 1),
        "record_of_protocol_percent": round(100 * record / called, 3),
    }


def storage(folder: Path) -> dict[str, object]:
    """A flush as it is every few seconds, and a month of minutes read for a graph."""
    library = open_library(folder)
    now = time.time()
    moment = [now - 86_400 * 10]
    ledger = Ledger(Database(library.database.path), lambda: moment[0])
    meter = Meter(ledger.record, Origin.WINDOW)
    operations = ("DetectFaces", "IndexFaces", "SearchFaces", "CompareFaces", "DetectLabels")

    def some() -> None:
        for name in operations:
            for _ in range(20):
                with meter.operation(name):
                    pass

    flushes = []
    for _ in range(40):
        some()
        moment[0] += 5
        flushes.append(seconds(ledger.flush))
    minutes = 10 * 24 * 60
    for minute in range(minutes):
        if minute % 1000 == 0:
            ledger.flush()
        moment[0] += 60
        for name in operations:
            with meter.operation(name):
                pass
    ledger.flush()
    end = datetime.fromtimestamp(now, UTC)
    service = MetricService(ledger)
    times = [
        seconds(lambda days=days, period=period: service.series(end - timedelta(days=days), end, period))
        for days, period in ((1, 300), (30, 4 * 3600))
    ]
    library.close()
    size = sum(file.stat().st_size for file in folder.glob("library.db*"))
    return {
        "flush_ms": round(statistics.median(flushes) * 1000, 2),
        "flush_share_of_5_s_percent": round(statistics.median(flushes) / 5 * 100, 3),
        "rows": minutes * len(operations),
        "day_ms": round(times[0] * 1000, 1),
        "month_ms": round(times[1] * 1000, 1),
        "database_mb": round(size / 1e6, 1),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        answer = {**search(Path(place) / "a"), **storage(Path(place) / "b")}
    print(json.dumps(answer, indent=2))
