"""Text of file names, made fit to be stored and shown."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ImageError, LibraryError
from app.domain.text import printable


@pytest.mark.parametrize("text", ["", "Åsa Öberg.jpg", "日本 😀", "no\N{NO-BREAK SPACE}break"])
def test_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_bytes_that_are_no_text_and_line_breaks_are_replaced() -> None:
    assert printable(b"caf\xe9 \xff\n.png".decode("utf-8", "surrogateescape")) == "caf� ��.png"


@given(st.binary())
def test_every_file_name_can_be_stored(name: bytes) -> None:
    text = printable(os.fsdecode(name))
    text.encode("utf-8")
    assert printable(text) == text
    assert len(text) == len(os.fsdecode(name))


def test_sentences_of_errors_can_be_stored() -> None:
    assert str(LibraryError("The library /caf\udce9 is gone.")) == "The library /caf� is gone."
    error = ImageError("caf\udce9", "It is \udcff.")
    assert (error.reason, str(error)) == ("caf�", "caf�. It is �.")
