"""The keyboard map as people read it: what F1 shows, for every page."""

from __future__ import annotations

from typing import NamedTuple


class KeyGroup(NamedTuple):
    """A heading and its keys: ((caps, meaning), ...); caps are separated by a space, "/" stands between."""

    title: str
    keys: tuple[tuple[str, str], ...]


EVERYWHERE = KeyGroup(
    "Everywhere",
    (
        ("Ctrl 1 / 2 / 3", "Photos, Faces, People"),
        ("Ctrl 5 … 9", "Compare, Search, Analyse, Metrics, History"),
        ("Ctrl Shift M", "Models"),
        ("Ctrl K", "Go to a page, person, photo"),
        ("Ctrl O", "Add photos"),
        ("Ctrl Shift O", "Add a folder"),
        ("Ctrl L", "Add from a URL"),
        ("Ctrl V", "Paste an image"),
        ("Ctrl N", "New collection"),
        ("Ctrl Z", "Undo"),
        ("Ctrl Shift Z", "Redo"),
        ("Ctrl F", "Filter or find on this page"),
        ("Ctrl I", "Inspector"),
        ("Ctrl B", "Sidebar"),
        ("Ctrl ,", "Settings"),
        ("F6 / Shift F6", "Next, previous region"),
        ("F10 / Alt", "Menu"),
        ("F1 / ?", "All keys of this page"),
    ),
)

_GRID = (
    ("← → ↑ ↓", "Move"),
    ("Home / End", "First, last"),
    ("PgUp / PgDn", "A screen up, down"),
    ("Shift ←", "Extend the selection"),
    ("Ctrl ←", "Move without selecting"),
    ("Space", "Select or deselect"),
    ("Enter", "Open"),
    ("Ctrl A / Esc", "All, none"),
    ("N / F2", "Name the selection"),
    ("Delete", "Remove, can be undone"),
    ("Ctrl + / -", "Larger, smaller cells"),
    ("C / S", "Compare with, search with"),
    ("Menu / Shift F10", "Context menu"),
)

PAGES: dict[str, tuple[KeyGroup, ...]] = {
    "photos": (KeyGroup("Photos", _GRID),),
    "faces": (KeyGroup("Faces", (*_GRID[:10], ("X", "Not this person"), *_GRID[10:])),),
    "people": (KeyGroup("People", (*_GRID[:10], ("M", "Merge"), ("Ctrl N", "New person"), *_GRID[10:])),),
    "person": (KeyGroup("Faces", (*_GRID[:10], ("X", "Not this person"), *_GRID[10:])),),
    "photo": (
        KeyGroup(
            "Photo",
            (
                ("← / →", "Previous, next photo"),
                ("Esc", "Back"),
                ("V / D / H", "Select, draw a face, pan"),
                ("Space", "Pan while held, with the pointer"),
                ("0 / 1", "Fit, 100 %"),
                ("+ / -", "In, out"),
                ("B / N / L", "Boxes, names, landmarks 5, 30, mesh, off"),
                ("Tab / Shift Tab", "Next, previous face"),
                ("Ctrl Shift C", "Copy what the JSON tab shows"),
            ),
        ),
        KeyGroup(
            "On a face",
            (
                ("A-Z", "Type its name"),
                ("Enter / Esc", "Keep the name, cancel"),
                ("← → ↑ ↓", "Nudge 1 px, with Shift 10"),
                ("Alt ←", "Resize 1 px, with Shift 10"),
                ("Alt Shift B", "Boxes, names, landmarks: with Alt Shift"),
                ("Delete", "Remove the face"),
            ),
        ),
    ),
    "compare": (
        KeyGroup(
            "Compare",
            (
                ("[ / ]", "Threshold down, up, with Shift by 5"),
                ("1 … 9", "Pick that face of the source"),
                ("X", "Swap the two sides"),
                ("Ctrl I", "Request and response beside it"),
                ("Ctrl Shift C", "Copy them"),
            ),
        ),
    ),
    "search": (
        KeyGroup(
            "Search",
            (
                ("[ / ]", "Threshold down, up, with Shift by 5"),
                ("1 … 9", "Pick that face of the source"),
                ("F / P", "Faces, people"),
            ),
        ),
    ),
    "analyse": (
        KeyGroup(
            "Analyse",
            (
                ("Ctrl V", "Analyse the picture on the clipboard"),
                ("Tab / Shift Tab", "Next, previous face"),
                ("B / N / L", "Boxes, names, landmarks 5, 30, mesh, off"),
                ("0 / 1", "Fit, 100 %"),
                ("+ / -", "In, out"),
                ("Space", "Pan while held, with the pointer"),
                ("Ctrl Shift C", "Copy what the JSON tab shows"),
            ),
        ),
    ),
    "metrics": (
        KeyGroup(
            "Metrics",
            (
                ("Left / Right", "Earlier, later period of a graph"),
                ("Home / End", "First, last period of a graph"),
                ("Ctrl C", "Copy the rows of a table"),
            ),
        ),
    ),
    "history": (
        KeyGroup(
            "History",
            (("Enter", "Details"), ("U", "Undo this change"), ("Ctrl Z", "Undo the last")),
        ),
    ),
}


def groups_of(page: str) -> tuple[KeyGroup, ...]:
    """What the overlay shows for a page: its own keys first, then those that work everywhere."""
    return (*PAGES.get(page, ()), EVERYWHERE)
