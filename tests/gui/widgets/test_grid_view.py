from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractListModel, QEvent, QItemSelectionModel, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QDropEvent, QFocusEvent, QImage, QPainter
from PySide6.QtTest import QTest

from app.ui.theme import Theme
from app.ui.widgets.grid import (
    CellContent,
    CellLook,
    GridView,
    IdListModel,
    ImageStore,
    Section,
    SectionLink,
    ThumbnailDelegate,
)

KEY = Qt.Key
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


class Recorder(ThumbnailDelegate):
    """The real delegate, noting what it was asked to paint."""

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__(theme, images)
        self.painted: dict[int, CellLook] = {}

    def paint_cell(self, painter, rect, index, look) -> None:
        self.painted[index.row()] = look
        super().paint_cell(painter, rect, index, look)


@pytest.fixture
def images():
    store = ImageStore(lambda key: None)
    yield store
    store.close()


@pytest.fixture
def model():
    made = IdListModel()
    made.wanted.connect(
        lambda ids: made.provide({i: CellContent(f"Photo {i}", caption=f"p{i}") for i in ids})
    )
    made.set_ids(range(100))
    return made


@pytest.fixture
def view(theme: Theme, images: ImageStore, model: IdListModel, qtbot):
    """Five columns of 136: 24 + 5 * 136 + 4 * 8 + 32 wide, 600 high."""
    made = GridView(theme, Recorder(theme, images), images)
    made.setModel(model)
    qtbot.addWidget(made)
    made.resize(24 + 5 * 136 + 4 * 8 + 32, 600)
    made.show()
    qtbot.waitExposed(made)
    made.setFocus()
    assert made.grid.columns == 5
    return made


def at(view: GridView, row: int) -> QPoint:
    return view.cell_rect(row).center()


def test_only_what_is_in_sight_is_painted_and_fetched(view: GridView, model: IdListModel, qtbot) -> None:
    qtbot.wait(80)
    delegate = view.itemDelegate()
    last = view.grid.span(0, view.viewport().height())[1]
    assert set(delegate.painted) == set(range(last + 1))
    assert model.cell(0) is not None
    assert model.cell(99) is None
    assert model.index(0).data() == "Photo 0"


def test_arrows_move_and_select(view: GridView, qtbot) -> None:
    qtbot.keyClick(view, KEY.Key_Right)
    assert view.selected_rows() == [0]
    for key, row in [
        (KEY.Key_Right, 1),
        (KEY.Key_Down, 6),
        (KEY.Key_Left, 5),
        (KEY.Key_Up, 0),
        (KEY.Key_End, 99),
        (KEY.Key_Home, 0),
    ]:
        qtbot.keyClick(view, key)
        assert view.selected_rows() == [row]
        assert view.currentIndex().row() == row
        assert view.viewport().rect().contains(view.cell_rect(row))


