"""What counting an operation costs, in proportion to the operation.

    python -m tests.benchmarks.metrics

SearchFaces on 1,000 faces, one of the shortest operations there is, by the service alone and through the
protocol's core. The cost of a record is measured where it arises: right after a search, when the caches of
the processor hold other things; 100,000 in a row cost a fifth of that. That the two add up is seen with the
meter and without it in turns, beside how much the same search differs from itself: on a busy machine more
than counting does.
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
from app.services.metrics import Ledger, Meter, MetricService
from app.services.search import FaceMatch, SearchService
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
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_a_row(meter: Meter) -> float:
    """Seconds of a record, the best of five."""

    def many() -> None:
        for _ in range(RECORDS):
            with meter.operation("SearchFaces"):
                pass

    return min(seconds(many) for _ in range(5)) / RECORDS


def after(work: Callable[[], object], meter: Meter) -> tuple[float, float]:
    """Seconds of the work, and of a record right after it: medians."""
    times, records, nothing = [], [], []
    for _ in range(ROUNDS):
        times.append(seconds(work))
        started = time.perf_counter()
        with meter.operation("SearchFaces"):
            pass
        records.append(time.perf_counter() - started)
        work()
        started = time.perf_counter()
        nothing.append(time.perf_counter() - started)
    return statistics.median(times), statistics.median(records) - statistics.median(nothing)


def in_turns(one: Callable[[], object], other: Callable[[], object]) -> float:
    """How much longer one takes than the other, as a share of that."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        pair = ((0, one), (1, other))
        for at, work in pair if number % 2 else pair[::-1]:
            times[at].append(seconds(work))
    first, second = (statistics.quantiles(each, n=4)[0] for each in times)
    return first / second - 1


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
        service = SearchService(store, engine, bench.library, EventHub(), Origin.WINDOW, bench.meter)
        method = SearchService.by_face.__wrapped__  # type: ignore[attr-defined]

        # A threshold that nobody reaches: the shortest search there is.
        def bare() -> list[FaceMatch]:
            found: list[FaceMatch] = method(service, album.id, 1, 99.0)
            return found

        matches = len(bare())
        took, record = after(bare, bench.meter)
        core = Rekognition(bench, Origin.ENDPOINT)
        request = {"CollectionId": "album", "FaceId": face_id, "FaceMatchThreshold": 99.0}
        called, recorded = after(lambda: core.call("SearchFaces", dict(request)), bench.meter)
        answer = {
            "faces": FACES,
            "matches": matches,
            "search_us": round(took * 1e6, 1),
            "record_us": round(record * 1e6, 2),
            "share_percent": round(100 * record / took, 3),
            "protocol_us": round(called * 1e6, 1),
            "protocol_record_us": round(recorded * 1e6, 2),
            "protocol_share_percent": round(100 * recorded / called, 3),
            "record_in_a_row_us": round(in_a_row(bench.meter) * 1e6, 2),
            "with_and_without_percent": round(
                100 * in_turns(lambda: service.by_face(album.id, 1, 99.0), bare), 2
            ),
            "without_and_without_percent": round(100 * in_turns(bare, bare), 2),
        }
        store.close()
    finally:
        bench.close()
    return answer


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
