from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui.theme import Theme, ThemeMode
from app.ui.widgets import (
    Button,
    Chip,
    ConfidenceBar,
    DockedBar,
    DropZone,
    ElidedLabel,
    EmptyState,
    FilterBar,
    FlowLayout,
    FocusRing,
    Header,
    IconButton,
    NavigationBreadcrumb,
    Paragraph,
    SearchField,
    SegmentedControl,
    Slider,
    TextField,
    ToastHost,
    ToastMessage,
    Variant,
)

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton


def color_at(widget: QWidget, point: QPoint) -> str:
    return widget.grab().toImage().pixelColor(point).name().upper()


# -- buttons -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("height", [28, 32, 40, 48])
@pytest.mark.parametrize("variant", list(Variant))
def test_buttons_have_the_heights_of_the_design(theme: Theme, qtbot, variant, height) -> None:
    button = Button(theme, "Add photos", variant=variant, height=height, icon="plus-bold", key="Enter")
    qtbot.addWidget(button)
    assert button.sizeHint().height() == height
    shorter = Button(theme, "Add photos", variant=variant, height=height)
    qtbot.addWidget(shorter)
    assert shorter.sizeHint().width() < button.sizeHint().width()


@pytest.mark.parametrize("mode", [ThemeMode.LIGHT, ThemeMode.DARK])
def test_the_primary_button_wears_the_accent_of_the_theme(theme: Theme, qtbot, mode) -> None:
    button = Button(theme, "Go", variant=Variant.PRIMARY)
    qtbot.addWidget(button)
    theme.set_mode(mode)
    button.resize(120, 32)
    assert color_at(button, QPoint(8, 16)) == theme.tokens.accent


def test_a_shortcut_goes_into_the_tooltip(theme: Theme, qtbot) -> None:
    button = Button(theme, "Add photos…", shortcut_hint="Ctrl+O")
    square = IconButton(theme, "trash", "Delete", shortcut_hint="Del")
    for widget in (button, square):
        qtbot.addWidget(widget)
    assert button.toolTip() == "Add photos (Ctrl+O)"
    assert square.toolTip() == "Delete (Del)"
    assert square.accessibleName() == "Delete"


def test_an_ampersand_is_shown_once_and_measured(theme: Theme, qtbot) -> None:
    plain, marked = Button(theme, "Go"), Button(theme, "&Go")
    for button in (plain, marked):
        qtbot.addWidget(button)
    assert plain.sizeHint() == marked.sizeHint()


def test_hover_fades_in_when_motion_is_wanted(theme: Theme, qtbot) -> None:
    theme.set_reduce_motion(False)
    button = Button(theme, "Go", variant=Variant.PRIMARY)
    qtbot.addWidget(button)
    button._fade.go(True)
    assert button._fade.level < 1
    qtbot.waitUntil(lambda: button._fade.level == 1.0)


# -- choices -----------------------------------------------------------------------------------------------


def test_a_segmented_control_by_mouse_and_arrows(theme: Theme, qtbot) -> None:
    control = SegmentedControl(theme, height=28)
    qtbot.addWidget(control)
    for key in ("cluster", "quality", "date"):
        control.add(key, key.title())
    control.show()
    assert control.current() == "cluster"
    with qtbot.waitSignal(control.chosen) as chosen:
        qtbot.mouseClick(control._group.button(2), LEFT)
    assert chosen.args == ["date"]
    with qtbot.waitSignal(control.chosen) as chosen:
        qtbot.keyClick(control._group.button(2), KEY.Key_Left)
    assert control.current() == "quality"
    with qtbot.assertNotEmitted(control.chosen, wait=10):
        control.set_current("cluster")


