"""No panel without a test that drives it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsunmix.registry import modules

PANELS = [name for name, _ in modules("hsunmix.gui.panels")]


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_is_driven_alone(name: str):
    test = Path(__file__).with_name(f"test_{name}.py")
    assert test.is_file()
    assert f"alone({name})" in test.read_text(encoding="utf-8")
