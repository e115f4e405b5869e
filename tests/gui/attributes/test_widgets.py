"""The shared widgets under a real mouse and real keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.attributes import DominantColor, Instance, Label, ModerationLabel, PhotoDescription
from app.ui.attributes.chips import LooksChip
from app.ui.attributes.colors import ColorStrip, by_name
from app.ui.attributes.description import DescriptionPanel
from app.ui.attributes.labels import FIRST, LabelList
from app.ui.attributes.panel import AttributesPanel
from app.ui.attributes.picker import PickPopup
from app.ui.attributes.state import Answer
from tests.gui.attributes.test_words import FACE

KEY = Qt.Key


@pytest.fixture
def chip(qtbot, theme) -> Iterator[LooksChip]:
    holder = QWidget()
    chip = LooksChip(theme, holder)
    qtbot.addWidget(holder)
    holder.resize(600, 100)
    holder.show()
    qtbot.waitExposed(holder)
    yield chip
    holder.close()


def opened(chip: LooksChip) -> PickPopup:
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chip.popup.isVisible() and chip.popup.field.hasFocus()
    return chip.popup


def test_type_and_enter(chip, qtbot):
    popup, told = opened(chip), []
    chip.chosen.connect(told.append)
    QTest.keyClicks(popup.field, "smi")
    assert popup.texts() == ["Smiling", "Not smiling"]
    QTest.keyClick(popup.field, KEY.Key_Return)
    assert chip.picked == ("Smiling",) and chip.value() == "Smiling" and popup.field.text() == ""
    QTest.keyClicks(popup.field, "33-38")
    assert popup.texts() == ["33–38"]
    QTest.keyClick(popup.field, KEY.Key_Return)
    assert told[-1]["looks"].ages == (33, 38) and chip.value() == "Smiling, 33–38"
    assert popup.texts()[0] == "33–38", "what was typed stays in the list, to be given up"
    QTest.keyClick(popup.field, KEY.Key_Backspace)
    assert chip.picked == ("Smiling",)
    QTest.keyClick(popup.field, KEY.Key_Escape)
    assert not popup.isVisible()


def test_arrows_pass_over_headings(chip):
    popup = opened(chip)
    QTest.keyClick(popup.field, KEY.Key_Down)
    assert popup.list.currentIndex().data() == "Smiling"
    for _ in range(popup.texts().index("0–9")):
        QTest.keyClick(popup.field, KEY.Key_Down)
    assert popup.list.currentIndex().data() == "0–9"
    QTest.keyClick(popup.field, KEY.Key_Up)
    assert popup.list.currentIndex().data() == popup.texts()[popup.texts().index("0–9") - 1]


def test_a_click_takes_and_gives_up(chip):
    popup = opened(chip)
    index = next(
        popup._model.index(row, 0)
        for row in range(popup._model.rowCount())
        if popup._model.item(row).text() == "Smiling"
    )
    place = popup.list.visualRect(index).center()
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chip.picked == ("Smiling",)
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chip.picked == () and not chip.active


def test_the_x_and_delete_clear(chip):
    chip.pick(["Smiling", "Beard", "Happy"])
    assert chip.value() == "Smiling, Beard +1"
    told = []
    chip.chosen.connect(told.append)
    QTest.keyClick(chip, KEY.Key_Delete)
    assert told == [{"looks": None}] and not chip.active


def test_attributes_wait_quietly_then_show_or_say_why(qtbot, theme):
    panel, asked = AttributesPanel(theme), []
    qtbot.addWidget(panel)
    panel.retry.connect(lambda: asked.append(True))
    panel.show()
    assert panel._line.words.text() == "", "no word of waiting before it takes a moment"
    qtbot.waitUntil(lambda: panel._line.words.text() == "Looking at this face…")
    panel.show_answer(Answer(FACE))
    assert not panel._line.isVisible() and panel._more.isVisible()
    assert panel.emotions.accessibleName() == "Happy 80.0, Calm 20.0"
    panel.show_answer(Answer(trouble="The file is missing."))
    assert panel._line.words.text() == "The file is missing." and not panel._more.isVisible()
    QTest.mouseClick(panel._line.button, Qt.MouseButton.LeftButton)
    assert asked == [True]


def test_many_labels_are_cut_until_asked_for(qtbot, theme):
    labels = tuple(Label(f"Thing {n}", 99.0 - n) for n in range(FIRST + 5))
    listed = LabelList(theme)
    qtbot.addWidget(listed)
    listed.show()
    listed.set_labels(labels)
    assert len(listed.rows()) == FIRST
    QTest.mouseClick(listed._more, Qt.MouseButton.LeftButton)
    assert len(listed.rows()) == FIRST + 5 and not listed._more.isVisible()


def test_labels_by_keyboard(qtbot, theme):
    box = Instance((0.1, 0.2, 0.3, 0.4), 90)
    listed, lit, chosen = LabelList(theme, "Click: find"), [], []
    listed.lit.connect(lit.append)
    listed.chosen.connect(chosen.append)
    qtbot.addWidget(listed)
    listed.set_labels((Label("Cup", 80, (box,)), Label("Room", 70)))
    listed.show()
    listed.activateWindow()
    qtbot.waitExposed(listed)
    first, second = listed.rows()
    first.setFocus()
    qtbot.waitUntil(lambda: bool(lit) and lit[-1] is not None)
    assert lit[-1].name == "Cup" and listed._facts.text() == "Cup · Click: find"
    second.setFocus()
    assert lit[-1].name == "Room"
    QTest.keyClick(second, KEY.Key_Space)
    assert chosen == ["Room"]


def test_a_description_in_parts(qtbot, theme):
    panel = DescriptionPanel(theme)
    qtbot.addWidget(panel)
    below = ModerationLabel("Bare", "Suggestive", 2, 70.0)
    above = ModerationLabel("Suggestive", "", 1, 80.0)
    colors = (DominantColor(0, 0, 0, "black", "black", 60.0),)
    panel.show_answer(Answer(PhotoDescription((), (below, above), colors)))
    assert not panel._none.isHidden(), "no label: said so"
    assert panel.moderation.rows.accessibleName() == "Suggestive 80.0, Bare 70.0"
    assert panel.colors.accessibleName() == "Black 60"
    panel.show_answer(Answer(PhotoDescription()))
    assert not panel.moderation._nothing.isHidden()


def test_like_colours_are_told_together(qtbot, theme):
    colors = (
        DominantColor(0, 0, 0, "black", "black", 20.0),
        DominantColor(200, 0, 0, "red", "red", 30.0),
        DominantColor(9, 9, 9, "black", "black", 25.0),
    )
    assert [(color.share, share) for color, share in by_name(colors)] == [(25.0, 45.0), (30.0, 30.0)]
    holder = QWidget()
    column = QVBoxLayout(holder)
    strip = ColorStrip(theme)
    column.addWidget(strip)
    qtbot.addWidget(holder)
    strip.set_colors(colors)
    holder.resize(320, 200)
    holder.show()
    qtbot.waitExposed(holder)
    wide = strip.height()
    holder.resize(120, 200)
    qtbot.waitUntil(lambda: strip.height() > wide)