def test_a_chip_says_its_value_and_is_cleared_by_x_and_key(theme: Theme, qtbot) -> None:
    chip = Chip(theme, "Quality")
    qtbot.addWidget(chip)
    narrow = chip.sizeHint().width()
    assert not chip.active
    chip.set_value("Medium or better")
    chip.resize(chip.sizeHint())
    assert chip.active
    assert chip.sizeHint().width() > narrow
    assert chip.accessibleName() == "Quality: Medium or better"
    with qtbot.waitSignal(chip.cleared):
        qtbot.mouseClick(chip, LEFT, pos=QPoint(chip.width() - 14, 14))
    with qtbot.waitSignal(chip.cleared):
        qtbot.keyClick(chip, KEY.Key_Delete)
    with qtbot.assertNotEmitted(chip.cleared, wait=10), qtbot.waitSignal(chip.clicked):
        qtbot.mouseClick(chip, LEFT, pos=QPoint(12, 14))


def test_a_click_on_the_slider_goes_there(theme: Theme, qtbot) -> None:
    slider = Slider(theme, "Threshold")
    qtbot.addWidget(slider)
    slider.setRange(0, 100)
    slider.resize(216, 20)
    qtbot.mouseClick(slider, LEFT, pos=QPoint(8 + 160, 10))
    assert slider.value() == 80
    qtbot.keyClick(slider, KEY.Key_Left)
    assert slider.value() == 79
    qtbot.mouseClick(slider, LEFT, pos=QPoint(0, 10))
    assert slider.value() == 0


# -- fields and labels ---------------------------------------------------------------------------------------


def test_a_search_waits_for_the_last_key_and_tells_once(theme: Theme, qtbot) -> None:
    field = SearchField(theme, "Name or file")
    qtbot.addWidget(field)
    told = []
    field.searched.connect(told.append)
    qtbot.keyClicks(field, "mar")
    assert told == []
    qtbot.waitUntil(lambda: told == ["mar"])
    qtbot.keyClick(field, KEY.Key_Return)
    assert told == ["mar"]
    qtbot.keyClick(field, KEY.Key_Escape)
    qtbot.waitUntil(lambda: told == ["mar", ""])
    with qtbot.waitSignal(field.escaped):
        qtbot.keyClick(field, KEY.Key_Escape)


def test_the_fields_keep_their_height_with_and_without_focus(theme: Theme, qtbot) -> None:
    for height in (28, 32):
        field = TextField(theme, "Name…", height=height, icon="user", key="Enter")
        qtbot.addWidget(field)
        field.show()
        assert field.height() == height


def test_a_long_name_is_cut_and_kept_whole_in_the_tooltip(theme: Theme, qtbot) -> None:
    label = ElidedLabel(theme, "Alexandria Ocasio-Cortez of New York")
    qtbot.addWidget(label)
    label.show()
    label.resize(120, 20)
    shown = QLabel.text(label)
    assert shown.endswith("…")
    assert label.text() == label.toolTip() == "Alexandria Ocasio-Cortez of New York"
    label.resize(70, 20)
    assert not QLabel.text(label).endswith("…"), "below 88 px the middle goes"
    label.resize(500, 20)
    assert label.toolTip() == ""


def test_a_paragraph_takes_whole_lines_of_its_role(theme: Theme, qtbot) -> None:
    paragraph = Paragraph(theme, "word " * 40, role="lead")
    qtbot.addWidget(paragraph)
    height = paragraph.heightForWidth(200)
    assert height % 24 == 0
    assert height > paragraph.heightForWidth(600)


# -- bars ----------------------------------------------------------------------------------------------------


def test_the_bars_of_a_page_have_the_heights_of_the_design(theme: Theme, qtbot) -> None:
    for bar, height in (
        (Header(theme, "Photos"), 56),
        (FilterBar(theme), 48),
        (DockedBar(theme), 56),
        (DockedBar(theme, height=64), 64),
        (NavigationBreadcrumb(theme, "People"), 56),
    ):
        qtbot.addWidget(bar)
        bar.resize(1000, bar.height())
        bar.show()
        assert bar.height() == height


