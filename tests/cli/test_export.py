from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from hsunmix.session.archive import load
from tests.cli.conftest import refusal


@pytest.fixture
def session(hsunmix, scene, tmp_path):
    path = tmp_path / "work.hsu"
    words = ["unmix", scene, "-r", 3, "-m", "spa", "-o", tmp_path / "first", "--session", path]
    assert hsunmix(*words).exit_code == 0
    return path


def test_the_products_are_those_of_the_run(hsunmix, session, tmp_path):
    result = hsunmix("export", session, "-o", tmp_path / "second")
    assert result.exit_code == 0, result.output
    written = sorted(p.name for p in (tmp_path / "second").iterdir())
    assert written == sorted(p.name for p in (tmp_path / "first").iterdir())
    assert len(result.stdout.splitlines()) == len(written)
    for name in ("endmembers.csv", "endmembers.sli"):
        assert (tmp_path / "second" / name).read_bytes() == (tmp_path / "first" / name).read_bytes()
    first, second = (json.loads((tmp_path / d / "result.json").read_text()) for d in ("first", "second"))
    assert second["relative_error"] == first["relative_error"]


def test_only_what_is_asked_for(hsunmix, session, tmp_path):
    hsunmix("export", session, "-o", tmp_path / "second", "--products", "csv")
    assert {p.name for p in (tmp_path / "second").iterdir()} == {"endmembers.csv", "result.json"}


def test_pictures_in_the_resolution_asked_for(hsunmix, session, tmp_path):
    result = hsunmix("export", session, "-o", tmp_path / "second", "--products", "grid", "--dpi", 60)
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "second" / "maps.png") as image:
        assert image.info["dpi"] == pytest.approx((60, 60), abs=0.1)
    refused = refusal(hsunmix("export", session, "-o", tmp_path / "third", "--dpi", 601))
    assert "--dpi" in refused
    assert "600" in refused


def test_a_session_without_a_result(hsunmix, session, tmp_path):
    from hsunmix.session.archive import load, save

    save(dataclasses.replace(load(session), unmixing=None, endmembers=()), session)
    assert "no result" in refusal(hsunmix("export", session, "-o", tmp_path / "second"))


def test_a_cube_that_was_moved_can_be_named(hsunmix, session, scene, tmp_path):
    (tmp_path / "moved").mkdir()
    for path in (scene, scene.with_suffix(".img")):
        path.rename(tmp_path / "moved" / path.name)
    words = ["export", session, "-o", tmp_path / "second"]
    assert "scene.hdr" in refusal(hsunmix(*words))
    assert hsunmix(*words, "--cube", tmp_path / "moved" / "scene.hdr").exit_code == 0


def test_not_a_session(hsunmix, tmp_path):
    path = tmp_path / "notes.hsu"
    path.write_text("no zip")
    assert "notes.hsu" in refusal(hsunmix("export", path, "-o", tmp_path / "second"))
    assert "nowhere.hsu" in refusal(hsunmix("export", tmp_path / "nowhere.hsu", "-o", tmp_path / "second"))


def test_info_of_a_session_is_that_of_its_cube(hsunmix, session, scene):
    facts = hsunmix("info", session, "--json").stdout
    assert json.loads(facts) == json.loads(hsunmix("info", scene, "--json").stdout)


def test_every_product_of_a_session(hsunmix, session, tmp_path):
    from hsunmix.exports import exports

    result = hsunmix("export", session, "-o", tmp_path / "all", "--products", ",".join(exports()))
    assert result.exit_code == 0, result.output
    written = {p.name for p in (tmp_path / "all").iterdir()}
    assert len(result.stdout.splitlines()) == len(written)
    assert {
        "abundances.qml",
        "abundances_cog.tif",
        "maps.svg",
        "report.html",
        "result.mat",
        "result.nc",
    } <= written
    report = (tmp_path / "all" / "report.html").read_text(encoding="utf-8")
    assert "hsunmix unmix" in report
    assert "hsunmix.unmix(" in report


def test_the_record_has_the_command_of_the_run(hsunmix, session, tmp_path):
    assert hsunmix("export", session, "-o", tmp_path / "o", "--products", "csv").exit_code == 0
    command = json.loads((tmp_path / "o" / "result.json").read_text(encoding="utf-8"))["command"]
    assert command.startswith("hsunmix unmix ")
    assert "scene.hdr" in command


def test_a_cube_that_is_another_now_is_told_and_no_command_is_promised(hsunmix, session, scene, tmp_path):
    data = scene.with_suffix("") if scene.with_suffix("").exists() else scene.with_suffix(".img")
    values = np.fromfile(data, "f4")
    values[::3] *= 1.5
    values.tofile(data)
    result = hsunmix("export", session, "-o", tmp_path / "o", "--products", "csv,html")
    assert result.exit_code == 0, result.output
    assert "has changed since the session was saved" in result.stderr
    record = json.loads((tmp_path / "o" / "result.json").read_text(encoding="utf-8"))
    assert not record["command"].startswith("hsunmix unmix")
    assert any("is another file now" in note for note in record["notes"])
    assert "The result is of another file" in (tmp_path / "o" / "report.html").read_text(encoding="utf-8")


def test_a_session_takes_no_other_files_place(hsunmix, scene, tmp_path):
    """Nor is the work done first."""
    before = scene.read_bytes()
    for place, why in ((scene, "is no session"), (tmp_path / "nowhere" / "a.hsu", "folder does not exist")):
        words = ["unmix", scene, "-r", 2, "-m", "spa", "-o", tmp_path / "o", "--session", place]
        assert why in refusal(hsunmix(*words))
    assert scene.read_bytes() == before
    assert not (tmp_path / "o").exists()


def test_a_session_does_not_replace_the_one_whose_spectra_are_used(hsunmix, scene, session, tmp_path):
    before = session.read_bytes()
    for option in ("--endmembers", "--init", "--library"):
        words = ["unmix", scene, option, session, "-o", tmp_path / "o", "--session", session]
        assert "would be written over" in refusal(hsunmix(*words))
    assert session.read_bytes() == before


def test_a_session_may_lie_in_the_folder_of_the_products_that_is_made(hsunmix, scene, tmp_path):
    out = tmp_path / "new"
    words = ["unmix", scene, "-r", 2, "-m", "spa", "-o", out, "--products", "csv", "--session"]
    assert "it is the folder of the products" in refusal(hsunmix(*words, out))
    assert not out.exists()
    result = hsunmix(*words, out / "s.hsu")
    assert result.exit_code == 0, result.output
    assert load(out / "s.hsu").unmixing is not None
