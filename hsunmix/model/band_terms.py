"""The words of band maths: an expression's text becomes a tree of terms."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube

__all__ = ["FUNCTIONS", "INDICES", "Term", "read"]

MAX_LENGTH = 2000
MAX_DEPTH = 60
Images = Mapping[int, NDArray[np.float32]]
Value = Any  # an image of float32 or bool, or a plain number


def _nd(first: Value, second: Value) -> Value:
    return (first - second) / (first + second)


# name: (fewest arguments, most, what it does)
FUNCTIONS: dict[str, tuple[int, int, Callable[..., Value]]] = {
    "abs": (1, 1, np.abs),
    "sqrt": (1, 1, np.sqrt),
    "exp": (1, 1, np.exp),
    "log": (1, 1, np.log),
    "log10": (1, 1, np.log10),
    "min": (2, 9, lambda *values: np.minimum.reduce(np.broadcast_arrays(*values))),
    "max": (2, 9, lambda *values: np.maximum.reduce(np.broadcast_arrays(*values))),
    "nd": (2, 2, _nd),
}
INDICES = {
    "ndvi": "nd(b[860], b[660])",
    "ndwi": "nd(b[560], b[860])",
    "ndsi": "nd(b[560], b[1610])",
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], Value]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_LOGIC: dict[type[ast.AST], Callable[[Value, Value], Value]] = {
    ast.And: np.logical_and,
    ast.BitAnd: np.logical_and,
    ast.Or: np.logical_or,
    ast.BitOr: np.logical_or,
}


@dataclass(frozen=True)
class Term:
    """A part of an expression.

    Attributes
    ----------
    value : callable
        Takes the images of the bands by their numbers.
    bands : frozenset of int
        The bands that it needs.
    condition : bool
        Whether it says yes or no.
    """

    value: Callable[[Images], Value]
    bands: frozenset[int] = frozenset()
    condition: bool = False


def read(cube: Cube, text: str) -> Term:
    """Read an expression; see ``band_maths.compiled``."""
    if len(text) > MAX_LENGTH:
        raise InputError(f"the expression has {len(text)} characters; {MAX_LENGTH} are possible")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        # Python counts no column for a text that ends too early.
        place = f"at column {error.offset}" if error.offset else "at its end"
        raise InputError(f"the expression {text!r} is not understood {place}: {error.msg}") from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise InputError(f"the expression is not understood: {error or 'it is nested too deeply'}") from None
    return _Reader(cube, text.strip()).term(tree.body, 0)


def _apply(work: Callable[..., Value], *terms: Term, condition: bool = False) -> Term:
    """Join terms by a function of their values."""
    bands = frozenset().union(*(term.bands for term in terms))
    return Term(lambda images: work(*(term.value(images) for term in terms)), bands, condition)


class _Reader:
    """Turns the nodes of a syntax tree into terms; what is not listed here is refused."""

    def __init__(self, cube: Cube, text: str) -> None:
        self.cube = cube
        self.text = text

    def refuse(self, node: ast.AST, reason: str) -> InputError:
        """Return the error that says what is wrong with a part of the text, and where that is."""
        part = ast.get_source_segment(self.text, node) or self.text
        ahead = self.text.encode()[: getattr(node, "col_offset", 0)].decode(errors="replace")
        shown = part if len(part) <= 40 else part[:37] + "…"
        return InputError(f"the expression at column {len(ahead) + 1}, {shown!r}: {reason}")

    def term(self, node: ast.AST, depth: int) -> Term:
        """Read one node."""
        if depth > MAX_DEPTH:
            raise self.refuse(node, "it is nested too deeply")
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reader is None:
            raise self.refuse(node, "only bands, numbers, comparisons, and/or/not and functions are known")
        found: Term = reader(node, depth + 1)
        return found

    def number(self, node: ast.AST, depth: int) -> Term:
        """Read a part that must be a number."""
        term = self.term(node, depth)
        if term.condition:
            raise self.refuse(node, "a comparison is no number; put parentheses where they are meant")
        return term

    def condition(self, node: ast.AST, depth: int) -> Term:
        """Read a part that must be a condition."""
        term = self.term(node, depth)
        if not term.condition:
            raise self.refuse(node, "a comparison is needed here, e.g. (b[860] > 0.3)")
        return term

    def _constant(self, node: ast.Constant, _depth: int) -> Term:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(node, "is no number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.refuse(node, "is too large a number")
        return Term(lambda _images: np.float32(number))

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Term:
        if isinstance(node.op, ast.Not | ast.Invert):
            return _apply(np.logical_not, self.condition(node.operand, depth), condition=True)
        inner = self.number(node.operand, depth)
        return _apply(np.negative, inner) if isinstance(node.op, ast.USub) else inner

    def _binop(self, node: ast.BinOp, depth: int) -> Term:
        if type(node.op) in _LOGIC:
            sides = (self.condition(side, depth) for side in (node.left, node.right))
            return _apply(_LOGIC[type(node.op)], *sides, condition=True)
        if type(node.op) not in _ARITHMETIC:
            raise self.refuse(node, "of operations on numbers there are + - * / **")
        return _apply(
            _ARITHMETIC[type(node.op)], self.number(node.left, depth), self.number(node.right, depth)
        )

    def _boolop(self, node: ast.BoolOp, depth: int) -> Term:
        joined = self.condition(node.values[0], depth)
        for value in node.values[1:]:
            joined = _apply(_LOGIC[type(node.op)], joined, self.condition(value, depth), condition=True)
        return joined

    def _compare(self, node: ast.Compare, depth: int) -> Term:
        sides = [self.number(side, depth) for side in (node.left, *node.comparators)]
        joined: Term | None = None
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            if type(operator) not in _COMPARISONS:
                raise self.refuse(node, "of comparisons there are < <= > >= == !=")
            one = _apply(_COMPARISONS[type(operator)], left, right, condition=True)
            joined = one if joined is None else _apply(np.logical_and, joined, one, condition=True)
        assert joined is not None
        return joined

    def _call(self, node: ast.Call, depth: int) -> Term:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS or node.keywords:
            raise self.refuse(node, f"of functions there are {', '.join(FUNCTIONS)}")
        fewest, most, work = FUNCTIONS[name]
        if not fewest <= len(node.args) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise self.refuse(node, f"{name} takes {wanted} arguments, not {len(node.args)}")
        return _apply(work, *(self.number(argument, depth) for argument in node.args))

    def _name(self, node: ast.Name, _depth: int) -> Term:
        if node.id in INDICES and self.cube.wavelengths is None:
            raise self.refuse(node, "needs wavelengths, and this cube has none; write nd(band[…], band[…])")
        if node.id in INDICES:
            return read(self.cube, INDICES[node.id])
        if node.id in ("b", "band"):
            raise self.refuse(node, f"say which band: {node.id}[…]")
        raise self.refuse(node, f"is not known; write b[…] for a band (ready-made: {', '.join(INDICES)})")

    def _subscript(self, node: ast.Subscript, _depth: int) -> Term:
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        if name not in ("b", "band"):
            raise self.refuse(node, "a band is written b[860], or band[12] by its number")
        by_number = name == "band" or self.cube.wavelengths is None
        if isinstance(node.slice, ast.Slice):
            if node.slice.step is not None:
                raise self.refuse(node, "a range of bands has two ends, e.g. b[800:900]")
            ends = [None if end is None else self._plain(end) for end in (node.slice.lower, node.slice.upper)]
            return self._mean(node, ends, by_number=by_number)
        where = self._plain(node.slice)
        band = self._numbered(node, where) if by_number else self._nearest(node, where)
        return Term(lambda images: images[band], frozenset([band]))

    def _plain(self, node: ast.AST) -> float:
        if isinstance(node, ast.Constant):
            return float(self._constant(node, 0).value({}))
        raise self.refuse(node, "a wavelength or a band number is needed here")

    def _numbered(self, node: ast.AST, where: float) -> int:
        if where != int(where) or not 1 <= where <= self.cube.bands:
            raise self.refuse(node, f"the bands are numbered 1 to {self.cube.bands}")
        return int(where) - 1

    def _nearest(self, node: ast.AST, nm: float) -> int:
        """Find the nearest good band, and refuse it where it is farther than its neighbours are."""
        centres = self.cube.wavelengths
        assert centres is not None
        good = np.flatnonzero(self.cube.good_bands)
        band = int(good[np.argmin(np.abs(centres[good] - nm))])
        spacing = float(np.median(np.abs(np.diff(centres)))) if len(centres) > 1 else 0.0
        if abs(centres[band] - nm) > max(0.75 * spacing, 20.0):
            raise self.refuse(node, f"no good band lies there; the nearest is at {centres[band]:.5g} nm")
        return band

    def _mean(self, node: ast.AST, ends: list[float | None], *, by_number: bool) -> Term:
        """Return the mean of the good bands between two places, both included."""
        centres = np.arange(1, self.cube.bands + 1) if by_number else self.cube.wavelengths
        assert centres is not None
        low, high = (-np.inf if ends[0] is None else ends[0]), (np.inf if ends[1] is None else ends[1])
        picked = np.flatnonzero(self.cube.good_bands & (centres >= low) & (centres <= high)).tolist()
        if not picked:
            raise self.refuse(node, f"no good band lies there; they reach from {centres.min():.5g} to "
                                    f"{centres.max():.5g}")  # fmt: skip
        return Term(lambda images: _mean_image([images[band] for band in picked]), frozenset(picked))


def _mean_image(images: list[NDArray[np.float32]]) -> Value:
    total = np.zeros(images[0].shape, dtype=np.float64)
    for image in images:
        total += image
    return (total / len(images)).astype(np.float32)
