"""Combinations of options that cover every pair of their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, islice, product

import numpy as np

from hsunmix.methods import get, methods
from tests.combinations.scenes import STORAGES

__all__ = ["FACTORS", "Row", "covered", "first_rows", "pairs_of", "possible", "rows"]

Row = dict[str, str]
TRIED = 40  # rows that are drawn for each that is taken

FACTORS: Mapping[str, tuple[str, ...]] = {
    "method": tuple(m.id for m in methods().values() if m.kind in ("factorization", "extraction")),
    # Those that look at all pixels at once have tests of their own: no pixel can be checked by itself.
    "abundance": (
        "",
        *(m.id for m in methods().values() if m.kind == "abundance" and not m.traits.whole_scene),
    ),
    "init": ("", "vca", "random", "nndsvd"),
    "mask": ("", "condition", "two conditions", "file", "condition and file"),
    "bands": ("", "#2-17", "all,#1-18", "no-#7"),
    "storage": STORAGES,
    "missing": ("", "nodata", "zeros", "nan"),
    "weights": ("", "values", "pixels"),
    "rank": ("2", "3", "5"),
    "seed": ("0", "11"),
    "tolerance": ("", "1e-3"),
    "products": ("geotiff,csv", "envi,sli,geotiff", "netcdf,geotiff", "matlab,geotiff"),
    "session": ("", "yes"),
    "scenes": ("", "", "two"),
}


@cache
def _choices(method: str) -> dict[str, tuple[str, ...]]:
    return {p.name: p.choices for p in get(method).parameters}


def possible(row: Row) -> Row:
    """Return a row without what its method does not take."""
    known = _choices(row["method"])
    row = dict(row)
    if row["init"] not in known.get("init", ()):
        row["init"] = ""
    if not get(row["method"]).traits.takes_weights:
        row["weights"] = ""
    if row["weights"]:
        row["scenes"] = ""
    if "tolerance" not in known:
        row["tolerance"] = ""
    if row["missing"] == "nan" and not row["storage"].endswith("float"):
        row["missing"] = ""
    return row


def pairs_of(row: Row) -> set[tuple[str, str, str, str]]:
    """Return the pairs that a row has."""
    return {(a, row[a], b, row[b]) for a, b in combinations(FACTORS, 2)}


def covered() -> set[tuple[str, str, str, str]]:
    """Return every pair that some row can have."""
    found = set()
    for a, b in combinations(FACTORS, 2):
        for one, other in product(FACTORS[a], FACTORS[b]):
            for method in FACTORS["method"]:
                row = {name: values[0] for name, values in FACTORS.items()}
                row |= {"method": method, "storage": "envi-bsq-float", a: one, b: other}
                if possible(row) == row:
                    found.add((a, one, b, other))
                    break
    return found


def rows(seed: int = 0) -> Iterator[Row]:
    """Yield rows without end, each with as many pairs that are new as any of those drawn for it."""
    rng = np.random.default_rng(seed)
    left = covered()
    while True:
        drawn = [
            possible({name: values[rng.integers(len(values))] for name, values in FACTORS.items()})
            for _ in range(TRIED)
        ]
        best = max(drawn, key=lambda row: len(pairs_of(row) & left)) if left else drawn[0]
        left -= pairs_of(best)
        yield best


@cache
def first_rows(count: int) -> tuple[Row, ...]:
    """Return the first rows."""
    return tuple(islice(rows(), count))
