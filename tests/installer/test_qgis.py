"""The plugin for QGIS: its zip, how it runs the program, and QGIS itself where that is installed."""

from __future__ import annotations

import ast
import csv
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from installer.qgis.hsunmix_qgis.program import (
    FORM,
    ProgramError,
    answer,
    arguments,
    field_name,
    find,
    methods,
    run,
    settings,
)
from installer.qgis.pack import pack

SAMPLE = Path(__file__).resolve().parents[2] / "sample_cubes" / "desert.hdr"
PLUGIN = Path(__file__).resolve().parents[2] / "installer" / "qgis" / "hsunmix_qgis"
QGIS = shutil.which("qgis_process.bin") or shutil.which("qgis_process")


def program(path: Path, lines: str) -> str:
    """Write a program of some lines of Python."""
    if sys.platform == "win32":
        pytest.skip("a script is no program there")
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_the_zip_holds_one_folder_that_qgis_can_install(tmp_path: Path):
    made = pack(tmp_path)
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
        metadata = archive.read("hsunmix_qgis/metadata.txt").decode()
    assert {Path(name).parts[0] for name in names} == {"hsunmix_qgis"}
    assert {"__init__.py", "metadata.txt", "icon.svg", "LICENSE"} <= {Path(name).name for name in names}
    assert f"version={hsunmix.__version__}\n" in metadata
    assert "hasProcessingProvider=yes" in metadata
    assert pack(tmp_path / "again").read_bytes() == made.read_bytes()


def test_settings_are_taken_apart_or_refused_by_name():
    assert settings("runs=2  exchange=false\npenalty=1e-3") == ["runs=2", "exchange=false", "penalty=1e-3"]
    assert settings("") == []
    with pytest.raises(ProgramError, match=r"^runs: "):
        settings("runs = 2")


def test_options_that_are_empty_are_left_out():
    options = {"--rank": 4, "--mask": "ndvi > 0.3", "--bands": "", "--shade": True, "--continuum": False}
    assert arguments(options | {"--set": ["a=1", "b=2"]}) == [
        *("--rank", "4", "--mask", "ndvi > 0.3", "--shade", "--set", "a=1", "--set", "b=2"),
    ]
    assert arguments({"--seed": 0}) == ["--seed", "0"]


