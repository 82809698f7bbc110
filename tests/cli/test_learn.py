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


def test_memory_and_scratch_are_those_of_the_other_commands(tmp_path: Path) -> None:
    scene, state = write_envi(tmp_path / "a", values()[:40]), tmp_path / "s.npz"
    run("learn", scene, "--state", state, "-r", 3, "--memory", "2GB", "--scratch", tmp_path)
    assert Learned.load(state).pixels == 40 * values().shape[1]


def test_a_scene_that_cannot_be_used_is_named_and_the_others_are_learned(tmp_path: Path) -> None:
    x = values()[:40]
    scenes = [write_envi(tmp_path / name, x) for name in ("a", "b", "c")]
    (tmp_path / "b.img").write_bytes(b"short")
    state = tmp_path / "s.npz"
    for named in (scenes, [tmp_path], [tmp_path / "*.hdr"]):
        state.unlink(missing_ok=True)
        done = CliRunner().invoke(main, ["learn", *map(str, named), "--state", str(state), "-r", "3"])
        assert done.exit_code == 2, done.output
        assert "b.img" in done.stderr
        assert "1 of 3 scenes took no part" in done.stderr
        assert len(Learned.load(state).scenes) == 2
    before = state.read_bytes()
    done = CliRunner().invoke(main, ["learn", str(scenes[1]), "--state", str(state)])
    assert (done.exit_code, state.read_bytes()) == (2, before)


def test_a_scene_is_not_written_over_by_what_is_learned_of_it(tmp_path: Path) -> None:
    scene, state = write_envi(tmp_path / "a", values()[:9]), tmp_path / "s.npz"
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for words in (
        ("--state", state, "-o", tmp_path / "a.sli"),  # its header would be that of the scene
        ("--state", scene),
        ("--state", tmp_path / "x.csv", "-o", tmp_path / "x.csv"),
    ):
        done = CliRunner().invoke(main, ["learn", *map(str, (tmp_path, *words)), "-r", "3"])
        assert done.exit_code == 2, done.output
        assert done.stderr.count("\n") == 1
        assert "choose another name" in done.stderr
        done = CliRunner().invoke(main, ["learn", *map(str, (scene, *words)), "-r", "3"])
        assert done.exit_code == 2, done.output
        assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_is_refused(tmp_path: Path) -> None:
    scene, other = write_envi(tmp_path / "a", values()[:9]), write_envi(tmp_path / "b", values()[:9])
    for words, said in (
        (("--state", tmp_path / "s.npz"), "number of spectra"),
        (("--state", other, "-r", "3"), "nothing that hsunmix learned"),
        (("--state", tmp_path / "s.npz", "-r", "3", "-o", tmp_path / "x.txt"), ".sli or .csv"),
        (("--state", tmp_path / "s.npz", "-r", "3", "--set", "nonsense=1"), "nonsense"),
        (("--state", tmp_path, "-r", "3"), "it is a folder"),
        (
            ("--state", tmp_path / "s.npz", "-r", "3", "-o", tmp_path / "no" / "x.csv"),
            "folder does not exist",
        ),
    ):
        done = CliRunner().invoke(main, ["learn", str(scene), *map(str, words)])
        assert done.exit_code == 2
        assert said in done.output
        assert not (tmp_path / "s.npz").exists()
