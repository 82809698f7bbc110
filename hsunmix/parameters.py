"""Parameters described once: from a struct come the form, the options, the checks, the manual.

A method, format or export declares a frozen ``msgspec.Struct`` whose fields are ``Annotated`` with
a range and one line of help::

    class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        tolerance: Annotated[float, Meta(ge=0, description="Stop below this change")] = 1e-5
        init: Literal["spa", "random"] = "spa"
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from hsunmix.errors import ParameterError

__all__ = [
    "NoParams",
    "Parameter",
    "columns",
    "describe",
    "from_text",
    "from_texts",
    "make",
    "to_dict",
    "to_text",
    "whole_number",
]

MAX_INTEGER = 2**63 - 1  # of whole numbers, which every file that keeps them can hold

S = TypeVar("S", bound=msgspec.Struct)


class NoParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of a method that has none."""


@dataclass(frozen=True)
class Parameter:
    """One field of a struct, as a form or a manual needs it.

    Attributes
    ----------
    name : str
    kind : str
        ``bool``, ``int``, ``float``, ``choice``, ``text`` or ``list`` (of int).
    default : object
    minimum, maximum : float or None
        Both inclusive.
    choices : tuple of str
    optional : bool
        None is allowed, and means "decided by the method".
    help : str
    """

    name: str
    kind: str
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    help: str = ""

    @property
    def label(self) -> str:
        """The name as words: ``max_iterations`` is "Max iterations"."""
        return self.name.replace("_", " ").capitalize()

    @property
    def domain(self) -> str:
        """What is allowed, for a manual: ``0 … 1``, ``spa | random``, ``true | false``."""
        if self.choices:
            return " | ".join(self.choices)
        if self.kind == "bool":
            return "true | false"
        if self.minimum is None and self.maximum is None:
            return self.kind
        low = "" if self.minimum is None else f"{self.minimum:g}"
        high = "" if self.maximum is None else f"{self.maximum:g}"
        return f"{low} … {high}".strip()

    @property
    def wanted(self) -> str:
        """What is allowed, for who gave another thing."""
        if self.choices:
            return f"choose from {', '.join(self.choices)}"
        if self.kind == "text":
            return self.help[:1].lower() + self.help[1:]
        what = {"bool": "true or false", "int": "a whole number", "float": "a number"}
        low = "" if self.minimum is None else f", {self.minimum:g} or more"
        both = low and self.maximum is not None
        span = f" from {self.minimum:g} to {self.maximum:g}" if both else low
        return f"it must be {what.get(self.kind, 'a list of whole numbers')}{span}"


@cache  # hints are text, compiled whenever they are asked for: a millisecond, several times a run
def describe(struct: type[msgspec.Struct]) -> tuple[Parameter, ...]:
    """Describe the fields of a struct, in their order."""
    hints = get_type_hints(struct, include_extras=True)
    return tuple(_parameter(f.name, hints[f.name], f.default) for f in msgspec.structs.fields(struct))


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    meta, optional = Meta(), False
    if get_origin(hint) is Annotated:
        hint, meta = get_args(hint)[:2]
    help_text = meta.description or ""
    if get_origin(hint) in (Union, UnionType):
        inner = [a for a in get_args(hint) if a is not type(None)]
        optional = len(inner) < len(get_args(hint))
        hint = inner[0]
        if get_origin(hint) is Annotated:
            hint, meta = get_args(hint)[:2]
            help_text = help_text or meta.description or ""
    if get_origin(hint) is Literal:
        return Parameter(name, "choice", default, None, None, get_args(hint), optional, help_text)
    kinds = {bool: "bool", int: "int", float: "float", str: "text"}
    kind = kinds.get(hint, "list")
    low = meta.ge if meta.ge is not None else meta.gt
    high = meta.le if meta.le is not None else meta.lt
    return Parameter(name, kind, default, low, high, (), optional, help_text)


def make(struct: type[S], values: Mapping[str, Any]) -> S:
    """Build a struct from plain values.

    Raises
    ------
    ParameterError
        The first value that is not allowed, by name.
    """
    known = {p.name: p for p in describe(struct)}
    for name in values:
        if name not in known:
            allowed = ", ".join(sorted(known)) or "it has none"
            raise ParameterError(name, f"no such parameter (known: {allowed})")
    values = {name: _plain(value) for name, value in values.items()}
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ParameterError(name, f"{value!r} is not allowed: it must be a finite number")
        try:
            msgspec.convert({name: value}, struct)
        except (msgspec.ValidationError, OverflowError):
            raise ParameterError(name, f"{_shown(value)} is not allowed: {known[name].wanted}") from None
    return msgspec.convert(dict(values), struct)


def whole_number(value: Any, name: str, least: int | None = None) -> int:
    """Take a whole number, NumPy's too, but not a truth value or a fraction.

    Raises
    ------
    ParameterError
        It is another thing, below ``least``, or too large to be kept in a session.
    """
    plain = _plain(value)
    if isinstance(plain, bool) or not isinstance(plain, int):
        raise ParameterError(name, f"{_shown(value)} is no whole number")
    if least is not None and plain < least:
        raise ParameterError(name, f"{_shown(plain)} is not allowed: it must be {least} or more")
    if abs(plain) > MAX_INTEGER:
        raise ParameterError(name, f"{_shown(plain)} is not allowed: it must be {MAX_INTEGER} or less")
    return plain


def columns(value: Any, name: str = "locked") -> tuple[int, ...]:
    """Take numbers of columns, counted from 0: any sequence of whole numbers, none of them twice.

    Raises
    ------
    ParameterError
        It is another thing.
    """
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
        raise ParameterError(name, f"{_shown(value)} is no list of columns; write ({_shown(value)},) for one")
    found = tuple(whole_number(column, name, 0) for column in value)
    if len(set(found)) < len(found):
        raise ParameterError(name, f"{_shown(list(found))} names a column twice")
    return found


def _plain(value: Any) -> Any:
    """Return Python's own numbers for NumPy's, and lists for its arrays."""
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _shown(value: Any) -> str:
    """Show a value in a message, on one line and not too long."""
    try:
        text = " ".join(repr(_plain(value)).split())
    except ValueError:  # a whole number of thousands of digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:80]} …"


def from_text(text: str) -> tuple[str, Any]:
    """Read one ``NAME=VALUE`` of the command line.

    Numbers, true, false and null are themselves, ``1,2`` is a list, anything else is text.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ParameterError(text, "write it as NAME=VALUE")
    value = value.strip()
    for candidate in (value, f"[{value}]") if value else ():
        try:
            return name.strip(), json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return name.strip(), value


def from_texts(texts: Iterable[str]) -> dict[str, Any]:
    """Read every ``NAME=VALUE`` of the command line.

    Raises
    ------
    ParameterError
        One is written otherwise, or gives a name another value than one before it.
    """
    found: dict[str, Any] = {}
    for name, value in map(from_text, texts):
        if name in found and found[name] != value:
            raise ParameterError(name, f"both {_shown(found[name])} and {_shown(value)} are given")
        found[name] = value
    return found


def to_text(name: str, value: Any) -> str:
    """Write ``NAME=VALUE`` so that ``from_text`` reads the same: text that looks like a number in quotes."""
    plain = f"{name}={value}"
    if isinstance(value, str) and from_text(plain) == (name, value):
        return plain
    return f"{name}={json.dumps(value)}"


def to_dict(struct: msgspec.Struct) -> dict[str, Any]:
    """Return the values of a struct as JSON types."""
    values: dict[str, Any] = msgspec.to_builtins(struct)
    return values
