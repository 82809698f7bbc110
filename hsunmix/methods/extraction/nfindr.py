"""N-FINDR: the pixels that span the simplex of the largest volume.

Problem: maximize |det [1 … 1; y_1 … y_r]| over sets of r pixels, y the centred pixels in the
first r − 1 directions.
Method: begin with the pixels of ``init``, or with random ones ``runs`` times; then, again and
again, exchange the one vertex for the one pixel that enlarges the volume most. The volume is linear
in each vertex: with V = [1; y]_K the exchange of vertex k for pixel j multiplies it by
|(V⁻¹ [1; y_j])_k|, so one product of a small matrix with all pixels judges all exchanges at once.
Cost: two reads of X; per exchange 2 · r · r · pixels operations on the reduced data.
Guarantee: the volume rises with every exchange, and at the end no single exchange can enlarge it.
With pure pixels and no noise these are the vertices. It does not protect against outliers.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import coordinates_along, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Extraction, Problem, get
from hsunmix.methods.extraction._choice import extraction
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.methods.extraction._reduced import directions, longest
from hsunmix.model.progress import Step
from hsunmix.parameters import make

__all__ = ["MOMENTS", "REFERENCE", "TITLE", "Params", "run"]

MOMENTS = True
TITLE = "Largest simplex (N-FINDR)"
REFERENCE = "Winter, Proc. SPIE 3753 (1999)"

WORTH_IT = 1e-9  # share by which an exchange must enlarge the volume

Array = NDArray[np.float64]
Columns = NDArray[np.int64]


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of nfindr."""

    init: Annotated[
        Literal["spa", "snpa", "xray", "random"], Meta(description="Which pixels the search begins with")
    ] = "spa"
    runs: Annotated[
        int, Meta(ge=1, le=1000, description="Random beginnings, the largest volume is kept; for init=random")
    ] = 10
    max_exchanges: Annotated[
        int, Meta(ge=1, le=100_000, description="Stop a run after so many exchanges")
    ] = 1000


@with_options
def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the scene has fewer directions."""
    scene, rank = problem.scene, problem.rank
    _, about_mean = yield from directions(scene)
    r = min(rank, about_mean.count + 1)
    if r == 1:
        return extraction(scene, longest((yield from norms_squared(scene))), rank)
    basis = about_mean.basis[: r - 1] / np.sqrt(about_mean.power[: r - 1, None])
    y = yield from coordinates_along(scene, basis, about_mean.mean)
    beginnings = yield from _beginnings(replace(problem, rank=r), params)
    best, largest = beginnings[0], -1.0
    for number, columns in enumerate(beginnings):
        if not _volume(y, columns) > 0:
            columns = yield from _spread_out(scene, y, r)
        columns, volume = yield from _enlarge(scene, y, columns, params.max_exchanges)
        if volume > largest * (1 + WORTH_IT):
            best, largest = columns, volume
        yield Step((number + 1) / len(beginnings), message="Enlarging the simplex")
    return extraction(scene, best, rank)


def _beginnings(problem: Problem, params: Params) -> Generator[Step | None, None, list[Columns]]:
    if params.init == "random":
        rng = np.random.default_rng(problem.seed)
        n, r = problem.scene.n_pixels, problem.rank
        return [rng.choice(n, r, replace=False) for _ in range(params.runs)]
    method = get(params.init, "extraction")
    own = make(method.params, problem.init_parameters)
    found = yield from method.run(replace(problem, init_parameters={}), own)
    assert found.columns is not None
    return [found.columns]


def _matrix(y: PerPixel, columns: Columns) -> Array:
    """V = [1; y]_K, (r, r), from y, r − 1 coordinates a pixel."""
    return np.vstack([np.ones(len(columns)), y.at(columns)])


def _volume(y: PerPixel, columns: Columns) -> float:
    """|det V|; zero where the pixels are too few, or nearly in one plane."""
    v = _matrix(y, columns)
    if v.shape[0] != v.shape[1] or not np.linalg.cond(v) < 1e10:
        return 0.0
    return float(abs(np.linalg.det(v)))


def _enlarge(
    scene: Scene, y: PerPixel, columns: Columns, most: int
) -> Generator[Step | None, None, tuple[Columns, float]]:
    """Exchange vertices until no exchange enlarges the simplex."""
    columns = columns.copy()
    for exchange in range(most):
        v = _matrix(y, columns)
        value, k, column = yield from _largest(scene, y, np.asarray(np.linalg.inv(v), dtype=np.float64))
        if value <= 1 + WORTH_IT:
            break
        columns[k] = column
        yield Step(message=f"Exchange {exchange + 1}")
    return columns, _volume(y, columns)


def _largest(scene: Scene, y: PerPixel, a: Array) -> Generator[Step | None, None, tuple[float, int, int]]:
    """Largest |(a [1; y_j])_k| over all pixels j, with its k and j."""
    with single_threaded_blas():
        slope = np.ascontiguousarray(a[:, 1:])
        found = yield from scene.map(_largest_of, a[:, :1], slope, per_pixel=[y], blind=True)
    best: tuple[float, int, int] = max(found.values, key=lambda one: float(one[0]))
    return best


def _largest_of(part: Part, constant: Array, slope: Array, y: Array) -> tuple[float, int, int]:
    best = (-1.0, 0, 0)
    for i, count in enumerate(part.counts):
        values = slope @ y[i][:, :count]
        values += constant
        np.abs(values, out=values)
        place = int(values.argmax())
        if values.flat[place] > best[0]:
            k, t = divmod(place, values.shape[1])
            best = (float(values.flat[place]), k, part.first + i * y.shape[2] + t)
    return best


def _spread_out(scene: Scene, y: PerPixel, r: int) -> Generator[Step | None, None, Columns]:
    """Pixels that certainly span a volume: each the farthest from the plane through those before it."""
    distance = scene.per_pixel()
    yield from scene.map(_lengths, np.zeros((r - 1, 1)), per_pixel=[y, distance], blind=True)
    distance.pad(-1)
    columns = [distance.argmax()]
    origin = _matrix(y, np.array(columns))[1:]
    yield from scene.map(_lengths, origin, per_pixel=[y, distance], blind=True)
    distance.pad(-1)
    while len(columns) < r:
        yield None
        columns.append(distance.argmax())
        edges = _matrix(y, np.array(columns))[1:, 1:] - origin
        u = np.linalg.qr(edges)[0][:, -1]
        yield from scene.map(_lessen, u, origin, per_pixel=[y, distance], blind=True)
    return np.array(columns, dtype=np.int64)


def _lengths(_part: Part, origin: Array, y: Array, distance: Array) -> None:
    distance[:] = np.square(y - origin).sum(axis=1)


def _lessen(_part: Part, u: Array, origin: Array, y: Array, distance: Array) -> None:
    distance -= np.square(np.einsum("k,nkt->nt", u, y - origin))
