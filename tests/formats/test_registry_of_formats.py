"""What every format promises."""

from __future__ import annotations

import subprocess
import sys

from hsunmix.formats import file_filter, formats
from hsunmix.formats.opening.options import Options
from hsunmix.parameters import describe


def test_formats():
    found = formats()
    assert set(found) >= {"envi", "matlab", "hdf5", "csv_spectra"}
    assert list(found)[-1] == "envi"  # known by its neighbours, so asked last
    known = {p.name for p in describe(Options)}
    for entry in found.values():
        assert entry.title
        assert entry.suffixes
        assert all(suffix == suffix.lower() and "." in suffix for suffix in entry.suffixes)
        assert entry.open_cube or entry.open_spectra or entry.open_mask or entry.open_vectors
        assert set(entry.options) <= known


def test_options_describe_themselves():
    described = {p.name: p for p in describe(Options)}
    assert list(described) == [
        "lines", "samples", "dataset", "axes", "grid", "stack", "transform", "nodata", "wavelengths",
    ]  # fmt: skip
    assert all(p.help and p.optional and p.default is None for p in described.values())
    assert described["lines"].kind == "int"
    assert described["lines"].minimum == 1


def test_file_filter():
    parts = file_filter().split(";;")
    assert parts[0].startswith("Hyperspectral cubes (*.")
    assert parts[-1] == "All files (*)"
    assert "*.csv" not in parts[0]  # holds spectra only
    assert all(ending in parts[0] for ending in ("*.hdr", "*.mat", "*.h5"))


def test_nothing_heavy_is_imported():
    code = (
        "import sys; from hsunmix.formats import formats, file_filter; formats(); file_filter();"
        "print([m for m in ('scipy', 'h5py', 'rasterio', 'spectral', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
