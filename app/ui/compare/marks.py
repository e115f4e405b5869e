"""How the faces of a comparison are drawn: what a threshold changes is only this."""

from __future__ import annotations

from collections.abc import Mapping

from app.services.compare import TargetMatch
from app.ui.canvas.marks import Mark, Marks, Stroke, Tag
from app.ui.compare.state import Picture
from app.ui.theme import Tokens

_OTHER = "#D9FFFFFF"
_WHITE, _DARK = "#FFFFFF", "#DB121515"


def source_marks(picture: Picture, chosen: int, tokens: Tokens) -> Marks:
    """The compared face in the accent, the others to click."""
    total, marks = len(picture.faces.faces), []
    for index, face in enumerate(picture.faces.faces):
        title = f"Face {index + 1} of {total}"
        if index == chosen:
            tag = Tag("Compared", "", tokens.accent, tokens.on_accent)
            mark = Mark(index, face.box, None, Stroke.EMPHATIC, tokens.accent, tag, f"{title}, compared")
        else:
            mark = Mark(index, face.box, None, Stroke.THIN, _OTHER, None, title)
        marks.append(mark)
    return Marks(marks, picture.faces.width, picture.faces.height)


def target_marks(
    picture: Picture, matches: Mapping[int, TargetMatch], threshold: float, tokens: Tokens
) -> Marks:
    """Matches in the accent, the rest dashed, each with its similarity; without matches plain boxes."""
    total, marks = len(picture.faces.faces), []
    for index, face in enumerate(picture.faces.faces):
        match, title = matches.get(index), f"Face {index + 1} of {total}"
        if match is None:
            mark = Mark(index, face.box, None, Stroke.THIN, _OTHER, None, title)
        elif match.similarity >= threshold:
            figure = f"{match.similarity:.1f}"
            tag = Tag(figure, "", tokens.accent, tokens.on_accent)
            mark = Mark(
                index, face.box, None, Stroke.EMPHATIC, tokens.accent, tag, f"{title}, match, {figure}"
            )
        else:
            figure = f"{match.similarity:.1f}"
            tag = Tag(figure, "", _DARK, _WHITE)
            mark = Mark(
                index, face.box, None, Stroke.THIN_DASHED, _WHITE, tag, f"{title}, no match, {figure}"
            )
        marks.append(mark)
    return Marks(marks, picture.faces.width, picture.faces.height)
