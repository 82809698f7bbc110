"""The pages of the residual and of the constraints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pytestqt.qtbot import QtBot

from hsunmix.gui.commands import AddSuggested
from hsunmix.gui.endmembers.state import Checked, EndmembersState, Suggested
from hsunmix.gui.image.pages import constraints, residual
from hsunmix.gui.state.view_state import PixelView, ViewState
from hsunmix.methods.trust.constraints import Check
from hsunmix.methods.trust.suggestion import Suggestion
from hsunmix.session.document import Document
from tests.gui.conftest import state_of


def checked(document: Document) -> Checked:
    overstep = np.zeros((13, 9), np.float32)
    overstep[3, 7] = 0.4
    overstep[12, 8] = np.nan
    sentence = "12 % of the pixels need something these endmembers don't offer."
    return Checked(document.unmixing, Check(overstep, 0.12, 0.3, 0.12, True, sentence))


def test_the_constraints_are_a_map_and_a_sentence(document: Document):
    state = state_of(checked=checked(document), cursor=PixelView(3, 7))
    drawing = constraints.draw(document, state, 1 << 20)
    assert drawing.shape == (13, 9)
    assert drawing.caption == state[EndmembersState].checked.check.sentence
    picture = drawing.panes[0].values
    assert picture[3, 7] == picture.max() > picture[0, 0] > 0
    assert picture[12, 8] == 0  # transparent
    assert "away from one" in drawing.scales[0].label
    assert constraints.value(document, state) == "violation 0.400"


def test_until_they_are_known_the_page_says_so(document: Document):
    drawing = constraints.draw(document, ViewState(), 1 << 20)
    assert drawing.panes == ()
    assert "being computed" in drawing.caption
    assert constraints.value(document, state_of(cursor=PixelView(0, 0))) == ""
    assert constraints.depends(document, ViewState()) != constraints.depends(
        document, state_of(checked=checked(document))
    )
    assert not constraints.available(Document(), ViewState())


def test_what_is_missing_is_marked_and_one_click_away(document: Document, qtbot: QtBot):
    found = Suggestion(3, 4, np.array([31]), np.ones(20), 5.25)
    state = state_of(suggested=Suggested(document.unmixing, found))
    assert residual.marks(document, state) == ((3, 4, residual.MARK, "s"),)
    controls = residual.Controls()
    qtbot.addWidget(controls)
    seen: list[object] = []
    controls.command.connect(seen.append)
    controls.present(document, state)
    controls.show()
    assert controls.sentence.text() == "Worst near 3, 4: 5.2 × the usual misfit"
    controls.add.click()
    assert seen == [AddSuggested()]
    older = replace(document, unmixing=replace(document.unmixing, note="newer"))
    assert residual.marks(older, state) == ()
    controls.present(older, state)
    assert not controls.add.isVisible()
    assert controls.sentence.text() == ""
    controls.present(document, state_of(suggested=Suggested(document.unmixing, None)))
    assert controls.sentence.text() == "No pixels stand out from the usual misfit"
