"""``hsunmix learn``: scenes as they come, a state in between, and spectra that unmix can be given."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

import hsunmix
from hsunmix.cli.main import main
from hsunmix.methods.learning import Learned, learn
from hsunmix.model.progress import finish
from tests.beyond_memory import values, write_envi


def run(*words: object) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_scenes_as_they_come(tmp_path: Path) -> None:
    x = values()
    first, second = write_envi(tmp_path / "a", x[:40]), write_envi(tmp_path / "b", x[40:])
    state, spectra = tmp_path / "known.npz", tmp_path / "spectra.csv"
    run("learn", first, "--state", state, "-r", 4)
    facts = json.loads(run("learn", second, "--state", state, "-o", spectra, "--json"))
    assert (facts["pixels"], len(facts["scenes"])) == (x.shape[0] * x.shape[1], 2)
    known = finish(learn(hsunmix.open_cube(second), finish(learn(hsunmix.open_cube(first), rank=4))))
    assert (Learned.load(state).spectra == known.spectra).all()
    run("unmix", first, second, "--endmembers", spectra, "-o", tmp_path / "out")
    record = json.loads((tmp_path / "out" / "a" / "result.json").read_text(encoding="utf-8"))
    assert record["relative_error"] < 0.03
    both = tmp_path / "both.npz"
    run("learn", first, second, "--state", both, "-r", 4)
    assert (Learned.load(both).spectra == known.spectra).all()


def test_a_scene_in_other_units_is_told(tmp_path: Path) -> None:
    x = values()[:20]
    state, scenes = (
        tmp_path / "known.npz",
        [write_envi(tmp_path / "a", x), write_envi(tmp_path / "b", x * 1e4)],
    )
    done = CliRunner().invoke(main, ["learn", *map(str, scenes), "--state", str(state), "-r", "4"])
    assert done.exit_code == 0
    assert done.stderr.count("multiplied by 10,000 they are in its units") == 1
    assert Learned.load(state).spectra.max() < 100


def test_what_is_refused(tmp_path: Path) -> None:
    scene = write_envi(tmp_path / "a", values()[:9])
    for words, said in (
        (("--state", tmp_path / "s.npz"), "number of spectra"),
        (("--state", scene, "-r", "3"), "nothing that hsunmix learned"),
        (("--state", tmp_path / "s.npz", "-r", "3", "-o", tmp_path / "x.txt"), ".sli or .csv"),
        (("--state", tmp_path / "s.npz", "-r", "3", "--set", "nonsense=1"), "nonsense"),
    ):
        done = CliRunner().invoke(main, ["learn", str(scene), *map(str, words)])
        assert done.exit_code == 2
        assert said in done.output
        assert not (tmp_path / "s.npz").exists()
