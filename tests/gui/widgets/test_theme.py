from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from hsunmix.files import resource
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.subjects import menus
from hsunmix.gui.commands import SetTheme, ShowTool
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.widgets import icons
from hsunmix.gui.widgets import theme as themes
from hsunmix.gui.widgets.icons import INK, icon, logo
from hsunmix.gui.widgets.stylesheet import stylesheet
from hsunmix.gui.widgets.theme import DARK, LIGHT, PIN_COLOURS, Theme
from hsunmix.model.spectra import PALETTE


def contrast(a: str, b: str) -> float:
    """WCAG's ratio."""

    def luminance(colour: str) -> float:
        parts = [QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_words_can_be_read(theme: Theme):
    for ground in (theme.window, theme.surface, theme.raised):
        assert contrast(theme.text, ground) >= 7
        assert contrast(theme.muted, ground) >= 4.5
    assert contrast(theme.on_accent, theme.accent) >= 3.5
    assert contrast(theme.error_text, theme.error) >= 4.5
    assert contrast(theme.info_text, theme.info) >= 4.5
    assert contrast(theme.text, theme.selection) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
@pytest.mark.parametrize("colour", [*PALETTE, *PIN_COLOURS])
def test_curves_can_be_seen(theme: Theme, colour: str):
    assert contrast(colour, theme.surface) >= 1.8


def test_a_pin_never_looks_like_an_endmember():
    assert not set(PIN_COLOURS) & set(PALETTE)


def test_the_style_sheet_has_no_holes_and_its_pictures_exist():
    text = stylesheet(DARK)
    assert "$" not in text
    pictures = re.findall(r'url\("([^"]+)"\)', text)
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


def test_icons_are_drawn_in_the_ink_asked_for(qapp: QApplication):
    folder = resource("resources", "icons")
    drawings = [p for p in folder.glob("*.svg") if INK in p.read_text() and p.stem != "hsunmix"]
    names = {p.stem for p in drawings}
    assert {a.icon for entries in menus().values() for a in entries if a.icon} <= names
    source = "".join(p.read_text() for p in Path(icons.__file__).parents[1].rglob("*.py"))
    for name in names:
        assert f'"{name}"' in source, f"{name}.svg is used nowhere"
        image = icon(name, "#ff0000").pixmap(32, 32).toImage()
        inks = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
        drawn = [c for c in inks if c.alpha() > 200]
        assert len(drawn) > 10, name
        assert all(c.red() > 200 and c.green() < 60 for c in drawn), name
    assert not logo().isNull()
    assert icon("no-such-icon", "#ff0000").isNull()


@pytest.fixture
def restored(qapp: QApplication) -> Iterator[None]:
    yield
    themes.apply(qapp, LIGHT)


@pytest.mark.usefixtures("restored")
def test_the_choice_is_taken_on_at_once_and_remembered(window: MainWindow, qapp: QApplication):
    window.store.send(SetTheme("dark"))
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    middle = window.grab().toImage().pixelColor(5, window.height() // 2)
    assert middle.lightness() < 60
    assert Settings(window.store.settings.path).preferences.theme == "dark"
    assert window.menus.actions["themeDark"].isChecked()
    window.store.send(SetTheme("light"))
    assert window.grab().toImage().pixelColor(5, window.height() // 2).lightness() > 200
    assert not window.menus.actions["themeDark"].isChecked()


def test_the_systems_theme_is_followed(monkeypatch: pytest.MonkeyPatch):
    from PySide6.QtCore import Qt

    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:
            return Qt.ColorScheme.Dark

    monkeypatch.setattr(themes.QGuiApplication, "styleHints", staticmethod(Hints))
    assert themes.choose("system") is DARK
    assert themes.choose("light") is LIGHT


def test_themes_change_in_a_moment(full: MainWindow, qapp: QApplication):
    """In time of this processor, since others may be busy on it: less than one sheet put over another."""
    for name in ("manual", "how_many"):
        full.store.send(ShowTool(name))

    def seconds(call: Callable[[], object]) -> float:
        began = time.thread_time()
        call()
        return time.thread_time() - began

    times = [seconds(lambda t=t: full.store.send(SetTheme(t))) for t in ("dark", "light") * 3]
    over = [seconds(lambda t=t: qapp.setStyleSheet(stylesheet(t))) for t in (DARK, LIGHT) * 3]
    assert min(times) < 0.8 * min(over)
