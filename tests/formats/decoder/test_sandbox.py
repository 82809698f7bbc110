"""What a decoder that a hostile file has taken over may not do. Linux with Landlock; skipped elsewhere."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from hsunmix.errors import FileError
from hsunmix.formats import open_cube
from hsunmix.formats.decoder import sandbox
from hsunmix.formats.decoder.process import DecoderProcess, _environment

sealed = pytest.mark.skipif(not sandbox.available(), reason="this kernel has no Landlock")

TRIES = """
import ctypes, json, os, socket, subprocess, sys
from pathlib import Path
from hsunmix.formats.decoder import sandbox
folder = Path(sys.argv[1])
path, parent = folder / "scene.h5", os.getppid()
sandbox.seal(path)
sandbox.seal_calls()
tries = {
    "itself": lambda: path.read_bytes(),
    "aside": lambda: (folder / "scene.h5.aux.xml").read_bytes(),
    "list": lambda: os.listdir(folder),
    "import": lambda: __import__("wave"),
    "memory": lambda: open("/proc/meminfo").read(),
    "neighbour": lambda: (folder / "secret.txt").read_bytes(),
    "link": lambda: (folder / "scene.link").read_bytes(),
    "passwd": lambda: open("/etc/passwd").read(),
    "environment": lambda: open("/proc/self/environ").read(),
    "parent": lambda: open(f"/proc/{parent}/mem", "rb").read(1),
    "home": lambda: os.listdir(os.path.expanduser("~root")),
    "write": lambda: path.open("r+b"),
    "create": lambda: (folder / "new").touch(),
    "rename": lambda: path.rename(folder / "other"),
    "remove": lambda: path.unlink(),
    "program": lambda: os.execv("/bin/true", ["true"]),
    "network": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "unix": lambda: socket.socket(socket.AF_UNIX),
    "kill": lambda: os.kill(parent, 0),
}
found = {}
for name, work in tries.items():
    try:
        work()
        found[name] = True
    except OSError as error:
        found[name] = False
print(json.dumps(found))
"""
ALLOWED = {"itself", "aside", "list", "import", "memory"}
CALLS = {"program", "network", "unix", "kill"}  # that seccomp takes away


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.h5"
    with h5py.File(path, "w") as file:
        values = np.random.default_rng(0).random((6, 5, 4))
        file.create_dataset("cube", data=values, compression="lzf", chunks=(2, 5, 4))  # HDF5 reads it itself
    return path


@sealed
def test_nothing_but_the_file_can_be_reached(tmp_path, scene):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "scene.h5.aux.xml").write_text("beside")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.write_text("secret")
    (tmp_path / "scene.link").symlink_to(outside)
    done = subprocess.run(
        [sys.executable, "-c", TRIES, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    allowed = {name for name, could in found.items() if could}
    if platform.machine() not in sandbox.CALLS:
        allowed -= CALLS
    assert allowed == ALLOWED
    assert scene.exists()


@sealed
def test_decoders_serve_one_file_after_the_other(scene, tmp_path):
    """Each in a copy of its own, which is gone with the file."""
    other = tmp_path / "deep" / "other.h5"
    other.parent.mkdir()
    other.write_bytes(scene.read_bytes())
    for path in (scene, other, scene):
        cube = open_cube(path)
        assert cube.read(0, 6).shape == (6, 5, 4)
        (pid,) = children_of(cube.pixels._handle._decoder.pid)
        status = Path(f"/proc/{pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status or platform.machine() not in sandbox.CALLS
        cube.pixels.close()
        gone(pid)


@sealed
def test_a_copy_ends_with_its_decoder_and_its_death_is_told(scene):
    import signal

    cube = open_cube(scene)
    child = cube.pixels._handle._decoder
    (pid,) = children_of(child.pid)
    os.kill(pid, signal.SIGSEGV)
    with pytest.raises(FileError, match="SIGSEGV"):
        cube.read(0, 1)
    assert cube.read(0, 6).shape == (6, 5, 4)
    child = cube.pixels._handle._decoder
    (pid,) = children_of(child.pid)
    os.kill(child.pid, signal.SIGKILL)
    gone(pid)


def test_a_decoder_gets_nothing_of_the_environment(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("HDF5_PLUGIN_PATH", "/somewhere")
    monkeypatch.setenv("LD_PRELOAD", "")
    assert not {"AWS_SECRET_ACCESS_KEY", "HDF5_PLUGIN_PATH", "HOME", "LD_PRELOAD"} & _environment().keys()
    child = DecoderProcess()
    try:
        if sys.platform == "linux":
            assert b"secret" not in Path(f"/proc/{child.pid}/environ").read_bytes()
    finally:
        child.end()


def test_without_the_kernels_help_files_are_decoded_all_the_same(scene):
    code = (
        "import sys; from hsunmix.formats.decoder import sandbox, worker; sandbox.available = lambda: False;"
        "worker.serve(sys.argv[1])"
    )
    run = (
        "import sys, hsunmix, hsunmix.formats.decoder.process as p;"
        "p.command = lambda: [sys.executable, '-c', sys.argv[2]];"
        "print(hsunmix.open_cube(sys.argv[1]).read(0, 6).shape)"
    )
    done = subprocess.run([sys.executable, "-c", run, str(scene), code], capture_output=True, text=True)
    assert done.stdout.strip() == "(6, 5, 4)", done.stderr


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> None:
    for _ in range(200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} still runs")
