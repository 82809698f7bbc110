"""``hsunmix unmix`` with spectra that are given: only their abundances, a start, or locked ones."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
import quadprog
import rasterio
from scipy.optimize import nnls

import hsunmix as api
from hsunmix.formats import open_spectra
from hsunmix.model.resampling import resample
from hsunmix.session.archive import load, save
from hsunmix.session.document import with_endmember
from tests.cli.conftest import Run, refusal

NM = np.linspace(440.0, 2420.0, 100)


def fcls_by_quadprog(w: np.ndarray, pixel: np.ndarray) -> np.ndarray:
    """Fractions of a pixel: none below zero, in sum one."""
    r = w.shape[1]
    constraints = np.column_stack([np.ones(r), np.eye(r)])
    bounds = np.append(1.0, np.zeros(r))
    found: np.ndarray = quadprog.solve_qp(w.T @ w, w.T @ pixel, constraints, bounds, 1)[0]
    return found


NAMES = ("Grass", "Soil, dry", "Water")


def materials(nm: np.ndarray = NM) -> np.ndarray:
    """Spectra (3, bands) near those that the scene is made of."""
    place = (nm - 450) / 1950
    return 0.1 + 0.6 * np.exp(-(((place - np.array([[0.1], [0.5], [0.9]])) / 0.18) ** 2))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library in percent of a thousand, on other bands, with a class for each spectrum."""
    rows = [
        f'"{name}",{kind},' + ",".join(f"{v:.6f}" for v in 10_000 * values)
        for name, kind, values in zip(NAMES, ("plant", "soil", "water"), materials(), strict=True)
    ]
    path = tmp_path / "library.csv"
    path.write_text("\n".join(["name,class," + ",".join(f"{nm:.2f}" for nm in NM), *rows]) + "\n")
    return path


def record(folder: Path) -> dict[str, object]:
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


def maps(folder: Path) -> np.ndarray:
    with rasterio.open(folder / "abundances.tif") as file:
        return np.where(file.read() == file.nodata, np.nan, file.read())


@pytest.mark.parametrize("abundance", ["fcls", "nnls"])
def test_abundances_are_those_of_the_resampled_spectra(
    hsunmix: Run, scene: Path, library: Path, tmp_path: Path, abundance: str
):
    out = tmp_path / "out"
    run = hsunmix("unmix", scene, "--endmembers", library, "-a", abundance, "-o", out)
    assert run.exit_code == 0, run.output
    cube = api.open_cube(scene)
    good = cube.good_bands
    w = 1e-4 * resample(open_spectra(library), cube.wavelengths, cube.fwhm).values.T[good]
    x = cube.read(0, cube.lines).astype(np.float64)[..., good]
    h = maps(out)
    used = np.isfinite(h[0])
    assert used.sum() == 13 * 9 - 2
    for line, sample in np.argwhere(used)[::9]:
        pixel = x[line, sample]
        want = nnls(w, pixel)[0] if abundance == "nnls" else fcls_by_quadprog(w, pixel)
        np.testing.assert_allclose(h[:, line, sample], want, atol=2e-5)
    with pytest.warns(UserWarning, match=r"multiplied by 0\.0001"):
        same = api.abundances(cube, api.open_library(library), abundance)
    np.testing.assert_array_equal(same, h)


def test_products_and_record_name_the_spectra(hsunmix: Run, scene: Path, library: Path, tmp_path: Path):
    out = tmp_path / "out"
    run = hsunmix("unmix", scene, "--endmembers", library, "-o", out)
    assert run.stdout.splitlines()[2].startswith("Soil, dry ")
    assert "multiplied by 0.0001" in run.stderr
    with rasterio.open(out / "abundances.tif") as file:
        assert file.descriptions == NAMES
    assert (out / "abundance_01_Grass.png").is_file()
    assert open_spectra(out / "endmembers.csv").names == NAMES
    said = record(out)
    assert (said["method"], said["rank"]) == ("nnls", 3)
    assert said["names"] == list(NAMES)
    spectra = said["spectra"]
    assert spectra["path"] == str(library)
    assert len(spectra["sha256"]) == 64
    assert spectra["factor"] == pytest.approx(1e-4)
    assert (spectra["names"], spectra["locked"]) == (list(NAMES), [1, 2, 3])


