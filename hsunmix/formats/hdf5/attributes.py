"""Every attribute of a file, and what its datasets are, to be shown as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hsunmix.formats.hdf5.file import attribute
from hsunmix.formats.opening.header_lines import MAX_LINES, header_lines

__all__ = ["lines_of"]

# What libraries keep for themselves.
_INTERNAL = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates")


def lines_of(file: Any) -> tuple[str, ...]:
    """Return ``group/dataset.attribute = value``, and what each dataset is, of an HDF5 file or a mirror."""
    import h5py

    found: list[tuple[str, Any]] = list(_of(file, ""))

    def visit(name: str, item: Any) -> bool | None:
        if isinstance(item, h5py.Dataset):
            found.append((name, f"{' × '.join(map(str, item.shape or ())) or 'one'} {item.dtype}"))
        found.extend(_of(item, f"{name}."))
        return True if len(found) > MAX_LINES else None

    file.visititems(visit)
    return header_lines(found)


def _of(item: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in item.attrs:
        value = None if name in _INTERNAL else attribute(item, name)
        if value is not None:
            yield f"{prefix}{name}", value
