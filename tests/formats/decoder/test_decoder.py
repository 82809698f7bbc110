"""The decoder process: what a library may do there without harm to the program."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from hsunmix.errors import FileError, HsunmixError
from hsunmix.formats import open_cube, open_header, open_spectra
from hsunmix.formats.decoder import handle, limits, memory, process

SHAPE = (31, 17, 23)
posix = pytest.mark.skipif(os.name != "posix", reason="limits are set on POSIX systems")

# A decoder that does what the file says.
WORKER = """
import os, sys, time
import numpy as np
from pathlib import Path
from hsunmix.formats import formats
from hsunmix.formats import matlab
from hsunmix.formats.decoder import worker
from hsunmix.model.cube import ArrayPixels, Cube
from hsunmix.model.spectra import Spectra

class Pixels(ArrayPixels):
    def read(self, first, last, bands=None):
        act((Path(sys.argv[2]) / "at_read").read_text())
        return super().read(first, last, bands)

def act(what):
    if what == "crash":
        os.abort()
    if what == "exit":
        os._exit(3)
    if what == "loop":
        while True: pass
    if what == "sleep":
        time.sleep(60)
    if what == "memory":
        np.ones(20 << 30, "u1")
    if what == "bug":
        raise RuntimeError("two\\nlines")
    if what == "print":
        os.write(1, b"a library says\\n" * 9999)
    if what == "write":
        Path(sys.argv[2], "written").write_text("x")
    if what == "nonsense":
        os.write(3, b"\\xff" * 64); os.write(4, b"\\xff" * 64); os.write(5, b"\\xff" * 64)

def open_cube(path, options):
    act(path.read_bytes()[124:].split(b"\\0")[0].decode())
    values = np.arange(31 * 17 * 23, dtype="i4").reshape(31, 17, 23)
    return Cube(Pixels(values), notes=("caf\\udce9",), wavelengths=np.linspace(400, 900, 23))

matlab.open_cube = open_cube
formats.cache_clear()
worker.serve(sys.argv[3])
"""


@pytest.fixture
def acting(tmp_path, monkeypatch):
    """Make files whose decoder misbehaves: at once, or when pixels are read."""
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    monkeypatch.setattr(process, "command", lambda: [sys.executable, str(script), "-", str(tmp_path)])
    handle.end_all()

    def make(when_opened: str = "", when_read: str = "") -> Path:
        (tmp_path / "at_read").write_text(when_read)
        (tmp_path / "a.mat").write_bytes(b"MATLAB 5".ljust(124) + when_opened.encode() + b"\0")
        return tmp_path / "a.mat"

    yield make
    handle.end_all()


@pytest.fixture
def small(tmp_path) -> Path:
    scipy.io.savemat(tmp_path / "s.mat", {"c": values()})
    return tmp_path / "s.mat"


def values() -> np.ndarray:
    return np.arange(np.prod(SHAPE), dtype="i4").reshape(SHAPE)


def children() -> set[int]:
    """Processes that this one has started and not yet seen the end of, zombies among them."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    if not listed.exists():
        pytest.skip("this system does not list children")
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            found |= {int(word) for word in (task / "children").read_text().split()}
    return found


BAD = {
    "crash": r"brings its decoder down \(SIGABRT\)",
    "exit": r"exit code 3",
    "loop": r"takes much more time",
    "memory": r"needs too much memory",
    "bug": r"RuntimeError: two lines",
    "nonsense": r"decoder",
}


