"""The list of a pack: what is taken, what is refused and in which words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.celebrities import Celebrity, KnownGender, PackContents, PackEntry, PackError, PackVectors
from app.storage.pack_contents import as_json, checked_name, checked_url, pack_id_of, parse

DIGEST = "0123456789abcdef"


def table(**more: Any) -> dict[str, Any]:
    return {
        "name": "Members",
        "version": "1",
        "licence": "CC0-1.0",
        "celebrities": [{"id": "A1", "name": "Ada"}],
        **more,
    }


def read(value: Any) -> PackContents:
    return parse(json.dumps(value).encode(), "pack.json")


def test_a_list_in_toml() -> None:
    text = """
        format = 1
        id = "members"
        name = "Members of\\tthe  House"
        version = "2026.1"
        licence = "Public domain"
        attribution = "The House"

        [[celebrities]]
        id = "A000369"
        name = "Mark Amodei"
        urls = ["https://www.congress.gov/member/A000369", "en.wikipedia.org/wiki/Mark_Amodei"]
        known_gender = "Male"
        pictures = ["pictures/a.jpg"]

        [[vectors]]
        contract = "0123456789abcdef"
        model = "sface-2021dec"
        file = "vectors.npy"
        people = ["A000369", "A000369"]
    """
    found = parse(text.encode(), "pack.toml")
    assert (found.id, found.name, found.version) == ("members", "Members of the House", "2026.1")
    (entry,) = found.entries
    assert entry.celebrity == Celebrity(
        "A000369",
        "Mark Amodei",
        ("https://www.congress.gov/member/A000369", "en.wikipedia.org/wiki/Mark_Amodei"),
        KnownGender.MALE,
    )
    assert entry.pictures == ("pictures/a.jpg",)
    assert found.vectors == (PackVectors(DIGEST, "sface-2021dec", "vectors.npy", ("A000369", "A000369")),)


def test_what_is_written_is_read_back() -> None:
    contents = PackContents(
        "my-pack",
        "Mine ✓ ÄÖ",
        "3",
        "private",
        "me",
        "They agreed.",
        (
            PackEntry(
                Celebrity("1", "Zoë", ("https://a.example/x?y=1#z",), KnownGender.NONBINARY), ("p/1.jpg",)
            ),
            PackEntry(Celebrity("2", "Bo")),
        ),
        (PackVectors(DIGEST, "m", "v.npy", ("1", "1", "2")),),
    )
    assert parse(as_json(contents), "pack.json") == contents
    assert parse(as_json(replace(contents, vectors=())), "pack.json").vectors == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "must be a table"),
        (table(name=""), "the pack has no name"),
        (table(version=1), "version of the pack must be text"),
        ({"name": "x", "version": "1", "celebrities": [{"id": "1", "name": "a"}]}, "has no licence"),
        (table(celebrities=[]), "has no celebrities"),
        (table(celebrities={}), "celebrities must be a list"),
        (table(format=2), "its format is 2"),
        (table(id="../up"), "the id of the pack"),
        (table(celebrities=["Ada"]), "celebrity 1 must be a table"),
        (table(celebrities=[{"id": "a-1", "name": "Ada"}]), "letters (A-Z, a-z) and digits"),
        (table(celebrities=[{"id": "1"}]), "celebrity 1 has no name"),
        (
            table(celebrities=[{"id": "1", "name": "a"}, {"id": "1", "name": "b"}]),
            "two celebrities have the id 1",
        ),
        (
            table(celebrities=[{"id": "1", "name": "Ada", "known_gender": "f"}]),
            "known_gender of Ada must be one of",
        ),
        (table(celebrities=[{"id": "1", "name": "Ada", "known_gender": []}]), "known_gender of Ada"),
        (table(celebrities=[{"id": "1", "name": "Ada", "urls": "x"}]), "urls of Ada must be a list of texts"),
        (
            table(celebrities=[{"id": "1", "name": "Ada", "urls": ["javascript:alert(1)"]}]),
            "is no web address",
        ),
        (
            table(celebrities=[{"id": "1", "name": "Ada", "urls": ["file:///etc/passwd"]}]),
            "is no web address",
        ),
        (table(celebrities=[{"id": "1", "name": "Ada", "pictures": ["../x.jpg"]}]), "is no name for a file"),
        (
            table(celebrities=[{"id": "1", "name": "Ada", "pictures": ["x"] * 101}]),
            "101 entries; 100 are the most",
        ),
        (table(vectors=[{"contract": "x", "file": "v.npy", "people": []}]), "16 hex digits"),
        (table(vectors=[{"contract": DIGEST, "file": "v.npy", "people": ["B2"]}]), "“B2”, who is not among"),
        (table(vectors=[{"contract": DIGEST, "file": "/v.npy", "people": ["A1"]}]), "is no name for a file"),
        (table(name="x" * 300), "more than 255 characters"),
    ],
)
def test_what_is_wrong_is_said(value: Any, words: str) -> None:
    with pytest.raises(PackError) as raised:
        read(value)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (b"\xff\xfe", "pack.toml"),
        (b"name = ", "pack.toml"),
        (b"{", "pack.json"),
        (b"[" * 100_000, "pack.json"),
        (b"a = " + b"[" * 100_000, "pack.toml"),
        (b"NaN", "pack.json"),
        (b"1" * 10_000, "pack.json"),
    ],
)
def test_what_is_no_list_at_all(data: bytes, file: str) -> None:
    with pytest.raises(PackError, match=file.replace(".", r"\.")):
        parse(data, file)


@given(st.binary(max_size=400), st.sampled_from(["pack.toml", "pack.json"]))
def test_no_bytes_raise_anything_else(data: bytes, file: str) -> None:
    with pytest.raises(PackError):
        parse(data, file)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "version", "licence", "celebrities", "vectors", "format", "id", "consent"]),
        json_values,
    )
)
def test_no_table_raises_anything_else(value: dict[str, Any]) -> None:
    try:
        found = read({**table(), **value})
    except PackError:
        return
    assert parse(as_json(found), "pack.json") == found


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "a/../b",
        "./a",
        "a\\b",
        "C:/a",
        "a\nb",
        "a\0b",
        " a",
        "a ",
        "x" * 401,
        'a"b',
    ],
)
def test_names_that_lead_out(name: str) -> None:
    with pytest.raises(PackError):
        checked_name(name)


def test_names_that_stay() -> None:
    for name in ("a.jpg", "pictures/Zoë 1.jpg", "a/b/c", "...jpg"):
        assert checked_name(name) == name


@pytest.mark.parametrize(
    "url", ["https://a.example", "a.example/b", "http://a.example:80/b?c=d", "HTTPS://A.B"]
)
def test_addresses(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["", "data:text/html,x", "//a.example", "ftp://a.example", "a b.example", "https://", "a.example/\n"],
)
def test_no_addresses(url: str) -> None:
    with pytest.raises(PackError):
        checked_url(url)


def test_ids_out_of_names() -> None:
    assert pack_id_of("Ältere Köpfe (2)") == "altere-kopfe-2"
    assert pack_id_of("日本") == "pack"
    assert len(pack_id_of("a" * 300)) == 64


def test_the_lists_in_the_manual_can_be_read() -> None:
    manual = Path(__file__).parents[3] / "docs" / "celebrity-packs.md"
    first, second = re.findall(r"```toml\n(.*?)```", manual.read_text("utf-8"), re.S)
    found = parse((first + second).encode(), "pack.toml")
    assert (found.id, found.name, len(found.entries)) == ("congress", "Members of Congress", 2)
    assert found.entries[1].pictures == ("pictures/C001098-1.jpg", "pictures/C001098-2.jpg")
    assert found.vectors[0].people == ("A000369", "C001098", "C001098")