def test_command_and_script_make_the_same_bits(hsunmix: Run, scene: Path, library: Path, tmp_path: Path):
    out, session = tmp_path / "out", tmp_path / "kept.hsu"
    words = ["--endmembers", library, "-a", "sunsal", "--abundance-set", "penalty=0.01"]
    assert hsunmix("unmix", scene, *words, "-o", out, "--session", session).exit_code == 0
    document = load(session)
    assert [member.name for member in document.endmembers] == list(NAMES)
    assert document.settings.method == "auto"  # what the run panel goes on with
    assert document.runs[0].settings.spectra.classes == ("plant", "soil", "water")
    again = tmp_path / "again"
    assert hsunmix("export", session, "-o", again).exit_code == 0
    one, other = record(out), record(again)
    assert other["spectra"] == one["spectra"]
    assert other["abundance_parameters"] == {"penalty": 0.01}
    np.testing.assert_array_equal(maps(again), maps(out))
    command = other["command"].split()
    command[command.index("-o") + 1] = str(tmp_path / "third")
    assert hsunmix(*command[1:]).exit_code == 0
    np.testing.assert_array_equal(maps(tmp_path / "third"), maps(out))
    from hsunmix.session.reproduce import facts_of, python_script

    script = tmp_path / "script.py"
    script.write_text(python_script(document, facts_of(document, None)))
    assert "open_library" in script.read_text()
    np.testing.assert_array_equal(runpy.run_path(str(script))["H"], maps(out))
    library.write_text(library.read_text().replace("Grass", "Moss"))
    script.write_text(python_script(document, facts_of(document, None)))
    assert "open_library" not in script.read_text()  # the file is another one now: its spectra as numbers
    np.testing.assert_array_equal(runpy.run_path(str(script))["H"], maps(out))
    hsunmix("export", session, "-o", again)
    assert "another file now" in " ".join(record(again)["notes"])


def test_own_products_and_sessions_are_given(hsunmix: Run, scene: Path, tmp_path: Path):
    first, session = tmp_path / "first", tmp_path / "first.hsu"
    assert hsunmix("unmix", scene, "-r", 3, "-m", "spa", "-o", first, "--session", session).exit_code == 0
    document = with_endmember(load(session), 1, name="Dry soil", colour="#123456")
    save(document, session)
    for k, given in enumerate((first / "endmembers.csv", first / "endmembers.sli", session)):
        out = tmp_path / f"out{k}"
        run = hsunmix("unmix", scene, "--endmembers", given, "-o", out, "--session", tmp_path / "new.hsu")
        assert run.exit_code == 0, run.output
        np.testing.assert_allclose(maps(out), maps(first), atol=1e-5)
    assert record(out)["names"] == ["Endmember 1", "Dry soil", "Endmember 3"]
    assert load(tmp_path / "new.hsu").endmembers[1].colour == "#123456"


@pytest.mark.parametrize("method", ["auto", "spa", "hals"])
def test_locked_spectra_come_back_bit_for_bit(
    hsunmix: Run, scene: Path, library: Path, tmp_path: Path, method: str
):
    out, session = tmp_path / "out", tmp_path / "locked.hsu"
    words = ["--init", library, "--locked", "1,3", "-m", method, "--session", session]
    run = hsunmix("unmix", scene, *words, "-o", out)
    assert run.exit_code == 0, run.output
    cube = api.open_cube(scene)
    given = api.open_library(library).on(cube)
    document = load(session)
    good = cube.good_bands
    for k in (0, 2):
        np.testing.assert_array_equal(document.endmembers[k].spectrum[good], given.endmembers(cube)[good, k])
    assert [member.locked for member in document.endmembers] == [True, False, True]
    assert [member.name for member in document.endmembers] == ["Grass", "Endmember 2", "Water"]
    assert record(out)["spectra"]["locked"] == [1, 3]
    hsunmix("export", session, "-o", tmp_path / "again")
    command = record(tmp_path / "again")["command"].split()
    assert command[command.index("--locked") + 1] == "1,3"
    command[command.index("-o") + 1] = str(tmp_path / "third")
    assert hsunmix(*command[1:]).exit_code == 0
    np.testing.assert_array_equal(maps(tmp_path / "third"), maps(out))
    from hsunmix.session.reproduce import facts_of, python_script

    script = tmp_path / "script.py"
    script.write_text(python_script(document, facts_of(document, None)))
    np.testing.assert_array_equal(runpy.run_path(str(script))["H"], maps(out))


