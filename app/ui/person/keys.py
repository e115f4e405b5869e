"""The keys of the page, for F1."""

from __future__ import annotations

from app.ui.shell.keymap import KeyGroup

KEYS = (
    KeyGroup(
        "Suggestions",
        (
            ("Enter", "Yes, it is this person"),
            ("Delete", "No, someone else"),
            ("U", "Take back the last answer"),
            ("← / →", "Next, previous"),
            ("O", "Open the photo"),
        ),
    ),
    KeyGroup(
        "Timeline",
        (
            ("← / →", "Choose a year"),
            ("Shift ←", "Choose several years"),
            ("Esc", "All years"),
        ),
    ),
    KeyGroup(
        "Faces",
        (
            ("← → ↑ ↓", "Move"),
            ("Shift ← / Ctrl ←", "Extend, move without selecting"),
            ("Space", "Select or deselect"),
            ("Enter", "Open the photo"),
            ("X", "Not this person"),
            ("N / F2", "Name the selection, or rename the person"),
            ("Delete", "Delete, can be undone"),
            ("C / S", "Compare with, search with"),
            ("M", "Merge other people into this one"),
            ("H", "Hide this person"),
            ("Esc", "Back to People"),
        ),
    ),
)
