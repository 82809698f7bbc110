"""What a worker of the cluster does: it reads its blocks, keeps them, and runs passes over them."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.engine.ahead import Ahead
from hsunmix.engine.cluster.messages import (
    FILE,
    Answer,
    Kind,
    Order,
    Origin,
    Placing,
    Recipe,
    Sums,
    Task,
    merged,
    packed,
    unpacked,
)
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.source import Chunk, Outcome, Pass, counts_of, cut
from hsunmix.engine.threads import run_chunks, set_threads
from hsunmix.engine.tile_writer import TILE
from hsunmix.errors import FileError
from hsunmix.model.brought import brought
from hsunmix.model.chain import ChainedPixels
from hsunmix.model.cube import Cube

__all__ = ["Keeper", "NotHereError", "StoppedError", "do", "keep", "stop", "version"]

SHARE = 0.4  # of a worker's memory that pixels may have; beyond, they are read from the file again

_states: dict[str, _State] = {}
_stopped: dict[str, None] = {}  # tokens of orders that nobody waits for
_one = threading.Lock()  # a pass has all threads of the worker


class NotHereError(Exception):
    """Here nobody knows the scene: it is another worker than before."""


class StoppedError(Exception):
    """Nobody waits for this any more."""


class Keeper:
    """Lives on a worker as long as the client wants the scene; with it goes what is kept of the scene."""

    def __init__(self, session: str) -> None:
        self.session = session

    def __del__(self) -> None:
        _states.pop(self.session, None)


class _State:
    """The blocks of a scene that this worker has."""

    def __init__(self, recipe: Recipe, limit: float) -> None:
        self.tiles, self.step = _tiles(recipe), recipe.tiles
        self.counts = counts_of(len(self.tiles.pixels), TILE)
        self.numbers: dict[str, dict[int, NDArray[Any]]] = {}
        self._kept: dict[int, NDArray[np.float32]] = {}
        self._room = limit

    def range(self, block: int) -> slice:
        """The tiles of a block."""
        return slice(block * self.step, min((block + 1) * self.step, len(self.tiles)))

    def block(self, block: int) -> NDArray[np.float32]:
        """Return its pixels; they are kept, if there is room."""
        found = self._kept.get(block)
        if found is None:
            found = self.tiles[self.range(block)]
            if found.nbytes <= self._room:
                self._room -= found.nbytes
                self._kept[block] = found
        return found

    def of(self, name: str, kind: Kind, block: int) -> NDArray[Any]:
        """Return a block's share of numbers, which are made where there are none yet."""
        known = self.numbers.setdefault(name, {})
        if block not in known:
            tiles = self.range(block)
            known[block] = kind.made(tiles.stop - tiles.start, TILE)
        return known[block]


def version() -> str:
    """Return the version of hsunmix here."""
    return __version__


def keep(session: str) -> Keeper:
    """Return what keeps a scene here, once it comes."""
    return Keeper(session)


def stop(tokens: tuple[str, ...]) -> None:
    """Let nothing more be done for some orders."""
    while len(_stopped) > 1000:
        del _stopped[next(iter(_stopped))]
    _stopped.update(dict.fromkeys(tokens))


def do(session: str, message: bytes) -> bytes:
    """Carry out an order: the one function that is ever submitted."""
    from distributed import get_worker

    worker, order = get_worker(), unpacked(message)
    assert isinstance(order, Order)
    with _one, set_threads(max(1, worker.state.nthreads)):
        _check(order)
        if order.recipe is not None and session not in _states:
            limit = worker.memory_manager.memory_limit or float("inf")
            _states[session] = _State(order.recipe, SHARE * limit)
        state = _states.get(session)
        if state is None:
            raise NotHereError(session)
        return packed(_done(state, order))


def _check(order: Order) -> None:
    if order.token in _stopped:
        raise StoppedError


