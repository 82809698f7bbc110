from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from hsunmix.gui.library.dialog import LibraryDialog
from hsunmix.gui.library.matches_dialog import MatchDialog
from hsunmix.gui.library.state import Subject
from hsunmix.model.spectra import Spectra

NAMES = ("Kaolinite CM9", "Kaolin/Smect KLF506 95%K", "Lawn Grass GDS91 (Green)", "Kaolinite KGa-1 (wxyl)")


@pytest.fixture
def library() -> Spectra:
    place = np.linspace(0, 1, 12)
    values = np.stack([1 + 0.5 * np.sin(3 * place + k) for k in range(4)])
    values[2, 8:] = np.nan
    return Spectra(values, NAMES, np.linspace(500, 2400, 12))


@pytest.fixture
def adding(qtbot: QtBot, library: Spectra) -> LibraryDialog:
    dialog = LibraryDialog(None, library)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def listed(dialog: LibraryDialog) -> list[str]:
    model = dialog.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_words_are_searched_in_any_order_and_as_they_are(adding: LibraryDialog, qtbot: QtBot):
    assert listed(adding) == list(NAMES)
    qtbot.keyClicks(adding.search, "kga KAOL")
    assert listed(adding) == [NAMES[3]]
    adding.search.setText("(")
    assert listed(adding) == [NAMES[2], NAMES[3]]
    adding.search.setText("[a-z")
    assert listed(adding) == []


def test_what_is_selected_is_drawn_and_chosen(adding: LibraryDialog, qtbot: QtBot):
    assert not adding.accept_button.isEnabled()
    adding.search.setText("kaolinite")
    select = QItemSelectionModel.SelectionFlag.Select
    for row in (1, 0):
        adding.list.selectionModel().select(adding.list.model().index(row, 0), select)
    assert adding.chosen == (0, 3)
    assert adding.accept_button.text() == "Add 2 spectra"
    drawn = adding.plot.curves("selected")
    np.testing.assert_array_equal(drawn[1].values, adding._library.values[3])
    with qtbot.waitSignal(adding.accepted):
        qtbot.keyClick(adding.list, Qt.Key.Key_Return)


def test_the_factor_is_shown_and_can_be_changed(qtbot: QtBot, library: Spectra):
    plain = LibraryDialog(None, library)
    qtbot.addWidget(plain)
    assert (plain.times.currentText(), plain.factor) == ("1", None)
    assert plain.why.isHidden()
    said = "USGS: values of 0 to 1 for a scene of 0 to 10,000; multiplied by 10,000 they are in its units."
    told = replace(library, factors=np.full(4, 10_000.0), notes=("another note.", said))
    dialog = LibraryDialog(None, told)
    qtbot.addWidget(dialog)
    assert (dialog.times.currentText(), dialog.factor) == ("10,000", None)
    assert dialog.why.text() == said
    dialog.times.setCurrentText("100")
    assert dialog.factor == 100
    several = LibraryDialog(None, replace(told, factors=np.array([1.0, 1.0, 100.0, 100.0])))
    qtbot.addWidget(several)
    assert (several.times.currentText(), several.factor) == ("what each library needs", None)
    several.times.setCurrentText("100")
    assert several.factor == 100


@pytest.fixture
def asking(qtbot: QtBot, library: Spectra) -> MatchDialog:
    spectrum = 3 * library.values[1] + 0.02 * np.cos(np.arange(12))
    dialog = MatchDialog(None, Subject("Endmember 1", spectrum, library, np.arange(12) != 5))
    qtbot.addWidget(dialog)
    return dialog


def rows(dialog: MatchDialog) -> list[str]:
    return [dialog.table.item(row, 0).text() for row in range(dialog.table.rowCount())]


def test_the_best_is_first_by_every_metric(asking: MatchDialog):
    for k in range(asking.ranked_by.count()):
        asking.ranked_by.setCurrentIndex(k)
        asking.ranked_by.activated.emit(k)
        assert rows(asking)[0] == NAMES[1]
        assert len(rows(asking)) == 4
    angle = asking.table.item(0, 1).text()
    assert angle.endswith("°")
    assert float(angle[:-1]) < 1
    assert any("of the bands" in name for name in rows(asking))  # one that has a gap says so


