"""An executor that could be on another machine: every task and every result is pickled."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Sequence

from hsunmix.engine.source import Chunk, Outcome, Part, Pass

__all__ = ["Pickling"]


class Pickling:
    """Nothing is shared with the work: it gets copies, and what it wrote comes back in copies."""

    def __init__(self) -> None:
        self.passes = 0

    def run(
        self, one: Pass, part_of: Callable[[Chunk], Part], chunks: Sequence[Chunk]
    ) -> Generator[None, None, list[Outcome]]:
        """Do one part after the other, the last first: no pass may count on an order."""
        self.passes += 1
        outcomes: dict[int, Outcome] = {}
        for k in reversed(range(len(chunks))):
            shares = [numbers.share(chunks[k]) for numbers in one.per_pixel]
            sent = pickle.dumps((one.work, one.small, one.sums, part_of(chunks[k]), shares))
            work, small, sums, part, copies = pickle.loads(sent)
            outcome = Pass(work, small, (), sums).on(part, copies)
            outcomes[k], back = pickle.loads(pickle.dumps((outcome, copies)))
            for numbers, copy in zip(one.per_pixel, back, strict=True):
                numbers.keep(chunks[k], copy)
            yield
        return [outcomes[k] for k in range(len(chunks))]
