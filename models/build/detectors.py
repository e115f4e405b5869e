"""The detectors: RetinaFace as the package has it, YuNet with free width and height."""

from __future__ import annotations

import onnx


def retinaface(original: bytes) -> bytes:
    """Nothing to do: its dimensions are free and its batch norms folded."""
    return original


def yunet(original: bytes) -> bytes:
    """The published file is fixed to 640 x 640; nothing in the graph needs that but the declared shapes."""
    model = onnx.load_from_string(original)
    graph = model.graph
    size = graph.input[0].type.tensor_type.shape.dim
    size[0].dim_param, size[2].dim_param, size[3].dim_param = "batch", "height", "width"
    for output in graph.output:
        shape = output.type.tensor_type.shape.dim
        shape[0].dim_param, shape[1].dim_param = "batch", f"cells_{output.name.rsplit('_', 1)[1]}"
    del graph.value_info[:]
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))