def test_a_program_that_is_not_there_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(ProgramError, match="correct its path"):
        find(str(tmp_path / "hsunmix"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("installer.qgis.hsunmix_qgis.program.PLACES", ())
    with pytest.raises(ProgramError, match="Settings"):
        find()


def test_progress_and_output_are_kept_apart(tmp_path: Path):
    words = 'print("  7% Reading", file=sys.stderr); print("100% Done", file=sys.stderr); print(sys.argv[1:])'
    steps: list[int] = []
    assert run(["a b", "é"], program(tmp_path / "p", words), steps.append) == "['a b', 'é']\n"
    assert steps == [7, 100]


def test_what_the_program_refuses_is_said_in_its_words(tmp_path: Path):
    named = program(tmp_path / "p", 'print("hsunmix: error: x.hdr: no", file=sys.stderr); sys.exit(2)')
    with pytest.raises(ProgramError, match=r"^x\.hdr: no$"):
        run([], named)
    with pytest.raises(ProgramError, match="code 3"):
        run([], program(tmp_path / "q", "sys.exit(3)"))


def test_cancelling_ends_the_program(tmp_path: Path):
    with pytest.raises(ProgramError, match="Cancelled"):
        run([], program(tmp_path / "p", "time.sleep(600)"), cancelled=lambda: True)


def test_libraries_of_qgis_are_kept_from_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GDAL_DATA", "/of/qgis")
    monkeypatch.setenv("HSUNMIX_CACHE_DIR", "/kept")
    named = program(
        tmp_path / "p", 'import os; print(os.getenv("GDAL_DATA"), os.getenv("HSUNMIX_CACHE_DIR"))'
    )
    assert run([], named) == "None /kept\n"


def test_forms_come_from_the_program_itself(tmp_path: Path):
    words = "from hsunmix.cli.main import main; main()"
    named = program(tmp_path / "hsunmix", f"sys.path.insert(0, {str(SAMPLE.parents[1])!r}); {words}")
    known = {each["id"]: each for each in methods(named) if each["kind"] != "rank"}
    assert {"auto", "vca", "fcls"} <= set(known)
    kinds = {parameter["kind"] for each in known.values() for parameter in each["parameters"]}
    for each in known.values():
        fields = [field_name(parameter["name"]) for parameter in each["parameters"]]
        assert len({*fields, *FORM}) == len(fields) + len(FORM), each["id"]
    assert kinds <= {"int", "float", "bool", "choice", "text"}  # those that algorithms.field_of knows


def test_the_names_of_forms_are_those_that_are_kept_free():
    tree = ast.parse((PLUGIN / "algorithms.py").read_text(encoding="utf-8"))
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [node.args[0].value for node in made if isinstance(node.args[0], ast.Constant)]
    forms = {name for name in named if isinstance(name, str) and name.isupper()}
    others = {
        "SPECTRA",
        "LIBRARY",
        "METRIC",
        "TOP",
        "CONTINUUM",
        "SENTENCE",
    }  # of forms without methods' fields
    assert forms - others == set(FORM)


@pytest.mark.parametrize(
    "lines", ["print('hsunmix 3')", "print('{}')", "print('[1]')", "print('[{\"id\": 1}]')"]
)
def test_another_program_of_this_name_is_told(tmp_path: Path, lines: str):
    named = program(tmp_path / "hsunmix", lines)
    with pytest.raises(ProgramError, match=r"hsunmix: this is another program.*Settings"):
        methods(named)
    with pytest.raises(ProgramError, match="another program"):
        answer(["rank"], program(tmp_path / "other", "print(3)"))


@pytest.mark.slow
@pytest.mark.skipif(QGIS is None, reason="QGIS is not installed")
def test_every_algorithm_gives_what_the_command_line_gives(tmp_path: Path):
    rasterio = pytest.importorskip("rasterio")
    (tmp_path / "runtime").mkdir(mode=0o700)
    layer = tmp_path / "desert.bil"  # QGIS writes statistics beside a layer
    for path in (SAMPLE, SAMPLE.with_suffix(".bil")):
        shutil.copy(path, tmp_path)
    plugins = tmp_path / "plugins"
    with zipfile.ZipFile(pack(tmp_path)) as archive:
        archive.extractall(plugins)
    command = tmp_path / "bin" / "hsunmix"
    command.parent.mkdir()
    words = f"sys.path.insert(0, {str(SAMPLE.parents[1])!r}); from hsunmix.cli.main import main; main()"
    program(command, words)
    environment = {  # QGIS runs the system's Python: nothing of this one's may reach it
        "HOME": str(tmp_path),
        "QGIS_PLUGINPATH": str(plugins),
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
        "QT_QPA_PLATFORM": "offscreen",
        "LANG": "C.UTF-8",
        "PATH": f"/usr/bin:/bin:{command.parent}",
        **{name: value for name, value in os.environ.items() if name.startswith("HSUNMIX_")},
    }

    def qgis(*words: str) -> str:
        done = subprocess.run(
            [QGIS, *words], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def same(one: Path, other: Path) -> None:
        for name in ("abundances.tif", "rmse.tif"):
            with rasterio.open(one / name) as a, rasterio.open(other / name) as b:
                np.testing.assert_array_equal(a.read(), b.read())
                assert a.crs == b.crs
                assert a.transform == b.transform

    def line(*words: str) -> str:
        return subprocess.run([command, *words], capture_output=True, text=True, check=True).stdout

    qgis("plugins", "enable", "hsunmix_qgis")
    common = (f"FILE={SAMPLE}", "RANK=4", "MASK=ndvi < 0.6", "ABUNDANCE=fcls")
    qgis("run", "hsunmix:unmix", "--", *common, "METHOD=vca", "SETTINGS=runs=2", f"OUTPUT={tmp_path / 'a'}")
    qgis("run", "hsunmix:unmix_vca", "--", *common, "RUNS=2", f"OUTPUT={tmp_path / 'b'}")
    options = ("--mask", "ndvi < 0.6", "-a", "fcls", "--set", "runs=2")
    line("unmix", str(SAMPLE), "-r", "4", "-m", "vca", *options, "-o", str(tmp_path / "line"))
    same(tmp_path / "a", tmp_path / "line")
    same(tmp_path / "b", tmp_path / "line")

    spectra = tmp_path / "line" / "endmembers.csv"
    qgis("run", "hsunmix:abundances", "--", f"LAYER={layer}", f"SPECTRA={spectra}",
         "ABUNDANCE=nnls", f"OUTPUT={tmp_path / 'c'}")  # fmt: skip
    line("unmix", str(SAMPLE), "--endmembers", str(spectra), "-a", "nnls", "-o", str(tmp_path / "given"))
    same(tmp_path / "c", tmp_path / "given")

    assert "RANK:\t5" in qgis("run", "hsunmix:rank", "--", f"FILE={SAMPLE}")
    table = tmp_path / "matches.csv"
    qgis("run", "hsunmix:match", "--", f"SPECTRA={spectra}", "TOP=2", f"OUTPUT={table}")
    rows = list(csv.DictReader(table.open()))
    assert [row["spectrum"] for row in rows] == [f"Endmember {k}" for k in (1, 1, 2, 2, 3, 3, 4, 4)]
    printed = line("match", str(spectra), "builtin", "--top", "2")
    assert all(row["match"] in printed for row in rows)
