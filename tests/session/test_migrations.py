"""Older sessions become today's; the first schema is pinned for ever."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from hsunmix.session import migrations
from hsunmix.session._manifest import SCHEMA, decode
from hsunmix.session.archive import load
from hsunmix.session.migrations import upgrade

V1 = {
    "application": "hsunmix",
    "schema": 1,
    "version": "0.1.0",
    "saved": "2025-01-01T00:00:00+00:00",
    "settings": {"method": "hals", "rank": 3, "abundance": "", "seed": 1, "parameters": {}},
    "view": {"page": "map", "endmember": 0, "rgb": [2, 1, 0], "stretch": [2, 98]},
    "pins": [{"line": 1, "sample": 2}],
    "cube": None,
    "endmembers": [
        {
            "name": "Soil",
            "colour": "#0072b2",
            "visible": True,
            "locked": False,
            "source": {"kind": "pixel", "line": 1, "sample": 2, "text": ""},
        }
    ],
    "unmixing": None,
    "arrays": {},
}


def test_a_session_of_the_first_schema(tmp_path):
    """Written out here by hand: it must open in every later version."""
    import hashlib
    import io

    file = io.BytesIO()
    np.lib.format.write_array(file, np.arange(4.0)[None], version=(1, 0))
    digest = hashlib.sha256(file.getvalue()).hexdigest()
    manifest = {**V1, "arrays": {"spectra": {"dtype": "<f8", "shape": [1, 4], "sha256": digest}}}
    with zipfile.ZipFile(tmp_path / "v1.hsu", "w") as box:
        box.writestr("manifest.json", json.dumps(manifest))
        box.writestr("spectra.npy", file.getvalue())
    document = load(tmp_path / "v1.hsu")
    assert document.settings.method == "hals"
    assert document.view.rgb is None  # there is no scene that has bands
    assert document.endmembers[0].source.line == 1
    assert np.array_equal(document.endmembers[0].spectrum, np.arange(4.0))


def test_nothing_to_do():
    today = {**V1, "schema": SCHEMA}
    assert upgrade(today, SCHEMA) == today


def test_schema_2_has_regions_and_layers():
    assert upgrade(V1, 2) == {**V1, "schema": 2, "regions": [], "layers": []}


def test_made_up_migrations_run_in_order(tmp_path, monkeypatch):
    """Two steps: one renames the colour of an endmember, one moves the seed."""
    now = SCHEMA
    (tmp_path / f"v{now}_to_v{now + 1}.py").write_text(
        "def upgrade(m):\n"
        "    members = [{**e, 'tint': e['colour']} for e in m['endmembers']]\n"
        "    return {**m, 'endmembers': members}\n"
    )
    (tmp_path / f"v{now + 1}_to_v{now + 2}.py").write_text(
        "def upgrade(m):\n    return {**m, 'seed': m['settings']['seed'], 'of': m['schema']}\n"
    )
    monkeypatch.setattr(migrations, "__path__", [*migrations.__path__, str(tmp_path)])
    before = json.dumps(V1)
    newer = upgrade(V1, now + 2)
    assert newer["schema"] == now + 2
    assert newer["of"] == now + 1
    assert newer["seed"] == 1
    assert newer["endmembers"][0]["tint"] == "#0072b2"
    assert json.dumps(V1) == before
    with pytest.raises(ValueError, match=f"no way from version {now + 2} to {now + 3}"):
        upgrade(V1, now + 3)


def test_decode_upgrades_before_it_checks(monkeypatch):
    old = {**V1, "schema": 1, "relic": True}
    monkeypatch.setattr("hsunmix.session._manifest.upgrade", lambda m, s: upgrade({k: m[k] for k in V1}, s))
    assert decode(json.dumps(old).encode()).endmembers[0].name == "Soil"
