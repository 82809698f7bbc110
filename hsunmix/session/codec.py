"""How records become JSON and arrays, and come back: derived from the fields of the dataclasses.

A field of numbers becomes an array that is named after its place, ``unmixing.maps.abundance.values``; small
records that lie side by side, such as endmembers, share one array for each such field, their numbers put end
to end. An array, or a record with arrays, that comes twice is kept once. What comes back has the types that
the fields say or is refused: no name, field or type is taken that no dataclass has.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

import msgspec
import numpy as np

from hsunmix.errors import InputError
from hsunmix.session.array_places import Given, GivenRow, Packed, Row, damaged

__all__ = ["Instead", "Node", "Pattern", "node_of"]

KEY = "[a-z][a-z0-9_]{0,39}"  # of records that have names: maps
PLACE = r"(?:0|[1-9]\d{0,5})"
Pattern = tuple[re.Pattern[str], tuple[str, ...]]  # names of arrays, and the types that these may have


class Node(Protocol):
    """What is known of a field from its type."""

    @property
    def holds_arrays(self) -> bool:
        """Whether there may be arrays in it."""

    def pack(self, value: Any, at: str, out: Packed) -> Any:
        """Return a value as JSON has it; its arrays go out."""

    def unpack(self, value: Any, at: str, given: Given) -> Any:
        """Return the value that JSON has, or raise ValueError."""

    def patterns(self, at: str) -> Iterator[Pattern]:
        """Yield the names that its arrays may have."""


@dataclass(frozen=True)
class Leaf:
    """Plain values."""

    hint: Any
    holds_arrays: bool = False

    def pack(self, value: Any, at: str, out: Packed) -> Any:  # noqa: ARG002
        return msgspec.to_builtins(value, enc_hook=_plain)

    def unpack(self, value: Any, at: str, given: Given) -> Any:  # noqa: ARG002
        try:
            return msgspec.convert(value, self.hint)
        except msgspec.ValidationError as error:
            raise damaged(at, str(error)) from None

    def patterns(self, at: str) -> Iterator[Pattern]:  # noqa: ARG002
        return iter(())


@dataclass(frozen=True)
class Numbers:
    """An array, of one of these types."""

    dtypes: tuple[str, ...]
    optional: bool
    holds_arrays: bool = True

    def pack(self, value: Any, at: str, out: Packed) -> Any:
        if value is None:
            return None
        return out.put(value if value.dtype.str in self.dtypes else value.astype(self.dtypes[0]), at)

    def unpack(self, value: Any, at: str, given: Given) -> Any:
        if value is None and self.optional:
            return None
        array = given.take(value, at)
        if array.dtype.str not in self.dtypes:
            raise ValueError(f"{at} has the type {array.dtype.str!r}, not {' or '.join(self.dtypes)}")
        return array

    def patterns(self, at: str) -> Iterator[Pattern]:
        yield re.compile(at), self.dtypes


@dataclass(frozen=True)
class Record:
    """A dataclass."""

    cls: type
    fields: Mapping[str, Node]
    optional: bool = False

    @property
    def holds_arrays(self) -> bool:
        return any(node.holds_arrays for node in self.fields.values())

    @property
    def is_small(self) -> bool:
        """Whether it holds arrays itself, and no other record that does."""
        inner = [node for node in self.fields.values() if node.holds_arrays]
        return bool(inner) and all(isinstance(node, Numbers) for node in inner)

    def pack(self, value: Any, at: str, out: Packed) -> Any:
        if value is None:
            return None
        if self.holds_arrays and not isinstance(out, Row) and (known := out.known(value, at)) != at:
            return known
        return {
            name: node.pack(getattr(value, name), _at(at, name), out) for name, node in self.fields.items()
        }

    def unpack(self, value: Any, at: str, given: Given, place: int = 0) -> Any:
        if value is None and self.optional:
            return None
        if isinstance(value, str) and isinstance(given.records.get(value), self.cls):
            return given.records[value]
        if not isinstance(value, dict) or not value.keys() <= self.fields.keys():
            raise damaged(at, f"has other fields than {', '.join(self.fields)}")
        made = {
            name: node.unpack(value[name], _at(at, name), given)
            for name, node in self.fields.items()
            if name in value
        }
        given.mended(self.cls, made, place)
        try:
            record = self.cls(**made)
        except TypeError:
            raise damaged(at, "lacks a field") from None
        except InputError as error:
            raise ValueError(str(error)) from None
        given.records[at] = record
        return record

    def patterns(self, at: str) -> Iterator[Pattern]:
        for name, node in self.fields.items():
            yield from node.patterns(_at(at, name, r"\."))


@dataclass(frozen=True)
class OneOf:
    """One of some dataclasses, which JSON names."""

    records: Mapping[str, Record]
    holds_arrays: bool = True

    def pack(self, value: Any, at: str, out: Packed) -> Any:
        name = next(name for name, record in self.records.items() if isinstance(value, record.cls))
        found = self.records[name].pack(value, at, out)
        return {"is": name, **found} if isinstance(found, dict) else found

    def unpack(self, value: Any, at: str, given: Given) -> Any:
        of = tuple(record.cls for record in self.records.values())
        if isinstance(value, str) and isinstance(given.records.get(value), of):
            return given.records[value]
        if not isinstance(value, dict) or str(value.get("is")) not in self.records:
            raise damaged(at, f"is none of {', '.join(self.records)}")
        rest = {name: one for name, one in value.items() if name != "is"}
        return self.records[str(value["is"])].unpack(rest, at, given)

    def patterns(self, at: str) -> Iterator[Pattern]:
        for record in self.records.values():
            yield from record.patterns(at)


@dataclass(frozen=True)
class Many:
    """A tuple of records of one dataclass."""

    record: Record

    @property
    def holds_arrays(self) -> bool:
        return self.record.holds_arrays

    def pack(self, value: Any, at: str, out: Packed) -> Any:
        if not self.record.is_small:
            return [self.record.pack(one, f"{at}.{k}", out) for k, one in enumerate(value)]
        row = Row()
        found = [self.record.pack(one, at, row) for one in value]
        for name, parts in row.parts.items():
            out.put(np.concatenate(parts), name)
        return found

    def unpack(self, value: Any, at: str, given: Given) -> Any:
        if not isinstance(value, list):
            raise damaged(at, "is no list")
        if not self.record.is_small:
            return tuple(self.record.unpack(one, f"{at}.{k}", given, k) for k, one in enumerate(value))
        row = GivenRow(given)
        found = tuple(self.record.unpack(one, at, row, k) for k, one in enumerate(value))
        row.end()
        return found

    def patterns(self, at: str) -> Iterator[Pattern]:
        yield from self.record.patterns(at if self.record.is_small else rf"{at}\.{PLACE}")


@dataclass(frozen=True)
class Named:
    """Records by their names."""

    record: Record | OneOf

    @property
    def holds_arrays(self) -> bool:
        return self.record.holds_arrays

    def pack(self, value: Any, at: str, out: Packed) -> Any:
        return {name: self.record.pack(one, f"{at}.{name}", out) for name, one in value.items()}

    def unpack(self, value: Any, at: str, given: Given) -> Any:
        if not isinstance(value, dict) or not all(re.fullmatch(KEY, name) for name in value):
            raise damaged(at, "has other names than maps have")
        return {name: self.record.unpack(one, f"{at}.{name}", given) for name, one in value.items()}

    def patterns(self, at: str) -> Iterator[Pattern]:
        yield from self.record.patterns(rf"{at}\.{KEY}")


@dataclass(frozen=True)
class Instead:
    """A record that is kept in the place of one that can't be.

    Attributes
    ----------
    record : Node
    there, back : callable
        From the one to the other, and back.
    """

    record: Node
    there: Callable[[Any], Any]
    back: Callable[[Any], Any]
    holds_arrays: bool = True

    def pack(self, value: Any, at: str, out: Packed) -> Any:  # noqa: D102
        return None if value is None else self.record.pack(self.there(value), at, out)

    def unpack(self, value: Any, at: str, given: Given) -> Any:  # noqa: D102
        return None if value is None else self.back(self.record.unpack(value, at, given))

    def patterns(self, at: str) -> Iterator[Pattern]:  # noqa: D102
        yield from self.record.patterns(at)


def node_of(hint: Any, instead: Mapping[Any, Node] = types.MappingProxyType({})) -> Node:
    """Return what a type says of its values; ``instead`` says it for some types."""
    union = get_origin(hint) in (Union, types.UnionType)
    several = [one for one in (get_args(hint) if union else (hint,)) if one is not type(None)]
    optional = union and len(several) < len(get_args(hint))
    if len(several) == 1 and several[0] in instead:
        return instead[several[0]]
    if all(get_origin(one) is np.ndarray for one in several):
        return Numbers(tuple(_dtype(one) for one in several), optional)
    if all(is_dataclass(one) for one in several):
        found = {one.__name__: _record(one, instead, optional) for one in several}
        return next(iter(found.values())) if len(found) == 1 else OneOf(found)
    args = get_args(hint)
    if get_origin(hint) is tuple and args[1:] == (...,) and is_dataclass(args[0]):
        return Many(_record(args[0], instead))
    if get_origin(hint) is Mapping and isinstance(inner := node_of(args[1], instead), Record | OneOf):
        return Named(inner)
    return Leaf(hint)


def _record(cls: Any, instead: Mapping[Any, Node], optional: bool = False) -> Record:
    hints = get_type_hints(cls, include_extras=True)
    return Record(cls, {one.name: node_of(hints[one.name], instead) for one in fields(cls)}, optional)


def _dtype(hint: Any) -> str:
    """Return the type of an annotation such as ``NDArray[np.float32]``, as files name it."""
    (scalar,) = get_args(get_args(hint)[1])
    return str(np.dtype(scalar).newbyteorder("<").str)


def _at(at: str, name: str, dot: str = ".") -> str:
    return f"{at}{dot}{name}" if at else name


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)
