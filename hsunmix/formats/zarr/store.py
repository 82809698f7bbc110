"""Open a Zarr store, and never leave it: no link, no name leads out of its folder, no pipe is waited for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import zarr
from zarr.core.sync import sync
from zarr.storage import LocalStore, ZipStore

from hsunmix.errors import FormatError
from hsunmix.files import STORE_FILES
from hsunmix.formats.opening.files import is_regular
from hsunmix.formats.zarr.zipped import store_in

__all__ = ["arrays", "open_root", "stored_at_least"]

MAX_NODES = 20_000


class _Refused(Exception):  # noqa: N818 - becomes a FormatError
    """A key leads out of the store, or to what is no file."""


class _Folder(LocalStore):  # type: ignore[misc,unused-ignore]
    """A store's folder, of which nothing is read that lies elsewhere."""

    def _inside(self, key: str) -> str:
        root, path = os.path.realpath(self.root), self.root / key
        if os.path.commonpath([root, os.path.realpath(path)]) != root:
            raise _Refused(f"{key} leads out of the store")
        if path.exists() and not path.is_dir() and not is_regular(path):  # to open it could wait for ever
            raise _Refused(f"{key} is a pipe or a device")
        return key

    def get_sync(self, key: str, **kwargs: Any) -> Any:
        return super().get_sync(self._inside(key), **kwargs)

    async def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        return await super().get(self._inside(key), *args, **kwargs)

    async def get_partial_values(self, prototype: Any, key_ranges: Iterable[tuple[str, Any]]) -> list[Any]:
        pairs = [(self._inside(key), asked) for key, asked in key_ranges]
        return await super().get_partial_values(prototype, pairs)


class _PipeLoop(asyncio.SelectorEventLoop):
    """An event loop that wakes itself through a pipe: a decoder may have no socket."""

    def _make_self_pipe(self) -> None:
        self._ends = os.pipe()
        for end in self._ends:
            os.set_blocking(end, False)
        self._internal_fds = 1
        self._add_reader(self._ends[0], self._read_from_self)  # type: ignore[attr-defined]

    def _close_self_pipe(self) -> None:
        self._remove_reader(self._ends[0])  # type: ignore[attr-defined]
        for end in self._ends:
            os.close(end)

    def _read_from_self(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._ends[0], 4096):
                pass

    def _write_to_self(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._ends[1], b"\0")  # a full pipe wakes it as well


def open_root(path: Path) -> Any:
    """Open a store: a ``zarr.Group``, or a ``zarr.Array`` where it holds nothing else.

    Raises
    ------
    FormatError
        It is none that zarr can read.
    """
    made = asyncio.new_event_loop
    if os.name == "posix":
        asyncio.new_event_loop = _PipeLoop  # zarr makes its loop when it opens something first
    try:
        if path.is_dir():
            return zarr.open(_Folder(path, read_only=True), mode="r")
        return zarr.open(ZipStore(path, mode="r", read_only=True), path=store_in(path), mode="r")
    except (MemoryError, FormatError):
        raise
    except _Refused as error:
        raise FormatError(path, f"{error}: refused") from None
    except Exception as error:
        said = " ".join(str(error).split())[:120]
        raise FormatError(
            path, f"is no Zarr store that can be read: {said or type(error).__name__}"
        ) from None
    finally:
        asyncio.new_event_loop = made


def arrays(path: Path, root: Any, notes: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return all arrays of a store by their names, and its groups; what can't be read is noted."""
    if isinstance(root, zarr.Array):
        return {path.name.split(".")[0] or "cube": root}, {}
    found: dict[str, Any] = {}
    groups: dict[str, Any] = {"": root}
    todo = [("", root)]
    while todo:
        inside, group = todo.pop()
        for name in sync(_listed(group)):
            full = f"{inside}/{name}".strip("/")
            if len(found) + len(groups) >= MAX_NODES:
                raise FormatError(path, f"holds more than {MAX_NODES} arrays and groups: too many for a cube")
            try:
                node = group[name]
            except _Refused as error:
                raise FormatError(path, f"{error}: refused") from None
            except KeyError:  # no node of the store
                continue
            except Exception as error:
                notes.append(f"{full} can't be read ({' '.join(str(error).split())[:80]}): left out.")
                continue
            if isinstance(node, zarr.Group):
                groups[full] = node
                todo.append((full, node))
            else:
                found[full] = node
    return found, groups


async def _listed(group: Any) -> list[str]:
    """Return the names in a group, also of what can't be read: zarr's own list would not get beyond it."""
    return sorted([name async for name in group.store.list_dir(group.path) if name not in STORE_FILES])


def stored_at_least(path: Path, array: Any, needed: int) -> int:
    """Return the bytes that an array has in its store; no more are counted than are needed."""
    total = 0
    for size in _sizes(path, array.path):
        total += size
        if total >= needed:
            break
    return total


def _sizes(path: Path, inside: str) -> Iterator[int]:
    if not path.is_dir():
        from zipfile import ZipFile

        with ZipFile(path) as archive:
            prefix = f"{inside}/" if inside else ""
            yield from (info.file_size for info in archive.infolist() if info.filename.startswith(prefix))
        return
    for folder, _, names in os.walk(path / inside):
        for name in names:
            yield os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - of many, quickly
