"""The two passes of multiplicative updates for the Kullback-Leibler divergence over a tile of few endmembers.

Everything that belongs to a value of X, its model W H, their quotient and what that adds to the sums,
is done in registers: the quotients are never written. What they would take to make again for the second
pass is less than a tile of them would take to store.
"""

from __future__ import annotations

import functools

from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._vectors import I64, WIDE, Code, each_count, matrices

BLOCK = range(2 if WIDE else 1)  # vectors of pixels at a time
WIDTH = 32  # pixels: a tile holds a multiple of it


def _quotient(v, x, model):
    """Max(x, 0) / model, by the processor's estimate and a step of Newton's method where it has one."""
    return v.builder.fdiv(v.larger(x, v.zero), model, flags=(*v.fast, "arcp", "ninf"))


@intrinsic
def update_pixels(_typing_context, x, wt, share, h, least, floor, ahead):
    """H = max(h · Wᵀ(X/(W H)) · share, floor), in place; return Σ (X − W H)² from before.

    x float32 (bands, T), wt (at most MAX_ROWS rows, at least bands), share (1, rows) = 1/Wᵀ1, h (rows, T);
    ``least`` is added to the model. Half of ``ahead`` is fetched into the cache.
    """

    def code(context, builder, signature, arguments):
        x, wt, share, h, ahead = matrices(context, builder, signature, arguments, (0, 1, 2, 3, 6))
        v = Code(builder, h.item)
        least, floor = v.spread(arguments[4]), v.spread(arguments[5])
        rest = v.variable(v.zero)

        def make(count):
            rows = [I64(k) for k in range(count)]

            def columns(t, fetched):
                old = [[v.load(h, k, t, s) for s in BLOCK] for k in rows]

                def bands(b, carried):
                    *sums, error, line = carried
                    weights = [v.one(wt, k, b) for k in rows]
                    for s in BLOCK:
                        data, model = v.load(x, b, t, s), least
                        for weight, row in zip(weights, old, strict=True):
                            model = v.add_product(model, weight, row[s])
                        off, quotient = v.minus(data, model), _quotient(v, data, model)
                        error = v.add_product(error, off, off)
                        for k, weight in enumerate(weights):
                            place = len(BLOCK) * k + s
                            sums[place] = v.add_product(sums[place], weight, quotient)
                    v.fetch(ahead, line)
                    return [*sums, error, v.plus(line, 1)]

                begin = [v.zero] * (len(BLOCK) * count + 1)
                *sums, error, line = v.loop(I64(0), x.rows, 1, begin + fetched, bands)
                builder.store(v.sum(builder.load(rest), error), rest)
                for k, row in enumerate(old):
                    factor = v.one(share, I64(0), rows[k])
                    for s in BLOCK:
                        new = v.product(v.product(row[s], factor), sums[len(BLOCK) * k + s])
                        v.store(v.larger(new, floor), h, rows[k], t, s)
                return [line]

            v.loop(I64(0), h.pitch, len(BLOCK) * v.lanes, [I64(0)], columns)

        each_count(builder, h.rows, make)
        return v.total(builder.load(rest))

    return h.dtype(x, wt, share, h, least, floor, ahead), code


@intrinsic
def add_to_spectra(_typing_context, x, wt, h, least, top, ahead):
    """Top (rows, at least bands) += H (X/(W H))ᵀ; the others as in ``update_pixels``.

    The second half of ``ahead`` is fetched.
    """

    def code(context, builder, signature, arguments):
        x, wt, h, top, ahead = matrices(context, builder, signature, arguments, (0, 1, 2, 4, 5))
        v = Code(builder, h.item)
        least = v.spread(arguments[3])

        def make(count):
            rows = [I64(k) for k in range(count)]

            def bands(b, fetched):
                weights = [v.one(wt, k, b) for k in rows]

                def columns(t, carried):
                    *sums, line = carried
                    for s in BLOCK:
                        values, model = [v.load(h, k, t, s) for k in rows], least
                        for weight, value in zip(weights, values, strict=True):
                            model = v.add_product(model, weight, value)
                        quotient = _quotient(v, v.load(x, b, t, s), model)
                        for k, value in enumerate(values):
                            place = len(BLOCK) * k + s
                            sums[place] = v.add_product(sums[place], value, quotient)
                    v.fetch(ahead, line)
                    return [*sums, v.plus(line, 1)]

                begin = [v.zero] * (len(BLOCK) * count)
                *sums, line = v.loop(I64(0), h.pitch, len(BLOCK) * v.lanes, begin + fetched, columns)
                for k in range(count):
                    parts = sums[len(BLOCK) * k : len(BLOCK) * (k + 1)]
                    v.add_to(top, rows[k], b, v.total(functools.reduce(v.sum, parts)))
                return [line]

            middle = builder.udiv(ahead.size, I64(2 * v.lanes))  # half of it, as ``fetch`` counts
            v.loop(I64(0), x.rows, 1, [middle], bands)

        each_count(builder, h.rows, make)
        return context.get_dummy_value()

    return types.void(x, wt, h, least, top, ahead), code
