from __future__ import annotations

import pytest

from hsunmix.gui.help.licences import Licence, licences
from hsunmix.gui.help.licences_dialog import LicencesDialog


def test_what_pip_installed_answers_for_itself(tmp_path):
    parts = {part.name.split()[0]: part for part in licences(tmp_path)}
    assert next(iter(parts)) == "hsunmix"
    assert {"numpy", "numba", "rasterio", "PySide6_Essentials"} <= {*parts}
    assert "pytest" not in parts
    assert "BSD" in parts["scipy"].terms
    assert "Copyright" in parts["numpy"].text


def test_a_bundle_brings_its_list(tmp_path):
    (tmp_path / "GEOS.txt").write_text("GEOS: LGPL-2.1-or-later\n\nCopyright\n\nText\n")
    (tmp_path / "hsunmix.txt").write_text("hsunmix 0.1: BSD-3-Clause\n\nOurs: and yours\n")
    first, second = licences(tmp_path)
    assert first == Licence("hsunmix 0.1", "BSD-3-Clause", "Ours: and yours")
    assert second == Licence("GEOS", "LGPL-2.1-or-later", "Copyright\n\nText")


@pytest.fixture
def dialog(qtbot):
    parts = [Licence("hsunmix 0.1", "BSD-3-Clause", "ours"), Licence("GEOS", "LGPL-2.1-or-later", "theirs")]
    made = LicencesDialog(None, parts)
    qtbot.addWidget(made)
    return made


def test_the_selected_part_is_shown(dialog):
    assert dialog.text.toPlainText() == "hsunmix 0.1\nBSD-3-Clause\n\nours"
    dialog.list.setCurrentRow(1)
    assert dialog.text.toPlainText() == "GEOS\nLGPL-2.1-or-later\n\ntheirs"
    assert dialog.text.isReadOnly()
