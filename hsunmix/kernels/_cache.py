"""Compiled kernels on disk: a convenience, never a condition.

Numba's own cache trusts its files: one that is empty, cut or garbled stops the program, and so does
a full disk. Here every file begins with the hash of what follows. What can't be loaded isn't there,
is compiled anew and replaced; what can't be written is compiled for this process alone, and said once.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import stat
import sys
import threading
import warnings
from functools import cache
from itertools import count
from pathlib import Path

from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile, _CacheLocator

from hsunmix._version import __version__
from hsunmix.errors import HsunmixWarning
from hsunmix.files import reason
from hsunmix.kernels import cache_folder

__all__ = ["KernelCache", "all_kept"]

DIGEST = 32  # bytes
_unkept: list[str] = []  # why kernels could not be written
_lock = threading.Lock()


def all_kept() -> bool:
    """Whether every kernel that this process has compiled will be there the next time."""
    return not _unkept


@cache
def _stamp(name: str) -> bytes:
    """Hash the source of a module of kernels, and of those whose kernels are compiled into its own.

    By content and never by path: a program that unpacks itself lies in another folder every time.
    """
    module = sys.modules[name]
    digest = hashlib.sha256(__version__.encode())
    source = Path(module.__file__ or "")
    if source.suffix == ".py" and source.is_file():
        digest.update(source.read_bytes())
    for used in sorted({str(getattr(thing, "__module__", "")) for thing in vars(module).values()}):
        if used != name and used.startswith("hsunmix.kernels."):
            digest.update(_stamp(used))
    return digest.digest()


class _Place(_CacheLocator):
    """The user's cache folder; that nothing can be written there is found when it is tried."""

    def __init__(self, py_func):
        self._py_file = py_func.__code__.co_filename  # for Numba's warnings
        self._line = py_func.__code__.co_firstlineno
        self._module = py_func.__module__

    @classmethod
    def from_function(cls, py_func, py_file):  # noqa: ARG003
        return cls(py_func)

    def ensure_cache_path(self):
        Path(self.get_cache_path()).mkdir(parents=True, exist_ok=True)

    def get_cache_path(self):
        return str(cache_folder())

    def get_source_stamp(self):
        return _stamp(self._module)

    def get_disambiguator(self):
        return str(self._line)


class _Results(CompileResultCacheImpl):
    _locator_classes = (_Place,)


class _Files(IndexDataCacheFile):
    """An index, and a file for each signature."""

    def load(self, key):
        name = self._index().get(key)
        found = None if name is None else _read(self._data_path(name))
        return found[1] if found is not None and found[0] == self._about(key) else None

    def save(self, key, data):
        index = self._index()
        taken = set(index.values())
        name = index.get(key) or next(n for n in map(self._data_name, count(1)) if n not in taken)
        # The data first: an index must never lead to what an earlier source was compiled to.
        self._write(self._data_path(name), (self._about(key), data))
        self._write(self._index_path, (self._about(None), {**index, key: name}))

    def flush(self):
        self._write(self._index_path, (self._about(None), {}))

    def _index(self):
        found = _read(self._index_path)
        return found[1] if found is not None and found[0] == self._about(None) else {}

    def _about(self, key):
        return self._version, self._source_stamp, key

    def _write(self, path, content):
        body = self._dump(content)
        if os.path.isdir(path):  # noqa: PTH112 - Numba's paths are text
            shutil.rmtree(path, ignore_errors=True)
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(body).digest())
            file.write(body)


def _read(path):
    """Return what was written; None where it isn't there, can't be read, or is not what was written."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            return None
        raw = Path(path).read_bytes()
        if hashlib.sha256(raw[DIGEST:]).digest() != raw[:DIGEST]:
            return None
        return pickle.loads(raw[DIGEST:])
    except Exception:  # a pickle of another version raises whatever it likes
        return None


class KernelCache(FunctionCache):
    """What keeps the compiled code of one kernel."""

    _impl_class = _Results

    def __init__(self, py_func):
        super().__init__(py_func)
        place = self._impl.locator
        self._cache_file = _Files(place.get_cache_path(), self._impl.filename_base, place.get_source_stamp())

    def load_overload(self, sig, target_context):
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # sound, but made by another LLVM
            return None

    def save_overload(self, sig, data):
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _tell(
                f"the compiled kernels can't be kept in {cache_folder()} ({reason(error)}) and are compiled "
                "at every start; HSUNMIX_CACHE_DIR names another folder"
            )


def _tell(text):
    with _lock:
        _unkept.append(text)
        first = len(_unkept) == 1
    if first:
        warnings.warn(text, HsunmixWarning, stacklevel=2)
