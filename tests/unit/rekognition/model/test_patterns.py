from __future__ import annotations

import re
import unicodedata
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rekognition.model.patterns import matches, translated

TAG = r"^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$"
TOKEN = r"^[a-zA-Z0-9-_]+$"
LABEL = r"[A-Za-z0-9àâèçñó'-_(). ]*"
ARN = r"(^arn:[a-z\d-]+:rekognition:[a-z\d-]+:\d{12}:project\/[a-zA-Z0-9_.\-]{1,255}\/version\/[0-9]+$)"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("[a-z]+", "abc", True),
        ("[a-z]+", "abc1", False),
        ("[a-z]+", "1abc", False),
        ("[a-z]+", "abc\n", False),
        ("^[a-z]+$", "abc\n", False),
        # A minus after a range is itself.
        (TOKEN, "a-b_C9", True),
        (TOKEN, "a.b", False),
        # From ' to _ is a range, in Java as in Python: digits, capitals and what stands between.
        (LABEL, "Café", False),
        (LABEL, "Garçon (2)", True),
        (LABEL, "a*b", True),
        (LABEL, "a#b", False),
        # Java's \d is ASCII's.
        (ARN, "arn:aws:rekognition:eu-west-1:123456789012:project/p/version/1", True),
        (ARN, "arn:aws:rekognition:eu-west-1:12345678901٢:project/p/version/1", False),
        (TAG, "Ключ 1", True),
        (TAG, "名前=値", True),
        (TAG, "", True),
        (TAG, "aws:mine", False),
        (TAG, "a,b", False),
        (TAG, "a\tb", False),
    ],
)
def test_the_whole_of_a_text_is_described(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


@given(st.characters(exclude_categories=["Cs"]))
def test_letters_of_every_script(letter: str) -> None:
    assert matches(r"[\p{L}\p{N}]", letter) is (unicodedata.category(letter)[0] in "LN")


@pytest.mark.parametrize(
    "pattern",
    [r"\p{Lu}", r"[\p{Alpha}]", r"\Qa.b\E", r"[a-z&&[^b]]", "a++", "a*+", "(?i)a", "(?>a)", r"a\z", r"\pL"],
)
def test_what_would_be_read_in_another_way_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="translated first"):
        translated(pattern)


def test_nothing_in_the_translations_is_doubtful_to_python() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for pattern in (TAG, TOKEN, LABEL, ARN):
            re.compile(translated(pattern), re.ASCII)