def test_a_factor_can_be_said(hsunmix: Run, scene: Path, library: Path, tmp_path: Path):
    hsunmix("unmix", scene, "--endmembers", library, "-o", tmp_path / "a")
    hsunmix("unmix", scene, "--endmembers", library, "--factor", "0.0002", "-o", tmp_path / "b")
    assert record(tmp_path / "b")["spectra"]["factor"] == pytest.approx(2e-4)
    np.testing.assert_allclose(2 * maps(tmp_path / "b"), maps(tmp_path / "a"), rtol=1e-4, atol=1e-6)


def test_gaps_are_refused_with_the_way_out(hsunmix: Run, scene: Path, tmp_path: Path):
    path = tmp_path / "short.csv"
    short = NM[NM < 2000]
    columns = np.column_stack([short, *materials(short)])
    head = "wavelength,Grass,Soil,Water\n"
    path.write_text(head + "\n".join(",".join(f"{v:.6f}" for v in row) for row in columns))
    said = refusal(hsunmix("unmix", scene, "--endmembers", path, "-o", tmp_path / "out"))
    assert "short.csv: Grass, Soil, Water (3 spectra) have no values in 4 of the 19 bands used" in said
    way = said.split('"')[1]
    run = hsunmix("unmix", scene, "--endmembers", path, "--bands", way, "-o", tmp_path / "out")
    assert run.exit_code == 0, run.output
    assert record(tmp_path / "out")["used_bands"] == 15


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--endmembers", "LIB", "-r", "4"], "library.csv holds 3 spectra, but -r asks for 4: leave -r out"),
        (["--endmembers", "LIB", "-m", "hals"], "--method is of a search for endmembers"),
        (["--endmembers", "LIB", "--seed", "1"], "--seed is of a search for endmembers"),
        (["--endmembers", "LIB", "--set", "tolerance=1"], "--set is of a search"),
        (["--endmembers", "LIB", "--init", "spa"], "--init is of a search"),
        (["--endmembers", "missing.csv"], "missing.csv"),
        (["--endmembers", "LIB", "--factor", "-1"], "a factor is above zero"),
        (["-r", "3", "--factor", "2"], "--factor is of the spectra of a file"),
        (["-r", "3", "--locked", "1"], "--locked says which spectra of a file stay"),
        (["-r", "3", "--init", "spa", "--locked", "1"], "--locked says which spectra of a file stay"),
        (["--init", "LIB", "--locked", "1,4"], "--locked 4: library.csv holds 3 spectra, counted from 1"),
        (["--init", "LIB", "--locked", "0"], "--locked 0: library.csv holds 3 spectra, counted from 1"),
        (["--init", "LIB", "--locked", "one"], "write numbers from 1, such as 1,3 or 2-4, or all"),
        (["--init", "LIB", "--locked", "3-1"], "the range 3-1 ends before it begins"),
        (["--init", "LIB", "--locked", "1-999999999"], "--locked 999999999: library.csv holds 3 spectra"),
        (["--init", "LIB", "--locked", "9" * 5000], "write numbers from 1"),
        (
            ["--init", "LIB", "-m", "hals", "--set", "init=spa"],
            "the start is both library.csv and spa: leave one out",
        ),
        (["-r", "3", "-m", "hals", "--init", "vca", "--init-set", "nothing=1"], "nothing: no such parameter"),
        (["-r", "3", "-m", "hals", "--init", "random", "--init-set", "runs=1"], "hals starts from none here"),
        (["-r", "3", "--init-set", "runs=1"], "auto starts from none here"),
        (
            ["--init", "LIB", "-m", "hals", "--init-set", "runs=1"],
            "of an extraction to start from, but the start is library.csv",
        ),
        (["--init", "LIB"], "auto starts from no spectra"),
        (
            ["--init", "LIB", "-r", "5", "--locked", "1"],
            "library.csv holds 3 spectra, but 5 endmembers asked for",
        ),
        (["-r", "3", "--init", "nothing"], "nothing"),
        (["-r", "3", "-m", "hals", "--library", "LIB"], "hals takes no library"),
        (["-r", "3", "--library", "missing.csv"], "missing.csv"),
        ([], "Missing option '-r'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    hsunmix: Run, scene: Path, library: Path, tmp_path: Path, words: list[str], message: str
):
    given = [str(library) if word == "LIB" else word for word in words]
    run = hsunmix("unmix", scene, *given, "-o", tmp_path / "out")
    assert message in refusal(run)
    assert not list(tmp_path.glob("out/*"))


