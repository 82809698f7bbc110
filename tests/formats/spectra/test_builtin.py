"""The library that comes with the program."""

from __future__ import annotations

import csv

import numpy as np

from hsunmix.formats import builtin_library
from hsunmix.model.matching import rank
from hsunmix.model.resampling import resample


def test_every_spectrum_has_a_source(repository):
    folder = repository / "resources" / "spectra"
    with (folder / "builtin_sources.csv").open(encoding="utf-8", newline="") as file:
        sources = list(csv.DictReader(file))
    library = builtin_library()
    assert [row["name"] for row in sources] == list(library.names)
    assert len(set(library.names)) == len(library.names)
    assert {row["kind"] for row in sources} == {"mineral", "vegetation", "soil", "man-made", "water"}
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for source in {row["source"] for row in sources}:
        assert any(key in source and key in readme for key in ("splib04", "splib06b", "ICRAF-ISRIC")), source
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5 << 20


def test_it_is_reflectance_with_gaps():
    library = builtin_library()
    assert library.path == "builtin"
    assert library.values.shape == (len(library.names), len(library.wavelengths))
    assert (np.diff(library.wavelengths) > 0).all()
    assert np.nanmin(library.values) > 0
    assert np.nanmax(library.values) < 1.05
    ice = library.values[library.names.index("H2O-Ice GDS136 77K")]
    assert np.isnan(ice[library.wavelengths < 840]).all()
    assert np.isfinite(ice[library.wavelengths > 860]).all()


def test_it_knows_the_same_samples_of_another_edition(repository):
    from hsunmix.formats import open_spectra

    other = open_spectra(repository / "resources" / "spectra" / "usgs_1995.csv")
    library = resample(builtin_library(), other.wavelengths, np.full(224, 10.0))
    found = rank(other.values.T, library, "sam", top=1)
    same = [best[0].name.split()[0] == name.split()[0] for best, name in zip(found, other.names, strict=True)]
    assert all(same)
    assert np.median([best[0].score for best in found]) < 0.005
