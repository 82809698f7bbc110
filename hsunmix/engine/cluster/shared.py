"""A scene whose blocks are on workers: who has which, and what to do when one is lost."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import groupby
from secrets import token_hex
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.cluster import worker
from hsunmix.engine.cluster.handing_out import kind_of, only, outcomes_of, recipe_of
from hsunmix.engine.cluster.held import Held
from hsunmix.engine.cluster.members import MAX_SILENCE_S, missing, workers_of
from hsunmix.engine.cluster.messages import (
    FILE,
    Answer,
    Kind,
    Order,
    Placing,
    Recipe,
    Task,
    packed,
    unpacked,
)
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.source import Chunk, Outcome, Pass, PerPixel
from hsunmix.errors import ClusterError, HsunmixError
from hsunmix.model.progress import finish

__all__ = ["Shared"]

BLOCKS = 64  # at most: in so many pieces a scene is handed out
WAIT = 0.02  # seconds between two places where the work can be cancelled
LOOK = 0.3  # seconds after which it is looked who is still there
FETCHED = 32 << 20  # bytes that come back together
LOG = 256  # tasks after which it is looked which of them still matter
WRITING = ("_put", "_pad", "_clear", "_lift", "_copy")  # of what is asked about numbers

Array = NDArray[Any]
Work = Generator[None, None, list[Answer]]


class Shared:
    """A scene on a cluster.

    What was done with numbers of pixels is remembered as long as they live. When a worker is lost, its blocks
    are read anew by others, which do the same again: they end with the same bits.

    Parameters
    ----------
    client : distributed.Client
    opener : callable
        Opens the scene's cube, on a worker.
    tiles : FileTiles

    Attributes
    ----------
    sent, received : int
        Bytes so far, to workers and from them.
    lost : int
        How often a worker was lost.
    """

    def __init__(self, client: Any, opener: Callable[..., Any], tiles: FileTiles) -> None:
        self.client, self.opener, self.tiles = client, opener, tiles
        self.session = token_hex(8)
        self.step = max(1, -(-len(tiles) // BLOCKS))
        self.blocks = -(-len(tiles) // self.step)
        self.sent = self.received = self.lost = 0
        self._recipe = recipe_of(tiles, opener, self.step)
        self._owner: dict[int, str] = {}
        self._fresh = set(range(self.blocks))  # those whose owner knows nothing of what was done
        self._keepers: dict[str, Any] = {}
        self._kinds: dict[str, Kind] = {}
        self._log: list[Placing | Task] = []
        self._alive: set[str] = set()
        self._dropped: dict[str, list[str]] = {}
        self._count = 0
        self._cut: tuple[Sequence[Chunk], dict[int, list[Chunk]]] = ((), {})
        self._seen = 0.0  # when somebody was there last

    def of_other(self, tiles: FileTiles) -> Shared:
        """Return other pixels or bands of the file, on the same cluster; bytes are counted on."""
        found = Shared(self.client, self.opener, tiles)
        found.sent, found.received, found.lost = self.sent, self.received, self.lost
        return found

    def new(self, kind: Kind) -> str:
        """Return a name for numbers of pixels."""
        self._count += 1
        name = f"n{self._count}"
        self._kinds[name] = kind
        self._alive.add(name)
        return name

    def forget(self, name: str) -> None:
        """Nobody needs these numbers any more."""
        self._alive.discard(name)
        for names in self._dropped.values():
            names.append(name)

    def run(self, one: Pass, source: str, chunks: Sequence[Chunk], *, writes: bool = True) -> Generator[
        None, None, list[Outcome]
    ]:  # fmt: skip
        """Run a pass on all workers; return the outcomes of its parts, of which the first has all sums."""
        mine = [n.name if isinstance(n, Held) else self.new(kind_of(n)) for n in one.per_pixel]
        plain = {name: n for name, n in zip(mine, one.per_pixel, strict=True) if not isinstance(n, Held)}
        steps: list[Placing | Task] = []
        for name, numbers in zip(mine, one.per_pixel, strict=True):
            if not isinstance(numbers, Held) or not numbers.there:
                values = numbers.here if isinstance(numbers, Held) else numbers.values
                assert values is not None
                values = values if writes and isinstance(numbers, Held) else values.copy()  # it is remembered
                steps.append(Placing(name, {b: values[self._range(b)] for b in range(self.blocks)}))
        task = Task(one.work, one.small, one.sums, one.blind, source, tuple(mine), self._by_block(chunks))
        steps.append(task)
        for numbers in one.per_pixel:
            if isinstance(numbers, Held):
                numbers.there = True
                numbers.here = None if writes else numbers.here
        answers = yield from self._ordered(steps, tuple(plain))
        if mine:
            self._remember(steps if writes else steps[:-1])
        for name, numbers in plain.items():
            for answer in answers:
                for block, values in answer.numbers[name].items():
                    numbers.values[self._range(block)] = values
            self.forget(name)
        return outcomes_of(answers, one.sums, self.blocks)

    def asked(
        self, work: Callable[..., Any], small: tuple[Any, ...], numbers: tuple[PerPixel, ...]
    ) -> list[Any]:
        """Ask all blocks something about numbers; return what they say, in order."""
        chunks = [Chunk(self._range(b)) for b in range(self.blocks)]
        one = Pass(work, small, numbers, blind=True)
        return [value for value, _ in finish(self.run(one, FILE, chunks, writes=work.__name__ in WRITING))]

    def fetched(self, numbers: Held) -> Array:
        """Return numbers from where they are, a few blocks at a time."""
        out = np.empty(numbers.shape, numbers.kind.dtype)
        together = max(1, FETCHED // max(1, out.nbytes // self.blocks))
        for first in range(0, self.blocks, together):
            some = range(first, min(first + together, self.blocks))
            for answer in finish(self._ordered([], (numbers.name,), some)):
                for block, values in answer.numbers[numbers.name].items():
                    out[self._range(block)] = values
        return out

    def _range(self, block: int) -> slice:
        return slice(block * self.step, min((block + 1) * self.step, len(self.tiles)))

    def _by_block(self, chunks: Sequence[Chunk]) -> dict[int, list[Chunk]]:
        """Hand chunks out to their blocks; one that lies in two is cut."""
        if chunks is self._cut[0]:  # those of the pass before: remembered passes share them
            return self._cut[1]
        found: dict[int, list[Chunk]] = {b: [] for b in range(self.blocks)}
        for chunk in chunks:
            first, last = chunk.tiles.start, chunk.tiles.stop
            for block in range(first // self.step, -(-last // self.step)):
                own = self._range(block)
                tiles = slice(max(first, own.start), min(last, own.stop))
                found[block].append(Chunk(tiles, chunk.columns))
        self._cut = chunks, found
        return found

    def _remember(self, steps: list[Placing | Task]) -> None:
        self._log += steps
        if len(self._log) > LOG and len(self._log) % LOG < len(steps):
            self._log = self._needed()

    def _needed(self) -> list[Placing | Task]:
        """Return what has to be done again for numbers that are alive, in its order."""
        wanted, kept = set(self._alive), []
        for step in reversed(self._log):
            names = {step.name} if isinstance(step, Placing) else {*step.numbers, step.source} - {FILE}
            if names & wanted:
                kept.append(step)
                wanted |= names
        return kept[::-1]

    def _ordered(
        self, steps: list[Placing | Task], get: tuple[str, ...], blocks: Sequence[int] | None = None
    ) -> Work:
        """Have steps done on some blocks, all by default, by whoever has them; return the answers."""
        left = set(range(self.blocks) if blocks is None else blocks)
        pending: dict[Any, tuple[str, str, tuple[int, ...]]] = {}
        answers: list[Answer] = []
        change = threading.Event()
        looked, self._seen = -LOOK, monotonic()
        try:
            while left:
                if monotonic() - looked > LOOK:
                    self._look(pending)
                    looked = monotonic()
                busy = {block for _, _, own in pending.values() for block in own}
                for address, own, again in self._orders((left - busy) & self._owner.keys()):
                    token = token_hex(8)
                    future = self._submit(
                        token, address, own, [*self._needed(), *steps] if again else steps, get
                    )
                    future.add_done_callback(lambda _: change.set())
                    pending[future] = token, address, own
                change.wait(WAIT)
                change.clear()
                for future in [f for f in pending if f.done()]:
                    _, address, own = pending.pop(future)
                    answer = self._answer(future, address)
                    if answer is None:
                        looked = -LOOK
                        continue
                    answers.append(answer)
                    left -= set(own)
                    self._fresh -= set(own)
                yield
            return answers
        finally:
            if pending:
                self._stop(pending)

    def _orders(self, blocks: set[int]) -> Iterator[tuple[str, tuple[int, ...], bool]]:
        """Group blocks by who has them, and by whether what was done before has to be done again."""

        def whose(block: int) -> tuple[str, bool]:
            return self._owner[block], block in self._fresh

        for (address, again), own in groupby(sorted(blocks, key=lambda b: (*whose(b), b)), whose):
            yield address, tuple(own), again

    def _submit(
        self,
        token: str,
        address: str,
        own: tuple[int, ...],
        steps: list[Placing | Task],
        get: tuple[str, ...],
    ) -> Any:
        if address not in self._keepers:
            with warnings.catch_warnings():
                self._keepers[address] = self.client.submit(
                    worker.keep, self.session, workers=[address], pure=False
                )
            self._dropped[address] = []
            recipe: Recipe | None = self._recipe
        else:
            recipe = None
        mine = [only(step, own) for step in steps]
        names = {step.name for step in mine if isinstance(step, Placing)} | set(get)
        for step in mine:
            names |= {*step.numbers, step.source} - {FILE} if isinstance(step, Task) else set()
        drop, self._dropped[address] = tuple(self._dropped[address]), []
        order = Order(token, own, {name: self._kinds[name] for name in names}, mine, get, drop, recipe)
        message = packed(order)
        self.sent += len(message)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that it is large
            return self.client.submit(
                worker.do, self.session, message, workers=[address], pure=False, key=f"hsunmix-{token}"
            )

    def _answer(self, future: Any, address: str) -> Answer | None:
        """Take what a worker says; None where it was lost, or is another one now."""
        if future.status == "finished":
            message = future.result()
            future.release()
            self.received += len(message)
            answer = unpacked(message)
            assert isinstance(answer, Answer)
            return answer
        error = future.exception() if future.status == "error" else None
        if error is None or type(error).__name__ in ("NotHereError", "KilledWorker", "CancelledError"):
            self._let_go(address)
            return None
        if isinstance(error, HsunmixError):
            raise error
        raise ClusterError(f"worker {address}: {type(error).__name__}: {' '.join(str(error).split())[:200]}")

    def _let_go(self, address: str) -> None:
        """A worker is no more: its blocks are for others."""
        if self._keepers.pop(address, None) is not None:
            self.lost += 1
        self._dropped.pop(address, None)
        for block in [b for b, owner in self._owner.items() if owner == address]:
            del self._owner[block]
            self._fresh.add(block)

    def _look(self, pending: dict[Any, tuple[str, str, tuple[int, ...]]]) -> None:
        """Look who is there, and hand out the blocks that nobody has."""
        threads = workers_of(self.client)
        if not threads and monotonic() - self._seen > MAX_SILENCE_S:
            raise missing(self.client)
        for address in {*self._owner.values(), *self._keepers} - set(threads):
            self._let_go(address)
            for future in [f for f, (_, whose, _) in pending.items() if whose == address]:
                del pending[future]
                future.cancel()
        free = [b for b in range(self.blocks) if b not in self._owner]
        if threads:
            self._seen = monotonic()
        if not threads or not free:
            return
        everywhere = sum(threads.values())
        edges = np.cumsum([0, *(len(free) * n / everywhere for n in threads.values())]).round().astype(int)
        for address, a, b in zip(threads, edges[:-1], edges[1:], strict=True):
            self._owner.update(dict.fromkeys(free[a:b], address))

    def _stop(self, pending: dict[Any, tuple[str, str, tuple[int, ...]]]) -> None:
        """Let the workers stop what they are at; nobody waits for them."""
        tokens, addresses = (tuple({one[k] for one in pending.values()}) for k in (0, 1))
        futures = list(pending)

        def tell() -> None:
            self.client.run(worker.stop, tokens, workers=list(addresses), on_error="ignore")
            self.client.cancel(futures)

        teller = threading.Thread(target=tell, daemon=True, name="hsunmix-stop")
        teller.start()
        teller.join(0.1)
