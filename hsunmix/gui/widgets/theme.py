"""Light and dark: the colours of the window and of its plots."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from hsunmix.gui.widgets.stylesheet import stylesheet

__all__ = ["CHOICES", "DARK", "LIGHT", "PIN_COLOURS", "Theme", "apply", "choose", "pin_colour", "worn_by"]

CHOICES = ("system", "light", "dark")

# Pinned pixels: other hues than the endmembers', seen on white and on dark grey
SYSTEM_FONT = "systemFont"  # name of the property that keeps it
PIN_COLOURS = ("#7b6cf6", "#ef476f", "#7f8c1f", "#b5179e", "#8d6e63", "#00a5cf")


@dataclass(frozen=True)
class Theme:
    """Colours as ``#rrggbb``, by what they are for.

    Attributes
    ----------
    window, surface, raised : str
        Behind the panels; of the panels; of buttons and fields.
    border, text, muted, disabled, faint : str
        Lines; words; words that matter less; that can't be chosen; shading.
    accent, on_accent : str
        The one button that matters, selections; text on it.
    canvas : str
        Behind images.
    hatch : str
        Lines where there is no value.
    veil : str
        Over masked pixels: no colour that a map could have, and not its darkest either.
    error, error_text, info, info_text : str
        Background and text of messages.
    """

    name: str
    window: str
    surface: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    disabled: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    canvas: str
    hatch: str
    veil: str
    error: str
    error_text: str
    info: str
    info_text: str

    @property
    def dark(self) -> bool:
        """Whether it is the dark one."""
        return self.name == "dark"


LIGHT = Theme(
    name="light",
    window="#eef0f3",
    surface="#ffffff",
    raised="#f7f8fa",
    hover="#e9ecf1",
    border="#d5dae1",
    text="#1c2330",
    muted="#5d6777",
    disabled="#a9b1bc",
    faint="#e8ebef",
    accent="#1f66d1",
    accent_hover="#1858b8",
    on_accent="#ffffff",
    selection="#dbe8fb",
    canvas="#e3e6ea",
    hatch="#bfc6d0",
    veil="#e3e6ea",
    error="#fdeceb",
    error_text="#8c1d18",
    info="#e8f1fd",
    info_text="#174a8c",
)

DARK = Theme(
    name="dark",
    window="#17191c",
    surface="#1f2226",
    raised="#292d32",
    hover="#343940",
    border="#3a3f47",
    text="#e4e7eb",
    muted="#9aa4b1",
    disabled="#5c6570",
    faint="#2c3036",
    accent="#4285e8",
    accent_hover="#5a96ee",
    on_accent="#ffffff",
    selection="#2b4366",
    canvas="#121416",
    hatch="#4d555f",
    veil="#6f7883",
    error="#42201f",
    error_text="#ffb4ab",
    info="#1d304a",
    info_text="#b5d2fb",
)


def choose(choice: str) -> Theme:
    """Return the theme for ``system``, ``light`` or ``dark``."""
    if choice == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def worn_by(widget: QWidget) -> Theme:
    """Return the theme that a widget wears."""
    return DARK if widget.palette().window().color().lightness() < 128 else LIGHT


def pin_colour(index: int) -> str:
    """Return the colour of the pin with this index."""
    return PIN_COLOURS[index % len(PIN_COLOURS)]


def scale_text(app: QApplication, percent: int) -> None:
    """Let text be larger or smaller than the system's; ``apply`` then lets all widgets follow."""
    system = app.property(SYSTEM_FONT)
    if not isinstance(system, QFont):
        system = app.font()
        app.setProperty(SYSTEM_FONT, system)
    font = QFont(system)
    if system.pointSizeF() > 0:
        font.setPointSizeF(system.pointSizeF() * percent / 100)
    else:
        font.setPixelSize(max(1, round(system.pixelSize() * percent / 100)))
    if font != app.font():
        app.setFont(font)


def apply(app: QApplication, theme: Theme) -> None:
    """Dress the application: palette first, so that whatever the style sheet leaves out fits too.

    The old sheet is taken off before: Qt is three times as long about replacing one by another.
    """
    app.setStyleSheet("")
    app.setPalette(_palette(theme))
    app.setStyleSheet(stylesheet(theme))


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Shadow: theme.border,
        role.Accent: theme.accent,
    }
    palette = QPalette()
    for which, colour in colours.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.disabled))
    return palette