def test_looking_tells_and_only_asking_answers(asking: MatchDialog, qtbot: QtBot):
    seen: list[int] = []
    asking.looked_at.connect(seen.append)
    asking.show()
    assert seen == [1]
    qtbot.keyClick(asking.table, Qt.Key.Key_Down)
    assert seen[-1] == asking.entry != 1
    asking.reject()
    assert asking.answer is None


def test_a_name_or_an_endmember(asking: MatchDialog, qtbot: QtBot):
    asking.accept_button.click()
    assert asking.answer == ("name", 1)
    asking.add_button.click()
    assert asking.answer == ("add", 1)


def test_an_empty_library_offers_nothing(qtbot: QtBot):
    empty = Spectra(np.empty((0, 12)), ())
    dialog = MatchDialog(None, Subject("A", np.ones(12), empty, np.ones(12, bool)))
    qtbot.addWidget(dialog)
    assert not dialog.accept_button.isEnabled()
    dialog.accept()
    assert dialog.answer is None


def test_the_list_is_narrowed_to_a_file_and_a_class(qtbot: QtBot, library: Spectra):
    told = replace(
        library,
        classes=("clay", "clay", "plant", "clay"),
        origins=("built-in", "built-in", "built-in", "mine.csv"),
    )
    dialog = LibraryDialog(None, told)
    qtbot.addWidget(dialog)
    dialog.show()
    origins, classes = (
        dialog.findChild(QComboBox, "libraryOrigins"),
        dialog.findChild(QComboBox, "libraryClasses"),
    )
    assert [origins.itemText(k) for k in range(3)] == ["All libraries", "built-in", "mine.csv"]
    classes.setCurrentText("clay")
    assert listed(dialog) == [NAMES[0], NAMES[1], NAMES[3]]
    origins.setCurrentText("built-in")
    assert listed(dialog) == [NAMES[0], NAMES[1]]
    dialog.all.click()
    assert dialog.chosen == (0, 1)
    assert dialog.accept_button.text() == "Add 2 spectra"
    origins.setCurrentText("All libraries")
    classes.setCurrentText("All classes")
    dialog.search.setText("kaolinite")
    dialog.all.click()
    assert set(dialog.chosen) >= {0, 3}


def test_where_nothing_is_told_nothing_is_asked(adding: LibraryDialog):
    assert not any(
        box.isVisible() for box in adding.findChildren(QComboBox) if "Factor" not in box.objectName()
    )
    assert adding.leave.isHidden()


def test_bands_without_values_are_offered_to_be_left_out(adding: LibraryDialog, qtbot: QtBot):
    adding.all.click()
    assert adding.gaps.text() == "1 of them has no values in 4 of the 12 bands used."
    assert adding.leave.text() == "Leave out 4 bands and add it too"
    assert not adding.leaves_out
    adding.leave.click()
    assert adding.leaves_out
    adding.search.setText("kaolinite")
    adding.all.click()
    assert adding.leave.isHidden()
    assert not adding.leaves_out


def test_a_search_keeps_what_is_selected_and_says_where_nothing_is(adding: LibraryDialog):
    every = len(adding._library.names)
    assert adding.found.text() == f"{every} spectra."
    adding.search.setText("kaolinite")
    adding.list.setCurrentIndex(adding.list.model().index(0, 0))
    chosen = adding.chosen
    assert len(chosen) == 1
    adding.search.setText("no such mineral")
    assert adding.list.model().rowCount() == 0
    assert adding.found.text().startswith("Nothing was found")
    assert "1 selected before" in adding.found.text()
    assert adding.chosen == chosen
    assert adding.accept_button.isEnabled()
    adding.search.clear()
    assert adding.chosen == chosen
    assert [adding.list.model().data(i) for i in adding.list.selectionModel().selectedRows()] == [
        adding._library.names[chosen[0]]
    ]
    assert adding.found.text() == f"{every} spectra."


def test_it_says_how_many_of_the_selected_are_drawn(qtbot: QtBot):
    many = Spectra(np.random.default_rng(0).random((30, 6)), tuple(f"Sand {k}" for k in range(30)))
    dialog = LibraryDialog(None, many)
    qtbot.addWidget(dialog)
    dialog.list.selectAll()
    assert dialog.found.text() == "30 spectra. The first 8 of 30 are drawn."
