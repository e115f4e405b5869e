"""Small ONNX files for tests, written byte by byte (onnx.proto of ONNX 1.x): no package is needed for it.

model([node("Flatten", ["x"], ["y"])], [value("x", [1, 3, 112, 112])], [value("y", [1, 37632])])
projected(path, 512, ...)   # an embedding model in the shape of another one
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {"float32": 1, "uint8": 2, "float16": 10, "int64": 7}


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _field(number: int, payload: bytes | str | int) -> bytes:
    if isinstance(payload, int):
        return _varint(number << 3) + _varint(payload)
    data = payload.encode() if isinstance(payload, str) else payload
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """(field number, the whole field's bytes)."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while at < len(message):
        start = at
        key = varint()
        if key & 7 == 2:
            length = varint()
            at += length
        elif key & 7 == 0:
            varint()
        else:
            at += 8 if key & 7 == 1 else 4
        yield key >> 3, message[start:at]


def _payload(field: bytes) -> bytes:
    """Of a field with a length."""
    at = 0
    for _ in range(2):
        while field[at] & 0x80:
            at += 1
        at += 1
    return field[at:]


def tensor(name: str, values: NDArray[Any]) -> bytes:
    dims = b"".join(_field(1, side) for side in values.shape)
    data = np.ascontiguousarray(values).tobytes()
    return dims + _field(2, _TYPES[values.dtype.name]) + _field(8, name) + _field(9, data)


def value(name: str, shape: Sequence[int | str], kind: str = "float32") -> bytes:
    """An input or output; a name instead of a size is free."""
    sides = b"".join(
        _field(1, _field(1, side) if isinstance(side, int) else _field(2, side)) for side in shape
    )
    return _field(1, name) + _field(2, _field(1, _field(1, _TYPES[kind]) + _field(2, sides)))


def node(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | Sequence[int]
) -> bytes:
    made = b"".join(_field(1, each) for each in inputs) + b"".join(_field(2, each) for each in outputs)
    made += _field(4, kind)
    for name, given in attributes.items():
        if isinstance(given, int):
            body = _field(3, given) + _field(20, 2)
        else:
            body = b"".join(_field(8, each) for each in given) + _field(20, 7)
        made += _field(5, _field(1, name) + body)
    return made


def model(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    tensors: Sequence[bytes] = (),
) -> bytes:
    graph = b"".join(_field(1, each) for each in nodes) + _field(2, "test")
    graph += b"".join(_field(5, each) for each in tensors)
    graph += b"".join(_field(11, each) for each in inputs) + b"".join(_field(12, each) for each in outputs)
    return _field(1, 8) + _field(8, _field(1, "") + _field(2, 13)) + _field(7, graph)


def projected(
    original: Path,
    dimension: int = 512,
    *,
    batch: int | str = 1,
    layout: str = "NCHW",
    factor: float = 1.0,
    shift: float = 0.0,
    swapped: bool = False,
    kind: str = "float32",
) -> bytes:
    """An embedding model that turns its vectors into longer ones without changing their cosines (by a
    random orthogonal matrix), and wants its input in another way: x * factor + shift is what the
    original gets, and with `swapped` the colours in the other order."""
    rest, graph = b"", b""
    for number, field in _fields(original.read_bytes()):
        if number == 7:
            graph = _payload(field)
        else:
            rest += field
    kept, name, output, size = b"", "", "", 0
    for number, field in _fields(graph):
        if number == 11:
            name = _payload(dict(_fields(_payload(field)))[1]).decode()
        elif number == 12:
            output = _payload(dict(_fields(_payload(field)))[1]).decode()
            size = _last_side(_payload(field))
        else:
            kept += field
    rng = np.random.default_rng(5)
    matrix = np.linalg.qr(rng.normal(size=(dimension, dimension)))[0][:size].astype(np.float32)
    shape: list[int | str] = [batch, 3, 112, 112] if layout == "NCHW" else [batch, 112, 112, 3]
    at, steps, tensors = "given", [], [tensor("q_matrix", matrix)]
    if kind != "float32":
        steps.append(node("Cast", [at], ["as_float"], to=1))
        at = "as_float"
    if layout == "NHWC":
        steps.append(node("Transpose", [at], ["channels_first"], perm=[0, 3, 1, 2]))
        at = "channels_first"
    if swapped:
        tensors.append(tensor("order", np.array([2, 1, 0], np.int64)))
        steps.append(node("Gather", [at, "order"], ["swapped"], axis=1))
        at = "swapped"
    tensors += [tensor("f_factor", np.float32([factor])), tensor("f_shift", np.float32([shift]))]
    steps += [node("Mul", [at, "f_factor"], ["scaled"]), node("Add", ["scaled", "f_shift"], [name])]
    before = b"".join(_field(1, each) for each in steps)
    after = _field(1, node("MatMul", [output, "q_matrix"], ["vector"]))
    after += b"".join(_field(5, each) for each in tensors)
    after += _field(11, value("given", shape, kind)) + _field(12, value("vector", [batch, dimension]))
    return rest + _field(7, before + kept + after)


def untrained(seed: int = 0, dimension: int = 512) -> bytes:
    """A convolution net with random weights, in the shape of an embedding model."""
    rng = np.random.default_rng(seed)
    nodes, tensors, at, channels = [], [], "x", 3
    for layer, wide in enumerate((16, 32, 64)):
        weights = rng.normal(size=(wide, channels, 3, 3)) * np.sqrt(2 / (9 * channels))
        tensors.append(tensor(f"w{layer}", weights.astype(np.float32)))
        shape = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
        nodes += [
            node("Conv", [at, f"w{layer}"], [f"c{layer}"], **shape),
            node("Relu", [f"c{layer}"], [f"r{layer}"]),
        ]
        at, channels = f"r{layer}", wide
    count = channels * 14 * 14
    tensors.append(tensor("last", (rng.normal(size=(count, dimension)) / np.sqrt(count)).astype(np.float32)))
    nodes += [node("Flatten", [at], ["flat"], axis=1), node("MatMul", ["flat", "last"], ["y"])]
    return model(nodes, [value("x", ["n", 3, 112, 112])], [value("y", ["n", dimension])], tensors)


def _last_side(info: bytes) -> int:
    """The last size of a value's shape."""
    kind = _payload(dict(_fields(_payload(dict(_fields(info))[2])))[1])
    shape = _payload(dict(_fields(kind))[2])
    last = _payload([field for number, field in _fields(shape) if number == 1][-1])
    (_, size) = next(iter(_fields(last)))
    value = 0
    for place, byte in enumerate(size[1:]):
        value |= (byte & 0x7F) << (7 * place)
    return value
