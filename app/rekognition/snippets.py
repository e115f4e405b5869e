"""A request as it is pasted into a terminal: a line for the AWS CLI, a snippet for boto3.

Both give the answer that was shown. Without an endpoint they ask the library in process.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any, Final

from app.rekognition.endpoint.environment import REGION
from app.services.calls import MOST_BYTES, MOST_OBJECT_BYTES, Call, ImageFile

__all__ = [
    "REGION",
    "Shell",
    "Where",
    "aws_line",
    "aws_lines",
    "boto3_script",
    "boto3_snippet",
    "option_name",
    "picture_notes",
    "request_json",
]

NO_FILE: Final = "PICTURE"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")


@dataclass(frozen=True)
class Where:
    """Whom to ask: the endpoint where it is on, else the library's folder. `buckets` are the registered
    ones, by name; a picture in one is named by it rather than sent."""

    library: Path
    endpoint: str | None = None
    buckets: tuple[tuple[str, Path], ...] = ()

    def bucket_of(self, path: Path) -> tuple[str, str] | None:
        """(bucket, key) of a file in a registered folder, the innermost."""
        found = [
            (len(folder.parts), name, PurePosixPath(*path.relative_to(folder).parts))
            for name, folder in self.buckets
            if path.is_relative_to(folder)
        ]
        return (max(found)[1], str(max(found)[2])) if found else None


class Shell(Enum):
    """Whose quoting: POSIX (sh, bash, zsh) or PowerShell, which is what Windows opens."""

    POSIX = "posix"
    POWERSHELL = "powershell"

    @classmethod
    def here(cls) -> Shell:
        return cls.POWERSHELL if sys.platform == "win32" else cls.POSIX


def option_name(member: str) -> str:
    """A member of the service model as the AWS CLI spells it: CollectionId is collection-id."""
    parts = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", member)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", parts).lower()


def request_json(request: Mapping[str, Any], where: Where) -> dict[str, Any]:
    """For the eye: bytes stand as "<base64 of NAME>"."""
    return {name: _shown(value, where) for name, value in request.items()}


def picture_notes(call: Call, where: Where) -> list[str]:
    """Why a picture of the request would be refused, or where its bytes are to come from."""
    notes: list[str] = []
    for image in call.images():
        stored = _object(image, where)
        found = image.troubles(MOST_OBJECT_BYTES if stored else MOST_BYTES)
        if stored is None and image.path is not None and os.path.expandvars(image.path) != str(image.path):
            found.append(
                f"The AWS CLI takes a $ in the path of a picture for a variable: give {image.name} "
                "another name first."
            )
        notes += [note for note in found if note not in notes]
    return notes


def aws_line(operation: str, request: Mapping[str, Any], where: Where, shell: Shell | None = None) -> str:
    """The equal line for the AWS CLI, an option a line.

    In PowerShell, whose versions hand double quotes to programs differently, structures stand in the AWS
    CLI's shorthand; else as JSON.
    """
    shell = shell or Shell.here()
    words = ["aws", "rekognition", option_name(operation)]
    if where.endpoint is None:
        words = ["likeness", "--library", str(where.library), *words]
    lines = [" ".join(_quoted(word, shell) for word in words)]
    for name, value in request.items():
        lines.append(" ".join(_quoted(word, shell) for word in _option(name, value, where, shell)))
    if where.endpoint is not None:
        lines.append(f"--endpoint-url {_quoted(where.endpoint, shell)}")
        lines.append(f"--region {REGION}")
    goes_on = " `\n  " if shell is Shell.POWERSHELL else " \\\n  "
    return goes_on.join(lines)


def aws_lines(calls: Iterable[Call], where: Where, shell: Shell | None = None) -> str:
    """One after the other; each ends before the next begins."""
    return "\n".join(aws_line(call.operation, call.request, where, shell) for call in calls)


def boto3_snippet(operation: str, request: Mapping[str, Any], where: Where) -> str:
    """Python that prints the answer as JSON."""
    return boto3_script([Call(operation, request)], where)


def boto3_script(calls: Sequence[Call], where: Where) -> str:
    """As `boto3_snippet`, for several calls with one client."""
    reads = any(
        image.path is not None and _object(image, where) is None for call in calls for image in call.images()
    )
    reads = reads or any(image.path is None for call in calls for image in call.images())
    lines = ["import json", *(["from pathlib import Path"] if reads else []), ""]
    if where.endpoint is None:
        lines += [
            "from app.rekognition import boto3_client",
            "",
            f"client = boto3_client({_text(str(where.library))})",
        ]
    else:
        lines += [
            "import boto3",
            "",
            "client = boto3.client(",
            '    "rekognition",',
            f"    endpoint_url={_text(where.endpoint)},",
            f"    region_name={_text(REGION)},",
            ")",
        ]
    for call in calls:
        lines.append(f"answer = client.{option_name(call.operation).replace('-', '_')}(")
        lines += [
            f"    {name}={_python(value, where).replace(chr(10), chr(10) + '    ')},"
            for name, value in call.request.items()
        ]
        lines += [")", "print(json.dumps(answer, indent=2, default=str))"]
    return "\n".join(lines)


# Parts of the above


def _object(image: ImageFile, where: Where) -> dict[str, str] | None:
    found = where.bucket_of(image.path) if image.path is not None else None
    return None if found is None else {"Bucket": found[0], "Name": found[1]}


def _shown(value: Any, where: Where) -> Any:
    if isinstance(value, ImageFile):
        stored = _object(value, where)
        return {"S3Object": stored} if stored else {"Bytes": f"<base64 of {value.name}>"}
    return value


def _option(name: str, value: Any, where: Where, shell: Shell) -> list[str]:
    option = f"--{option_name(name)}"
    if isinstance(value, ImageFile):
        stored = _object(value, where)
        if stored is None:
            return [f"{option}-bytes", f"fileb://{value.path or NO_FILE}"]
        value = {"S3Object": stored}
    if isinstance(value, Mapping) or (
        isinstance(value, (list, tuple)) and any(isinstance(each, Mapping) for each in value)
    ):
        return [option, _shorthand(value) if shell is Shell.POWERSHELL else _json(value)]
    if isinstance(value, bool):
        return [option if value else f"--no-{option[2:]}"]
    if isinstance(value, (list, tuple)):
        return [option, *map(_scalar, value)]
    word = _scalar(value)
    # What begins like an option would be taken for one.
    return [f"{option}={word}"] if word.startswith("-") else [option, word]


def _scalar(value: Any) -> str:
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    return f"{value:.10g}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _shorthand(value: Any) -> str:
    """The AWS CLI's own syntax for structures, without double quotes."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={_shorthand_part(each)}" for name, each in value.items())
    return " ".join(_shorthand(each) for each in value)


