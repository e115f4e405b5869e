"""Reads the tensors of a PyTorch checkpoint without PyTorch.

The format before PyTorch 1.6: four pickles (a magic number, the protocol, the machine, the object), a
pickled list of the storages' keys, then each storage as its count (int64) and its raw values. Only what a
dictionary of tensors needs is let through the unpickler.
"""

from __future__ import annotations

import collections
import io
import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
KINDS = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

_Tensor = tuple[str, int, tuple[int, ...], tuple[int, ...]]


class _Unpickler(pickle.Unpickler):
    """Collects the storages that the tensors name; a tensor becomes (key, offset, shape, strides)."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        self.storages: dict[str, np.dtype[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in KINDS:
            return name
        raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> str:
        self.storages[pid[2]] = KINDS[pid[1]]
        return str(pid[2])


def _tensor(key: str, offset: int, shape: Sequence[int], strides: Sequence[int], *_: object) -> _Tensor:
    return key, offset, tuple(shape), tuple(strides)


def tensors(content: bytes) -> dict[str, NDArray[Any]]:
    """Every tensor of a checkpoint that is one dictionary, by name; SystemExit if it is none."""
    stream = io.BytesIO(content)
    if _Unpickler(stream).load() != MAGIC:
        raise SystemExit("This is no PyTorch checkpoint of the format before 1.6.")
    for _ in ("protocol", "machine"):
        _Unpickler(stream).load()
    unpickler = _Unpickler(stream)
    named: dict[str, _Tensor] = unpickler.load()
    storages: dict[str, NDArray[Any]] = {}
    for key in _Unpickler(stream).load():
        count = int.from_bytes(stream.read(8), "little")
        kind = unpickler.storages[key]
        storages[key] = np.frombuffer(stream.read(count * kind.itemsize), kind)
    found = {}
    for name, (key, offset, shape, strides) in named.items():
        values = storages[key]
        steps = tuple(step * values.itemsize for step in strides)
        found[name] = np.lib.stride_tricks.as_strided(values[offset:], shape, steps).copy()
    return found
