"""The one style sheet, written from the tokens over Fusion."""

from __future__ import annotations

from string import Template

from app.ui.theme.resources import resource
from app.ui.theme.tokens import Tokens

_SHEET = Template("""
QToolTip { background: $toast; color: $toast_text; border: 0; padding: 4px 8px; font-size: 12px; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox {
  background: $surface; color: $t1; border: 1px solid $line2; border-radius: 6px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QAbstractSpinBox, QComboBox { min-height: 30px; padding: 0 8px; }
QLineEdit[small="true"], QAbstractSpinBox[small="true"], QComboBox[small="true"] {
  min-height: 26px; font-size: 12px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
  border: 2px solid $accent; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { min-height: 28px; padding: 0 7px; }
QLineEdit[small="true"]:focus, QAbstractSpinBox[small="true"]:focus, QComboBox[small="true"]:focus {
  min-height: 24px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $t3; background: $window; }
QLineEdit[invalid="true"] { border-color: $danger; }
QPlainTextEdit, QTextEdit { padding: 4px; }
QPlainTextEdit[mono="true"] { border: 0; border-radius: 0; background: $surface; }

QAbstractSpinBox QLineEdit, QComboBox QLineEdit {
  border: 0; padding: 0; min-height: 0; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  width: 20px; border: 0; background: transparent; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: url("$caret_up"); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url("$caret_down"); width: 12px; height: 12px; }
QComboBox::drop-down { border: 0; width: 24px; }
QComboBox::down-arrow { image: url("$caret_down"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line2; padding: 4px; outline: 0; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 8px; border-radius: 6px; color: $t1; }
QComboBox QAbstractItemView::item:selected { background: $tint; color: $t1; }

QCheckBox, QRadioButton { spacing: 8px; color: $t1; min-height: 24px; }
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator, QTreeView::indicator {
  width: 16px; height: 16px; border: 1px solid $edge; background: $surface; }
QCheckBox::indicator, QListView::indicator, QTreeView::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QListView::indicator:checked, QTreeView::indicator:checked {
  background: $accent; border-color: $accent; image: url("$check"); }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; image: url("$dot"); }
QCheckBox:disabled, QRadioButton:disabled { color: $t3; }

QMenu { background: $raised; color: $t1; border: 1px solid $line2; padding: 4px; }
QMenu::item { min-height: 28px; padding: 0 24px 0 8px; border-radius: 6px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $t3; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 16px; height: 16px; left: 6px; }
QMenu::indicator:checked { background: $accent; border-radius: 4px; image: url("$check"); }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::right-arrow { image: url("$caret_right"); width: 12px; height: 12px; right: 8px; }
QMenuBar { background: $sidebar; color: $t1; }
QMenuBar::item { padding: 4px 8px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $hover; }

QScrollBar:vertical { width: 16px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 16px; background: transparent; margin: 0; }
QScrollBar::handle { background: $line2; border-radius: 3px; }
QScrollBar::handle:vertical { margin: 8px 8px 8px 2px; }
QScrollBar::handle:horizontal { margin: 2px 8px 8px 8px; }
QScrollBar::handle:vertical { min-height: 40px; width: 6px; }
QScrollBar::handle:horizontal { min-width: 40px; height: 6px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $edge; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea { border: 0; background: transparent; }
QAbstractScrollArea::corner { background: transparent; }

QProgressBar { border: 0; border-radius: 2px; background: $press; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QTabWidget::pane { border: 0; border-top: 1px solid $line; }
QTabBar { font-weight: 500; }
QTabBar::tab { padding: 0 2px; margin: 0 12px 0 0; min-height: 36px; color: $t2; border: 0;
  border-bottom: 2px solid transparent; background: transparent; }
QTabBar::tab:selected { color: $t1; border-bottom: 2px solid $accent; }
QTabBar::tab:hover { color: $t1; }

QListView, QTreeView, QTableView { background: transparent; border: 0; outline: 0; color: $t1; }
QListView::item, QTreeView::item { color: $t1; }
QListView::item:selected, QTreeView::item:selected { background: $tint; color: $t1; }
QHeaderView::section { background: $window; color: $t3; border: 0; border-bottom: 1px solid $line;
  padding: 4px 8px; font-size: 11px; font-weight: 500; }

QSplitter::handle { background: $line; }
QSplitter#bare::handle { background: transparent; }
QDialog { background: $window; }
QLabel { background: transparent; }
QLabel[link="true"] { color: $accent_text; }
QFrame[card="true"] { background: $surface; border: 1px solid $line; border-radius: 8px; }
""")


def style_sheet(tokens: Tokens) -> str:
    """The application's style sheet of one theme."""
    kind = "dark" if tokens.dark else "light"
    values = {name: getattr(tokens, name) for name in tokens.names()}
    for image in ("caret_down", "caret_up", "caret_right", "check", "dot"):
        values[image] = resource("icons", f"{image.replace('_', '-')}-{kind}.svg").as_posix()
    return _SHEET.substitute(values)
