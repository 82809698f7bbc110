"""The MATLAB file as SciPy reads it, and our own reader."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.io import loadmat, whosmat

from hsunmix.errors import WriteError
from hsunmix.exports import write_products
from hsunmix.formats import open_spectra
from tests.exports.conftest import UTM, make_delivery
from tests.scenes import with_numbers


def test_every_variable(tmp_path, job):
    cube = replace(job.cube, fwhm=np.linspace(8, 12, 20))
    write_products(replace(job, cube=cube), tmp_path, ["matlab"])
    found = loadmat(tmp_path / "result.mat", squeeze_me=True)
    unmixing = job.unmixing
    assert np.array_equal(found["abundances"], unmixing.abundances.transpose(1, 2, 0), equal_nan=True)
    assert np.array_equal(found["rmse"], unmixing.rmse, equal_nan=True)
    assert np.array_equal(found["endmembers"], unmixing.endmembers, equal_nan=True)
    assert list(found["names"]) == list(job.names)
    assert np.array_equal(found["wavelength"], cube.wavelengths)
    assert np.array_equal(found["fwhm"], cube.fwhm)
    assert np.array_equal(found["transform"], UTM.transform)
    assert str(found["crs"]) == UTM.crs
    assert np.array_equal(found["used_bands"].astype(bool), unmixing.used_bands)
    assert float(found["relative_error"]) == unmixing.relative_error
    kinds = {name: (shape, kind) for name, shape, kind in whosmat(tmp_path / "result.mat")}
    assert kinds["abundances"] == ((11, 7, 3), "single")
    assert kinds["names"] == ((3, 1), "cell")
    assert kinds["wavelength"][0] == (20, 1)


def test_its_spectra_are_a_library(tmp_path, job):
    write_products(job, tmp_path, ["matlab"])
    library = open_spectra(tmp_path / "result.mat")
    assert library.names == job.names
    assert np.array_equal(library.values, job.spectra.T, equal_nan=True)
    assert np.array_equal(library.wavelengths, job.wavelengths)


def test_too_large_for_the_format(tmp_path):
    made = make_delivery()
    huge = np.lib.stride_tricks.as_strided(np.zeros(1, np.float32), (3, 20_000, 20_000), (0, 0, 0))
    large = replace(made, unmixing=with_numbers(made.unmixing, huge))
    with pytest.raises(WriteError, match="2 GB"):
        write_products(large, tmp_path, ["matlab"])
    assert list(tmp_path.iterdir()) == []
