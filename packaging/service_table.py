"""Makes the table that requests are checked against, from the service model that botocore ships.

    python packaging/service_table.py            write app/rekognition/model/service.json
    python packaging/service_table.py --check    only tell whether it is up to date

The table has the implemented operations with all shapes of their requests and answers, and the names of the
service's other operations. Documentation is left out, and what only a client needs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "app" / "rekognition" / "model" / "service.json"
sys.path.insert(0, str(ROOT))

from app.rekognition.operations import OPERATIONS  # noqa: E402 - this script stands beside the package

_CONSTRAINTS = ("required", "enum", "pattern", "min", "max")


def service_model() -> dict[str, Any]:
    """botocore's, as it is. Raises ImportError."""
    import botocore.loaders

    loaded: dict[str, Any] = botocore.loaders.Loader().load_service_model("rekognition", "service-2")
    return loaded


def table(model: Mapping[str, Any]) -> dict[str, Any]:
    """`operations`: input, output and errors by name; `shapes`: by name; `others`: names."""
    known = model["operations"]
    operations = {
        name: {
            "input": known[name]["input"]["shape"],
            "output": known[name]["output"]["shape"],
            "errors": sorted({error["shape"] for error in known[name]["errors"]}),
        }
        for name in sorted(OPERATIONS)
    }
    shapes: dict[str, Any] = {}
    for operation in operations.values():
        _collect(model["shapes"], operation["input"], shapes)
        _collect(model["shapes"], operation["output"], shapes)
    return {
        "version": model["metadata"]["apiVersion"],
        "target": model["metadata"]["targetPrefix"],
        "operations": operations,
        "others": sorted(set(known) - set(operations)),
        "shapes": dict(sorted(shapes.items())),
    }


def _collect(source: Mapping[str, Any], name: str, into: dict[str, Any]) -> None:
    if name in into:
        return
    shape = source[name]
    kept: dict[str, Any] = {"type": shape["type"]}
    into[name] = kept
    if shape["type"] == "structure":
        kept["members"] = {member: facts["shape"] for member, facts in shape["members"].items()}
        tokens = [member for member, facts in shape["members"].items() if facts.get("idempotencyToken")]
        if tokens:
            kept["idempotencyToken"] = tokens[0]
    for part in ("member", "key", "value"):
        if part in shape:
            kept[part] = shape[part]["shape"]
    kept |= {key: shape[key] for key in _CONSTRAINTS if key in shape}
    parts = (kept[part] for part in ("member", "key", "value") if part in kept)
    for inner in (*kept.get("members", {}).values(), *parts):
        _collect(source, inner, into)


def text(made: Mapping[str, Any]) -> str:
    """One operation or shape a line, so that a new botocore shows as a short difference."""
    parts = []
    for key, value in made.items():
        if key in ("operations", "shapes"):
            lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(each)}" for name, each in value.items())
            parts.append(f'"{key}": {{\n{lines}\n}}')
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(arguments: list[str]) -> int:
    made = text(table(service_model()))
    if "--check" in arguments:
        current = TABLE.is_file() and TABLE.read_text("utf-8") == made
        print(f"{TABLE.name} is {'up to date' if current else 'not what botocore has now: make it anew'}.")
        return 0 if current else 1
    TABLE.write_text(made, "utf-8")
    print(f"{TABLE}: {len(made):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
