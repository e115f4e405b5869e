"""The page: two sides, a threshold, and why."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.embedding import EmbeddingContract, SimilarityScale
from app.domain.records import ChangeSet
from app.rekognition.snippets import Where
from app.services.calls import Calls
from app.services.compare import CompareService, Comparison, TargetMatch
from app.services.faces import FaceService
from app.services.photos import PhotoService
from app.ui.canvas.marks import Marks
from app.ui.compare.marks import source_marks, target_marks
from app.ui.compare.response import calls
from app.ui.compare.side import Side
from app.ui.compare.state import Pictures
from app.ui.compare.strangers import PairCurves
from app.ui.compare.threshold import DEFAULT, ThresholdBar
from app.ui.compare.why import WhyPanel
from app.ui.controller import PageHost, TaskRunner
from app.ui.theme import Size, Space
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.header import Header
from app.ui.widgets.request_panel import RequestDrawer

STACKED_BELOW = 944
_ZONE_LEAST, _STACKED_LEAST, _HEAD = 240, 140, 36
_CROP_SIDE = 224


class ComparePage(QWidget):
    """`activate(face_pk=...)`, `photo_pk` or `source` (a path or bytes) fill the source, then, when that
    is taken, the target. Moving the threshold only restyles: nothing is computed again."""

    key = "compare"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        compare: CompareService,
        photos: PhotoService,
        faces: FaceService,
        scale: SimilarityScale,
        contract: EmbeddingContract,
        curves: PairCurves | None = None,
        default_threshold: Callable[[], float] = lambda: DEFAULT,
        parent: QWidget | None = None,
        *,
        where: Callable[[], Where],
    ) -> None:
        """`where`: whom the lines beside the result are to ask."""
        super().__init__(parent)
        self._host, self._tasks, self._compare = host, tasks, compare
        self._pictures = Pictures(compare, photos, faces)
        self._comparison: Comparison | None = None
        self._matches: dict[int, TargetMatch] = {}
        self._chosen = 0
        self._pair: tuple[Comparison, int] | None = None
        theme = host.theme
        self.header = Header(theme, "Compare")
        self.swap_button = Button(theme, "Swap", icon="swap", shortcut_hint="X")
        self.drawer = RequestDrawer(
            theme, where, nothing="Two pictures with a face each are a request: put them in."
        )
        self.header.add(self.swap_button)
        self.header.add(self.drawer.button)
        hint = "Drop a picture or a face here, or paste one"
        self.source = Side(host, tasks, self._pictures, "Source", hint)
        self.target = Side(host, tasks, self._pictures, "Target", hint)
        self._default_threshold = default_threshold
        self.threshold = ThresholdBar(theme, default_threshold())
        self.why = WhyPanel(theme, scale, contract, curves)
        self._build()
        self.swap_button.clicked.connect(self.swap)
        self.drawer.panel.show_calls(self._calls)
        self.drawer.panel.copied.connect(lambda: host.toast("Copied"))
        self.drawer.opened.connect(lambda _open: self._lay_out())
        self.source.changed.connect(self._source_changed)
        self.target.changed.connect(self._compare_now)
        self.source.picked.connect(self.choose)
        self.target.picked.connect(lambda _index: self._show_pair())
        self.threshold.changed.connect(lambda _value: self._restyle())
        theme.changed.connect(self._restyle)
        self._add_keys()
        self._restyle()

    def _build(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.PAGE_LEFT, 0, Space.PAGE_RIGHT, Space.L)
        column.setSpacing(Space.L)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(Space.L)
        for side in (self.source, self.target):
            self._sides.addWidget(side, 1)
        column.addLayout(self._sides, 1)
        column.addWidget(self.threshold)
        column.addWidget(self.why)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        body.setAutoFillBackground(False)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.header)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(scroll, 1)
        beside.addWidget(self.drawer)
        page.addLayout(beside, 1)
        for side in (self.source, self.target):
            side.zone.setMinimumHeight(_ZONE_LEAST)

    def _add_keys(self) -> None:
        keys: list[tuple[Callable[[], object], tuple[str, ...]]] = [
            (partial(self.threshold.step, -1.0), ("[",)),
            (partial(self.threshold.step, 1.0), ("]",)),
            (partial(self.threshold.step, -5.0), ("Shift+[", "{", "Shift+{")),
            (partial(self.threshold.step, 5.0), ("Shift+]", "}", "Shift+}")),
            (self.swap, ("X",)),
            (self.drawer.panel.copy, ("Ctrl+Shift+C",)),
            (self.drawer.toggle, ("Ctrl+I",)),
        ]
        keys += [(partial(self.choose, number), (str(number + 1),)) for number in range(9)]
        for act, sequences in keys:
            for sequence in sequences:
                shortcut = QShortcut(QKeySequence(sequence), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(partial(_call, act))

    # A page of the window

    def activate(self, **params: Any) -> None:
        self.threshold.set_default(self._default_threshold())
        for name, maker in (
            ("face_pk", self._pictures.of_face),
            ("photo_pk", self._pictures.of_photo),
            ("source", self._load_of),
        ):
            if params.get(name) is not None:
                side = self.source if self.source.picture is None else self.target
                side.load(maker(params[name]))
        side = self.target if self.source.picture is not None else self.source
        (side.canvas if side.picture is not None else side.empty.button).setFocus()

    def _load_of(self, source: Any) -> Any:
        if isinstance(source, bytes):
            return self._pictures.of_bytes(source, "Pasted picture")
        return self._pictures.of_file(source)

    def deactivate(self) -> None:
        """The pictures stay for the next time."""

    def apply_changes(self, changes: ChangeSet) -> None:
        """Nothing stored is shown here."""

    # What is compared

    def choose(self, index: int) -> None:
        """Compare this face of the source."""
        picture = self.source.picture
        if picture is None or not 0 <= index < len(picture.faces.faces):
            return
        if index != self._chosen or self._comparison is None:
            self._chosen = index
            self._compare_now()

    def _source_changed(self) -> None:
        self._chosen = self.source.picture.chosen if self.source.picture else 0
        self._compare_now()

    def _compare_now(self) -> None:
        source, target = self.source.picture, self.target.picture
        self._comparison, self._matches = None, {}
        self._tasks.cancel((id(self), "compare"))
        self._restyle()
        if source is None or target is None or not source.faces.faces or not target.faces.faces:
            return
        self._tasks.run(
            self._compare.compare,
            source.faces,
            target.faces,
            self._chosen,
            done=self._compared,
            failed=self._host.show_error,
            key=(id(self), "compare"),
        )

    def _compared(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._matches = {match.index: match for match in comparison.matches}
        self.target.selection.select(None)
        self._restyle()

    def swap(self) -> None:
        """The sides change places; the face that was compared stays with its picture."""
        source, target = self.source.picture, self.target.picture
        self.source.put(target)
        self.target.put(source)
        self._source_changed()

    # How it is shown

    def _restyle(self) -> None:
        tokens, threshold = self._host.theme.tokens, self.threshold.value
        source, target = self.source.picture, self.target.picture
        self.source.set_marks(source_marks(source, self._chosen, tokens) if source else Marks())
        self.target.set_marks(target_marks(target, self._matches, threshold, tokens) if target else Marks())
        self.source.set_caption(_caption(source, "click a face to compare it"))
        self.target.set_caption(_caption(target))
        self.header.set_caption(self._verdict())
        first = self.source if source is None else self.target
        for side in (self.source, self.target):
            side.empty.button.set_variant(Variant.PRIMARY if side is first else Variant.STANDARD)
        self.swap_button.setEnabled(source is not None or target is not None)
        self.drawer.panel.again()
        self._show_pair()

    def _verdict(self) -> str:
        if self._comparison is None:
            return ""
        total = len(self._comparison.matches)
        found = len(self._comparison.matched(self.threshold.value))
        if total == 1:
            return "The face matches" if found else "The face does not match"
        return f"{found} of {total} faces match{'es' if found == 1 else ''}"

    def _show_pair(self) -> None:
        """Why, for the target's face that is selected, else the most similar one."""
        comparison = self._comparison
        if comparison is None:
            self._pair = None
            self._tasks.cancel((id(self), "crops"))
            self.why.clear(self.threshold.value, *self._missing())
            return
        wanted = self.target.selection.current
        match = comparison.matches[0] if wanted is None else self._matches.get(wanted, comparison.matches[0])
        self.why.show_pair(comparison, match, self.threshold.value)
        pair = (comparison, match.index)
        if pair != self._pair:
            self._pair = pair
            self._tasks.run(self._align, comparison, match.index, done=self._aligned, key=(id(self), "crops"))

    def _align(self, comparison: Comparison, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """On a worker thread."""
        return (
            self._compare.aligned(comparison.source, comparison.source_index, _CROP_SIDE),
            self._compare.aligned(comparison.target, index, _CROP_SIDE),
        )

    def _aligned(self, crops: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
        self.why.set_crops(*crops)

    def _missing(self) -> tuple[str, ...]:
        """What keeps the two from being compared, if it is more than a missing picture."""
        without = [
            side.title.lower()
            for side in (self.source, self.target)
            if side.picture is not None and not side.picture.faces.faces
        ]
        if not without:
            return ()
        return (f"No face was found in the {' or the '.join(without)} picture: choose another one",)

    def _calls(self) -> Calls:
        source, target, found = self.source.picture, self.target.picture, self._comparison
        if found is None or source is None or target is None:
            return Calls()
        return calls(found, self.threshold.value, source.file, target.file)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow: one side above the other."""
        super().resizeEvent(event)
        self.drawer.set_narrow(self.window().width() < Size.NARROW_BELOW)
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.width() - (self.drawer.width() if self.drawer.isVisibleTo(self) else 0)
        stacked = width < STACKED_BELOW
        direction = QBoxLayout.Direction
        self._sides.setDirection(direction.TopToBottom if stacked else direction.LeftToRight)
        # Stacked, both zones and the threshold are in sight; why follows below.
        room = self.height() - self.header.height() - 2 * _HEAD - self.threshold.height() - 3 * Space.L
        least = max(room // 2, _STACKED_LEAST) if stacked else _ZONE_LEAST
        for side in (self.source, self.target):
            side.zone.setMinimumHeight(least)


def _call(act: Callable[[], object]) -> None:
    act()


def _caption(picture: Any, hint: str = "") -> str:
    if picture is None:
        return ""
    count = len(picture.faces.faces)
    if count > 1 and hint:
        return f"{picture.name} · {hint}"
    return f"{picture.name} · {count or 'no'} face{'' if count == 1 else 's'}"
