"""The thin products every solver needs, on one tile: Wᵀ X, X Hᵀ and H Hᵀ.

A block of sums stays in registers for a whole loop, six rows of the thin side at a time: over the bands
in Wᵀ X, over the pixels in the others. ``ahead``, contiguous, is fetched into the cache meanwhile: what the
kernel reads next. A thin product otherwise waits for memory about as long as it computes, one after
the other, because a tile's rows are too short for the processor to guess what comes next.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._vectors import I64, MAX_ROWS, WIDE, Code, each_count, matrices

BANDS = 4 if WIDE else 2  # of X Hᵀ at a time
SQUARE = 3  # rows times rows of H Hᵀ at a time
PAIR = (0, 1)  # vectors of pixels of Wᵀ X at a time
LAST = 1 << 40  # no line of ``ahead`` left to fetch


@intrinsic
def _wt_x_rows(_typing_context, wt, _first, _rows, x, out, ahead, _line):
    """Rows first … of wt x, in as many columns as are whole pairs of vectors; return how many."""

    def code(context, builder, signature, arguments):
        wt, x, out, ahead = matrices(context, builder, signature, arguments, (0, 3, 4, 5))
        first, rows, line = arguments[1], arguments[2], arguments[6]
        v = Code(builder, out.item)
        whole = builder.and_(out.pitch, I64(-len(PAIR) * v.lanes))

        def make(count):
            def columns(t, fetched):
                def bands(b, carried):
                    *sums, line = carried
                    values = [v.load(x, b, t, s) for s in PAIR]
                    for k in range(count):
                        weight = v.one(wt, v.plus(first, k), b)
                        for s in PAIR:
                            sums[2 * k + s] = v.add_product(sums[2 * k + s], weight, values[s])
                    if ahead is not None:
                        v.fetch(ahead, line)
                    return [*sums, v.plus(line, 1)]

                *sums, line = v.loop(I64(0), x.rows, 1, [v.zero] * 2 * count + fetched, bands)
                for k in range(count):
                    for s in PAIR:
                        v.store(sums[2 * k + s], out, v.plus(first, k), t, s)
                return [line]

            v.loop(I64(0), whole, len(PAIR) * v.lanes, [line], columns)

        each_count(builder, rows, make)
        return whole

    return types.int64(wt, types.int64, types.int64, x, out, ahead, types.int64), code


@njit(**KERNEL, fastmath=FAST, inline="never")
def wt_x(wt, x, out, ahead=None):
    """Out (r, T) = wt (r, bands) · x (bands, T), summed in the type of ``out`` and ``wt``."""
    r, p = wt.shape
    groups, first = (r + MAX_ROWS - 1) // MAX_ROWS, 0
    for group in range(groups):
        rows = (r - first) // (groups - group)
        whole = _wt_x_rows(wt, first, rows, x, out, ahead, LAST if group else 0)
        for k in range(first, first + rows):
            for t in range(whole, x.shape[1]):
                s = out.dtype.type(0)
                for b in range(p):
                    s += wt[k, b] * x[b, t]
                out[k, t] = s
        first += rows


@intrinsic
def _add_x_ht_rows(_typing_context, x, h, _first, _rows, out, ahead, _line):
    """Add columns first … of x hᵀ over the pixels that are whole vectors; return how many these are."""

    def code(context, builder, signature, arguments):
        x, h, out, ahead = matrices(context, builder, signature, arguments, (0, 1, 4, 5))
        first, rows, line = arguments[2], arguments[3], arguments[6]
        v = Code(builder, h.item)
        whole, blocks = builder.and_(h.pitch, I64(-v.lanes)), builder.and_(x.rows, I64(-BANDS))

        def sums_of(b, bands, k, count, line):
            """Sums over the pixels for some bands and rows, and which line comes next."""

            def columns(t, carried):
                *sums, line = carried
                values = [v.load(x, v.plus(b, q), t) for q in range(bands)]
                for j in range(count):
                    row = v.load(h, v.plus(k, j), t)
                    for q in range(bands):
                        sums[bands * j + q] = v.add_product(sums[bands * j + q], row, values[q])
                for q in range(bands // 2 if ahead is not None else 0):
                    v.fetch(ahead, v.plus(line, q))  # one half: Wᵀ X fetches the other
                return [*sums, v.plus(line, bands // 2)]

            *sums, line = v.loop(I64(0), whole, v.lanes, [v.zero] * bands * count + [line], columns)
            for place, total in enumerate(v.totals(sums)):
                v.add_to(out, v.plus(b, place % bands), v.plus(k, place // bands), total)
            return line

        def make(count):
            v.loop(I64(0), blocks, BANDS, [line], lambda b, lines: [sums_of(b, BANDS, first, count, *lines)])

        def one(b, _):
            v.loop(
                first, builder.add(first, rows), 1, [I64(0)], lambda k, lines: [sums_of(b, 1, k, 1, *lines)]
            )
            return []

        each_count(builder, rows, make)
        v.loop(blocks, x.rows, 1, [], one)
        return whole

    return types.int64(x, h, types.int64, types.int64, out, ahead, types.int64), code


@njit(**KERNEL, fastmath=FAST, inline="never")
def add_x_ht(x, h, out, ahead=None):
    """Out (bands, r) += x (bands, T) · h (r, T)ᵀ, summed in the type of h; out is float64."""
    p, t_end = x.shape
    r = h.shape[0]
    groups, first = (r + MAX_ROWS - 1) // MAX_ROWS, 0
    for group in range(groups):
        rows = (r - first) // (groups - group)
        whole = _add_x_ht_rows(x, h, first, rows, out, ahead, LAST if group else 0)
        for k in range(first, first + rows):
            for b in range(p if whole < t_end else 0):
                s = h.dtype.type(0)
                for t in range(whole, t_end):
                    s += x[b, t] * h[k, t]
                out[b, k] += s
        first += rows


@intrinsic
def _add_h_ht_block(_typing_context, h, _i, _rows, _j, _columns, out):
    """Add rows i … of h times rows j …, and the reverse, over pixels that are whole vectors: so many."""

    def code(context, builder, signature, arguments):
        h, out = matrices(context, builder, signature, arguments, (0, 5))
        i, rows, j, columns = arguments[1:5]
        v = Code(builder, out.item)
        whole = builder.and_(h.pitch, I64(-v.lanes))

        def make(few, many):
            def pixels(t, sums):
                left = [v.load(h, v.plus(i, k), t) for k in range(few)]
                right = [v.load(h, v.plus(j, k), t) for k in range(many)]
                pairs = [(a, b) for a in left for b in right]
                return [v.add_product(s, a, b) for s, (a, b) in zip(sums, pairs, strict=True)]

            sums = v.loop(I64(0), whole, v.lanes, [v.zero] * few * many, pixels)
            same = builder.icmp_signed("==", i, j)
            for place, total in enumerate(v.totals(sums)):
                row, column = v.plus(i, place // many), v.plus(j, place % many)
                v.add_to(out, row, column, total)
                v.add_to(out, column, row, builder.select(same, v.item(0.0), total))

        def with_rows(few):
            each_count(builder, columns, lambda many: make(few, many), SQUARE)

        each_count(builder, rows, with_rows, SQUARE)
        return whole

    return types.int64(h, types.int64, types.int64, types.int64, types.int64, out), code


@njit(**KERNEL, fastmath=FAST, inline="never")
def add_h_ht(h, out):
    """Out (r, r) += h (r, T) hᵀ, in float64: errors are computed from it by cancellation."""
    r, t_end = h.shape
    for i in range(0, r, SQUARE):
        for j in range(0, i + 1, SQUARE):
            whole = _add_h_ht_block(h, i, min(SQUARE, r - i), j, min(SQUARE, r - j), out)
    for k in range(r if whole < t_end else 0):
        for j in range(r):
            s = 0.0
            for t in range(whole, t_end):
                s += np.float64(h[k, t]) * np.float64(h[j, t])
            out[k, j] += s
