from __future__ import annotations

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from hsunmix.gui.spectra.abundance_bars import AbundanceBars, Share


def bars(qtbot: QtBot, shares: list[Share], height: int = 200) -> AbundanceBars:
    widget = AbundanceBars("bars", "Bars")
    qtbot.addWidget(widget)
    widget.resize(210, height)
    widget.set_shares(shares)
    return widget


def test_a_bar_is_as_long_as_its_share(qtbot: QtBot):
    widget = bars(qtbot, [Share("A", "#ff0000", 0.25), Share("B", "#0000ff", 0.75)])
    image = widget.grab().toImage()
    row = widget._row()
    count = [
        sum(image.pixelColor(x, round((k + 0.5) * row)) == QColor(ink) for x in range(image.width()))
        for k, ink in enumerate(("#ff0000", "#0000ff"))
    ]
    assert count[1] > 20
    assert abs(count[1] / count[0] - 3) < 0.35
    assert widget.accessibleDescription() == "A 25 %, B 75 %"


def test_the_largest_are_kept_where_not_all_have_room(qtbot: QtBot):
    shares = [Share(f"M{k}", "#123456", s) for k, s in enumerate((0.1, 0.5, 0.02, 0.3, 0.08))]
    widget = bars(qtbot, shares, 10)
    widget.resize(210, int(2.5 * widget._row()))
    assert [s.name for s in widget.rows()] == ["M1", "M3"]


def test_nothing_is_drawn_of_nothing(qtbot: QtBot):
    widget = bars(qtbot, [])
    assert widget.rows() == []
    widget.grab()


def test_how_sure_a_share_is_stands_behind_it(qtbot: QtBot):
    widget = bars(qtbot, [Share("A", "#ff0000", 0.234, 0.041), Share("B", "#0000ff", 0.766, 0.0008)])
    assert widget.accessibleDescription() == "A 23 ± 4 %, B 76.6 ± 0.1 %"
    widget.grab()


def test_names_that_differ_at_their_ends_are_told_apart(qtbot: QtBot):
    names = [f"Endmember of the second kind {k}" for k in (1, 7)]
    widget = bars(qtbot, [Share(name, "#ff0000", 0.5) for name in names])
    row, image = widget._row(), widget.grab().toImage()
    one, other = (image.copy(0, round(k * row), 80, int(row)) for k in (0, 1))
    assert one != other
