"""Appearance, computing, searching: the sections of what is chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.services import computing
from app.services.compare import explain
from app.services.computing import InUse, Provider
from app.ui.controller import PageHost
from app.ui.search.panel import Choice
from app.ui.search.threshold import NumberBox
from app.ui.settings.rows import Row, Section
from app.ui.settings.store import Chosen
from app.ui.theme import Theme, ThemeMode
from app.ui.widgets.percent import Percent
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.slider import Slider
from app.ui.widgets.text import Paragraph

_MOTION = {"system": None, "reduced": True, "full": False}


class Appearance(Section):
    """Light or dark, and how much moves; both at once."""

    def __init__(self, host: PageHost, chosen: Chosen) -> None:
        super().__init__(host.theme, "Appearance")
        self._chosen = chosen
        self.mode = SegmentedControl(host.theme, name="Theme")
        for key, text in (("system", "System"), ("light", "Light"), ("dark", "Dark")):
            self.mode.add(key, text)
        self.mode.set_current(chosen.current.theme)
        self.mode.chosen.connect(self._wear)
        self.motion = SegmentedControl(host.theme, name="Motion")
        for key, text in (("system", "System"), ("reduced", "Reduced"), ("full", "Full")):
            self.motion.add(key, text)
        current = next(key for key, value in _MOTION.items() if value == chosen.current.reduce_motion)
        self.motion.set_current(current)
        self.motion.chosen.connect(self._move)
        self.add(Row(host.theme, "Theme", "", self.mode))
        self.add(Row(host.theme, "Motion", "Reduced leaves out every animation.", self.motion))

    def _wear(self, key: str) -> None:
        self.theme.set_mode(ThemeMode(key))
        self._chosen.choose(theme=key)

    def _move(self, key: str) -> None:
        self.theme.set_reduce_motion(_MOTION[key])
        self._chosen.choose(reduce_motion=_MOTION[key])


class Computing(Section):
    """What runs the models, and how many photos at once. Both hold from the next start on."""

    def __init__(self, theme: Theme, chosen: Chosen, providers: list[Provider], cores: int) -> None:
        super().__init__(theme, "Computing")
        self._chosen, self._providers, self._cores = chosen, {each.key: each for each in providers}, cores
        self._running: InUse | None = None
        self._started = (chosen.current.provider, chosen.current.workers)
        self.provider = SegmentedControl(theme, name="Models run on")
        for each in providers:
            self.provider.add(each.key, each.name, tooltip=each.reason)
            # What was chosen before stays to be seen, though it cannot be had any more.
            self.provider.set_enabled(each.key, each.available or each.key == chosen.current.provider)
        self.provider.set_current(chosen.current.provider)
        self.provider.chosen.connect(lambda key: chosen.choose(provider=key))
        self.workers = Choice(theme, "Photos at once")
        self.workers.chose.connect(lambda count: chosen.choose(workers=count))
        self.provider_row = Row(theme, "Models run on", " ", self.provider)
        self.workers_row = Row(theme, "Photos at once", " ", self.workers)
        self.reasons = Paragraph(
            theme, "\n".join(each.reason for each in providers if each.reason), role="small", token="t3"
        )
        self.reasons.setVisible(any(each.reason for each in providers))
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.provider_row)
        column.addWidget(self.reasons)
        column.addSpacing(12 if self.reasons.text() else 0)
        self.describing = SegmentedControl(theme, name="Describe in the background")
        for key, text in (("on", "On"), ("off", "Off")):
            self.describing.add(key, text)
        self.describing.set_current("on" if chosen.current.describe else "off")
        self.describing.chosen.connect(lambda key: chosen.choose(describe=key == "on"))
        self.add(both)
        self.add(self.workers_row)
        self.add(
            Row(
                theme,
                "Describe in the background",
                "Age, expression, glasses and more of each face, and what photos show, to filter by. "
                "It gives way to everything else.",
                self.describing,
            )
        )
        chosen.changed.connect(self._show)
        self._show()

    def show_running(self, running: InUse | None) -> None:
        """What runs the models now, as the engine says."""
        self._running = running
        self._show()

    def _show(self) -> None:
        current = self._chosen.current
        counts = sorted({1, 2, 4, 8, 16, max(1, self._cores // 2), self._cores, current.workers or 1})
        choices: list[tuple[object, str]] = [(None, f"One a core ({self._cores})")]
        self.workers.show_choices([*choices, *((count, str(count)) for count in counts)], current.workers)
        self.workers_row.say("While folders are indexed. " + self._when(current.workers != self._started[1]))
        self.provider_row.say(*self._about_provider())

    def _when(self, changed: bool) -> str:
        return "Takes effect when Likeness starts again." if changed else ""

    def _about_provider(self) -> tuple[str, str]:
        """What came of the choice: it is in use, it waits for the next start, or why it could not be."""
        chosen = self._providers[self._chosen.current.provider]
        running = self._running
        if not chosen.available:
            return f"{chosen.name} cannot be had here; the CPU is used.", "warn"
        if self._chosen.current.provider != self._started[0]:
            return f"{chosen.name} is used when Likeness starts again.", "t2"
        if running is not None and running.reason:
            return running.reason, "warn"
        return f"{computing.NAMES.get(running.used if running else chosen.key, '')} is in use.", "t3"


class Searching(Section):
    """The threshold that Search and Compare begin with."""

    def __init__(self, theme: Theme, chosen: Chosen) -> None:
        super().__init__(theme, "Matching")
        self._chosen = chosen
        self.slider = Slider(theme, "Default threshold")
        self.slider.setFixedWidth(176)
        self.box = NumberBox(theme, "Default threshold")
        both = QWidget()
        both.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.slider)
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignVCenter)
        self.row = Row(theme, "Default threshold", " ", both)
        self.add(self.row)
        # A drag is saved once, where it ends.
        self._percent = Percent(self.slider, self.box, chosen.current.threshold, self)
        self._percent.changed.connect(self._changed)
        self.slider.sliderReleased.connect(self._keep)
        self._show()

    def _changed(self) -> None:
        self._show()
        if not self.slider.isSliderDown():
            self._keep()

    def _keep(self) -> None:
        self._chosen.choose(threshold=self._percent.value)

    def _show(self) -> None:
        self.row.say(f"{explain(self._percent.value).sentence}.")
