"""Exact search among 1,000,000 faces, in proportion to the bare product with all of them.

    python -m tests.benchmarks.search [--faces N] [--database]

One run compares everything with itself: the product and the search take turns, medians of several.
`--database` also fills a library's database with as many faces and opens the store from it, which takes
a few minutes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from app.search.cache_file import open_index, save_index
from app.search.clusters import grouped
from app.search.exact import ExactIndex
from app.search.neighbours import near_pairs
from tests.benchmarks.library_of import filled_library

DIMENSION = 128
ROUNDS = 21


def unit(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    vectors = rng.standard_normal((count, DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def resident() -> int:
    return int(psutil.Process().memory_info().rss)


def build(count: int) -> tuple[ExactIndex, int]:
    """The index and how much the process grew by it."""
    rng = np.random.default_rng(0)
    before = resident()
    index = ExactIndex(DIMENSION, ("user", "photo"), capacity=count)
    for start in range(0, count, 20_000):
        ids = np.arange(start, min(start + 20_000, count))
        index.upsert(ids, unit(rng, len(ids)), {"user": ids % 1000, "photo": ids // 3})
    return index, resident() - before


def search_times(index: ExactIndex) -> dict[str, float]:
    queries = unit(np.random.default_rng(1), ROUNDS)
    plain, names = [], []

    def keep(_ids: object, part: NDArray[np.float32], _columns: object) -> None:
        plain.append(part)

    index.visit(keep, rows=len(index))
    vectors = plain[0]
    assert len(vectors) == len(index), "one block, so that the product is over the very same memory"
    out = np.empty(len(index), np.float32)
    times: dict[str, list[float]] = {}
    for query in queries:
        names = {
            "product": lambda query=query: np.dot(vectors, query, out=out),
            "top100": lambda query=query: index.search(query, 100),
            "top4096": lambda query=query: index.search(query, 4096),
            "top100_unnamed": lambda query=query: index.search(
                query, 100, allow=lambda _ids, columns: columns["user"] < 500
            ),
        }
        for name, work in names.items():
            times.setdefault(name, []).append(milliseconds(work))
    query = queries[0]
    found = index.search(query, 100)
    best = np.sort(np.dot(vectors, query))[::-1][:100]
    assert np.allclose(found.scores, best, atol=1e-5), "the search must find what sorting finds"
    return {name: statistics.median(values) for name, values in times.items()}


def open_time(index: ExactIndex) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.index"
        save_index(index, path, {})
        return statistics.median(milliseconds(lambda: open_index(path)) for _ in range(3))


def group_time(count: int) -> tuple[float, int]:
    """People of 1 to 30 faces, as far from each other as real ones."""
    rng = np.random.default_rng(2)
    who = np.repeat(np.arange(count), np.minimum(rng.zipf(1.7, count), 30))[:count]
    vectors = unit(rng, int(who.max()) + 1)[who] * 0.72 + unit(rng, count) * 0.69
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = np.empty(0, np.int64)

    def work() -> None:
        nonlocal labels
        labels = grouped(vectors, near_pairs(vectors, 0.48, 48), 0.48, np.arange(count))

    taken = statistics.median(milliseconds(work) for _ in range(3))
    return taken, len(np.unique(labels))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=int, default=1_000_000)
    parser.add_argument("--database", action="store_true")
    options = parser.parse_args()
    index, grown = build(options.faces)
    size = options.faces * DIMENSION * 4
    times = search_times(index)
    result: dict[str, object] = {
        "benchmark": "search",
        "faces": options.faces,
        "product_ms": round(times["product"], 2),
        "search_ms": round(times["top100"], 2),
        "search_ratio": round(times["top100"] / times["product"], 3),
        "top4096_ratio": round(times["top4096"] / times["product"], 3),
        "filtered_ratio": round(times["top100_unnamed"] / times["product"], 3),
        "open_s": round(open_time(index) / 1000, 3),
        "memory_ratio": round(index.nbytes / size, 3),
        "resident_ratio": round(grown / size, 3),
    }
    del index
    taken, groups = group_time(10_000)
    result["group_10000_s"], result["groups"] = round(taken / 1000, 2), groups
    if options.database:
        result.update(filled_library(options.faces, DIMENSION))
    for name, value in result.items():
        print(f"{name:18}{value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