def test_page_down_moves_by_what_is_in_sight(view: GridView, qtbot) -> None:
    view.set_current_row(2)
    qtbot.keyClick(view, KEY.Key_PageDown)
    assert view.currentIndex().row() == 2 + 5 * (view.viewport().height() // 168)
    qtbot.keyClick(view, KEY.Key_PageUp)
    assert view.currentIndex().row() == 2


def test_shift_extends_from_where_it_began(view: GridView, qtbot) -> None:
    view.set_current_row(7)
    qtbot.keyClick(view, KEY.Key_Down, SHIFT)
    assert view.selected_rows() == [7, 8, 9, 10, 11, 12]
    qtbot.keyClick(view, KEY.Key_Up, SHIFT)
    qtbot.keyClick(view, KEY.Key_Left, SHIFT)
    assert view.selected_rows() == [6, 7]
    qtbot.keyClick(view, KEY.Key_End, SHIFT)
    assert view.selected_count() == 93


def test_control_moves_without_selecting_and_space_toggles(view: GridView, qtbot) -> None:
    view.set_current_row(3)
    qtbot.keyClick(view, KEY.Key_Right, CTRL)
    assert (view.currentIndex().row(), view.selected_rows()) == (4, [3])
    qtbot.keyClick(view, KEY.Key_Space)
    assert view.selected_rows() == [3, 4]
    qtbot.keyClick(view, KEY.Key_Space)
    assert view.selected_rows() == [3]


def test_all_and_none(view: GridView, qtbot) -> None:
    qtbot.keyClick(view, KEY.Key_A, CTRL)
    assert view.selected_count() == 100
    qtbot.keyClick(view, KEY.Key_Escape)
    assert view.selected_count() == 0


def test_escape_with_nothing_selected_and_letters_go_on_to_the_page(view: GridView, qtbot) -> None:
    for key in (KEY.Key_Escape, KEY.Key_N, KEY.Key_Delete, KEY.Key_F2):
        event = _key_event(key)
        view.keyPressEvent(event)
        assert not event.isAccepted()


def _key_event(key):
    from PySide6.QtGui import QKeyEvent

    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    event.setAccepted(True)
    return event


def test_enter_and_double_click_activate(view: GridView, qtbot) -> None:
    view.set_current_row(2)
    with qtbot.waitSignal(view.activated) as asked:
        qtbot.keyClick(view, KEY.Key_Return)
    assert asked.args[0].row() == 2
    with qtbot.waitSignal(view.activated) as asked:
        qtbot.mouseDClick(view.viewport(), LEFT, pos=at(view, 6))
    assert asked.args[0].row() == 6


def test_clicks_select_one_a_range_or_several(view: GridView, qtbot) -> None:
    qtbot.mouseClick(view.viewport(), LEFT, pos=at(view, 1))
    assert view.selected_rows() == [1]
    qtbot.mouseClick(view.viewport(), LEFT, SHIFT, at(view, 4))
    assert view.selected_rows() == [1, 2, 3, 4]
    qtbot.mouseClick(view.viewport(), LEFT, CTRL, at(view, 2))
    assert view.selected_rows() == [1, 3, 4]
    qtbot.mouseClick(view.viewport(), LEFT, pos=at(view, 3))
    assert view.selected_rows() == [3], "a click on one of several leaves that one, on release"


def test_a_rubber_band_from_the_gap_selects_what_it_touches(view: GridView, qtbot) -> None:
    port = view.viewport()
    QTest.mousePress(port, LEFT, pos=QPoint(8, 8))
    QTest.mouseMove(port, at(view, 6))
    assert view.selected_rows() == [0, 1, 5, 6]
    QTest.mouseMove(port, at(view, 5))
    assert view.selected_rows() == [0, 5]
    QTest.mouseRelease(port, LEFT, pos=at(view, 5))
    assert view.selected_rows() == [0, 5]
    QTest.mousePress(port, LEFT, CTRL, QPoint(8, 170))
    QTest.mouseMove(port, QPoint(9, 171))
    QTest.mouseRelease(port, LEFT, CTRL, QPoint(9, 171))
    assert view.selected_rows() == [0, 5], "with Ctrl what was selected stays"
    QTest.mousePress(port, LEFT, pos=QPoint(8, 8))
    QTest.mouseRelease(port, LEFT, pos=QPoint(8, 8))
    assert view.selected_rows() == []


def test_the_right_button_keeps_a_selection_or_makes_one(view: GridView, qtbot) -> None:
    view.select_rows([1, 2])
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=at(view, 2))
    assert view.selected_rows() == [1, 2]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=at(view, 7))
    assert view.selected_rows() == [7]


def test_the_menu_key_asks_at_the_current_cell(view: GridView, qtbot) -> None:
    view.set_current_row(6)
    with qtbot.waitSignal(view.context_menu) as asked:
        qtbot.keyClick(view, KEY.Key_F10, SHIFT)
    assert view.cell_rect(6).contains(view.viewport().mapFromGlobal(asked.args[0]))


def test_hover_is_told_once(view: GridView, qtbot) -> None:
    rows = []
    view.hovered.connect(rows.append)
    for point in (at(view, 2), at(view, 2) + QPoint(3, 3), at(view, 3)):
        qtbot.mouseMove(view.viewport(), point)
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    assert rows == [2, 3, -1]


