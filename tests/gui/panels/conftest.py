"""Each panel alone, with the intents that it emits."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
from pytestqt.qtbot import QtBot

from hsunmix.gui.live import Live
from hsunmix.gui.panel import Panel
from hsunmix.gui.theme import LIGHT
from hsunmix.session.document import Document
from tests.gui.conftest import drawn

Alone = Callable[[ModuleType], tuple[Panel, list[object]]]


@pytest.fixture
def alone(qtbot: QtBot, document: Document) -> Alone:
    """Make a panel show the made-up document."""

    def make(module: ModuleType) -> tuple[Panel, list[object]]:
        panel: Panel = module.View()
        qtbot.addWidget(panel)
        panel.resize(900, 500)
        panel.dress(LIGHT)
        panel.render(Document(), document)
        panel.follow(Live(), drawn(document))
        panel.show()
        qtbot.waitExposed(panel)
        seen: list[object] = []
        panel.intent.connect(seen.append)
        return panel, seen

    return make
