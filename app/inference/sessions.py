"""Inference sessions: opened when first used, shared by all workers, each call in its caller's thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.manifest import Manifest, Model

CPU = "CPUExecutionProvider"
PROVIDERS = {
    "cpu": CPU,
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}

# What a model of the user's own may want in place of float32.
_TYPES: dict[str, type[Any]] = {"tensor(float16)": np.float16, "tensor(uint8)": np.uint8}


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """What runs the models. `reason` says, for a person, why it is not what was asked for; else empty."""

    asked: str
    used: str
    reason: str = ""


def choose_provider(asked: str, available: Sequence[str] | None = None) -> ProviderChoice:
    """Settle on an execution provider: the one asked for, or the CPU where it is not installed.

    Args:
        asked: one of PROVIDERS.
        available: onnxruntime's provider names; those of this installation by default.
    """
    names = ort.get_available_providers() if available is None else available
    name = PROVIDERS.get(asked)
    if name is None:
        return ProviderChoice(asked, "cpu", f"“{asked}” is no known way to run models; the CPU is used.")
    if name not in names:
        return ProviderChoice(
            asked,
            "cpu",
            f"The installed onnxruntime cannot use “{asked}” (it lacks {name}); the CPU is used.",
        )
    return ProviderChoice(asked, asked)


class Session:
    """One model, opened at the first run. `run` may be called from several threads at once."""

    def __init__(self, manifest: Manifest, model: Model, provider: str, threads: int) -> None:
        self.model = model
        self._manifest = manifest
        self._asked = provider
        self._threads = threads
        self._lock = threading.Lock()
        self._session: Any = None
        self._input = ""
        self._type: type[Any] | None = None
        self._outputs: list[str] = []
        self.provider = choose_provider(provider)

    def run(self, tensor: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Feed one tensor, get every output by name.

        Raises:
            ModelError: the file is missing, altered, no ONNX model, or does not take this tensor.
        """
        session = self._opened()
        try:
            values = session.run(self._outputs, {self._input: self._cast(tensor)})
        except Exception as error:  # onnxruntime's exceptions share no base but Exception
            raise ModelError(f"The model {self.model.id} failed: {_first_line(error)}.") from error
        return dict(zip(self._outputs, values, strict=True))

    def _cast(self, tensor: NDArray[Any]) -> NDArray[Any]:
        return tensor if self._type is None else tensor.astype(self._type, copy=False)

    def _opened(self) -> Any:
        if self._session is None:
            with self._lock:
                if self._session is None:
                    session = self._open()
                    first = session.get_inputs()[0]
                    self._input = first.name
                    self._type = _TYPES.get(first.type)
                    self._outputs = [output.name for output in session.get_outputs()]
                    self._session = session
        return self._session

    def _open(self) -> Any:
        path = self._manifest.verified(self.model)
        if self.provider.used != "cpu":
            try:
                return self._created(path, [PROVIDERS[self.provider.used], CPU])
            except Exception as error:
                self.provider = ProviderChoice(
                    self._asked,
                    "cpu",
                    f"“{self._asked}” could not be started for {self.model.id} "
                    f"({_first_line(error)}); the CPU is used.",
                )
        try:
            return self._created(path, [CPU])
        except Exception as error:
            raise ModelError(f"The model file {path} cannot be opened: {_first_line(error)}.") from error

    def _created(self, path: Any, providers: list[str]) -> Any:
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that spin while they wait take the core from the other workers.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Every photo has another shape: a memory plan for each would pile up.
        options.enable_mem_pattern = False
        return ort.InferenceSession(str(path), options, providers=providers)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
