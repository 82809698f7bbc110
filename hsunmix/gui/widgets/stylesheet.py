"""The style sheet: spacing, borders and states, filled with a theme's colours."""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import TYPE_CHECKING

from hsunmix.files import resource

if TYPE_CHECKING:
    from hsunmix.gui.widgets.theme import Theme

__all__ = ["stylesheet"]

SHEET = Template("""
QMainWindow, QDialog { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }

QMenuBar { background: $window; padding: 2px 4px; }
QMenuBar::item { padding: 4px 10px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $surface; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QMenu::icon { padding-left: 6px; }

QFrame[role="panel"] { background: $surface; border: 1px solid $border; border-radius: 6px; }
QLabel[role="heading"] { font-weight: 600; color: $text; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="wrong"] { color: $error_text; }

QPushButton { background: $raised; border: 1px solid $border; border-radius: 5px;
              padding: 5px 14px; min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $disabled; background: $window; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent;
                              font-weight: 600; padding: 7px 18px; }
QPushButton[role="primary"]:hover, QPushButton[role="primary"]:focus { background: $accent_hover; }
QPushButton[role="primary"]:disabled { background: $hover; color: $muted; border-color: $border; }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: $accent;
                           padding: 3px 6px; text-align: left; }
QPushButton[role="link"]:hover { background: $hover; }
QPushButton[role="link"]:focus { border-color: $accent; }
QPushButton[role="title"] { background: transparent; border: 1px solid transparent; padding: 1px 4px;
    min-height: 16px; text-align: left; }
QPushButton[role="title"]:hover { background: $hover; }
QPushButton[role="title"]:focus { border-color: $accent; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:checked { background: transparent; }
QToolButton:focus { border-color: $accent; }
QToolButton[role="tool"]:checked { background: $selection; border-color: $accent; }

QLineEdit, QAbstractSpinBox, QComboBox { background: $raised; border: 1px solid $border;
    border-radius: 5px; padding: 3px 7px; min-height: 20px; selection-background-color: $accent;
    selection-color: $on_accent; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $muted; background: $window; }
QLineEdit[wrong="true"] { border-color: $error_text; background: $error; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border; padding: 3px;
    selection-background-color: $selection; selection-color: $text; outline: none; }
QAbstractSpinBox { padding: 3px 20px 3px 7px; }
QAbstractSpinBox QLineEdit { border: none; padding: 0 0 0 4px; background: transparent; min-height: 0; }
QLabel[role="field"] { min-height: 28px; min-width: 92px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 18px;
    background: transparent; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: url("$icons/chevron-up.svg"); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 10px; height: 10px; }
QCheckBox { spacing: 7px; }
QCheckBox::indicator, QListView::indicator { width: 15px; height: 15px; border: 1px solid $muted;
    border-radius: 4px; background: $raised; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: $accent; border-color: $accent;
    image: url("$icons/check-white.svg"); }
QCheckBox::indicator:focus { border-color: $accent; }

QTabBar { background: transparent; }
QTabBar::tab { padding: 6px 14px; color: $muted; border: none; border-bottom: 2px solid transparent; }
QTabBar[narrow="true"]::tab { padding: 6px 4px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:selected:focus { background: $selection; border-top-left-radius: 4px;
    border-top-right-radius: 4px; }
QTabBar::tab:disabled { color: $disabled; }

QTableView { background: $surface; border: 1px solid transparent; gridline-color: transparent; outline: none;
    selection-background-color: $selection; selection-color: $text; }
QTableView:focus, QListView:focus, QTextEdit:focus, QPlainTextEdit:focus { border: 1px solid $accent; }
QTableView::item { padding: 0 6px; border-bottom: 1px solid $faint; }
QTableView::item:selected { background: $selection; color: $text; }
QTableView::item:focus { background: $selection; }
QHeaderView::section { background: $surface; color: $muted; border: none;
    border-bottom: 1px solid $border; padding: 4px 6px; }
QTableView QLineEdit { border-radius: 0; padding: 0 4px; min-height: 0; }
QListView#libraryList { background: $raised; border: 1px solid $border; border-radius: 5px; outline: none; }
QListView#libraryList::item { padding: 3px 6px; }
QListView#libraryList::item:selected { background: $selection; color: $text; }
QListWidget { background: $raised; border: 1px solid $border; border-radius: 5px; outline: none; }
QListWidget:focus, QListView#libraryList:focus { border-color: $accent; }
QListWidget::item { padding: 3px 2px; }
QListWidget::item:selected { background: $selection; color: $text; }

QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $border; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; min-height: 24px; min-width: 24px;
    margin: 1px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $border; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QFrame[role="message"] { border: 1px solid $border; border-radius: 6px; }
QFrame[role="message"][level="error"] { background: $error; border-color: $error_text; }
QFrame[role="message"][level="info"] { background: $info; border-color: $info_text; }
QFrame[role="message"][level="error"] QLabel { color: $error_text; }
QFrame[role="message"][level="info"] QLabel { color: $info_text; }
QFrame[role="note"] { background: $surface; border: 2px solid $accent; border-radius: 8px; }
QFrame[role="pointer"] { background: transparent; border: 2px solid $accent; border-radius: 6px; }
QFrame[role="drop"] { border: 2px dashed $border; border-radius: 12px; background: $surface; }
QFrame[role="pane"] { background: transparent; border: 1px solid transparent; border-radius: 4px; }
QFrame[role="pane"][selected="true"] { border-color: $accent; }
""")


def stylesheet(theme: Theme) -> str:
    """Return the style sheet of a theme."""
    icons = resource("resources", "icons").as_posix()
    return SHEET.substitute(asdict(theme), icons=icons)