def _shorthand_part(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + _shorthand(value) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_shorthand_part(each) for each in value) + "]"
    word = _scalar(value)
    if re.fullmatch(r"[\w./:-]+", word):
        return word
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _quoted(word: str, shell: Shell) -> str:
    if shell is Shell.POWERSHELL:
        plain = _PLAIN.fullmatch(word) and not word.startswith("@") and "," not in word
        return word if plain else "'" + word.replace("'", "''") + "'"
    if not _encodable(word):
        # A file's name is bytes, and these are no text: the shell is told them one by one.
        told = "".join(
            f"\\x{byte:02x}" if byte > 0x7E or byte < 0x20 or byte in b"'\\" else chr(byte)
            for byte in word.encode("utf-8", "surrogateescape")
        )
        return f"$'{told}'"
    return shlex.quote(word)


def _encodable(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _python(value: Any, where: Where) -> str:
    if isinstance(value, ImageFile):
        stored = _object(value, where)
        if stored is None:
            return f'{{"Bytes": Path({_text(str(value.path or NO_FILE))}).read_bytes()}}'
        value = {"S3Object": stored}
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_text(str(name))}: {_python(each, where)}" for name, each in value.items())
        return f"{{{inner}}}"
    if isinstance(value, (list, tuple)):
        parts = [_python(each, where) for each in value]
        if sum(map(len, parts)) <= 60:
            return f"[{', '.join(parts)}]"
        return "[\n" + "".join(f"    {part},\n" for part in parts) + "]"
    return repr(value)


def _text(value: str) -> str:
    """A string literal; JSON's are Python's."""
    return json.dumps(value, ensure_ascii=not _encodable(value))
