"""Several scenes on the command line: flight lines of one ground, and what can be wrong with some."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio

import hsunmix as package
from hsunmix.session.archive import load
from tests.cli.conftest import Run
from tests.cli.test_unmix import read_spectra
from tests.flight_lines import NM, ground, truth, write, write_lines
from tests.scenes import angles


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lines")
    write_lines(folder)
    return folder


@pytest.fixture
def lines(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path / "lines")
    monkeypatch.chdir(tmp_path / "lines")
    return tmp_path / "lines"


def test_three_flight_lines_and_a_broken_one(hsunmix: Run, lines: Path, tmp_path: Path) -> None:
    out, session = tmp_path / "out", tmp_path / "lines.hsu"
    words = ["west.hdr", "middle.hdr", "east.hdr", "broken.hdr", "-r", 3, "-m", "hals", "-o", out]
    done = hsunmix("unmix", *words, "--session", session, "--products", "geotiff,csv,html")
    assert done.exit_code == 2
    told = [line for line in done.stderr.splitlines() if line.startswith("hsunmix: error:")]
    assert len(told) == 1
    assert "broken.img: has 5000 bytes" in told[0]
    assert "1 of 4 scenes took no part" in done.stderr
    assert sorted(p.name for p in out.iterdir()) == ["east", "middle", "report.html", "result.json", "west"]
    spectra = []
    for name, shape in (("west", (18, 17)), ("middle", (18, 15)), ("east", (16, 17))):
        names, w = read_spectra(out / name / "endmembers.csv")
        spectra.append(w)
        with rasterio.open(out / name / "abundances.tif") as image:
            assert image.shape == shape
            assert image.descriptions == tuple(names)
        record = json.loads((out / name / "result.json").read_text(encoding="utf-8"))
        assert record["together"]["scenes"] == ["west", "middle", "east"]
        assert record["relative_error"] < 0.01
        assert record["input"]["path"].endswith(f"{name}.hdr")
    np.testing.assert_array_equal(spectra[0], spectra[1])
    np.testing.assert_array_equal(spectra[0], spectra[2])
    assert angles(spectra[0], truth(NM)).max() < 2
    whole = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in whole["scenes"]] == ["west", "middle", "east"]
    assert [one["name"] for one in whole["failed"]] == ["broken"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert all(word in page for word in ("Unmixing of 3 scenes", "west", "middle", "east", "broken.img"))
    overlap = [rasterio.open(out / name / "abundances.tif").read() for name in ("west", "middle")]
    np.testing.assert_allclose(overlap[0][:, 14:, 2:], overlap[1][:, :4], atol=0.02)  # the same ground
    document = load(session)
    assert [entry.name for entry in document.scenes] == ["west", "middle", "east"]


def test_a_folder_and_a_pattern(hsunmix: Run, lines: Path, tmp_path: Path) -> None:
    (lines / "notes.txt").write_text("of the flight")
    (lines / "library.csv").write_text("wavelength_nm,soil\n500,0.1\n900,0.2\n1500,0.3\n")
    (lines / "broken.hdr").unlink()
    (lines / "broken.img").unlink()
    words = ["-r", 3, "-m", "spa", "--products", "csv", "--json"]
    folder = hsunmix("unmix", lines, *words, "-o", tmp_path / "1")
    assert folder.exit_code == 0, folder.output
    names = [one["name"] for one in json.loads(folder.stdout)["scenes"]]
    assert names == ["east", "middle", "west"]
    pattern = hsunmix("unmix", "*st.*", *words, "-o", tmp_path / "2")
    assert pattern.exit_code == 0, pattern.output
    assert [one["name"] for one in json.loads(pattern.stdout)["scenes"]] == ["east", "west"]
    one = hsunmix("unmix", "w*.hdr", *words, "-o", tmp_path / "3")
    assert [entry["name"] for entry in json.loads(one.stdout)["scenes"]] == ["west"]
    assert (tmp_path / "3" / "west" / "endmembers.csv").is_file()


def test_nothing_to_be_found_is_one_line(hsunmix: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "readme.txt").write_text("nothing here")
    for given, said in (
        (tmp_path / "empty", "is a folder without a cube"),
        (tmp_path / "*.hdr", "nothing that may hold a cube matches"),
    ):
        done = hsunmix("unmix", given, "-r", 3, "-o", tmp_path / "out")
        assert done.exit_code == 2
        assert done.stderr.count("\n") == 1
        assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_all_scenes_broken(hsunmix: Run, lines: Path, tmp_path: Path) -> None:
    done = hsunmix("unmix", "broken.hdr", "gone.hdr", "-r", 3, "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "none of the 2 scenes can be used; " in done.stderr


def test_a_request_that_makes_no_sense_is_refused_at_once(hsunmix: Run, lines: Path, tmp_path: Path) -> None:
    for words in (["-m", "nothing", "-r", 3], ["-r", 3, "--weights", "w.hdr", "-m", "weighted"], ["-r", 0]):
        done = hsunmix("unmix", "west.hdr", "gone.hdr", *words, "-o", tmp_path / "out")
        assert done.exit_code == 2
        assert "took no part" not in done.stderr
    assert not list((tmp_path / "out").glob("*"))


def test_scenes_called_alike_have_folders_of_their_own(hsunmix: Run, tmp_path: Path) -> None:
    for folder in ("may", "june"):
        write(tmp_path / folder / "scene", ground(NM)[:12].astype(np.float32), NM)
    files = [tmp_path / folder / "scene.hdr" for folder in ("may", "june", "june")]
    done = hsunmix("unmix", *files, "-r", 2, "-m", "spa", "-o", tmp_path / "out", "--products", "csv")
    assert done.exit_code == 0, done.output
    found = sorted(p.name for p in (tmp_path / "out").iterdir() if p.is_dir())
    assert found == ["june scene", "june scene 2", "may scene"]


def test_given_endmembers_are_brought_to_each_scene(hsunmix: Run, lines: Path, tmp_path: Path) -> None:
    words = ["--products", "csv,matlab"]
    assert hsunmix("unmix", "west.hdr", "-r", 3, "-m", "spa", "-o", tmp_path / "first", *words).exit_code == 0
    given = tmp_path / "first" / "endmembers.csv"
    files = ["west.hdr", "middle.hdr", "broken.hdr"]
    done = hsunmix(
        "unmix", *files, "--endmembers", given, "-a", "fcls", "-o", tmp_path / "out", *words,
        "--session", tmp_path / "s.hsu",
    )  # fmt: skip
    assert done.exit_code == 2
    for name in ("west", "middle"):
        alone = tmp_path / f"alone {name}"
        hsunmix("unmix", f"{name}.hdr", "--endmembers", given, "-a", "fcls", "-o", alone, *words)
        one, other = ((folder / "endmembers.csv").read_text() for folder in (tmp_path / "out" / name, alone))
        assert one == other
    assert len(load(tmp_path / "s.hsu").scenes) == 2
    turned = hsunmix("unmix", *files[1::-1], "--endmembers", given, "-o", tmp_path / "turned", *words)
    told = [line for line in turned.stderr.splitlines() if "multiplied by 10,000" in line]
    assert [line.partition(":")[0] for line in told] == ["middle"]  # and not as if of all
    hsunmix("export", tmp_path / "s.hsu", "-o", tmp_path / "exported", *words)
    record = json.loads((tmp_path / "exported" / "result.json").read_text(encoding="utf-8"))
    assert record["note"].startswith("middle: ")
    again = hsunmix("unmix", "east.hdr", "--endmembers", tmp_path / "s.hsu", "-o", tmp_path / "3", *words)
    assert again.exit_code == 0, again.output


def test_a_session_of_several_is_exported_as_a_whole(hsunmix: Run, lines: Path, tmp_path: Path) -> None:
    session, words = tmp_path / "s.hsu", ["--products", "csv,matlab"]
    done = hsunmix(
        "unmix", "west.hdr", "middle.hdr", "-r", 3, "-m", "vca", "-o", tmp_path / "out", *words,
        "--session", session,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert hsunmix("export", session, "-o", tmp_path / "again", *words).exit_code == 0
    for name in ("west", "middle"):
        one, other = (tmp_path / folder / name / "endmembers.csv" for folder in ("out", "again"))
        assert one.read_text() == other.read_text()
    records = [
        json.loads((tmp_path / f / "result.json").read_text(encoding="utf-8")) for f in ("out", "again")
    ]
    assert records[1]["command"].startswith("hsunmix unmix ")
    assert records[1]["scenes"] == records[0]["scenes"]
    (lines / "west.hdr").rename(lines / "gone.hdr")
    told = hsunmix("info", session)
    assert "One of 2 scenes of the session, middle: west (not found), middle." in told.output
    part = hsunmix("export", session, "-o", tmp_path / "part", *words)
    assert part.exit_code == 2, part.output
    assert part.stderr.count("hsunmix: error: ") == 1
    assert "west.hdr: there is no such file" in part.stderr
    assert "1 of 2 scenes took no part" in part.stderr
    assert [p.name for p in (tmp_path / "part").iterdir() if p.is_dir()] == ["middle"]


def test_rank_of_several_is_of_all_pixels(hsunmix: Run, lines: Path) -> None:
    done = hsunmix("rank", "west.hdr", "east.hdr", "--json")
    assert done.exit_code == 0, done.output
    west, east = (package.open_cube(name) for name in ("west.hdr", "east.hdr"))
    assert json.loads(done.stdout)["rank"] == 3
    assert package.estimate_rank([west, east]) == 3
    broken = hsunmix("rank", "west.hdr", "broken.hdr")
    assert broken.exit_code == 2
    assert broken.stdout.splitlines()[0] == "3"
    assert "broken.img" in broken.stderr


def test_memory_is_stated_for_all_together(
    hsunmix: Run, lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hsunmix.engine.footprint.PROGRAM", 0)
    monkeypatch.setattr("hsunmix.engine.scene.CHUNK_BYTES", 1 << 16)
    words = ["-r", 3, "-m", "spa", "--products", "csv", "-o", tmp_path / "out"]
    done = hsunmix("unmix", "west.hdr", "east.hdr", *words, "--memory", "700KB")
    assert done.exit_code == 0, done.output
    assert "2 scenes are read" in done.stderr
    for name in ("west", "east"):  # hashed while it is read
        record = json.loads((tmp_path / "out" / name / "result.json").read_text(encoding="utf-8"))
        data = (lines / f"{name}.img").read_bytes()
        assert record["input"]["sha256"] == hashlib.sha256(data).hexdigest()
    little = hsunmix("unmix", "west.hdr", "east.hdr", *words, "--memory", "1KB")
    assert little.exit_code == 2
    assert "2 scenes need at least" in little.stderr
