"""Results of several scenes on their way out: what makes them again, and who takes no part."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hsunmix.cli.main import main
from hsunmix.errors import InputError
from hsunmix.exports import ProductFolder
from hsunmix.exports._several import deliver_several
from hsunmix.formats import open_cube
from hsunmix.methods.running import together
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document
from hsunmix.session.scenes import of_cubes, shown, with_found
from hsunmix.session.several_products import several_jobs
from tests.flight_lines import write_lines


def document_of(folder: Path, request: Request) -> Document:
    scenes = [(path.stem, open_cube(path)) for path in write_lines(folder)[:3]]
    return with_found(of_cubes(scenes), finish(together.unmix(scenes, request)))


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return document_of(tmp_path, Request(Choice("spa"), 3))


def test_spectra_in_no_file_lie_where_the_command_says(tmp_path: Path) -> None:
    first = document_of(tmp_path, Request(Choice("spa"), 3))
    assert first.unmixing is not None
    start = first.unmixing.endmembers[:, :2]
    given = Request(Choice("hals", {"max_iterations": 5}), 3, endmembers=start, locked=(0, 1))
    document, out = document_of(tmp_path, given), tmp_path / "out"
    several = several_jobs(document, out, ("csv",))
    with ProductFolder(out) as folder:
        finish(deliver_several(several, folder, ("csv",)))
    command = json.loads((out / "result.json").read_text(encoding="utf-8"))["command"]
    words = shlex.split(command)
    assert Path(words[words.index("--init") + 1]).is_file()
    assert {job.command for job in several.jobs.values()} == {command}
    done = CliRunner().invoke(main, [*words[1:], "--json"])
    assert done.exit_code == 0, done.output
    for name, entry in zip(several.jobs, document.scenes, strict=True):
        record = json.loads((out / name / "result.json").read_text(encoding="utf-8"))
        assert entry.unmixing is not None
        assert record["relative_error"] == entry.unmixing.relative_error


def test_each_that_has_no_products_is_named_with_its_reason(document: Document, tmp_path: Path) -> None:
    save(document, tmp_path / "s.hsu")
    (tmp_path / "east.img").write_bytes(b"short")
    found = load(tmp_path / "s.hsu")
    entries = list(found.scenes)
    middle = entries[1].unmixing
    assert middle is not None
    entries[1] = replace(entries[1], unmixing=replace(middle, provisional=True))
    several = several_jobs(replace(found, scenes=tuple(entries)), tmp_path, ("csv",))
    assert list(several.jobs) == ["west"]
    assert "east.img: has 5 bytes" in several.failures["east"]
    assert "before they were edited" in several.failures["middle"]
    assert several.jobs["west"].command == ""
    assert "east is not there" in several.jobs["west"].no_command
    bare = replace(found, scenes=tuple(replace(one, unmixing=None) for one in entries), unmixing=None)
    with pytest.raises(InputError, match="unmix it first"):
        several_jobs(bare)


def test_no_command_is_promised_where_one_of_the_scenes_is_another_file(
    document: Document, tmp_path: Path
) -> None:
    """Nor after the session was saved once more."""
    save(document, tmp_path / "s.hsu")
    data = tmp_path / "east.img"
    data.write_bytes((1.5 * np.fromfile(data, "f8")).tobytes())
    for name in ("s.hsu", "t.hsu"):
        found = load(tmp_path / name)
        several = several_jobs(found, tmp_path / "out", ("csv",))
        assert "east is another file now" in several.jobs["west"].no_command
        assert [job.command for job in several.jobs.values()] == ["", "", ""]
        assert (several.command, several.script) == ("", "")
        assert [job.unmixing.data is None for job in several.jobs.values()] == [True, True, False]
        save(found, tmp_path / "t.hsu")
    done = CliRunner().invoke(main, ["export", str(tmp_path / "t.hsu"), "-o", str(tmp_path / "o")])
    assert done.exit_code == 0, done.output
    assert "east.hdr: the cube has changed since the session was saved" in done.stderr


def test_results_of_their_own_have_commands_of_their_own(document: Document, tmp_path: Path) -> None:
    """Also where the scene that is shown was unmixed anew, and is in the list as it was before."""
    from hsunmix.methods.running.pipeline import load_for, unmix
    from hsunmix.session.runs import record_run

    own = shown(document, 2)
    assert own.cube is not None
    request = Request(Choice("vca"), 2)
    anew = record_run(own, finish(unmix(finish(load_for(own.cube, request)), request)))
    several = several_jobs(anew, tmp_path / "out", ("csv",))
    words = shlex.split(several.jobs["east"].command)
    assert [Path(one).name for one in words if one.endswith(".hdr")] == ["east.hdr"]
    assert words[words.index("-o") + 1] == str(tmp_path / "out" / "east")
    assert several.jobs["west"].command.count(".hdr") == 3
    assert (several.command, several.script) == ("", "")


def test_a_script_makes_all_of_one_run(document: Document, tmp_path: Path) -> None:
    several = several_jobs(document, tmp_path / "out", ("csv",))
    made: dict[str, object] = {}
    exec(compile(several.script, "script", "exec"), made)
    for h, job in zip(made["H"], several.jobs.values(), strict=True):  # type: ignore[call-overload]
        np.testing.assert_array_equal(h, job.unmixing.abundances)
