"""Many damaged files at once, in a process for each processor."""

from __future__ import annotations

from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from hsunmix.engine.threads import thread_count
from tests.fuzz.readers import SLOW, Verdict, judge, laid_out
from tests.fuzz.seeds import Seed, seeds

__all__ = ["COUNT", "batch", "report", "run"]

COUNT = 20_000
BATCH = 50


def batch(seed: Seed, first: int, count: int) -> list[Verdict]:
    """SubsetEvaluator some damaged files of one seed; a slow one again, as other work may have slowed it."""
    found = []
    with laid_out(seed) as path:
        for number in range(first, first + count):
            verdict = judge(seed, path, number)
            for _ in range(2):
                if verdict.seconds > SLOW:
                    verdict = judge(seed, path, number)
            found.append(verdict)
    return found


def run(count: int) -> list[Verdict]:
    """SubsetEvaluator so many damaged files, as many of every seed, in a process for each processor.

    Raises
    ------
    BrokenProcessPool
        A file brought the program down.
    TimeoutError
        It hung.
    """
    each = -(-count // len(seeds()))
    work = [(seed, first) for first in range(0, each, BATCH) for seed in seeds()]
    with ProcessPoolExecutor(thread_count(), mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(batch, seed, first, min(BATCH, each - first)) for seed, first in work]
        return [verdict for future in futures for verdict in future.result(timeout=600)]


def report(verdicts: list[Verdict], seconds: float) -> str:
    """Return a table as Markdown, and what is wrong."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    slowest: dict[str, float] = defaultdict(float)
    of = {seed.name: seed.format for seed in seeds()}
    for verdict in verdicts:
        kinds[of[verdict.name]][verdict.kind] += 1
        slowest[of[verdict.name]] = max(slowest[of[verdict.name]], verdict.seconds)
    rows = ["| format | files | opened | refused | child ended | slowest, s |", "|---|---|---|---|---|---|"]
    for name, found in sorted(kinds.items()):
        numbers = " | ".join(str(found[kind]) for kind in ("opened", "refused", "died"))
        rows.append(f"| {name} | {found.total()} | {numbers} | {slowest[name]:.2f} |")
    wrong = [f"- {v.name} {v.number}: {v.wrong}" for v in verdicts if v.wrong]
    return "\n".join([*rows, f"\n{len(verdicts)} files in {seconds:.0f} s; {len(wrong)} wrong.", *wrong[:50]])
