"""Blocks of a file into tiles: which of their pixels hold data, and where these go.

A float32's bits without the sign, taken as an integer, grow with its magnitude; 0 is zero, and
what is not finite lies at INFINITE and above. So the largest of them over the bands says at once
whether a pixel is all zero, whether it is finite, and how large it is.

``limit`` int32 (bands,) says of each band whether what is no number spoils its pixel: ANY where it does,
FINITE where it is passed over, because the band may turn out to hold no data at all.

``take_…`` find that and copy all the same, a tile's width at a time: of rows in one go, of spectra while
what has just been looked at is still in the cache. ``take_…rows`` take as many pixels of each row, from the
column ``begin`` on, as ``top`` has room for: so a part of a matrix is taken where it lies.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._compile import KERNEL, njit
from hsunmix.kernels._vectors import I32, I64, SIDE, Code, each_count, transpose

INFINITE = 0x7F800000
FINITE = 0x7F7FFFFF
ANY = 0x7FFFFFFF
MAGNITUDE = np.int32(0x7FFFFFFF)
MINUS_ZERO, MINUS_INFINITE = np.int32(-0x80000000), np.int32(-0x800000)  # between: what is below zero
ROWS = 4  # bands of a row that are taken together: what they say of a pixel is put down once
GROUP = 32  # bands that are copied together: what is read of a pixel for them stays in the cache


@njit(**KERNEL)
def _look(row, limit, top, below):
    """Take a row of bits (m,) into top and below (m,) of its pixels."""
    if limit == ANY:
        for p in range(row.size):
            top[p] = max(top[p], row[p] & MAGNITUDE)
    else:
        for p in range(row.size):
            magnitude = row[p] & MAGNITUDE
            top[p] = max(top[p], magnitude if magnitude <= limit else np.int32(0))
    for p in range(row.size):
        below[p] += np.int32(row[p] > MINUS_ZERO) & np.int32(row[p] <= MINUS_INFINITE)


@intrinsic
def _take_vectors(
    _typing_context, source, _at, _pitch, target, _to, _stride, _rows, _count, top, below, _first
):
    """Copy rows of bits from a flat array to another, ``_look`` at them, and return how many: whole vectors.

    A row begins pitch values, or stride, behind the one before. As many that follow are fetched meanwhile.
    """

    def code(context, builder, signature, arguments):
        v = Code(builder, ir.FloatType())
        vector = ir.VectorType(I32, v.lanes)

        def place(array, begin, t):
            data = context.make_array(signature.args[array])(context, builder, arguments[array]).data
            return builder.bitcast(builder.gep(data, [builder.add(begin, t)]), vector.as_pointer())

        def constant(value):
            return ir.Constant(vector, [int(value)] * v.lanes)

        at, pitch, to, stride, rows, count, first = (arguments[i] for i in (1, 2, 4, 5, 6, 7, 10))
        whole = builder.and_(count, I64(-v.lanes))

        def row(begin, distance, k):
            return builder.add(begin, builder.mul(distance, I64(k)))

        def make(together):
            def columns(t, _):
                largest, counted = (builder.load(place(array, first, t), align=4) for array in (8, 9))
                for k in range(together):
                    bits = builder.load(place(0, row(at, pitch, k), t), align=4)
                    v.prefetch(place(0, row(at, pitch, k + together), t))
                    builder.store(bits, place(3, row(to, stride, k), t), align=4)
                    magnitude = builder.and_(bits, constant(MAGNITUDE))
                    larger = builder.icmp_signed(">", magnitude, largest)
                    largest = builder.select(larger, magnitude, largest)
                    negative = builder.and_(
                        builder.icmp_signed(">", bits, constant(MINUS_ZERO)),
                        builder.icmp_signed("<=", bits, constant(MINUS_INFINITE)),
                    )
                    counted = builder.sub(counted, builder.sext(negative, vector))
                builder.store(largest, place(8, first, t), align=4)
                builder.store(counted, place(9, first, t), align=4)
                return []

            v.loop(I64(0), whole, v.lanes, [], columns)

        each_count(builder, rows, make, ROWS)
        return whole

    i64 = types.int64
    return i64(source, i64, i64, target, i64, i64, i64, i64, top, below, i64), code


@njit(**KERNEL)
def _copy(row, out):
    """A loop, because an assignment to a slice takes Numba seconds to compile."""
    for p in range(row.size):
        out[p] = row[p]


@njit(**KERNEL)
def _scale(row, gain, offset, shifted, missing, out):
    """Physical values of a row of one band."""
    if shifted:
        for p in range(row.size):
            value = np.float64(row[p])
            out[p] = np.nan if value == missing else np.float32(value * gain + offset)
    else:
        for p in range(row.size):
            value = np.float64(row[p])
            out[p] = np.nan if value == missing else np.float32(value * gain)


@njit(**KERNEL)
def survey_spectra(block, limit, top, below):
    """Top (p,) = bits of the largest magnitude, below (p,) = how many values are less than zero.

    limit int32 (bands,), block float32 (p, bands): spectra, one after the other.
    """
    bits = block.view(np.int32)
    for p in range(bits.shape[0]):
        row = bits[p]
        largest, count = np.int32(0), np.int32(0)
        for b in range(row.size):
            largest = max(largest, row[b] & MAGNITUDE)
            count += np.int32(row[b] > MINUS_ZERO) & np.int32(row[b] <= MINUS_INFINITE)
        if largest > FINITE:  # seldom: it is asked only now which bands may hold such a thing
            largest = np.int32(0)
            for b in range(row.size):
                magnitude = row[b] & MAGNITUDE
                largest = max(largest, magnitude if magnitude <= limit[b] else np.int32(0))
        top[p] = largest
        below[p] = count


@njit(**KERNEL)
def survey_rows(block, limit, top, below):
    """As survey_spectra, of float32 (n, bands, m): n times the rows of m pixels, band by band."""
    bits = block.view(np.int32)
    n, bands, m = bits.shape
    top[:] = 0
    below[:] = 0
    for i in range(n):
        t, c = top[i * m : (i + 1) * m], below[i * m : (i + 1) * m]
        for b in range(bands):
            _look(bits[i, b], limit[b], t, c)


@njit(**KERNEL)
def _copy_spectra(block, tile, begin, band):
    """Copy spectra (p, b) into the columns begin … and the rows band … of a tile (bands, T)."""
    pixels, bands = block.shape
    source, target, width = block.reshape(-1), tile.reshape(-1), tile.shape[1]
    whole, most = pixels // SIDE * SIDE, bands // SIDE * SIDE
    for group in range(0, most, GROUP):
        for p in range(0, whole, SIDE):
            for b in range(group, min(group + GROUP, most), SIDE):
                transpose(source, p * bands + b, bands, target, (band + b) * width + begin + p, width)
    for b in range(bands):
        for p in range(0 if b >= most else whole, pixels):
            tile[band + b, begin + p] = block[p, b]


@njit(**KERNEL)
def fill_spectra(block, tiles, start):
    """Copy spectra, float32 (p, bands), into the columns of tiles (tiles, bands, T) from start on."""
    width = tiles.shape[2]
    done = 0
    while done < len(block):
        tile, begin = tiles[(start + done) // width], (start + done) % width
        count = min(width - begin, len(block) - done)
        _copy_spectra(block[done : done + count], tile, begin, 0)
        done += count


@njit(**KERNEL)
def fill_rows(block, tiles, start):
    """As fill_spectra, of float32 (n, bands, m)."""
    n, bands, m = block.shape
    width = tiles.shape[2]
    for i in range(n):
        done = 0
        while done < m:
            tile, begin = tiles[(start + i * m + done) // width], (start + i * m + done) % width
            count = min(width - begin, m - done)
            for b in range(bands):
                _copy(block[i, b, done : done + count], tile[b, begin : begin + count])
            done += count


@njit(**KERNEL)
def take_spectra(block, limit, tiles, start, samples, pitch, band, top, below):
    """Both ``survey_spectra`` and copying into the rows band … of tiles.

    The first goes into the column start, samples − 1 more beside it; those after them begin pitch
    columns further on, and so forth.
    """
    width = tiles.shape[2]
    done = 0
    while done < len(block):
        column = start + done // samples * pitch + done % samples
        tile, begin = tiles[column // width], column % width
        last = done + min(width - begin, samples - done % samples, len(block) - done)
        survey_spectra(block[done:last], limit, top[done:last], below[done:last])
        _copy_spectra(block[done:last], tile, begin, band)
        done = last


@njit(**KERNEL)
def _alike(limit, b):
    """How many bands from b on, at most ROWS, have its limit."""
    last = b + 1
    while last < min(b + ROWS, limit.size) and limit[last] == limit[b]:
        last += 1
    return last - b


@njit(**KERNEL)
def take_rows(block, begin, limit, tiles, start, samples, pitch, band, top, below):
    """As take_spectra, of float32 (n, b, m)."""
    n, bands, m = block.shape
    count, height, width = len(top) // max(n, 1), tiles.shape[1], tiles.shape[2]
    source, target = block.view(np.int32).reshape(-1), tiles.view(np.int32).reshape(-1)
    top[:] = 0
    below[:] = 0
    for i in range(n):
        done = 0
        while done < count:
            first = i * count + done
            column = start + first // samples * pitch + first % samples
            some = min(width - column % width, samples - first % samples, count - done)
            b = 0
            while b < bands:
                at = (i * bands + b) * m + begin + done
                to = (column // width * height + band + b) * width + column % width
                rows, whole = _alike(limit, b), 0
                if limit[b] == ANY:
                    whole = _take_vectors(source, at, m, target, to, width, rows, some, top, below, first)
                for _ in range(rows if whole < some else 0):
                    rest, into = source[at + whole : at + some], target[to + whole : to + some]
                    _copy(rest, into)
                    last = first + some
                    _look(rest, limit[b], top[first + whole : last], below[first + whole : last])
                    at, to = at + m, to + width
                b += rows
            done += some


@njit(**KERNEL)
def scale_spectra(stored, gain, offset, shifted, missing, out):
    """Physical values of stored ones (p, bands), rounded once; NaN where they equal ``missing``.

    gain, offset float64 (bands,); ``shifted``: whether any offset is not zero (−0 + 0 is another zero).
    """
    for p in range(stored.shape[0]):
        row, values = stored[p], out[p]
        if shifted:
            for b in range(row.size):
                value = np.float64(row[b])
                values[b] = np.nan if value == missing else np.float32(value * gain[b] + offset[b])
        else:
            for b in range(row.size):
                value = np.float64(row[b])
                values[b] = np.nan if value == missing else np.float32(value * gain[b])


@njit(**KERNEL)
def scale_rows(stored, gain, offset, shifted, missing, out):
    """As scale_spectra, of (n, bands, m)."""
    n, bands = stored.shape[:2]
    for i in range(n):
        for b in range(bands):
            _scale(stored[i, b], gain[b], offset[b], shifted, missing, out[i, b])


@njit(**KERNEL)
def take_stored_spectra(
    stored, gain, offset, shifted, missing, limit, tiles, start, samples, pitch, band, top, below
):
    """``scale_spectra``, then ``take_spectra``: at most a tile's width at a time."""
    pixels, step = len(stored), tiles.shape[2]
    scratch = np.empty((min(step, pixels), stored.shape[1]), np.float32)
    done = 0
    while done < pixels:
        last = done + min(step, samples - done % samples, pixels - done)
        values, column = scratch[: last - done], start + done // samples * pitch + done % samples
        scale_spectra(stored[done:last], gain, offset, shifted, missing, values)
        take_spectra(values, limit, tiles, column, last - done, 0, band, top[done:last], below[done:last])
        done = last


@njit(**KERNEL)
def take_stored_rows(
    stored, begin, gain, offset, shifted, missing, limit, tiles, start, samples, pitch, band, top, below
):
    """``scale_rows``, then ``take_rows``: the part of a row that goes into one tile at a time."""
    bits = tiles.view(np.int32)
    n, bands = stored.shape[:2]
    count, width = len(top) // max(n, 1), tiles.shape[2]
    top[:] = 0
    below[:] = 0
    for i in range(n):
        done = 0
        while done < count:
            first = i * count + done
            column = start + first // samples * pitch + first % samples
            tile, to = column // width, column % width
            some = min(width - to, samples - first % samples, count - done)
            t, c = top[first : first + some], below[first : first + some]
            for b in range(bands):
                row = stored[i, b, begin + done : begin + done + some]
                _scale(row, gain[b], offset[b], shifted, missing, tiles[tile, band + b, to : to + some])
                _look(bits[tile, band + b, to : to + some], limit[b], t, c)
            done += some