def test_filters_break_into_a_second_line(theme: Theme, qtbot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    bar = FilterBar(theme)
    chips = [Chip(theme, f"Filter number {n}") for n in range(6)]
    for chip in chips:
        bar.add(chip)
    column.addWidget(bar)
    column.addStretch(1)
    holder.resize(1200, 300)
    holder.show()
    qtbot.waitUntil(lambda: bar.height() == 48)
    holder.resize(600, 300)
    qtbot.waitUntil(lambda: bar.height() == 84)
    places = [chip.geometry() for chip in chips]
    for first in range(6):
        for second in range(first):
            assert not places[first].intersects(places[second])
    assert all(chip.width() == chip.sizeHint().width() for chip in chips)


def test_a_flow_lets_a_field_shrink_before_it_breaks(theme: Theme, qtbot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder)
    chip, field = Chip(theme, "Quality"), SearchField(theme, "Find")
    flow.addWidget(chip)
    flow.addWidget(field)
    holder.resize(chip.sizeHint().width() + 8 + 160, 40)
    holder.show()
    assert field.y() == chip.y()
    assert field.width() == 160
    holder.resize(chip.sizeHint().width() + 8 + 120, 80)
    qtbot.waitUntil(lambda: field.y() > chip.y())


def test_the_way_back(theme: Theme, qtbot) -> None:
    crumb = NavigationBreadcrumb(theme, "People")
    qtbot.addWidget(crumb)
    crumb.set_name("Vlado", "31 faces")
    with qtbot.waitSignal(crumb.back):
        qtbot.mouseClick(crumb.findChild(IconButton), LEFT)
    assert crumb.name.text() == "Vlado"


def test_a_confidence_is_read_out(theme: Theme, qtbot) -> None:
    bar = ConfidenceBar(theme, "Smile")
    qtbot.addWidget(bar)
    bar.set_confidence("No", 97.26)
    assert bar.accessibleName() == "Smile: No, 97.3"
    bar.grab()


def test_an_empty_state_offers_one_act(theme: Theme, qtbot) -> None:
    empty = EmptyState(theme, "No people yet", "Name a face.", icon="users", action="Go to Faces")
    qtbot.addWidget(empty)
    with qtbot.waitSignal(empty.acted):
        qtbot.mouseClick(empty.button, LEFT)
    bare = EmptyState(theme, "Nothing", "Nothing to do.")
    qtbot.addWidget(bare)
    assert bare.button.isHidden()


# -- toast ---------------------------------------------------------------------------------------------------


@pytest.fixture
def host(theme: Theme, qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.resize(800, 500)
    widget.show()
    widget.setFocus()
    return widget


def test_a_toast_goes_after_its_time_but_not_while_hovered(theme: Theme, host, qtbot) -> None:
    toasts = ToastHost(theme, host)
    toast = toasts.show(ToastMessage("Done"))
    assert toast._clock.interval() == 8000
    toast._clock.setInterval(30)
    toast.enterEvent(None)
    qtbot.wait(80)
    assert toasts.current() is toast
    QTest.mouseMove(host.windowHandle(), QPoint(5, 5))
    toast.leaveEvent(QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: toasts.current() is None)


def test_a_long_sentence_is_told_whole_and_stays_longer(theme: Theme, host, qtbot) -> None:
    short = ToastHost(theme, host).show(ToastMessage("Done"))
    words = "Vectors of different models cannot be compared. " * 6
    toast = ToastHost(theme, host).show(ToastMessage(words, danger=True))
    assert short.height() == 44
    assert toast.height() >= 84
    assert toast.width() <= host.width() - 48
    assert toast.geometry().bottom() < host.height()
    assert toast._clock.interval() > short._clock.interval()
    host.resize(400, host.height())
    assert toast.width() == 352
    for each in (short, toast):
        each.dismiss()
    qtbot.waitUntil(lambda: not toast.isVisible() and not short.isVisible())


def test_a_toast_slides_and_fades_when_motion_is_wanted(theme: Theme, host, qtbot) -> None:
    theme.set_reduce_motion(False)
    toasts = ToastHost(theme, host)
    toast = toasts.show(ToastMessage("Done"))
    started = toast.y()
    qtbot.waitUntil(lambda: toast.y() == 500 - 12 - 44)
    assert started >= toast.y()
    toasts.dismiss()
    qtbot.waitUntil(lambda: toasts.current() is None)


# -- drop zone -----------------------------------------------------------------------------------------------


def send_drop(zone: DropZone, mime: QMimeData) -> tuple[bool, bool]:
    arguments = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPointF(10, 10), *arguments)
    QApplication.sendEvent(zone, enter)
    active = zone.active
    event = QDropEvent(QPointF(10, 10), *arguments)
    QApplication.sendEvent(zone, event)
    return active, event.isAccepted()


def test_a_drop_zone_takes_files_and_images_and_nothing_else(theme: Theme, qtbot, tmp_path: Path) -> None:
    zone = DropZone(theme)
    qtbot.addWidget(zone)
    zone.show()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "ä b.jpg"))])
    with qtbot.waitSignal(zone.dropped) as dropped:
        assert send_drop(zone, mime) == (True, True)
    assert dropped.args[0].paths == (tmp_path / "ä b.jpg",)
    assert not zone.active
    image = QMimeData()
    image.setImageData(QImage(5, 4, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(zone.dropped) as dropped:
        send_drop(zone, image)
    assert dropped.args[0].image.size().toTuple() == (5, 4)
    words = QMimeData()
    words.setText("no")
    with qtbot.assertNotEmitted(zone.dropped, wait=10):
        active, _ = send_drop(zone, words)
    assert not active


# -- focus ring ----------------------------------------------------------------------------------------------


def test_the_ring_is_for_the_keyboard_and_follows(theme: Theme, qapp, qtbot) -> None:
    ring = FocusRing(qapp, theme)
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    first, second = Button(theme, "One"), Button(theme, "Two")
    row.addWidget(first)
    row.addWidget(second)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    try:
        ring._listen(window)
        QTest.mouseClick(window.windowHandle(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(1, 1))
        ring._moved(None, first)
        assert ring._ring is None
        QTest.keyClick(window.windowHandle(), KEY.Key_Tab)
        ring._moved(None, second)
        place = QRect(second.mapTo(window, QPoint()), second.size())
        assert ring._ring.geometry() == place.adjusted(-4, -4, 4, 4)
        window.resize(500, 200)
        qtbot.waitUntil(
            lambda: ring._ring.geometry().center().x() == second.mapTo(window, second.rect().center()).x()
        )
        second.hide()
        assert ring._target is not second
        assert ring._ring is None or not ring._ring.isVisible() or ring._target is first
    finally:
        ring.close()


def test_a_control_may_end_while_it_has_the_ring(theme: Theme, qapp, qtbot, capsys) -> None:
    """A row that is replaced takes the button with it that replaced it; the focus goes on meanwhile."""
    ring = FocusRing(qapp, theme)
    window = QWidget()
    qtbot.addWidget(window)
    column = QHBoxLayout(window)
    row, other = QWidget(), Button(theme, "Other")
    inside = QHBoxLayout(row)
    button = Button(theme, "One")
    inside.addWidget(button)
    column.addWidget(row)
    column.addWidget(other)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    try:
        ring._keyboard = True
        button.setFocus()
        qtbot.waitUntil(button.hasFocus)
        assert ring._target is button
        row.deleteLater()
        QApplication.sendPostedEvents(row, QEvent.Type.DeferredDelete)
        assert ring._target is not button
    finally:
        ring.close()
    assert "Traceback" not in capsys.readouterr().err


def test_a_narrow_row_does_not_cut_the_ring(theme: Theme, qapp, qtbot) -> None:
    ring = FocusRing(qapp, theme)
    window = QWidget()
    qtbot.addWidget(window)
    row = QWidget(window)
    button = Button(theme, "One", row)
    row.setGeometry(40, 40, button.sizeHint().width(), button.sizeHint().height())
    button.setGeometry(row.rect())
    window.resize(300, 200)
    window.show()
    qtbot.waitExposed(window)
    try:
        ring._keyboard = True
        ring._moved(None, button)
        assert ring._ring.parentWidget() is window
        assert ring._ring.geometry() == row.geometry().adjusted(-4, -4, 4, 4)
        row.move(60, 70)
        assert ring._ring.geometry() == row.geometry().adjusted(-4, -4, 4, 4)
    finally:
        ring.close()
