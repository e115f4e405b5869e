"""The index as a file: what was saved comes back; whatever is wrong with it, it counts as not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.search.cache_file import open_index, read_stamp, save_index
from app.search.exact import ExactIndex


@pytest.fixture
def index() -> ExactIndex:
    rng = np.random.default_rng(0)
    index = ExactIndex(12, ("user", "photo"))
    for start in (0, 300):
        ids = np.arange(start, start + 300)
        index.upsert(
            ids, rng.standard_normal((300, 12), dtype=np.float32), {"user": ids % 7, "photo": ids * 2}
        )
    index.remove(np.array([3, 599, 42]))
    return index


def test_what_was_saved_comes_back(index: ExactIndex, tmp_path: Path) -> None:
    path = tmp_path / "a.index"
    save_index(index, path, {"seen": 12, "contract": "abc"})
    opened = open_index(path)
    assert opened is not None
    again, stamp = opened
    assert stamp == {"seen": 12, "contract": "abc"}
    assert read_stamp(path) == stamp
    assert again.ids().tolist() == index.ids().tolist()
    ids = np.arange(600)
    assert np.array_equal(again.vectors(ids)[1], index.vectors(ids)[1])
    for name in ("user", "photo"):
        assert np.array_equal(again.values(name, ids), index.values(name, ids))
    query = index.vectors(np.array([10]))[1][0]
    assert again.search(query, 20).ids.tolist() == index.search(query, 20).ids.tolist()
    again.upsert(np.array([7000]), query[None], {"user": np.array([1]), "photo": np.array([1])})
    assert 7000 in again.search(query, 2).ids
    assert [each.name for each in tmp_path.iterdir()] == ["a.index"]


def test_an_empty_index_comes_back(tmp_path: Path) -> None:
    save_index(ExactIndex(5), tmp_path / "e", {})
    opened = open_index(tmp_path / "e")
    assert opened is not None
    assert len(opened[0]) == 0 and opened[0].dimension == 5


def test_a_damaged_file_counts_as_not_there(index: ExactIndex, tmp_path: Path) -> None:
    path = tmp_path / "a.index"
    assert open_index(path) is None
    save_index(index, path, {"seen": 1})
    whole = path.read_bytes()
    ids_at = len(whole) - 3 * 8 * len(index)
    for damaged in (
        b"",
        whole[:3000],
        whole[:-1],
        whole + b"x",
        b"X" + whole[1:],
        whole[:20] + b"\xff\xfe" + whole[22:],
        whole[:ids_at] + bytes([whole[ids_at] ^ 1]) + whole[ids_at + 1 :],
        b"LKVEC001" + b"\xff\xff\xff\xff" + whole[12:],
        bytes(len(whole)),
    ):
        path.write_bytes(damaged)
        assert open_index(path) is None


def test_a_failed_write_leaves_the_old_file(
    index: ExactIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.index"
    save_index(index, path, {"seen": 1})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.search.cache_file.os.fsync", full)
    with pytest.raises(OSError):
        save_index(index, path, {"seen": 2})
    assert read_stamp(path) == {"seen": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["a.index"]
