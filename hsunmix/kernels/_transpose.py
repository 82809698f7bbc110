"""Turn 8 × 8 values over: in registers, where one value at a time would take a step of its own each."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

SIDE = 8  # float32 values in a vector of AVX; narrower processors take two


@intrinsic
def transpose(_typing_context, source, at, pitch, target, to, stride):
    """Copy SIDE × SIDE values: value (i, j) from at + i·pitch + j of source to to + j·stride + i of target.

    Both are contiguous float32 arrays.
    """

    def code(context, builder, signature, arguments):
        vector, i64 = ir.VectorType(ir.FloatType(), SIDE), ir.IntType(64)

        def place(array, first, step, k):
            kind = signature.args[array]
            data = context.make_array(kind)(context, builder, arguments[array]).data
            offset = builder.add(arguments[first], builder.mul(arguments[step], i64(k)))
            return builder.bitcast(builder.gep(data, [offset]), vector.as_pointer())

        def shuffled(a, b, order):
            mask = ir.Constant(ir.VectorType(ir.IntType(32), SIDE), order)
            return builder.shuffle_vector(a, b, mask)

        rows = [builder.load(place(0, 1, 2, k), align=4) for k in range(SIDE)]
        half = 1
        while half < SIDE:  # swap the off-diagonal blocks of half × half values in each of twice the side
            low = [j if not j & half else SIDE + (j ^ half) for j in range(SIDE)]
            high = [j | half if not j & half else SIDE + j for j in range(SIDE)]
            for i in range(SIDE):
                if not i & half:
                    a, b = rows[i], rows[i | half]
                    rows[i], rows[i | half] = shuffled(a, b, low), shuffled(a, b, high)
            half *= 2
        for k, row in enumerate(rows):
            builder.store(row, place(3, 4, 5, k), align=4)
        return context.get_dummy_value()

    return types.void(source, at, pitch, target, to, stride), code
