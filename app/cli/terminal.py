"""What goes out: text for people on lines that hold nothing but text, JSON that gives names back exactly."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from typing import Any, TextIO

from app.domain.errors import LikenessError


class ReaderGone(Exception):
    """Nobody reads the output any more (`| head -1`): there is nothing left to do."""


class OutputFailed(LikenessError):
    """The output could not be written, for example to a file on a full disk."""


def escaped(text: str) -> str:
    """The text on one line. A file's name may hold line ends, terminal commands, or bytes that are no
    text; they are shown as escapes."""
    return "".join(char if char.isprintable() or char == " " else _escape(char) for char in text)


def write_text(stream: TextIO, text: str) -> None:
    """One line. Raises ReaderGone, OutputFailed."""
    _write(stream, escaped(text) + "\n")


def write_json(stream: TextIO, value: Any) -> None:
    """Bytes of a name that are no text become lone surrogates (\\udcXX), as Python's os.fsencode takes
    them back. Raises ReaderGone, OutputFailed."""
    # A surrogate in UTF-8 and every other letter in a narrower encoding can only stand as JSON's escape.
    text = json.dumps(value, indent=2, ensure_ascii=not _is_utf8(stream))
    _write(stream, "".join(f"\\u{ord(c):04x}" if _is_surrogate(c) else c for c in text) + "\n")


def flush(stream: TextIO) -> None:
    """Raises ReaderGone, OutputFailed: what waits in the buffer is written, too."""
    _write(stream, "")


def abandon(stream: TextIO) -> None:
    """Let nothing that still waits for this stream be complained of at exit."""
    try:
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
    except (OSError, ValueError):
        return


def unwritten(error: OSError) -> OutputFailed:
    return OutputFailed(f"The output could not be written: {error.strerror}.")


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    # What the terminal's encoding lacks is better escaped than the end of the program.
    text = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        if text:
            stream.write(text)
        stream.flush()
    except BrokenPipeError as error:
        abandon(stream)
        raise ReaderGone from error
    except OSError as error:
        abandon(stream)
        raise unwritten(error) from error


def _escape(char: str) -> str:
    if _is_surrogate(char):
        return f"\\x{ord(char) & 0xFF:02x}"
    # Marks that join letters in some scripts are not for the eye, and still belong there.
    if unicodedata.category(char) in ("Cf", "Zs", "Co", "Cn") and ord(char) not in _REORDERING:
        return char
    return char.encode("unicode_escape").decode("ascii")


def _is_surrogate(char: str) -> bool:
    return "\ud800" <= char <= "\udfff"


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")


# Unicode's controls of direction: they can make a name look like another one.
_REORDERING = frozenset((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C))
# Tell a script's own exit by signal from ours: 128 + SIGPIPE, what a shell reports for `yes | head -1`.
EXIT_READER_GONE = 141 if sys.platform != "win32" else 1