def _done(state: _State, order: Order) -> Answer:
    for name in order.drop:
        state.numbers.pop(name, None)
    values: dict[int, list[Any]] = {}
    sums: Sums = {}
    for step in order.steps:
        if isinstance(step, Placing):
            for block, given in step.values.items():
                state.of(step.name, order.kinds[step.name], block)[...] = given
            continue
        values, sums = {}, {}
        for block, outcomes in _run(state, order, step):
            values[block] = [value for value, _ in outcomes]
            if step.sums:
                of_parts = [found for _, found in outcomes]
                sums[0, block] = [reduce(np.add, one) for one in zip(*of_parts, strict=True)]
    numbers = {n: {b: state.of(n, order.kinds[n], b) for b in order.blocks} for n in order.get}
    return Answer(values, merged(sums), numbers)


def _run(state: _State, order: Order, task: Task) -> Iterator[tuple[int, list[Outcome]]]:
    """Run a task block by block, while the next ones are read."""
    one = Pass(task.work, task.small, (), task.sums, task.blind)
    read = partial(_pixels, state, order, task)
    with closing(Ahead(read, iter(task.chunks))) as ahead:
        while ahead.more:
            block, tiles = _finish(order, ahead.take())
            mine = [state.of(name, order.kinds[name], block) for name in task.numbers]
            first = state.range(block).start

            def work(chunk: Chunk, tiles: Any = tiles, mine: Any = mine, first: int = first) -> Outcome:
                own = Chunk(slice(chunk.tiles.start - first, chunk.tiles.stop - first), chunk.columns)
                shares = [_share(values, own) for values in mine]
                outcome = one.on(cut(tiles, state.counts, chunk, first), shares)
                for values, share in zip(mine, shares, strict=True):
                    if not own.whole:
                        values[own.tiles, ..., own.columns] = share
                return outcome

            yield block, _finish(order, run_chunks(work, task.chunks[block]))


def _share(values: NDArray[Any], chunk: Chunk) -> NDArray[Any]:
    if chunk.whole:
        return values[chunk.tiles]
    return np.ascontiguousarray(values[chunk.tiles, ..., chunk.columns])


def _pixels(state: _State, order: Order, task: Task, block: int) -> NDArray[np.float32]:
    if task.source != FILE:
        return state.of(task.source, order.kinds[task.source], block)
    if not task.blind:
        return state.block(block)
    tiles = state.range(block)
    return np.broadcast_to(np.float32(np.nan), (tiles.stop - tiles.start, *state.tiles.shape[1:]))


def _finish(order: Order, work: Generator[None, None, Any]) -> Any:
    """Go on until it is done, or nobody waits for it."""
    with closing(work):
        while True:
            _check(order)
            try:
                next(work)
            except StopIteration as end:
                return end.value


def _tiles(recipe: Recipe) -> FileTiles:
    """Open the scene.

    Raises
    ------
    FileError
        It isn't here, or is another one than the client's.
    """
    cubes = tuple(_opened(recipe.opener, origin) for origin in recipe.origins)
    cube = cubes[0] if len(cubes) == 1 else Cube(ChainedPixels(cubes))
    count = cube.lines * cube.samples
    if recipe.pixels is None:
        pixels = np.arange(count, dtype=np.int64)
    else:
        bits = np.frombuffer(zlib.decompress(recipe.pixels), np.uint8)
        pixels = np.flatnonzero(np.unpackbits(bits, count=count)).astype(np.int64)
    return FileTiles(cube, recipe.bands, pixels, recipe.exponent)


def _opened(opener: Callable[..., Any], origin: Origin) -> Cube:
    """Open a file, on the bands and in the units that the client's cube has."""
    cube: Cube = opener(origin.path, **dict(origin.options))
    if cube.shape != origin.shape or cube.files[0][1].size != origin.size:
        raise FileError(origin.path, "is another file on a worker of the cluster than here")
    if origin.terms is not None and origin.good is not None:
        cube = brought(cube.with_bad_bands(~origin.good), origin.terms)
    return replace(cube, gain=origin.gain, offset=origin.offset, nodata=origin.nodata)
