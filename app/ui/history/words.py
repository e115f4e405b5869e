"""How changes are told: icons, places, and which words of a summary are names. Without widgets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.domain.records import ChangeKind, Origin

ICONS: Final = {
    ChangeKind.INDEX: "download-simple",
    ChangeKind.REMOVE_PHOTOS: "trash",
    ChangeKind.CREATE_COLLECTION: "folder-simple-plus",
    ChangeKind.RENAME_COLLECTION: "pencil-simple",
    ChangeKind.DELETE_COLLECTION: "trash",
    ChangeKind.ADD_FACE: "selection-plus",
    ChangeKind.EDIT_FACE: "bounding-box",
    ChangeKind.DELETE_FACES: "trash",
    ChangeKind.MOVE_FACES: "folder-open",
    ChangeKind.CREATE_USER: "user-plus",
    ChangeKind.EDIT_USER: "pencil-simple",
    ChangeKind.DELETE_USER: "trash",
    ChangeKind.ASSOCIATE: "tag",
    ChangeKind.DISASSOCIATE: "user-minus",
    ChangeKind.MERGE_USERS: "git-merge",
    ChangeKind.SPLIT_USER: "git-fork",
    ChangeKind.REJECT: "x-circle",
    ChangeKind.CONFIRM: "check-circle",
    ChangeKind.HIDE: "eye-slash",
    ChangeKind.SAVE_SEARCH: "bookmark-simple",
    ChangeKind.TURN_PHOTOS: "arrow-clockwise",
    ChangeKind.SWITCH_MODEL: "cube",
    ChangeKind.UNDO: "arrow-counter-clockwise",
    ChangeKind.REDO: "arrow-clockwise",
}

PLACES: Final = {
    Origin.WINDOW: ("app-window", "Window"),
    Origin.COMMAND_LINE: ("terminal-window", "Command line"),
    Origin.ENDPOINT: ("broadcast", "Endpoint"),
}

KIND_GROUPS: Final = (
    ("photos indexed or removed", (ChangeKind.INDEX, ChangeKind.REMOVE_PHOTOS)),
    (
        "names",
        (ChangeKind.ASSOCIATE, ChangeKind.DISASSOCIATE, ChangeKind.CONFIRM, ChangeKind.REJECT),
    ),
    (
        "people",
        (
            ChangeKind.CREATE_USER,
            ChangeKind.EDIT_USER,
            ChangeKind.DELETE_USER,
            ChangeKind.MERGE_USERS,
            ChangeKind.SPLIT_USER,
            ChangeKind.HIDE,
        ),
    ),
    (
        "faces",
        (ChangeKind.ADD_FACE, ChangeKind.EDIT_FACE, ChangeKind.DELETE_FACES, ChangeKind.MOVE_FACES),
    ),
    (
        "collections",
        (
            ChangeKind.CREATE_COLLECTION,
            ChangeKind.RENAME_COLLECTION,
            ChangeKind.DELETE_COLLECTION,
            ChangeKind.SWITCH_MODEL,
        ),
    ),
    ("undone and redone", (ChangeKind.UNDO, ChangeKind.REDO)),
)


class Names:
    """Finds the names of people and collections in a summary, so that they can be set in bold."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        # The longest first: "Ann Lee" must not be found as "Ann".
        words = sorted({name for name in names if name}, key=len, reverse=True)
        pattern = "|".join(re.escape(word) for word in words)
        self._pattern = re.compile(rf"(?<!\w)({pattern})(?!\w)") if words else None

    def runs(self, text: str) -> list[tuple[str, bool]]:
        """The text in pieces, True for a name."""
        if self._pattern is None:
            return [(text, False)]
        pieces = self._pattern.split(text)
        return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]
