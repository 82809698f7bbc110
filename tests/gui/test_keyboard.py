"""Everything by keyboard: the way of Tab, menus, Escape, the context-menu key, each panel's own keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import chain, groupby
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.menus import with_mnemonics
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.widgets.panel import Panel
from hsunmix.gui.widgets.tab_order import WANTED, stops
from hsunmix.model.cube import Cube
from tests.gui.audit import ours
from tests.gui.states import full_document, open_dialogs, part

Wait = Callable[[Callable[[], bool]], None]
Key = Qt.Key


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def reached(root: QWidget) -> list[QWidget]:
    """Where Tab must stop."""
    return [w for w in stops(root) if w.isVisibleTo(root) and w.isEnabled()]


def walk(qtbot: QtBot, first: QWidget, key: Qt.Key, most: int) -> list[QWidget]:
    """Press Tab until the beginning comes again."""
    qtbot.waitUntil(lambda: not first.window().property(WANTED))
    first.setFocus()
    seen = [focused()]
    for _ in range(most):
        qtbot.keyClick(focused(), key)
        if focused() is seen[0]:
            return seen
        seen.append(focused())
    raise AssertionError(f"Tab does not come round: {[w.objectName() for w in seen[-6:]]}")


def test_tab_goes_through_all_of_the_window_and_round(full: MainWindow, qtbot: QtBot):
    full.store.fail(FileNotFoundError("x"), [("Open another…", cmd.CloseMessage())])
    qtbot.waitUntil(
        lambda: full.store.state[EndmembersState].checked is not None
    )  # or the line of diagnostics comes in between
    for page in ("maps", "residual"):
        full.store.send(cmd.ShowPage(page))
        QApplication.processEvents()
        wanted = reached(full)
        assert len(wanted) > 15
        seen = walk(qtbot, wanted[0], Key.Key_Tab, 2 * len(wanted))
        assert [w.objectName() for w in seen] == [w.objectName() for w in wanted]
        back = walk(qtbot, wanted[0], Key.Key_Backtab, 2 * len(wanted))
        assert back == [seen[0], *reversed(seen[1:])]
        panels = [panel.objectName() for panel, _ in groupby(map(panel_of, seen))]
        assert panels == [
            "imagePanel", "spectraPanel", "endmemberPanel", "regionsPanel", "runPanel", "runsPanel",
            "messageBar",
        ]  # fmt: skip


def test_tab_goes_through_the_first_page(window: MainWindow, qtbot: QtBot, tmp_path: Path):
    for name in ("one.hdr", "two.hdr"):
        window.store.settings.remember(tmp_path / name)
    window._refresh()
    window.activateWindow()
    qtbot.waitActive(window)
    QApplication.processEvents()
    seen = walk(qtbot, window.welcome.open_button, Key.Key_Tab, 10)
    assert [w.objectName() for w in seen] == ["openCube", "openSample", "startTour", "recent1", "recent2"]
    kept = window.welcome.recent_buttons
    window._refresh()
    assert window.welcome.recent_buttons is kept  # whoever is on one of them stays there


def panel_of(widget: QWidget) -> Panel:
    above: QWidget | None = widget
    while not isinstance(above, Panel):
        assert above is not None, widget.objectName()
        above = above.parentWidget()
    return above


def test_tab_goes_through_the_windows_beside_it_and_escape_closes_them(full: MainWindow, qtbot: QtBot):
    for tool, place in (("how_many", "estimate"), ("how_many", "sweep"), ("manual", "files.md")):
        full.store.send(cmd.ShowTool(tool, place))
        check_round(full.tools.windows[tool], qtbot)
    for shown in full.tools.windows.values():
        qtbot.keyClick(shown, Key.Key_Escape)
        assert not shown.isVisible()
    assert full.isVisible()


def test_tab_goes_through_the_dialogs_and_escape_closes_them(
    full: MainWindow, cube: Cube, qtbot: QtBot, tmp_path: Path
):
    for dialog in open_dialogs(full, full_document(cube), tmp_path):
        check_round(dialog, qtbot)
        qtbot.keyClick(dialog, Key.Key_Escape)
        assert not dialog.isVisible(), dialog.objectName()


def check_round(shown: QDialog, qtbot: QtBot) -> None:
    shown.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is shown)
    wanted = reached(shown)
    seen = walk(qtbot, wanted[0], Key.Key_Tab, 60)
    assert {w.objectName() for w in wanted} <= {w.objectName() for w in seen}, shown.objectName()


def test_the_focus_is_seen_wherever_it_is(full: MainWindow, qtbot: QtBot):
    unseen = []
    full.store.send(cmd.ShowPage("map"))
    QApplication.processEvents()
    for widget in reached(full):
        full.setFocus()
        before = look(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if look(widget) == before:
            unseen.append(widget.objectName())
    assert unseen == []


def look(widget: QWidget) -> object:
    QApplication.processEvents()
    return widget.grab().toImage()


# Menus and shortcuts


def test_no_two_shortcuts_are_the_same_in_one_window(full: MainWindow):
    for shown in (full, *opened(full)):
        keys: Counter[str] = Counter()
        for action in shown.findChildren(QAction):
            keys.update(sequence.toString() for sequence in action.shortcuts())
        for shortcut in shown.findChildren(QShortcut):
            keys[shortcut.key().toString()] += 1
        for button in shown.findChildren(QAbstractButton):
            keys[button.shortcut().toString()] += 1
        keys.pop("")
        assert [key for key, count in keys.items() if count > 1] == []


def opened(window: MainWindow) -> list[QWidget]:
    for tool in ("how_many", "manual"):
        window.store.send(cmd.ShowTool(tool))
    return list(window.tools.windows.values())


def mnemonic(text: str) -> str:
    plain = text.replace("&&", "")
    return plain[plain.index("&") + 1].lower() if "&" in plain else ""


def test_every_entry_of_a_menu_has_a_letter_of_its_own(full: MainWindow):
    bar = full.menuBar()
    tops = [mnemonic(action.text()) for action in bar.actions()]
    assert all(tops)
    assert len(set(tops)) == len(tops)
    for menu in (action.menu() for action in bar.actions()):
        letters = [mnemonic(a.text()) for a in menu.actions() if not a.isSeparator()]
        assert all(letters), menu.title()
        assert len(set(letters)) == len(letters), (menu.title(), Counter(letters).most_common(2))
    # Alt and a letter opens a menu: nothing else in the window may want it.
    texts = [w.text() for w in ours(full) if isinstance(w, QAbstractButton | QLabel)]
    assert {mnemonic(text) for text in texts} & set(tops) == set()


def test_letters_are_given_where_there_are_none():
    assert with_mnemonics(["&Open", "Open the sample", "Close"]) == ["&Open", "Open &the sample", "&Close"]
    assert with_mnemonics(["&A && B", "AB", "ab"]) == ["&A && B", "A&B", "ab"]


def test_every_shortcut_can_be_typed():
    from hsunmix.gui.app.subjects import menus

    for action in chain.from_iterable(menus().values()):
        for keys in (action.shortcut, action.also):
            assert not keys or QKeySequence(keys).count() == 1, keys


# Escape


def escape(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Key.Key_Escape)


def test_escape_puts_the_tool_down_from_anywhere(full: MainWindow, qtbot: QtBot):
    store, view = full.store, part(full, "sceneView")
    store.send(cmd.ShowPage("rgb"))
    store.send(cmd.SetTool("polygon"))
    assert view.hasFocus()  # its keys are heard at once
    for _ in range(2):
        qtbot.keyClick(view, Key.Key_Right)
        qtbot.keyClick(view, Key.Key_Return)
    assert view.viewport.shape_tool.vertices
    part(full, "endmemberTable").setFocus()
    escape(full, qtbot)
    assert not view.viewport.shape_tool.vertices  # what was begun goes first
    assert store.state[RegionsState].tool == "polygon"
    escape(full, qtbot)
    assert store.state[RegionsState].tool == ""
    assert not part(full, "polygonTool").isChecked()


def test_escape_drops_a_plan_before_it_cancels_work(full: MainWindow, qtbot: QtBot, wait: Wait):
    store = full.store
    store.send(cmd.PlanMask("band[3]"))
    wait(lambda: store.state[RegionsState].masking.mask is not None)
    store.say("something")
    escape(full, qtbot)
    assert store.state[RegionsState].masking is None
    assert store.state.message is not None
    escape(full, qtbot)
    assert store.state.message is None
    assert not full.menus.actions["cancel"].isEnabled()


def test_escape_leaves_the_brush_of_bands_and_a_name_that_is_typed(full: MainWindow, qtbot: QtBot):
    button, plot = part(full, "paintBands"), part(full, "spectraPlot")
    button.setChecked(True)
    assert plot.hasFocus()
    qtbot.keyClick(plot, Key.Key_Escape)
    assert not button.isChecked()
    full.store.say("something")
    full.store.send(cmd.EditName())
    table = part(full, "endmemberTable")
    editor = table.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Wrong")
    qtbot.keyClick(editor, Key.Key_Escape)
    assert full.store.document.endmembers[0].name == "Russian olive"
    assert full.store.state.message is not None


def test_undo_in_a_field_of_a_number_takes_back_the_last_change(full: MainWindow, qtbot: QtBot):
    rank = part(full, "rank")
    rank.setFocus()
    qtbot.keyClicks(focused(), "7")
    full.store.send(cmd.Rename(0, "Water"))
    qtbot.keyClick(focused(), Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert full.store.document.endmembers[0].name != "Water"
    ctrl_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(focused(), Key.Key_Z, ctrl_shift)
    assert full.store.document.endmembers[0].name == "Water"
