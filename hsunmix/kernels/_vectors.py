"""Loops on vectors of values, written for the compiler as they should run.

Left to itself the compiler takes one row of a product at a time and puts the sums back into memory
between two: most of the time goes into that. Here a block of sums stays in registers for a whole loop.
Widths follow the processor that compiles; Numba keeps compiled kernels apart by processor.
"""

from __future__ import annotations

from collections.abc import Callable

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

I32, I64 = ir.IntType(32), ir.IntType(64)
FEATURES = config.CPU_FEATURES or binding.get_host_cpu_features().flatten()  # as Numba compiles
WIDE = "+avx512f" in FEATURES.split(",")  # vectors of 64 bytes, and 32 of them
BYTES = 64 if WIDE else 32
MAX_ROWS = 6  # rows of a product that are made at a time: as many as leave room in the registers
FAST = ("reassoc", "contract", "nsz")
SECOND_LEVEL = 2  # of the cache
SIDE = 8  # float32 values in a vector of AVX; narrower processors take two


class Matrix:
    """A contiguous array of two dimensions, or of one, in the code that is being made."""

    def __init__(self, context, builder, kind, value):
        if kind.layout != "C":
            raise TypeError(f"{kind} is not contiguous")
        array = context.make_array(kind)(context, builder, value)
        self.builder, self.data = builder, array.data
        self.item = context.get_data_type(kind.dtype)
        shape = [builder.extract_value(array.shape, i) for i in range(kind.ndim)]
        self.rows, self.pitch, self.size = shape[0], shape[-1], array.nitems

    def at(self, row, column):
        """Pointer to a value."""
        offset = self.builder.add(self.builder.mul(row, self.pitch), column)
        return self.builder.gep(self.data, [offset])


def matrices(context, builder, signature, arguments, places):
    """Those of an intrinsic's arguments, as Matrix; None for one that isn't given."""
    return [
        Matrix(context, builder, signature.args[i], arguments[i])
        if hasattr(signature.args[i], "layout")
        else None
        for i in places
    ]


