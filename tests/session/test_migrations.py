"""Older sessions become today's; the first schema is pinned for ever."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from hsunmix.formats import open_cube
from hsunmix.model.band_maths import evaluate
from hsunmix.session import migrations
from hsunmix.session._manifest import SCHEMA, decode
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, Layer
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


@pytest.mark.parametrize("has_wavelengths", [True, False])
def test_bands_of_before_schema_4_keep_their_meaning(scene, has_wavelengths):
    """They counted from 0; what the expressions show and which bands were chosen stays the same."""
    if has_wavelengths:
        centres = ", ".join(str(400 + 10 * k) for k in range(20))
        scene.write_text(f"{scene.read_text()}wavelength = {{{centres}}}\n")
    cube = open_cube(scene)
    cube = cube.with_selection(np.arange(77).reshape(11, 7) > 9, "band[3] > 0.1 and band[0] > 0")
    cube = cube.with_bad_bands(np.arange(20) == 4, "no-#4")
    place = "b[450]" if has_wavelengths else "b[5]"
    layers = (Layer("Ratio", "band[3] / band[0:2]"), Layer("By place", place))
    session = scene.with_name("old.hsu")
    save(Document(cube, layers=layers), session)
    with zipfile.ZipFile(session) as box:
        members = {name: box.read(name) for name in box.namelist()}
    manifest = json.loads(members["manifest.json"])
    assert manifest["bands_from"] == 1
    del manifest["bands_from"]
    (manifest["cube"]["selection_text"],) = manifest["cube"].pop("masks")
    members["manifest.json"] = json.dumps({**manifest, "schema": 3}).encode()
    with zipfile.ZipFile(session, "w") as box:
        for name, data in members.items():
            box.writestr(name, data)
    for _ in range(2):  # also when this version has saved it
        document = load(session)
        assert document.cube.selection_text == "band[4] > 0.1 and band[1] > 0"
        assert document.cube.band_text == "no-#5"
        ratio, by_place = (evaluate(document.cube, layer.text) for layer in document.layers)
        read = document.cube.read(0, 11).astype(np.float64)
        np.testing.assert_allclose(ratio, read[:, :, 3] / read[:, :, :3].mean(axis=2), rtol=1e-5)
        np.testing.assert_array_equal(by_place, document.cube.read(0, 11)[:, :, 5])
        save(document, session)
