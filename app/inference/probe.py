"""Trying an embedding model that nobody has described: its shape, and what it wants of the pixels.

Whoever opens a file of unknown origin does so in a process of its own (app/services/models/probing.py): it
may be built to fill the memory, to run for ever, or to bring the runtime down.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.alignment import TEMPLATE_SIZE
from app.inference.manifest import InputSpec
from app.inference.separation import LabelledFaces, Separation, grey, separation
from app.inference.tensors import tensor_of

LARGEST_FILE: Final = 1 << 30
_SMALLEST_FILE: Final = 64
_DIMENSIONS: Final = range(16, 4097)
_TYPES: Final[dict[str, Any]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}
_TYPE_NAMES: Final = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(uint8)": "uint8"}
_CODES: Final = re.compile(r"^\[\w+\] : \d+ : \w+ : ")
# The first look is at so few faces, for a large model takes a quarter of a second for each.
_FIRST_LOOK: Final = 14
_FINALISTS: Final = 3
# A way that is this much better in the gap of cosines passes one that is more usual.
_CLEARLY: Final = 0.005


@dataclass(frozen=True, slots=True)
class Feeding:
    """A way to feed pixels: (value - mean) * scale, channels in that order."""

    words: str
    channels: str
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]


def _feedings() -> tuple[Feeding, ...]:
    plain = (
        ("(x − 127.5) / 127.5", 127.5, 1 / 127.5),
        ("(x − 127.5) / 128", 127.5, 1 / 128),
        ("x / 255", 0.0, 1 / 255),
        ("x from 0 to 255", 0.0, 1.0),
    )
    found = [
        Feeding(f"{channels}, {words}", channels, (mean,) * 3, (scale,) * 3)
        for channels in ("RGB", "BGR")
        for words, mean, scale in plain
    ]
    found.append(
        Feeding(
            "RGB, by ImageNet's mean and deviation",
            "RGB",
            (123.675, 116.28, 103.53),
            (1 / 58.395, 1 / 57.12, 1 / 57.375),
        )
    )
    return tuple(found)


FEEDINGS: Final = _feedings()


@dataclass(frozen=True, slots=True)
class Shape:
    """`batch` is how many faces it takes at once, 0 for any number."""

    layout: str
    type: str
    batch: int
    output: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to feed the model: how it keeps people apart in colour, and without."""

    feeding: Feeding
    colour: Separation
    grey: Separation

    @property
    def gap(self) -> float:
        return min(self.colour.gap, self.grey.gap)


@dataclass(frozen=True)
class Examination:
    """`trials`: the best first; `strangers`: cosines of two people's pairs under that; `tried`: how many
    ways were; `ms`: processor time a face on one thread."""

    shape: Shape
    trials: tuple[Trial, ...]
    tried: int
    strangers: tuple[float, ...]
    ms: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Examination:
        """Raises KeyError, TypeError."""
        trials = tuple(
            Trial(
                Feeding(
                    each["feeding"]["words"],
                    each["feeding"]["channels"],
                    tuple(each["feeding"]["mean"]),
                    tuple(each["feeding"]["scale"]),
                ),
                Separation(**each["colour"]),
                Separation(**each["grey"]),
            )
            for each in plain["trials"]
        )
        strangers = tuple(float(value) for value in plain["strangers"])
        return cls(Shape(**plain["shape"]), trials, int(plain["tried"]), strangers, float(plain["ms"]))


def examine(path: Path, faces: LabelledFaces) -> Examination:
    """Open the file, find its shape, and the way of feeding that keeps people apart best.

    Raises:
        ModelError: it is no model of faces that this program can use; the sentence says why.
    """
    session = _open(path)
    shape = _shape(session, faces.crops)

    def embed(crops: NDArray[np.uint8], feeding: Feeding) -> NDArray[np.float32]:
        return _embed(session, shape, crops, feeding)

    usable = [each for each in FEEDINGS if shape.type != "uint8" or each.scale == (1.0, 1.0, 1.0)]
    few = faces.taking(_few(faces))
    first = {each: separation(few, _finite(embed(few.crops, each)))[0].gap for each in usable}
    # Falling, and the more usual of two that are as good.
    ranked = sorted(usable, key=lambda each: -round(first[each] / _CLEARLY))
    trials = [_trial(faces, embed, each) for each in ranked[:_FINALISTS]]
    trials.sort(key=lambda each: -round(each.gap / _CLEARLY))
    start = time.thread_time()
    vectors = embed(faces.crops, trials[0].feeding)
    ms = (time.thread_time() - start) * 1000 / len(faces.crops)
    strangers = separation(faces, vectors)[1]
    if float(np.ptp(strangers)) < 1e-6:
        raise ModelError("It gives the same numbers for every face. It was exported without its weights?")
    return Examination(
        shape, tuple(trials), len(usable), tuple(round(float(each), 5) for each in strangers), round(ms, 2)
    )


def _trial(
    faces: LabelledFaces, embed: Callable[[NDArray[np.uint8], Feeding], NDArray[np.float32]], feeding: Feeding
) -> Trial:
    return Trial(
        feeding,
        separation(faces, _finite(embed(faces.crops, feeding)))[0],
        separation(faces, _finite(embed(grey(faces.crops), feeding)))[0],
    )


