"""Compiled kernels are kept where they can be, and never trusted blindly."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from hsunmix import kernels
from hsunmix.errors import HsunmixWarning
from hsunmix.kernels import _cache
from hsunmix.kernels._compile import njit


def doubled(x):
    return 2 * x


def signed(x):
    return -x


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where kernels are kept, with nothing in it."""
    monkeypatch.setenv("HSUNMIX_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(_cache, "_unkept", [])
    return kernels.cache_folder()


def fresh(function=doubled, value=21.0):
    """The kernel as a new process has it: how often was it loaded, and what does it give?"""
    kernel = njit(nogil=True)(function)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = kernel(value)
    return sum(kernel.stats.cache_hits.values()), result


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """What is kept of one kernel."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HSUNMIX_CACHE_DIR", str(tmp_path_factory.mktemp("sound")))
        assert fresh() == (0, 42)
        assert fresh() == (1, 42)
        return kernels.cache_folder()


def test_signatures_share_an_index(folder):
    for hits in (0, 1):
        assert fresh() == (hits, 42)
        assert fresh(value=4) == (hits, 8)
    assert len(list(folder.glob("*.nbi"))) == 1
    assert len(list(folder.glob("*.nbc"))) == 2


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def garbled(path):
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 4
    path.write_bytes(raw)


def folder_instead(path):
    path.unlink()
    (path / "inside").mkdir(parents=True)


def pipe_instead(path):
    path.unlink()
    os.mkfifo(path)


def numbas_own(path):
    path.write_bytes(pickle.dumps("0.1") + pickle.dumps(((1.0, 2), {})))


def of_something_else(path):
    body = pickle.dumps(("1.0", b"", None))
    path.write_bytes(hashlib.sha256(body).digest() + body)


DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "short": lambda path: path.write_bytes(b"\x80"),
    "cut": cut,
    "garbled": garbled,
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"more"),
    "no permission": lambda path: path.chmod(0),
    "gone": lambda path: path.unlink(),
    "a folder": folder_instead,
    "a pipe": pipe_instead,
    "a broken link": lambda path: (path.unlink(), path.symlink_to("nowhere")),
    "of Numba's own": numbas_own,
    "of something else": of_something_else,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_what_is_damaged_is_compiled_anew_and_replaced(folder, sound, damage, ending):
    shutil.copytree(sound, folder)
    (path,) = folder.glob(f"*.{ending}")
    DAMAGES[damage](path)
    hits, result = fresh()
    assert result == 42
    assert hits == 0 or (damage == "no permission" and os.getuid() == 0)
    assert fresh() == (1, 42)


def test_code_of_another_kernel_in_its_place_is_not_run(folder):
    """As a full disk could leave it: the index written, and the data those of before."""
    fresh(doubled), fresh(signed)
    twice, minus = (sorted(folder.glob(f"*.{name}-*.nbc")) for name in ("doubled", "signed"))
    for mine, other in zip(twice, minus, strict=True):
        mine.write_bytes(other.read_bytes())
    assert fresh() == (0, 42)


def test_code_for_another_signature_is_not_run(folder):
    fresh(), fresh(value=4)
    one, two = sorted(folder.glob("*.nbc"))
    one.write_bytes(two.read_bytes())
    assert fresh() == (0, 42)
    assert fresh(value=4) == (1, 8)


def test_where_nothing_can_be_kept_it_is_said_once(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.touch()  # no folder can be made below it, not even by root
    monkeypatch.setenv("HSUNMIX_CACHE_DIR", str(blocked))
    monkeypatch.setattr(_cache, "_unkept", [])
    with pytest.warns(HsunmixWarning, match="can't be kept in .*file") as said:
        assert [njit()(function)(21.0) for function in (doubled, signed)] == [42, -21]
    assert len(said) == 1
    kernels.mark_prepared()
    assert not kernels.is_prepared()


def test_a_full_disk_stops_nothing_and_leaves_nothing(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_cache._Files, "_dump", full)
    with pytest.warns(HsunmixWarning, match="the disk is full"):
        assert njit()(doubled)(21.0) == 42
    assert not list(folder.iterdir())


def test_every_kernel_is_kept_this_way():
    import importlib
    import pkgutil

    from numba.core.dispatcher import Dispatcher

    found = 0
    for module in pkgutil.iter_modules(kernels.__path__, "hsunmix.kernels."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, Dispatcher):
                assert isinstance(thing._cache, _cache.KernelCache), thing
                found += 1
    assert found > 50


def test_kernels_are_known_by_their_source_and_not_by_where_it_lies(tmp_path, monkeypatch):
    from hsunmix.kernels import hals

    before = _cache._stamp.__wrapped__(hals.__name__)
    moved = tmp_path / "_MEI42" / "hals.py"
    moved.parent.mkdir()
    moved.write_bytes(Path(hals.__file__).read_bytes())
    monkeypatch.setattr(hals, "__file__", str(moved))
    assert _cache._stamp.__wrapped__(hals.__name__) == before
    moved.write_bytes(b"# another\n")
    assert _cache._stamp.__wrapped__(hals.__name__) != before


def test_what_a_kernel_calls_is_part_of_it(tmp_path, monkeypatch):
    from hsunmix.kernels import _products, assign

    before = _cache._stamp.__wrapped__(assign.__name__)
    changed = tmp_path / "_products.py"
    changed.write_bytes(Path(_products.__file__).read_bytes() + b"# another\n")
    monkeypatch.setattr(_products, "__file__", str(changed))
    _cache._stamp.cache_clear()
    assert _cache._stamp(assign.__name__) != before
    _cache._stamp.cache_clear()


def test_numbas_own_setting_is_left_alone(folder):
    code = (
        "import hsunmix.kernels.assign as m, numba as n\n"
        "print(n.config.CACHE_DIR or m.assign.stats.cache_path)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert out.stdout.strip() == str(folder), out.stderr


def test_two_versions_do_not_share_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = kernels.cache_folder()
    monkeypatch.setattr(kernels, "__version__", "99.1")
    assert kernels.cache_folder() != mine
    assert kernels.cache_folder().parent == mine.parent
