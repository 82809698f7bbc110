"""What a shell may do to a program: close its streams, fill its disk, take its folder, interrupt it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from hsunmix.cli import _shell
from hsunmix.cli._work import about
from hsunmix.errors import InputError, TooLargeError
from tests.cli.conftest import refusal, write_envi

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
PROGRAM = f'"{sys.executable}" -m hsunmix'


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A file that a child process decodes."""
    path = tmp_path_factory.mktemp("shell") / "scene.h5"
    with h5py.File(path, "w") as file:
        file["cube"] = np.random.default_rng(0).random((6, 5, 4), np.float32)
    return path


def shell(line, **options):
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=120, **options)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(scene, closed):
    done = shell(f'{PROGRAM} info "{scene}" {closed}')
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert (">&-" in closed.split()) or "scene.h5" in done.stdout or "lines" in done.stdout


def test_a_python_program_without_streams(scene):
    code = f"import hsunmix; print(hsunmix.open_cube({str(scene)!r}).read(0, 6).shape)"
    done = shell(f'"{sys.executable}" -c "{code}" <&-')
    assert done.stdout.strip() == "(6, 5, 4)", done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written():
    done = shell(f"{PROGRAM} methods >/dev/full")
    assert (done.returncode, done.stderr) == (
        2,
        "hsunmix: error: the output could not be written: the disk is full\n",
    )
    assert shell(f"{PROGRAM} methods 2>/dev/full").returncode == 0
    assert shell(f"{PROGRAM} info nowhere.hdr 2>/dev/full").returncode == 2


def test_a_reader_that_goes_away():
    done = shell(f"{PROGRAM} methods --json | head -c 10")
    assert done.stdout
    assert not done.stderr


def test_a_working_folder_that_was_deleted(scene, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    relative = shell(f'rmdir "{gone}"; {PROGRAM} info scene.h5', cwd=gone)
    assert relative.returncode == 2
    assert relative.stderr == "hsunmix: error: the working folder was deleted; change into another one\n"
    gone.mkdir()
    absolute = shell(f'rmdir "{gone}"; {PROGRAM} info "{scene}"', cwd=gone)
    assert absolute.returncode == 0, absolute.stderr


def test_an_interrupt_while_it_starts():
    for delay in (0.05, 0.15):
        process = subprocess.Popen(
            [sys.executable, "-X", "importtime", "-c", "import hsunmix.cli.main as m; m.main(['methods'])"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert process.stderr is not None
        for line in process.stderr:  # until our own part has begun
            if "hsunmix.cli._shell" in line:
                break
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() in (0, 130, -signal.SIGINT)
        assert "Traceback" not in rest


def test_an_interrupt_that_a_library_swallowed_is_not_lost():
    _shell._interrupted = True
    with pytest.raises(KeyboardInterrupt):
        _shell.check_interrupt()
    _shell.check_interrupt()


def test_messages_have_a_length_that_can_be_read(hsunmix, tmp_path):
    (tmp_path / "a.hdr").write_text("ENVI\ninterleave = " + "x" * 3000)
    assert len(refusal(hsunmix("info", tmp_path / "a.hdr"))) < 550
    assert len(refusal(hsunmix("info", "y" * 5000))) < 550
    kept = _shell.one_line("a" * 300 + " " * 9 + "b" * 300)
    assert kept.startswith("aaa")
    assert kept.endswith("bbb")


@pytest.mark.parametrize(
    "error",
    [MemoryError(), TooLargeError("the pixels of the scene would take 9 GB"), InputError("no pixel")],
)
def test_a_refusal_names_the_scene(tmp_path, error):
    with pytest.raises((InputError, TooLargeError), match=r"scene\.hdr: \w"), about(tmp_path / "scene.hdr"):
        raise error


def test_memory_that_does_not_suffice_names_the_file(hsunmix, tmp_path, monkeypatch):
    def full(*_, **__):
        raise MemoryError
        yield

    monkeypatch.setattr("hsunmix.methods.running.pipeline.load", full)
    scene = write_envi(tmp_path, np.ones((4, 3, 20), np.float32))
    assert "scene.hdr: there is not enough memory" in refusal(
        hsunmix("unmix", scene, "-r", 2, "-o", tmp_path / "o")
    )
