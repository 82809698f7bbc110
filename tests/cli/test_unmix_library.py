"""A library as an input of a method: one file added, and it goes the whole way."""

from __future__ import annotations

import json
import runpy
import shlex
from collections.abc import Generator
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import pytest
from msgspec import Meta

import hsunmix as api
from hsunmix.errors import InputError
from hsunmix.methods import Extraction, Method, Problem, Traits, get, methods
from hsunmix.session.archive import load
from hsunmix.session.reproduce import facts_of, python_script
from tests.cli.conftest import Run, refusal

NM = np.linspace(440.0, 2420.0, 60)


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    first: Annotated[int, Meta(ge=0, le=50, description="The first spectrum that is taken")] = 0
    step: Annotated[int, Meta(ge=1, le=5, description="Which of those that follow")] = 1


def choose(problem: Problem, params: Params) -> Generator[None, None, Extraction]:
    """Take spectra of a library in order."""
    yield None
    assert problem.library is not None
    assert problem.library.values.shape[1] == problem.scene.n_bands
    taken = problem.library.spectra[:, params.first :: params.step][:, : problem.rank]
    return Extraction(taken, None, f"Classes {', '.join(problem.library.classes)}.")


@pytest.fixture(autouse=True)
def method(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Method(
        "choose", "extraction", "Choose", "", "", "", Params, choose,
        Traits(takes_library=True, needs_library=True),
    )  # fmt: skip
    monkeypatch.setitem(methods(), ("extraction", "choose"), one)


@pytest.fixture
def libraries(tmp_path: Path) -> list[Path]:
    """Two libraries in other units than each other."""
    paths = []
    for k, (units, peaks) in enumerate(((1, (500, 900)), (10_000, (1400, 1900, 2300)))):
        rows = ["class,name," + ",".join(f"{nm:.1f}" for nm in NM)]
        for peak in peaks:
            curve = units * (0.1 + 0.6 * np.exp(-(((NM - peak) / 300) ** 2)))
            rows.append(f"kind {k},peak {peak}," + ",".join(f"{v:.4f}" for v in curve))
        paths.append(tmp_path / f"library{k}.csv")
        paths[-1].write_text("\n".join(rows))
    return paths


def test_the_whole_way(
    hsunmix: Run,
    scene: Path,
    libraries: list[Path],
    tmp_path: Path,
):
    given = [word for path in libraries for word in ("--library", path)]
    words = ["-r", 2, "-m", "choose", "--set", "first=1", "--set", "step=2", *given]
    out, session = tmp_path / "out", tmp_path / "s.hsu"
    run = hsunmix("unmix", scene, *words, "-o", out, "--session", session)
    assert run.exit_code == 0, run.output
    record = json.loads((out / "result.json").read_text())
    assert [Path(one["path"]) for one in record["libraries"]] == libraries
    assert [one["factor"] for one in record["libraries"]] == pytest.approx([1, 1e-4])
    assert "Classes kind 0, kind 0, kind 1, kind 1, kind 1." in record["note"]
    cube = api.open_cube(scene)
    mixed = [libraries[0], api.open_library(libraries[1])]
    result = api.unmix(cube, "choose", rank=2, library=mixed, first=1, step=2)
    w = api.open_library(libraries[0]).on(cube).endmembers(cube)[:, 1]
    np.testing.assert_array_equal(result.endmembers[cube.good_bands, 0], w[cube.good_bands])
    document = load(session)
    np.testing.assert_array_equal(document.unmixing.abundances, result.abundances)
    script = tmp_path / "script.py"
    script.write_text(python_script(document, facts_of(document, None)))
    np.testing.assert_array_equal(runpy.run_path(str(script))["H"], result.abundances)
    hsunmix("export", session, "-o", tmp_path / "again")
    command = shlex.split(json.loads((tmp_path / "again/result.json").read_text())["command"])
    command[command.index("-o") + 1] = str(tmp_path / "third")
    assert hsunmix(*command[1:]).exit_code == 0
    third = json.loads((tmp_path / "third/result.json").read_text())
    assert third["mean_abundances"] == record["mean_abundances"]


def test_none_is_refused_by_name(hsunmix: Run, scene: Path, tmp_path: Path):
    said = refusal(hsunmix("unmix", scene, "-r", 2, "-m", "choose", "-o", tmp_path / "out"))
    assert "choose chooses spectra from a library: give one (--library, or library=)" in said
    with pytest.raises(InputError, match="give one"):
        api.unmix(api.open_cube(scene), "choose", rank=2)


@pytest.mark.parametrize(
    "name", [m.id for m in methods().values() if m.kind in ("factorization", "extraction")]
)
def test_every_other_method_refuses_one(name: str, libraries: list[Path]):
    if not get(name).traits.takes_library:
        with pytest.raises(InputError, match=f"{name} takes no library"):
            api.unmix(np.ones((20, 30)), name, rank=2, library=libraries[0])
