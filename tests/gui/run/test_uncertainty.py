"""How sure a result is, in the window: asked for, at the cursor, on the plot, in the table, recorded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.endmembers import panel as endmembers
from hsunmix.gui.endmembers.table_model import MEAN, SURE
from hsunmix.gui.run import panel as run
from hsunmix.gui.spectra import panel as spectra
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import PixelView, Task, ViewState
from hsunmix.model.maps import Map
from hsunmix.model.progress import Step
from hsunmix.model.uncertainty import SD_MAP, Uncertainty
from hsunmix.session.document import Document, RunSettings, with_result
from hsunmix.session.members import reordered
from tests.conftest import make_cube
from tests.gui.conftest import Alone, Wait, state_of
from tests.window import run_in_window


@pytest.fixture
def sure(document: Document) -> Document:
    """The document's result says how sure it is."""
    result = document.unmixing
    spectra_sd = np.full_like(result.endmembers, 0.01) * [1, 2, 3]
    sd = Map(np.full_like(result.abundances, 0.04), kind="sd", of_endmembers=True)
    known = Uncertainty(spectra_sd, np.array([0.2, 1.5, 4.2]), "moves")
    result = replace(result, maps={**result.maps, SD_MAP: sd}, uncertainty=known)
    return replace(document, unmixing=result)


def test_the_panel_asks_for_it(alone: Alone, document: Document) -> None:
    panel, seen = alone(run)
    assert not panel.uncertainty.isChecked()
    panel.uncertainty.setChecked(True)
    assert seen[-1].settings.uncertainty
    panel.render(document, replace(document, settings=RunSettings(uncertainty=False)))
    assert not panel.uncertainty.isChecked()


def test_the_table_says_how_far_each_might_be_another(
    alone: Alone, document: Document, sure: Document
) -> None:
    panel, _ = alone(endmembers)
    assert panel.table.isColumnHidden(SURE)
    panel.render(document, sure)
    assert not panel.table.isColumnHidden(SURE)
    column = [panel.model.index(k, SURE).data() for k in range(3)]
    assert column == ["stable", "±1.5°", "±4°"]
    wide = panel.table.fontMetrics().horizontalAdvance("stable")
    assert panel.table.columnWidth(SURE) > wide
    assert panel.table.columnWidth(MEAN) > 0
    panel.render(sure, reordered(sure, [2, 0, 1]))
    assert [panel.model.index(k, SURE).data() for k in range(3)] == ["±4°", "stable", "±1.5°"]
    panel.render(sure, document)
    assert panel.table.isColumnHidden(SURE)


def test_the_plot_has_a_band_and_the_cursor_a_deviation(
    alone: Alone, document: Document, sure: Document
) -> None:
    panel, _ = alone(spectra)
    panel.render(document, sure)
    assert len(panel.plot.sheet.spreads) == 3
    band = panel.plot.sheet.spreads[1]
    used = document.cube.good_bands
    np.testing.assert_allclose((band.high - band.low)[used], 2 * 1.6449 * 0.02, rtol=1e-3)
    shares = np.array([0.2, 0.3, 0.5], np.float32)
    panel.follow(
        panel._state,
        state_of(cursor=PixelView(3, 4, abundances=shares, deviations=np.full(3, 0.04, np.float32))),
    )
    assert [share.text for share in panel.bars.shares] == ["20 ± 4 %", "30 ± 4 %", "50 ± 4 %"]
    panel.render(sure, document)
    assert not panel.plot.sheet.spreads
    panel.render(document, sure)
    assert panel.plot.sheet.spreads
    step = Step(0.5, endmembers=np.full((document.cube.bands, 3), 0.3))
    panel.follow(ViewState(), ViewState(tasks={"run": Task("Unmixing", 0.0, step)}))
    assert not panel.plot.sheet.spreads  # they are of other endmembers


def test_the_cursor_reads_it_off_the_map(store: Store, sure: Document, wait: Wait) -> None:
    store.history.reset(sure)
    store.send(cmd.Hover(3, 4))
    wait(lambda: store.state.cursor is not None)
    np.testing.assert_allclose(store.state.cursor.deviations, 0.04, rtol=1e-6)


def test_a_run_of_the_window_is_that_of_python() -> None:
    cube = make_cube(31, 22, materials=4, noise=0.01)
    result, _ = run_in_window(cube, RunSettings("auto", 4, uncertainty=True))
    assert result.asked.uncertainty
    document = with_result(Document(cube=cube), result)
    assert "further" not in document.view.page
    import hsunmix

    again = hsunmix.unmix(cube, rank=4, uncertainty=True)
    np.testing.assert_array_equal(again[SD_MAP], result[SD_MAP])
    np.testing.assert_array_equal(again.uncertainty.degrees, result.uncertainty.degrees)