class Code:
    """Makes code that works on vectors of one type: float32, or float64 of which as many fit.

    Parameters
    ----------
    builder : llvmlite.ir.IRBuilder
    item : llvmlite type
        Of the values.
    """

    fast = FAST

    def __init__(self, builder, item):
        self.builder, self.item = builder, item
        self.lanes = BYTES // (8 if isinstance(item, ir.DoubleType) else 4)
        self.vector = ir.VectorType(item, self.lanes)

    @property
    def zero(self):
        """A vector of zeros."""
        return ir.Constant(self.vector, [0.0] * self.lanes)

    def plus(self, index, offset):
        """Index + offset."""
        return self.builder.add(index, I64(offset))

    def load(self, matrix, row, column, step=0):
        """A vector of values of a row, from column + step vectors on; of another type they are widened."""
        pointer = matrix.at(row, self.plus(column, step * self.lanes))
        vector = ir.VectorType(matrix.item, self.lanes)
        loaded = self.builder.load(self.builder.bitcast(pointer, vector.as_pointer()), align=4)
        return loaded if vector == self.vector else self.builder.fpext(loaded, self.vector)

    def store(self, value, matrix, row, column, step=0):
        """Put a vector where ``load`` takes one."""
        pointer = matrix.at(row, self.plus(column, step * self.lanes))
        self.builder.store(value, self.builder.bitcast(pointer, self.vector.as_pointer()), align=4)

    def spread(self, value):
        """A vector of which all values are this one."""
        one = self.builder.insert_element(ir.Constant(self.vector, ir.Undefined), value, I32(0))
        mask = ir.Constant(ir.VectorType(I32, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(one, ir.Constant(self.vector, ir.Undefined), mask)

    def one(self, matrix, row, column):
        """A vector of which all values are that of a place."""
        return self.spread(self.builder.load(matrix.at(row, column)))

    def add_product(self, total, a, b):
        """Total + a · b."""
        return self.builder.fadd(total, self.builder.fmul(a, b, flags=FAST), flags=FAST)

    def minus_product(self, total, a, b):
        """Total − a · b."""
        return self.builder.fsub(total, self.builder.fmul(a, b, flags=FAST), flags=FAST)

    def product(self, a, b):
        """A · b."""
        return self.builder.fmul(a, b, flags=FAST)

    def variable(self, value):
        """A place for a vector, whose contents change within loops."""
        return cgutils.alloca_once_value(self.builder, value)

    def sum(self, a, b):
        """A + b."""
        return self.builder.fadd(a, b, flags=FAST)

    def minus(self, a, b):
        """A − b."""
        return self.builder.fsub(a, b, flags=FAST)

    def larger(self, a, b):
        """The larger of each two; b where a is no number."""
        return self.builder.select(self.builder.fcmp_ordered(">", a, b), a, b)

    def total(self, value):
        """Sum of the values of a vector."""
        kind = "f64" if isinstance(self.item, ir.DoubleType) else "f32"
        name = f"llvm.vector.reduce.fadd.v{self.lanes}{kind}"
        kind = ir.FunctionType(self.item, [self.item, self.vector])
        function = self.builder.module.globals.get(name) or ir.Function(self.builder.module, kind, name)
        return self.builder.call(function, [ir.Constant(self.item, 0.0), value], fastmath=FAST)

    def totals(self, values):
        """Sums of the values of each of some vectors: several together, which takes a third of the steps.

        Two vectors with w summands of each sum become one with w / 2 summands of twice as many, until there
        is one of each. Shuffles stay within 16 bytes, or move these as a whole: others are slow on AVX2.
        """
        if isinstance(self.item, ir.DoubleType):
            return [self.total(value) for value in values]
        groups = [(value, [k] * self.lanes) for k, value in enumerate(values)]
        for low, high in _foldings(self.lanes):
            following = []
            for (a, own), (b, other) in zip(groups[::2], [*groups[1::2], groups[-1]], strict=False):
                parts = [self.builder.shuffle_vector(a, b, mask) for mask in (_mask(low), _mask(high))]
                following.append((self.sum(*parts), [(own + other)[lane] for lane in low]))
            groups = following
        places = {of: (total, lane) for total, owners in groups for lane, of in enumerate(owners)}
        return [self.builder.extract_element(places[k][0], I32(places[k][1])) for k in range(len(values))]

    def add_to(self, matrix, row, column, value):
        """Add a number to a place."""
        pointer = matrix.at(row, column)
        if value.type != matrix.item:
            value = self.builder.fpext(value, matrix.item)
        self.builder.store(self.builder.fadd(self.builder.load(pointer), value), pointer)

    def fetch(self, matrix, line):
        """Ask for a cache line of a matrix, the last where there are no more.

        Of narrow vectors there are two a line, and ``line`` counts halves: so twice as many turns spread
        the same lines evenly, instead of asking for the last one over and over.
        """
        b = self.builder
        size = 8 if isinstance(matrix.item, ir.DoubleType) else 4
        offset, last = b.mul(line, I64(BYTES // size)), b.sub(matrix.size, I64(1))
        offset = b.select(b.icmp_signed("<", offset, last), offset, last)
        self.prefetch(b.gep(matrix.data, [offset]))

    def prefetch(self, pointer):
        """Ask for the cache line of an address; one that nothing lies at does no harm."""
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, I32, I32, I32])
        ask = self.builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        self.builder.call(ask, [self.builder.bitcast(pointer, byte), I32(0), I32(SECOND_LEVEL), I32(1)])

    def loop(self, begin, end, step, values, body: Callable):
        """For index in range(begin, end, step): values = body(index, values). Return the last values."""
        b = self.builder
        before = b.block
        head, inside = b.append_basic_block("head"), b.append_basic_block("inside")
        after = b.append_basic_block("after")
        b.branch(head)
        b.position_at_end(head)
        index = b.phi(I64)
        carried = [b.phi(value.type) for value in values]
        b.cbranch(b.icmp_signed("<", index, end), inside, after)
        b.position_at_end(inside)
        following = [self.plus(index, step), *body(index, carried)]
        for variable, first, then in zip([index, *carried], [begin, *values], following, strict=True):
            variable.add_incoming(first, before)
            variable.add_incoming(then, b.block)
        b.branch(head)
        b.position_at_end(after)
        return carried


def _foldings(lanes):
    """For two vectors, side by side, which lanes of them are added to which: step by step, to one summand."""
    blocks = range(lanes // 4)
    if lanes == 16:
        yield [*range(8), *range(16, 24)], [*range(8, 16), *range(24, 32)]
        first = [4 * block + k for block in (0, 2, 4, 6) for k in range(4)]
        yield first, [lane + 4 for lane in first]
    else:
        yield [*range(4), *range(8, 12)], [*range(4, 8), *range(12, 16)]
    for pick, apart in (((0, 1), 2), ((0, 2), 1)):
        first = [side * lanes + 4 * block + k for block in blocks for side in (0, 1) for k in pick]
        yield first, [lane + apart for lane in first]


def _mask(lanes):
    return ir.Constant(ir.VectorType(I32, len(lanes)), lanes)


def each_count(builder, count, make, most=MAX_ROWS, otherwise=None):
    """Make code for each number of rows 1 … most, and choose among them by ``count``."""
    after, more = builder.append_basic_block("after"), builder.append_basic_block("more")
    choice = builder.switch(count, more)
    for rows in range(1, most + 1):
        block = builder.append_basic_block(f"rows_{rows}")
        choice.add_case(I64(rows), block)
        builder.position_at_end(block)
        make(rows)
        builder.branch(after)
    builder.position_at_end(more)
    if otherwise is not None:
        otherwise()
    builder.branch(after)
    builder.position_at_end(after)


@intrinsic
def transpose(_typing_context, source, at, pitch, target, to, stride):
    """Turn SIDE × SIDE values over in registers, where one at a time would take a step of its own each.

    Value (i, j) goes from at + i·pitch + j of source to to + j·stride + i of target; both are contiguous
    float32 arrays.
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