def _few(faces: LabelledFaces) -> NDArray[np.int64]:
    """Everyone with two pictures, and others up to the number of a first look."""
    same, _ = faces.pairs()
    paired = np.unique(np.argwhere(same))
    rest = np.setdiff1d(np.arange(len(faces.people)), paired)
    return np.concatenate([paired, rest[: max(_FIRST_LOOK - len(paired), 4)]])


def _open(path: Path) -> Any:
    size = path.stat().st_size
    if not _SMALLEST_FILE <= size <= LARGEST_FILE:
        raise ModelError(
            f"It has {size:,} bytes; a model of faces has between {_SMALLEST_FILE} and {LARGEST_FILE:,}."
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base but Exception
        reason = _words_of(error)
        if "external" in reason.lower():
            raise ModelError(
                "Its weights lie in another file beside it. Export it as one file, then add that."
            ) from error
        if "protobuf" in reason.lower():
            raise ModelError("It is not an ONNX file, or it is damaged.") from error
        raise ModelError(f"onnxruntime cannot open it: {reason}.") from error


def _shape(session: Any, crops: NDArray[np.uint8]) -> Shape:
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise ModelError(f"It wants {len(inputs)} inputs; a model that embeds a face wants one: the picture.")
    (given,) = inputs
    if given.type not in _TYPES:
        raise ModelError(f"It wants numbers of the kind {given.type}; float32, float16 and uint8 can be fed.")
    layout = _layout(given.shape)
    batch = given.shape[0] if isinstance(given.shape[0], int) and given.shape[0] > 0 else 0
    if batch > 64:
        raise ModelError(f"It wants {batch} faces at once; export it for one, or for any number.")
    kind = _TYPE_NAMES[given.type]
    output, dimension = _output(session, layout, kind, batch or 1, crops)
    if not batch:
        try:
            _output(session, layout, kind, 2, crops)
        except ModelError:
            # It says that it takes any number, and does not.
            batch = 1
    return Shape(layout, kind, batch, output, dimension)


def _layout(shape: list[Any]) -> str:
    sizes = [side if isinstance(side, int) and side > 0 else None for side in shape]
    if len(sizes) == 4:
        for layout, channels, sides in (("NCHW", sizes[1], sizes[2:]), ("NHWC", sizes[3], sizes[1:3])):
            if channels == 3 and all(side in (None, TEMPLATE_SIZE) for side in sides):
                return layout
    described = " × ".join(str(side) for side in shape) or "a single number"
    raise ModelError(
        f"It wants an input of {described}. Likeness aligns faces to {TEMPLATE_SIZE} × {TEMPLATE_SIZE} "
        f"pixels of three colours (as ArcFace does): 1 × 3 × {TEMPLATE_SIZE} × {TEMPLATE_SIZE}."
    )


def _output(session: Any, layout: str, kind: str, count: int, crops: NDArray[np.uint8]) -> tuple[str, int]:
    """The output that is one vector for each face."""
    names = [output.name for output in session.get_outputs()]
    values = _run(session, names, _tensor(crops[:count], layout, kind, FEEDINGS[0]))
    shapes = []
    for name, value in zip(names, values, strict=True):
        shapes.append(" × ".join(str(side) for side in np.shape(value)))
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or not value.ndim:
            continue
        dimension = value.size // count
        if (
            value.shape[0] == count
            and dimension in _DIMENSIONS
            and max(value.shape[1:], default=0) == dimension
        ):
            return name, dimension
    raise ModelError(
        f"It gives {', '.join(shapes) or 'nothing'} for {count} face{'s' if count > 1 else ''}; wanted is "
        f"one vector of {_DIMENSIONS[0]} to {_DIMENSIONS[-1]} numbers for each. Does this model embed faces?"
    )


def _tensor(crops: NDArray[np.uint8], layout: str, kind: str, feeding: Feeding) -> NDArray[Any]:
    size = (TEMPLATE_SIZE, TEMPLATE_SIZE)
    spec = InputSpec(feeding.channels, layout, feeding.mean, feeding.scale, size)
    return tensor_of(crops, spec).astype(np.dtype(kind), copy=False)


def _run(session: Any, names: list[str], tensor: NDArray[Any]) -> list[Any]:
    try:
        found: list[Any] = session.run(names, {session.get_inputs()[0].name: tensor})
    except Exception as error:
        raise ModelError(f"It fails on a face: {_words_of(error)}.") from error
    return found


def _embed(session: Any, shape: Shape, crops: NDArray[np.uint8], feeding: Feeding) -> NDArray[np.float32]:
    step = shape.batch or 4
    parts = []
    for start in range(0, len(crops), step):
        part = crops[start : start + step]
        count = len(part)
        if shape.batch:
            part = np.concatenate([part, np.repeat(part[-1:], step - count, axis=0)])
        (values,) = _run(session, [shape.output], _tensor(part, shape.layout, shape.type, feeding))
        parts.append(np.asarray(values, np.float32).reshape(len(part), -1)[:count])
    return np.concatenate(parts)


def _words_of(error: Exception) -> str:
    """onnxruntime's reason without its codes and the file's path."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return _CODES.sub("", first).rsplit(" failed:", 1)[-1].strip().rstrip(".")


def _finite(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    if not np.isfinite(vectors).all():
        raise ModelError("It gives values that are no numbers (NaN or infinity) for real faces.")
    return vectors
