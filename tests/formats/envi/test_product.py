"""EnMAP images delivered as ENVI, made to the published layout."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.formats import open_cube, open_header

NAME = "ENMAP01-____L2A-DT0000001867_20220724T104526Z_008_V010302_20230628T165614Z-"


def metadata(gain: float = 0.0001) -> str:
    rows = "".join(
        f"<bandID number='{k}'><wavelengthCenterOfBand>{400 + 10 * k}</wavelengthCenterOfBand>"
        f"<FWHMOfBand>8</FWHMOfBand><GainOfBand>{gain}</GainOfBand><OffsetOfBand>0</OffsetOfBand></bandID>"
        for k in range(1, 5)
    )
    return (
        f"<level_X><specific><bandCharacterisation>{rows}</bandCharacterisation>"
        "<backgroundValue>-32768</backgroundValue></specific></level_X>"
    )


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("header_name", ["SPECTRAL_IMAGE.HDR", "SPECTRAL_IMAGE.{}.hdr"])
def test_gain_nodata_and_wavelengths_are_those_of_the_metadata(tmp_path, write_envi, interleave, header_name):
    x = np.arange(2 * 3 * 4, dtype="i2").reshape(2, 3, 4)
    x[0, 0] = -32768
    data = tmp_path / f"{NAME}SPECTRAL_IMAGE.{interleave.upper()}"
    made = write_envi(data, x, interleave, reflectance_scale_factor=100, wavelength="{1, 2, 3, 4}")
    header = made.rename(tmp_path / (NAME + header_name.format(interleave.upper())))
    (tmp_path / f"{NAME}METADATA.XML").write_text(metadata())
    for given in (data, header, tmp_path / f"{NAME}METADATA.XML"):
        cube = open_cube(given)
        assert (cube.gain, cube.nodata, cube.path) == (0.0001, -32768, header)
        np.testing.assert_array_equal(cube.wavelengths, [410, 420, 430, 440])
        np.testing.assert_array_equal(cube.fwhm, 8)
        np.testing.assert_allclose(cube.read(0, 2)[1], x[1] * 0.0001, rtol=1e-6)
        assert np.isnan(cube.read(0, 1)[0, 0]).all()
        assert any("METADATA.XML" in note for note in cube.notes)


def test_an_ignore_value_of_the_headers_own_stays(tmp_path, write_envi):
    x = np.arange(2 * 3 * 4, dtype="i2").reshape(2, 3, 4)
    header = write_envi(tmp_path / f"{NAME}SPECTRAL_IMAGE.BSQ", x, data_ignore_value=-9999)
    (tmp_path / f"{NAME}METADATA.XML").write_text(metadata())
    assert open_cube(header).nodata == -9999


def test_metadata_of_other_bands_are_named(tmp_path, write_envi):
    x = np.arange(2 * 3 * 5, dtype="i2").reshape(2, 3, 5)
    header = write_envi(tmp_path / f"{NAME}SPECTRAL_IMAGE.BSQ", x)
    (tmp_path / f"{NAME}METADATA.XML").write_text(metadata())
    assert any("describes 4 bands, and the image has 5" in note for note in open_header(header).notes)
