"""How often the estimate of the number of endmembers is right, or says what disturbs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from hsunmix.bench.planted import KINDS, Planted, planted
from hsunmix.engine.loading import from_array
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish

__all__ = ["CLEAN", "KINDS_OF_RANK", "RANKS", "Answer", "answer", "table"]

CLEAN = ("pure", "mixed", "noisy", "diluted", "shade", "poisson")
# What the sentence should name for the others; outliers are no disturbance that an estimate may have.
DISTURBED = {
    "outliers": "odd", "bad-bands": "bands", "clouds": "saturated",
    "rare": "rare", "bilinear": "bent", "small": "few",
}  # fmt: skip
KINDS_OF_RANK = (*CLEAN, *DISTURBED)
RANKS = range(3, 9)


@dataclass(frozen=True)
class Answer:
    """What an estimate says of a scene.

    Attributes
    ----------
    text : str
        The number, or the range.
    holds : bool
        Whether the truth is that number, or lies in that range.
    named : bool
        Whether what disturbs it is named.
    seconds : float
    """

    text: str
    holds: bool
    named: bool
    seconds: float

    @property
    def single(self) -> bool:
        """Whether it is one number."""
        return "–" not in self.text


def answer(scene: Planted, kind: str, method: str = "auto") -> Answer:
    """Estimate, and compare."""
    began = perf_counter()
    found = finish(pipeline.estimate_rank(from_array(scene.x), Choice(method)))
    rank = scene.endmembers.shape[1]
    holds = (found.low or found.rank) <= rank <= (found.high or found.rank)
    return Answer(found.text, holds, DISTURBED.get(kind, "") in found.disturbed, perf_counter() - began)


def table(
    method: str, seeds: Sequence[int], kinds: Sequence[str], ranks: Sequence[int], side: int | None
) -> Iterator[str]:
    """Yield the lines of a Markdown table: a row a kind of scene, and what holds for all of them."""
    yield "| scene | holds the truth | or names what disturbs | one number | the others | seconds |"
    yield "|---" * 6 + "|"
    every: list[Answer] = []
    clean: list[Answer] = []
    for kind in kinds:
        got: list[Answer] = []
        wrong = []
        for rank in ranks:
            for seed in seeds:
                one = answer(planted(kind, seed, side=side, rank=rank), kind, method)
                got.append(one)
                if not (one.holds and one.single):
                    wrong.append(f"{rank}: {one.text}")
        every += got
        clean += got if kind in CLEAN else []
        title = KINDS[kind].title.rpartition(", r=")[0]
        seconds = sum(one.seconds for one in got) / len(got)
        yield (
            f"| {title} | {_share(one.holds for one in got)} "
            f"| {_share(one.holds or one.named for one in got)} "
            f"| {_share(one.single for one in got)} | {', '.join(wrong)} | {seconds:.1f} |"
        )
    yield (
        f"| all | {_share(one.holds for one in every)} | {_share(one.holds or one.named for one in every)} "
        f"| {_share(one.single for one in clean)} of the clean ones | | |"
    )


def _share(flags: Iterator[bool]) -> str:
    known = list(flags)
    return f"{sum(known)} of {len(known)}" if known else "none"
