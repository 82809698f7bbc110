"""A scene larger than the memory that may be used, on the command line: told, refused, killed, changed."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.beyond_memory import BANDS, MEMORY, little_memory, spectra, values, write_envi
from tests.cli.conftest import Run, refusal

CODE = f"""
import sys
from hsunmix.engine import footprint, scene
footprint.PROGRAM, scene.CHUNK_BYTES = 0, {2 * BANDS * 480 * 4}
from hsunmix.cli.main import main
main()
"""


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    with little_memory():
        yield


@pytest.fixture
def cube(tmp_path: Path) -> Path:
    return write_envi(tmp_path / "scene", values())


def alone(*words: object, more: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-c", more + CODE, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_it_takes_is_said_and_the_same_is_found(hsunmix: Run, cube: Path, tmp_path: Path) -> None:
    products = "geotiff,csv,envi,netcdf,png"
    for name, more in (("plenty", ()), ("little", ("--memory", MEMORY, "--scratch", tmp_path))):
        done = hsunmix("unmix", cube, "-r", 4, "-o", tmp_path / name, "--products", products, *more)
        assert done.exit_code == 0, done.stderr
    assert (
        f"scene.hdr is read three times; this needs at most 1 MB of memory and 14 MB in {tmp_path}"
        in done.stderr
    )
    for path in sorted((tmp_path / "plenty").iterdir()):
        if path.suffix in (".tif", ".img", ".csv", ".png"):
            assert (tmp_path / "little" / path.name).read_bytes() == path.read_bytes(), path.name
    with (
        h5py.File(tmp_path / "plenty" / "result.nc") as one,
        h5py.File(tmp_path / "little" / "result.nc") as other,
    ):
        maps = [name for name in one if one[name].dtype.kind in "fiu"]
        assert len(maps) > 2
        for name in maps:
            np.testing.assert_array_equal(one[name][()], other[name][()], err_msg=name)
    record = json.loads((tmp_path / "little" / "result.json").read_text())
    digest = hashlib.sha256(cube.with_suffix(".img").read_bytes()).hexdigest()
    assert record["input"]["sha256"] == digest


def test_given_spectra(hsunmix: Run, cube: Path, tmp_path: Path) -> None:
    nm = np.linspace(450, 1000, BANDS)
    table = [
        "wavelength_nm,a,b,c,d",
        *(",".join(map(repr, map(float, row))) for row in np.column_stack([nm, spectra()])),
    ]
    given = tmp_path / "given.csv"
    given.write_text("\n".join(table) + "\n")
    for name, more in (("plenty", ()), ("little", ("--memory", MEMORY))):
        out = tmp_path / name
        done = hsunmix(
            "unmix", cube, "--endmembers", given, "-a", "fcls", "-o", out, "--products", "geotiff", *more
        )
        assert done.exit_code == 0, done.stderr
    assert "scene.hdr is read once" in done.stderr
    one, other = ((tmp_path / name / "abundances.tif").read_bytes() for name in ("plenty", "little"))
    assert one == other


def test_rank_and_sweep(hsunmix: Run, cube: Path) -> None:
    for words in (("rank", cube), ("sweep", cube, "-r", "2-3", "-n", "2")):
        known = hsunmix(*words, "--json")
        found = hsunmix(*words, "--json", "--memory", MEMORY)
        assert found.exit_code == 0, found.stderr
        assert "of memory" in found.stderr
        one, other = json.loads(known.stdout), json.loads(found.stdout)
        assert one.keys() == other.keys()
        assert one.get("rank") == other.get("rank")


def test_too_little_memory_is_one_line(hsunmix: Run, cube: Path, tmp_path: Path) -> None:
    done = hsunmix("unmix", cube, "-r", 4, "-o", tmp_path / "out", "--memory", 300_000)
    assert "needs at least 1 MB of memory, and 1 MB may be used: allow more (--memory" in refusal(done)


@pytest.mark.parametrize("text", ["plenty", "0", "-1GB", "4 XB", ""])
def test_a_size_that_is_none(text: str, hsunmix: Run, cube: Path, tmp_path: Path) -> None:
    done = hsunmix("unmix", cube, "-r", 4, "-o", tmp_path / "out", "--memory", text)
    assert "is no size; write it like 4GB" in refusal(done)


def test_a_scratch_folder_that_is_none(hsunmix: Run, cube: Path, tmp_path: Path) -> None:
    done = hsunmix("unmix", cube, "-r", 4, "-o", tmp_path / "out", "--scratch", tmp_path / "no")
    assert "no is no folder; name one that exists" in refusal(done)


def test_a_scratch_disk_too_small_is_told_before_anything_is_read(cube: Path, tmp_path: Path) -> None:
    nothing = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))\n"
        "from hsunmix.formats.pixels.raw import RawPixels\n"
        "from hsunmix.engine import survey, reading\n"
        "def refuse(*a): raise SystemExit('read')\n"
        "survey.block_of = reading.block_of = refuse\n"
    )
    for method in ("auto", "hals"):
        done = alone(
            "unmix", cube, "-r", 4, "-m", method, "-o", tmp_path / "out", "--memory", MEMORY, more=nothing
        )
        assert done.returncode == 2, done.stderr
        assert "of scratch space are needed there" in done.stderr.splitlines()[-1]


def _open_files(process: int) -> list[str]:
    """What a process has open; one that it closes meanwhile is left out."""
    links = []
    for path in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(path.readlink()))
    return links


@pytest.mark.parametrize("method", ["auto", "hals"])
def test_a_kill_leaves_no_scratch_behind(method: str, cube: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    slow = (
        "import time\nfrom hsunmix.engine import executor_threads as t\n"
        "def run(*a, old=t.Threads.run):\n    time.sleep(0.2)\n    return old(*a)\nt.Threads.run = run\n"
    )
    words = [
        "unmix",
        cube,
        "-r",
        4,
        "-m",
        method,
        "-o",
        tmp_path / "out",
        "--memory",
        MEMORY,
        "--scratch",
        scratch,
    ]
    process = subprocess.Popen([sys.executable, "-c", slow + CODE, *map(str, words)], stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert b"of memory" in process.stderr.readline()
    for _ in range(200):  # until it has a scratch file
        if any(str(scratch) in link for link in _open_files(process.pid)):
            break
        time.sleep(0.02)
    else:
        pytest.fail("no scratch file was made")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("method", ["auto", "spa", "nnls"])
@pytest.mark.parametrize("change", ["shorter", "another"])
def test_a_file_that_changes_is_an_error_that_names_it(method: str, change: str, cube: Path) -> None:
    from hsunmix.engine.footprint import Resources
    from hsunmix.errors import FileError
    from hsunmix.formats import open_cube
    from hsunmix.methods.running import footprint, pipeline
    from hsunmix.methods.running.pipeline import Request
    from hsunmix.model.choice import Choice

    opened, little, data = open_cube(cube), Resources(MEMORY), cube.with_suffix(".img")

    def work() -> Iterator[object]:
        if method == "nnls":
            taken = footprint.of_solve(opened, 4, Choice(method), little)
            yield from pipeline.solve_cube(opened, spectra(), Choice(method), footprint=taken)
            return
        request = Request(Choice(method), 4)
        taken = footprint.of_run(opened, request, little)
        scene = yield from pipeline.load_for(opened, request, taken)
        yield from pipeline.unmix(scene, request)

    steps = work()
    for _ in range(8):
        next(steps)
    whole = data.read_bytes()
    data.write_bytes(whole[: len(whole) // 3] if change == "shorter" else whole[::-1])
    with pytest.raises(FileError, match=r"scene\.img"):
        deque(steps, maxlen=0)
