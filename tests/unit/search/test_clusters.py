"""Near pairs, groups of alike vectors, and the mean vectors of people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.search.clusters import grouped
from app.search.exact import ExactIndex
from app.search.neighbours import Edges, near_pairs
from app.search.people import people_vectors


def crowd(
    people: int, each: int, noise: float = 0.5, seed: int = 0, dimension: int = 64
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Unit vectors and whose they are, in a shuffled order."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((people, dimension))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    who = rng.permutation(np.repeat(np.arange(people), each))
    vectors = centres[who] + noise * rng.standard_normal((len(who), dimension)) / np.sqrt(dimension)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), who


def same_partition(a: NDArray[np.int64], b: NDArray[np.int64]) -> bool:
    pairs = len(np.unique(np.stack((a, b)), axis=1)[0])
    return pairs == len(np.unique(a)) == len(np.unique(b))


def test_near_pairs_are_all_pairs_above_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.search.neighbours._ROWS", 50)
    monkeypatch.setattr("app.search.neighbours._COLUMNS", 70)
    vectors, _ = crowd(40, 6)
    edges = near_pairs(vectors, 0.5, 1000)
    first, second = np.nonzero(np.triu(vectors @ vectors.T >= 0.5, 1))
    assert list(zip(edges.first, edges.second, strict=True)) == list(zip(first, second, strict=True))


def test_of_too_many_pairs_the_nearest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.search.neighbours._ROWS", 16)
    monkeypatch.setattr("app.search.neighbours._COLUMNS", 24)
    vectors, _ = crowd(2, 60)
    edges = near_pairs(vectors, 0.2, 5)
    scores = vectors @ vectors.T
    for row in range(len(vectors)):
        later = np.arange(row + 1, len(vectors))
        later = later[scores[row, later] >= 0.2]
        expected = later[np.argsort(-scores[row, later], kind="stable")[:5]]
        assert edges.second[edges.first == row].tolist() == sorted(expected.tolist())


def test_progress_rises_to_one_and_may_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.search.neighbours._ROWS", 50)
    vectors, _ = crowd(40, 6)
    heard: list[float] = []
    near_pairs(vectors, 0.5, 10, heard.append)
    assert heard == sorted(heard) and heard[-1] == 1 and len(heard) == 5

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        near_pairs(vectors, 0.5, 10, stop)


def test_groups_are_the_people() -> None:
    vectors, who = crowd(150, 7)
    labels = grouped(vectors, near_pairs(vectors, 0.5, 64), 0.5)
    assert same_partition(labels, who)
    # Numbered by first member.
    assert labels[np.unique(labels, return_index=True)[1]].tolist() == list(range(150))
    assert np.all(np.diff(np.unique(labels, return_index=True)[1]) > 0)


def test_the_order_of_the_faces_does_not_matter() -> None:
    vectors, _ = crowd(30, 5, noise=1.1, seed=4)
    labels = grouped(vectors, near_pairs(vectors, 0.45, 64), 0.45)
    order = np.random.default_rng(1).permutation(len(vectors))
    moved = grouped(vectors[order], near_pairs(vectors[order], 0.45, 64), 0.45)
    assert 1 < len(np.unique(labels)) < len(vectors)
    assert same_partition(labels[order], moved)


def plain_average_link(vectors: NDArray[np.float32], cut: float) -> NDArray[np.int64]:
    """One best pair at a time, with the whole matrix."""
    groups = [[row] for row in range(len(vectors))]
    scores = vectors.astype(np.float64) @ vectors.T
    while len(groups) > 1:
        link = [
            (scores[np.ix_(groups[i], groups[j])].mean(), i, j)
            for i in range(len(groups))
            for j in range(i + 1, len(groups))
        ]
        best, i, j = max(link)
        if best < cut:
            break
        groups[i] += groups.pop(j)
    labels = np.empty(len(vectors), np.int64)
    for number, rows in enumerate(groups):
        labels[rows] = number
    return labels


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.4, 1.4), st.floats(0.2, 0.7))
def test_small_crowds_group_as_plain_average_linkage(seed: int, noise: float, cut: float) -> None:
    # Groups of at most three: a joining unasked needs a group four times larger.
    vectors, _ = crowd(6, 3, noise, seed, dimension=12)
    expected = plain_average_link(vectors, cut)
    if np.bincount(expected).max() > 3:
        return
    assert same_partition(grouped(vectors, near_pairs(vectors, cut - 1e-5, 64), cut), expected)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_two_faces_of_one_photo_never_meet(seed: int, photos: int) -> None:
    vectors, _ = crowd(3, 10, 0.6, seed)
    where = np.random.default_rng(seed).integers(0, photos, len(vectors))
    labels = grouped(vectors, near_pairs(vectors, 0.3, 64), 0.3, where)
    pairs = np.stack((labels, where))
    assert len(np.unique(pairs, axis=1)[0]) == len(vectors)


def test_photos_do_not_keep_others_apart() -> None:
    vectors, who = crowd(20, 8, noise=0.4)
    labels = grouped(vectors, near_pairs(vectors, 0.5, 64), 0.5, np.arange(len(vectors)))
    assert same_partition(labels, who)


def test_a_large_group_takes_many_single_faces() -> None:
    vectors, who = crowd(2, 1500, noise=0.9)
    labels = grouped(vectors, near_pairs(vectors, 0.4, 16), 0.4)
    assert same_partition(labels, who)


def test_nothing_gives_nothing() -> None:
    empty = np.empty((0, 8), np.float32)
    edges = near_pairs(empty, 0.5, 8)
    assert len(edges) == 0
    assert len(grouped(empty, edges, 0.5)) == 0
    alone = np.eye(3, 8, dtype=np.float32)
    none = Edges(np.empty(0, np.int32), np.empty(0, np.int32))
    assert grouped(alone, none, 0.5, np.zeros(3, np.int64)).tolist() == [0, 1, 2]


def test_a_persons_vector_is_the_mean_of_the_unit_vectors() -> None:
    vectors, who = crowd(50, 9)
    column = np.where(who % 5 == 0, -1, who)
    index = ExactIndex(64, ("user",))
    index.upsert(np.arange(len(who)), vectors, {"user": column})
    people = people_vectors(index, "user")
    assert people.keys.tolist() == [person for person in range(50) if person % 5]
    for key, vector, count in zip(people.keys, people.vectors, people.counts, strict=True):
        mean = vectors[who == key].mean(axis=0)
        assert count == 9
        assert np.allclose(vector, mean / np.linalg.norm(mean), atol=1e-6)
    some = people_vectors(index, "user", [3, 4, 5, 999])
    assert some.keys.tolist() == [3, 4]
    assert np.array_equal(people.replaced([3, 4, 5], some).vectors, people.vectors)
    assert people.replaced([3, 4], people_vectors(index, "user", [3])).vector(4) is None
    found = people.search(people.vectors[7], 3)
    assert found.ids[0] == people.keys[7] and found.scores[0] == pytest.approx(1, abs=1e-6)
    assert people.keys[7] not in people.search(people.vectors[7], 3, without=int(people.keys[7])).ids


def test_opposite_faces_have_no_mean() -> None:
    index = ExactIndex(4, ("user",))
    axis = np.eye(1, 4, dtype=np.float32)
    index.upsert(np.array([1, 2]), np.concatenate((axis, -axis)), {"user": np.array([5, 5])})
    assert people_vectors(index, "user").vector(5) is None
    assert len(people_vectors(ExactIndex(4, ("user",)), "user")) == 0