def test_starts_of_a_file_are_those_of_python(hsunmix: Run, scene: Path, library: Path, tmp_path: Path):
    words = ["--init", library, "-m", "hals", "--set", "max_iterations=20"]
    assert hsunmix("unmix", scene, *words, "-o", tmp_path / "out").exit_code == 0
    result = api.unmix(scene_of(scene), "hals", init=api.open_library(library), max_iterations=20)
    np.testing.assert_array_equal(result.abundances, maps(tmp_path / "out"))
    assert "multiplied by 0.0001" in result.note


def scene_of(path: Path) -> api.Cube:
    return api.open_cube(path)


def test_emit(hsunmix: Run, shared: Path, tmp_path: Path):
    """The scene and the library of the fractional cover of EMIT: other bands, other units, classes."""
    folder = shared / "data" / "emit"
    image, library = folder / "emit20250324t221005_jpl_unmix_ex.hdr", folder / "basic_endmember_library.csv"
    out = tmp_path / "out"
    run = hsunmix("unmix", image, "--endmembers", library, "-a", "fcls", "-o", out)
    assert run.exit_code == 0, run.output
    said = record(out)
    assert said["names"] == ["SOIL 1", "SOIL 2", "SOIL 3", "PV", "NPV"]
    assert said["spectra"]["classes"] == ["SOIL", "SOIL", "SOIL", "PV", "NPV"]
    assert said["spectra"]["factor"] == pytest.approx(1e-4)
    assert "27 bands are zero in every spectrum" in said["note"]
    cube = api.open_cube(image)
    w = api.open_library(library).on(cube).endmembers(cube)[cube.good_bands]
    x = cube.read(0, cube.lines).astype(np.float64)[..., cube.good_bands]
    h = maps(out)
    for line, sample in np.argwhere(np.isfinite(h[0]))[::13]:
        np.testing.assert_allclose(h[:, line, sample], fcls_by_quadprog(w, x[line, sample]), atol=2e-4)


def test_products_do_not_take_the_place_of_the_spectra(hsunmix: Run, scene: Path, tmp_path: Path):
    out = tmp_path / "out"
    assert hsunmix("unmix", scene, "-r", 3, "-m", "spa", "-o", out).exit_code == 0
    before = (out / "endmembers.csv").read_bytes()
    said = refusal(hsunmix("unmix", scene, "--endmembers", out / "endmembers.csv", "-o", out))
    assert "a product would take its place: name another folder" in said
    assert (out / "endmembers.csv").read_bytes() == before


@pytest.mark.parametrize("method", ["auto", "hals", "vca"])
def test_known_spectra_and_others_to_be_found(
    hsunmix: Run, scene: Path, library: Path, tmp_path: Path, method: str
):
    two = tmp_path / "two.csv"
    two.write_text("\n".join(library.read_text().splitlines()[:3]))
    out, session = tmp_path / "out", tmp_path / "s.hsu"
    words = ["--init", two, "--locked", "all", "-r", 3, "-m", method, "--session", session]
    run = hsunmix("unmix", scene, *words, "-o", out)
    assert run.exit_code == 0, run.output
    assert record(out)["names"] == ["Grass", "Soil, dry", "Endmember 3"]
    hsunmix("export", session, "-o", tmp_path / "again")
    command = record(tmp_path / "again")["command"].split()
    command[command.index("-o") + 1] = str(tmp_path / "third")
    assert hsunmix(*command[1:]).exit_code == 0
    np.testing.assert_array_equal(maps(tmp_path / "third"), maps(out))