def test_a_link_of_a_heading_is_clicked(view: GridView, model: IdListModel, qtbot) -> None:
    links = (SectionLink("all", "Show all 100"),)
    model.set_ids(range(100), [Section("Vlado", "100 faces", 0, 100, links=links)])
    heading = view.grid.heading(0)
    spot = QPoint(heading.x + heading.width - 20, heading.y + heading.height // 2)
    with qtbot.waitSignal(view.link_clicked) as clicked:
        qtbot.mouseClick(view.viewport(), LEFT, pos=spot)
    assert clicked.args == [0, "all"]


def test_insertions_above_keep_selection_and_place(view: GridView, model: IdListModel, qtbot) -> None:
    view.set_current_row(50)
    view.select_rows([50, 60])
    before = view.cell_rect(50).y()
    model.set_ids([*range(1000, 1010), *range(100)])
    assert view.selected_ids() == [50, 60]
    assert view.cell_rect(60).y() == before, "10 rows of ids came above: row 50 is row 60 now, unmoved"
    model.set_ids([i for i in [*range(1000, 1010), *range(100)] if i != 55 and i != 60])
    qtbot.wait(10)
    assert view.selected_ids() == [50]


def test_a_new_order_resets(view: GridView, model: IdListModel, qtbot) -> None:
    view.select_rows([3])
    model.set_ids(list(reversed(range(100))))
    assert view.selected_ids() == [3]
    assert view.id_at(0) == 99
    assert view.count() == 100


def test_answers_for_ids_that_are_gone_are_dropped(model: IdListModel) -> None:
    model.set_ids([1, 2, 3])
    model.provide({4: CellContent("late"), 2: CellContent("two")})
    assert model.cell(1).name == "two"
    assert model.row_of(4) == -1


def test_cells_grow_and_stay_in_sight(view: GridView, qtbot) -> None:
    view.set_current_row(52)
    view.set_cell_side(200)
    assert view.cell_rect(52).intersects(view.viewport().rect())
    assert view.cell_rect(52).width() == 200
    view.set_cell_side(5000)
    assert view.cell_side() == 320


def test_the_focus_ring_is_shown_for_the_keyboard_only(view: GridView, qtbot) -> None:
    delegate = view.itemDelegate()
    qtbot.mouseClick(view.viewport(), LEFT, pos=at(view, 1))
    view.viewport().repaint()
    assert not any(look.focused for look in delegate.painted.values())
    qtbot.keyClick(view, KEY.Key_Right)
    view.hasFocus = lambda: True  # the offscreen platform gives focus to nobody
    view.viewport().repaint()
    assert delegate.painted[2].focused
    assert delegate.painted[2].selected


def test_focus_by_tab_gives_a_current_cell(view: GridView) -> None:
    view.selectionModel().setCurrentIndex(view.model().index(-1, 0), QItemSelectionModel.SelectionFlag.Clear)
    view.focusInEvent(QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert view.currentIndex().row() == 0


def test_drops_are_taken_where_the_page_says_so(view: GridView, qtbot) -> None:
    mime = QMimeData()
    mime.setText("face 7")
    view.can_drop = lambda mime, row: mime.hasText() and row == 3
    took = []
    view.dropped.connect(lambda mime, row: took.append((mime.text(), row)))
    for row in (3, 4):
        event = QDropEvent(
            QPointF(at(view, row)), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier
        )
        view.dropEvent(event)
    assert took == [("face 7", 3)]


def test_screen_readers_see_a_list_of_names(view: GridView, qtbot) -> None:
    qtbot.wait(50)
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() == 100
    assert interface.child(3).text(QAccessible.Text.Name) == "Photo 3"


class Plain(QAbstractListModel):
    def rowCount(self, parent=None) -> int:
        return 7

    def data(self, index, role=0):
        return f"row {index.row()}" if role == 0 else None


def test_any_list_model_will_do(theme: Theme, images: ImageStore, qtbot) -> None:
    class Words(ThumbnailDelegate):
        def paint_cell(self, painter: QPainter, rect, index, look) -> None:
            painter.drawText(rect, index.data())

    view = GridView(theme, Words(theme, images))
    qtbot.addWidget(view)
    model = Plain()
    view.setModel(model)
    view.resize(500, 400)
    picture = view.grab().toImage()
    assert view.count() == 7
    assert picture != QImage(picture.size(), picture.format())
