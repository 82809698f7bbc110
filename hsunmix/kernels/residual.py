"""What a model leaves unexplained, pixel by pixel."""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._vectors import I64, Code, each_count, matrices

HELD = 12  # rows of h that have room in the registers


@intrinsic
def _squared_residuals(_typing_context, x, w, h, out):
    """Set out (1, T) for the pixels that are whole vectors; return how many these are."""

    def code(context, builder, signature, arguments):
        x, w, h, out = matrices(context, builder, signature, arguments, (0, 1, 2, 3))
        v = Code(builder, h.item)
        double = ir.VectorType(ir.DoubleType(), v.lanes)
        whole = builder.and_(h.pitch, I64(-v.lanes))

        def columns(less):
            """For each vector of pixels go over the bands; ``less`` takes the model from their values."""

            def of_columns(t, _):
                take = less(t)

                def bands(b, carried):
                    rest = take(b, v.load(x, b, t))
                    square = builder.fpext(v.product(rest, rest), double)
                    return [v.sum(carried[0], square)]

                (total,) = v.loop(I64(0), x.rows, 1, [ir.Constant(double, [0.0] * v.lanes)], bands)
                builder.store(total, builder.bitcast(out.at(I64(0), t), double.as_pointer()), align=8)
                return []

            v.loop(I64(0), whole, v.lanes, [], of_columns)

        def few(count):
            def less(t):
                rows = [v.load(h, I64(k), t) for k in range(count)]

                def take(b, rest):
                    for k, row in enumerate(rows):
                        rest = v.minus_product(rest, v.one(w, b, I64(k)), row)
                    return rest

                return take

            columns(less)

        def many():
            def less(t):
                def product(b, k, rest):
                    return v.minus_product(rest, v.one(w, b, k), v.load(h, k, t))

                return lambda b, rest: v.loop(
                    I64(0), h.rows, 1, [rest], lambda k, one: [product(b, k, one[0])]
                )[0]

            columns(less)

        each_count(builder, h.rows, few, HELD, many)
        return whole

    return types.int64(x, w, h, out), code


@njit(**KERNEL, fastmath=FAST)
def squared_residuals(tiles, w, h, out):
    """Out (n, T), float64 = ‖x − W h‖² of every pixel; w float32 (bands, r), h float32 (n, r, T)."""
    p, t_end = tiles.shape[1], tiles.shape[2]
    r = w.shape[1]
    rows = np.ascontiguousarray(w)
    for i in range(tiles.shape[0]):
        whole = _squared_residuals(tiles[i], rows, h[i], out[i : i + 1])
        for t in range(whole, t_end):
            total = 0.0
            for b in range(p):
                rest = tiles[i, b, t]
                for k in range(r):
                    rest -= w[b, k] * h[i, k, t]
                total += np.float64(rest * rest)
            out[i, t] = total