@posix
@pytest.mark.parametrize("what", BAD)
def test_a_bad_decoder_is_an_error_of_the_file(acting, what):
    path = acting(what)
    with pytest.raises(FileError, match=BAD[what]) as caught:
        open_cube(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@posix
def test_the_next_request_gets_a_new_child(acting, tmp_path):
    cube = open_cube(acting())
    for what in ("crash", "bug", "exit"):
        (tmp_path / "at_read").write_text(what)
        with pytest.raises(FileError, match=BAD[what]):
            cube.pixels.read(0, 3)
    (tmp_path / "at_read").write_text("")
    np.testing.assert_array_equal(cube.pixels.read(0, 31), values())


@posix
def test_the_deadline_is_not_only_of_processor_time(acting, monkeypatch):
    open_cube(acting())  # has its child started
    monkeypatch.setattr(handle, "WALL_SECONDS", 0.3)
    with pytest.raises(FileError, match=r"a\.mat: could not be decoded within"):
        open_cube(acting("sleep"))


@posix
def test_what_libraries_print_and_write(acting, tmp_path):
    np.testing.assert_array_equal(open_cube(acting("print", "print")).pixels.read(0, 31), values())
    with pytest.raises(FileError, match=r"too large|Permission denied"):
        open_cube(acting("write"))
    assert open_cube(acting()).notes == ("caf?",)


@pytest.mark.parametrize("size", [memory.SIZE // 2 - 4, memory.SIZE // 2, 2 * memory.SIZE + 12])
def test_blocks_of_any_size_come_whole(tmp_path, size):
    image = np.arange(size // 4, dtype="i4").reshape(-1, 1, 1)
    scipy.io.savemat(tmp_path / "b.mat", {"c": np.concatenate([image, -image], axis=2)})
    read = open_cube(tmp_path / "b.mat").pixels.read(0, size // 4)
    np.testing.assert_array_equal(read[:, 0, 0], image.ravel())
    np.testing.assert_array_equal(read[:, 0, 1], -image.ravel())


def test_long_reads_are_put_together(small, monkeypatch):
    from hsunmix.formats.decoder import remote

    monkeypatch.setattr(remote, "PORTION", 5 * 17 * 23 * 4)
    cube = open_cube(small)
    np.testing.assert_array_equal(cube.pixels.read(1, 31), values()[1:])
    np.testing.assert_array_equal(cube.pixels.read(0, 31, [22, 0]), values()[:, :, [22, 0]])
    assert cube.pixels.read(5, 5).shape == (0, 17, 23)
    assert cube.pixels.read(0, 31, []).shape == (31, 17, 0)


def test_passes_read_ahead_and_threads_share(small):
    cube = open_cube(small)

    def check(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        step, bands = int(rng.integers(1, 9)), [None, [3], [22, 0, 7]][seed % 3]
        parts = [cube.pixels.read(k, k + step, bands) for k in range(0, 31, step)]
        whole = values() if bands is None else values()[:, :, bands]
        line, sample = int(rng.integers(31)), int(rng.integers(17))
        return np.array_equal(np.concatenate(parts), whole) and np.array_equal(
            cube.pixels.spectrum(line, sample), values()[line, sample]
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(check, range(60)))


def test_a_file_that_changes_is_noticed(small):
    cube = open_cube(small)
    cube.pixels.read(0, 1)
    small.write_bytes(small.read_bytes())
    os.utime(small, (1, 1))
    with pytest.raises(FileError, match="has changed"):
        cube.pixels.read(0, 1)
    small.unlink()
    with pytest.raises(FileError, match=r"s\.mat: can no longer be read"):
        cube.pixels.read(0, 1)


def test_a_new_child_serves_no_other_file(tmp_path):
    path = tmp_path / "c.h5"

    def write(number: int) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("cube", data=values() + number, chunks=(5, 17, 23), compression="lzf")

    write(0)
    cube = open_cube(path)
    np.testing.assert_array_equal(cube.pixels.read(0, 31), values())
    os.kill(next(iter(children())), 9)
    handle.end_all()
    write(1)  # the same size, shape and type
    for _ in range(2):
        with pytest.raises(FileError):
            cube.pixels.read(0, 3)
    np.testing.assert_array_equal(open_cube(path).pixels.read(0, 31), values() + 1)


def test_a_cube_that_goes_leaves_nothing(small):
    handle.end_all()
    before = children()
    fds = set(Path("/proc/self/fd").iterdir())
    cubes = [open_cube(small) for _ in range(5)]
    assert len(children() - before) == 5
    cubes[0].read(0, 31)
    del cubes
    gc.collect()
    assert len(children() - before) == handle.IDLE
    open_cube(small)
    open_header(small)
    with pytest.raises(HsunmixError):
        open_spectra(small)
    assert len(children() - before) <= handle.IDLE + 1
    gc.collect()
    handle.end_all()
    assert children() <= before
    assert set(Path("/proc/self/fd").iterdir()) <= fds


def run(code: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, words)], stdout=subprocess.PIPE, text=True
    )


OPENING = """
import sys, time
from hsunmix.formats import open_cube
from hsunmix.formats.decoder import handle
cube = open_cube(sys.argv[1])
print(*(child.pid for child in handle._every), flush=True)
"""


@posix
@pytest.mark.parametrize("end", ["exit", "kill"])
def test_no_child_outlives_the_program(small, end):
    parent = run(OPENING + ("" if end == "exit" else "time.sleep(60)"), small)
    (pid,) = map(int, parent.stdout.readline().split())
    if end == "kill":
        parent.kill()
    parent.wait(30)
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_the_child_imports_no_qt_and_nothing_from_the_users_folder(small, monkeypatch, tmp_path):
    (tmp_path / "msgspec.py").write_text("raise SystemExit('imported from the folder of the data')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", ".")
    handle.end_all()
    cube = open_cube("s.mat")
    np.testing.assert_array_equal(cube.pixels.read(0, 31), values())
    if sys.platform == "linux":
        maps = [Path(f"/proc/{child.pid}/maps").read_text() for child in handle._every]
        assert maps
        assert not any(name in text for text in maps for name in ("PySide6", "libQt", "numba", "rasterio"))


@posix
def test_a_copy_of_the_process_gets_a_child_of_its_own(small):
    code = """
        import os, sys
        import numpy as np
        from hsunmix.formats import open_cube
        cube = open_cube(sys.argv[1])
        first = cube.pixels.read(0, 9)
        pid = os.fork()
        same = all(np.array_equal(cube.pixels.read(0, 9), first) for _ in range(50))
        if pid == 0:
            os._exit(0 if same else 1)
        print(same, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    """
    done = run(code, small)
    assert done.communicate(timeout=60)[0].split() == ["True", "0"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [(-11, "SIGSEGV"), (-9, "want of memory"), (7, "exit code 7"), (None, "exit code None")],
)
@posix
def test_the_end_of_a_child_in_words(code, reason):
    assert reason in limits.reason_of_death(code)


@posix
def test_plugins_are_not_loaded_from_a_folder():
    assert process._environment()["HDF5_PLUGIN_PRELOAD"] == "::"
    code = "import h5py; print(h5py.h5z.filter_avail(32015))"  # zstd, known to plugins only
    env = process._environment() | {"HDF5_PLUGIN_PATH": "/tmp"}
    assert subprocess.check_output([sys.executable, "-c", code], env=env, text=True).strip() == "False"


def test_a_decoder_that_cannot_start(small, monkeypatch):
    handle.end_all()
    monkeypatch.setattr(process, "command", lambda: [sys.executable, "-c", "raise SystemExit(5)"])
    with pytest.raises(FileError, match=r"s\.mat: .*did not start"):
        open_cube(small)


@posix
def test_no_file_descriptor_is_left(small):
    resource = pytest.importorskip("resource")
    handle.end_all()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, before[1]))  # one, to look at the file
    try:
        with pytest.raises(FileError, match=r"s\.mat: .*can't be started"):
            open_cube(small)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert open_cube(small).shape == SHAPE


def test_the_frozen_program_starts_itself(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert process.command() == [sys.executable, "decode"]
    monkeypatch.setattr(process, "command", lambda: [sys.executable, "-m", "hsunmix", "decode"])
    child = process.DecoderProcess()
    try:
        reply = child._wait_for(Path("x"), 60, lambda: process.receive(child._output, process.Done))
        assert isinstance(reply, process.Done)
    finally:
        child.end()
