"""Ask the processor to fetch data that will be needed soon.

A thin product waits for memory about as long as it computes, one after the other, because a tile's
rows are too short for the processor to guess what comes next. Asked for while the tile before is
being worked on, the next one is in the cache when its turn comes.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._compile import KERNEL, njit

LINE = 16  # float32 values in a cache line
SECOND_LEVEL = 2  # the first-level cache is too small for it


@intrinsic
def _fetch(_typing_context, array, offset):
    """Fetch the cache line with element ``offset`` of a contiguous array into the second-level cache."""

    def code(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, i32 = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, i32, i32, i32])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        builder.call(prefetch, [place, i32(0), i32(SECOND_LEVEL), i32(1)])
        return context.get_dummy_value()

    return types.void(array, offset), code


@njit(**KERNEL)
def share(ahead, turns):
    """Values of ``ahead`` to fetch in each of some turns of a loop."""
    lines = (ahead.size + LINE - 1) // LINE
    return (lines + turns - 1) // max(turns, 1) * LINE


@njit(**KERNEL, inline="never")
def fetch(ahead, first, last):
    """Fetch some values of a contiguous array."""
    for offset in range(first, min(last, ahead.size), LINE):
        _fetch(ahead, offset)
