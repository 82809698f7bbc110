"""Passes on the threads of this process: the executor that scenes in memory have."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from hsunmix.engine.source import Chunk, Outcome, Part, Pass
from hsunmix.engine.threads import run_chunks

__all__ = ["THREADS", "Threads"]


class Threads:
    """Each free thread takes the next part; numbers of pixels are written where they lie."""

    def run(
        self, one: Pass, part_of: Callable[[Chunk], Part], chunks: Sequence[Chunk]
    ) -> Generator[None, None, list[Outcome]]:
        """Yield after every part that this thread has done; return the outcomes in order."""
        if len(chunks) == 1 and chunks[0].whole:
            return _alone(one, part_of, chunks[0])

        def work(chunk: Chunk) -> Outcome:
            if chunk.whole:
                return one.on(*at_hand.pop(chunk.tiles.start))
            shares = [numbers.share(chunk) for numbers in one.per_pixel]
            outcome = one.on(part_of(chunk), shares)
            for numbers, share in zip(one.per_pixel, shares, strict=True):
                numbers.keep(chunk, share)
            return outcome

        # Views of whole tiles are made at once: between two parts the interpreter has left the cache.
        at_hand = {
            chunk.tiles.start: (part_of(chunk), [numbers.share(chunk) for numbers in one.per_pixel])
            for chunk in chunks
            if chunk.whole
        }
        return run_chunks(work, chunks)


def _alone(one: Pass, part_of: Callable[[Chunk], Part], chunk: Chunk) -> Generator[None, None, list[Outcome]]:
    """Do the only part: on a small scene, to share it out takes as long as some of the work."""
    outcome = one.on(part_of(chunk), [numbers.share(chunk) for numbers in one.per_pixel])
    yield
    return [outcome]


THREADS = Threads()
