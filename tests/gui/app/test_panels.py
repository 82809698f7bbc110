"""No panel without a test that drives it alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hsunmix.gui.app.subjects import panels

PANELS = dict(panels())


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_is_driven_alone(name: str):
    *_, subject, file = PANELS[name].__name__.split(".")
    test = Path(__file__).parents[1] / subject / f"test_{file}.py"
    assert test.is_file()
    assert re.search(r"alone\(\w+\)", test.read_text(encoding="utf-8"))
