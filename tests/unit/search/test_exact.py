"""ExactIndex against a dictionary and a plain product."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.search.exact import ExactIndex
from app.search.selection import candidates


def unit(rng: np.random.Generator, count: int, dimension: int = 16) -> NDArray[np.float32]:
    vectors = rng.standard_normal((count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(count: int, dimension: int = 16, seed: int = 0) -> tuple[ExactIndex, NDArray[np.float32]]:
    vectors = unit(np.random.default_rng(seed), count, dimension)
    index = ExactIndex(dimension)
    index.upsert(np.arange(count) * 3 + 7, vectors)
    return index, vectors


def plain_top(
    model: dict[int, NDArray[np.float32]], query: NDArray[np.float32], k: int, floor: float = -np.inf
) -> list[tuple[int, float]]:
    scored = [(key, float(np.dot(vector.astype(np.float64), query))) for key, vector in model.items()]
    return sorted((each for each in scored if each[1] >= floor), key=lambda each: (-each[1], each[0]))[:k]


@pytest.mark.parametrize("k", [1, 10, 100, 700, 5000])
def test_search_finds_what_sorting_all_scores_finds(k: int) -> None:
    index, vectors = filled(5000)
    query = vectors[1234]
    hits = index.search(query, k)
    expected = np.argsort(-(vectors.astype(np.float64) @ query), kind="stable")[:k]
    assert hits.ids.tolist() == (expected * 3 + 7).tolist()
    assert hits.scores[0] == pytest.approx(1, abs=1e-6)
    assert np.all(np.diff(hits.scores) <= 0)


def test_search_keeps_to_the_floor() -> None:
    index, vectors = filled(3000)
    hits = index.search(vectors[5], 3000, floor=0.4)
    scores = vectors @ vectors[5]
    assert set(hits.ids.tolist()) == set((np.flatnonzero(scores >= 0.4) * 3 + 7).tolist())
    assert len(index.search(vectors[5], 10, floor=1.5)) == 0


def test_ties_come_by_id_wherever_the_rows_lie() -> None:
    vector = unit(np.random.default_rng(3), 1)
    index = ExactIndex(16)
    ids = np.random.default_rng(4).permutation(2000)
    index.upsert(ids, np.repeat(vector, 2000, axis=0))
    assert index.search(vector[0], 50).ids.tolist() == list(range(50))
    assert index.search_many(vector, 50)[0].ids.tolist() == list(range(50))


def test_many_queries_answer_as_one_by_one() -> None:
    index, vectors = filled(9000)
    queries = vectors[::700]
    for query, many in zip(queries, index.search_many(queries, 25, floor=0.2), strict=True):
        one = index.search(query, 25, floor=0.2)
        assert many.ids.tolist() == one.ids.tolist()
        assert np.array_equal(many.scores, one.scores)


def test_only_allowed_rows_are_found() -> None:
    vectors = unit(np.random.default_rng(1), 2000)
    index = ExactIndex(16, ("user",))
    index.upsert(np.arange(2000), vectors, {"user": np.arange(2000) % 5})
    hits = index.search(vectors[3], 400, allow=lambda ids, columns: columns["user"] == 2)
    assert len(hits) == 400
    assert set(hits.ids.tolist()) == set(range(2, 2000, 5))
    many = index.search_many(vectors[:2], 10, allow=lambda ids, columns: ids < 5)
    assert [sorted(each.ids.tolist()) for each in many] == [[0, 1, 2, 3, 4]] * 2
    assert len(index.search(vectors[3], 10, allow=lambda ids, columns: ids < 0)) == 0


def test_an_empty_index_finds_nothing() -> None:
    index = ExactIndex(16)
    query = unit(np.random.default_rng(0), 2)
    assert len(index.search(query[0], 5)) == 0
    assert [len(each) for each in index.search_many(query, 5)] == [0, 0]
    assert len(index.scores(query[0])) == 0
    assert index.remove(np.array([1])) == 0


def test_wrong_shapes_are_refused() -> None:
    index, vectors = filled(10)
    with pytest.raises(ValueError, match="16 dimensions"):
        index.upsert(np.array([1]), vectors[:2])
    with pytest.raises(ValueError, match="16 dimensions"):
        index.search(vectors[0, :5], 1)
    with pytest.raises(ValueError):
        ExactIndex(0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.integers(-5, 30), min_size=1, max_size=12)),
        min_size=1,
        max_size=25,
    ),
    st.integers(0, 2**32 - 1),
)
def test_any_course_of_changes_leaves_what_a_dictionary_would(
    steps: list[tuple[bool, list[int]]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    index, model, tags = ExactIndex(8, ("tag",), capacity=2), {}, {}
    for put, keys in steps:
        ids = np.array(keys, np.int64)
        if put:
            vectors = unit(rng, len(keys), 8)
            values = rng.integers(0, 100, len(keys))
            index.upsert(ids, vectors, {"tag": values})
            for key, vector, value in zip(keys, vectors, values.tolist(), strict=True):
                model[key], tags[key] = vector, value
        else:
            assert index.remove(ids) == len(set(keys) & model.keys())
            for key in keys:
                model.pop(key, None)
                tags.pop(key, None)
    assert len(index) == len(model)
    assert sorted(index.ids().tolist()) == sorted(model)
    probe = np.arange(-6, 31)
    there, found = index.vectors(probe)
    assert there.tolist() == [key in model for key in probe.tolist()]
    for key, vector in zip(probe[there].tolist(), found, strict=True):
        assert np.array_equal(vector, model[key])
    assert index.values("tag", probe).tolist() == [tags.get(key, -1) for key in probe.tolist()]
    query = unit(rng, 1, 8)[0]
    hits = index.search(query, 7)
    expected = plain_top(model, query, 7)
    assert hits.scores.tolist() == pytest.approx([score for _, score in expected], abs=1e-6)


def test_growth_by_many_small_steps_and_removal_of_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.search.exact._SMALLEST_BLOCK", 64)
    monkeypatch.setattr("app.search.id_map._SMALLEST_MERGE", 50)
    rng = np.random.default_rng(9)
    vectors = unit(rng, 3000)
    index = ExactIndex(16)
    order = rng.permutation(3000)
    for start in range(0, 3000, 37):
        part = order[start : start + 37]
        index.upsert(part, vectors[part])
    assert np.array_equal(index.vectors(np.arange(3000))[1], vectors)
    held = index.nbytes
    assert index.remove(order[:2900]) == 2900
    left = np.sort(order[2900:])
    assert np.array_equal(index.vectors(left)[1], vectors[left])
    assert index.nbytes < held / 4
    seen: list[int] = []
    index.visit(lambda ids, part, columns: seen.extend(ids.tolist()), rows=10)
    assert sorted(seen) == left.tolist()


def test_memory_is_little_more_than_the_vectors() -> None:
    count = 40_000
    index = ExactIndex(128, ("user", "photo"), capacity=count)
    for start in range(0, count, 5000):
        ids = np.arange(start, start + 5000)
        index.upsert(ids, np.ones((5000, 128), np.float32), {"user": ids, "photo": ids})
    index.search(np.ones(128, np.float32), 100)
    assert index.nbytes < 1.2 * count * 128 * 4
    later = np.arange(count, count + 1000)
    index.upsert(later, np.ones((1000, 128), np.float32), {"user": later, "photo": later})
    assert index.nbytes < 1.3 * (count + 1000) * 128 * 4


def test_readers_see_whole_states_while_a_writer_works() -> None:
    """Each id's vectors are always a unit vector of its own axis, so a torn or misplaced row would show."""
    axes = np.eye(16, dtype=np.float32)
    index = ExactIndex(16)
    index.upsert(np.arange(160), np.tile(axes, (10, 1)))
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            for axis in range(16):
                hits = index.search(axes[axis], 40, floor=0.5)
                if len(hits) < 5 or np.any(hits.ids % 16 != axis) or not np.allclose(hits.scores, 1):
                    wrong.append((axis, hits.ids.tolist()))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    rng = np.random.default_rng(2)
    for _ in range(150):
        some = rng.choice(np.arange(80, 400), 60, replace=False)
        index.remove(some)
        some = rng.choice(np.arange(80, 400), 60, replace=False)
        index.upsert(some, axes[some % 16])
    stop.set()
    for thread in threads:
        thread.join(10)
    assert not wrong


@given(
    st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.5, 0.5, 1.0, -np.inf]), min_size=1, max_size=400),
    st.integers(1, 30),
    st.sampled_from([-np.inf, 0.0, 0.3]),
)
def test_candidates_hold_the_largest(values: list[float], k: int, floor: float) -> None:
    scores = np.array(values, np.float32)
    found = candidates(scores, k, floor)
    able = np.sort(scores[(scores >= floor) & (scores > -np.inf)])[::-1]
    got = np.sort(scores[found])[::-1]
    assert np.array_equal(got[: min(k, len(able))], able[:k])
    assert len(np.unique(found)) == len(found)
