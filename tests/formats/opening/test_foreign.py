"""What hsunmix does not read is told by its name, with a way out."""

from __future__ import annotations

import gzip
import io
import tarfile
import warnings
import zipfile

import numpy as np
import pytest
import rasterio

from hsunmix.errors import FileError, FormatError
from hsunmix.formats import open_cube, open_spectra
from hsunmix.formats.opening.foreign import foreign_file

NUL = b"\0" * 600
HEADS = {
    "a.L1R": (b"\x0e\x03\x13\x01" + NUL, "HDF4.*gdal_translate"),
    "a.hdf": (b"\x0e\x03\x13\x01" + NUL, "HDF4"),
    "a.jp2": (b"\0\0\0\x0cjP  \r\n\x87\n" + NUL, "JPEG 2000.*GDAL"),
    "a.j2k": (b"\xff\x4f\xff\x51" + NUL, "JPEG 2000"),
    "a.lbl": (b"PDS_VERSION_ID = PDS3\r\n", "PDS3.*GDAL"),
    "a.img": (b"  PDS_VERSION_ID                    = PDS3\r\n" + NUL, "PDS3"),
    "b.img": (b"EHFA_HEADER_TAG" + NUL, "ERDAS IMAGINE.*GDAL"),
    "a.xml": (
        b'<?xml version="1.0"?><Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1">',
        "PDS4",
    ),
    "X-METADATA.XML": (b'<?xml version="1.0"?><level_X/>', "metadata: open the image"),
    "a.ntf": (b"NITF02.10" + NUL, "NITF.*GDAL"),
    "a.fits": (b"SIMPLE  =                    T" + NUL, "FITS"),
    "a.cub": (b"Object = IsisCube\n", "ISIS"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c" + NUL, "7z archive.*unpack"),
    "a.rar": (b"Rar!\x1a\x07\x01\0" + NUL, "rar archive.*unpack"),
    "a.bz2": (b"BZh91AY&SY" + NUL, "bzip2.*unpack"),
    "a.zst": (b"\x28\xb5\x2f\xfd" + NUL, "zstd"),
    "a.nc": (b"CDF\x05" + NUL, "CDF-5.*nccopy -k nc4"),
    "a.grb": (b"GRIB" + NUL, "GRIB"),
    "a.pix": (b"PCIDSK  " + NUL, "PCIDSK"),
    "a.vrt": (b'<VRTDataset rasterXSize="3">', "VRT"),
    "a.jpg": (b"\xff\xd8\xff\xe0" + NUL, "JPEG picture"),
    "a.pkl": (b"\x80\x04\x95" + NUL, "pickle.*never"),
    "a.RData": (b"RDX3\n" + NUL, "data of R"),
    "a.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NUL, "Office.*CSV"),
    "a.txt.mat": (b"# Created by Octave 8.4\n# name: A\n", "Octave as text.*hdf5"),
}


@pytest.mark.parametrize("name", HEADS)
def test_files(tmp_path, name):
    head, reason = HEADS[name]
    (tmp_path / name).write_bytes(head)
    for door in (open_cube, open_spectra):
        with pytest.raises(FormatError, match=reason) as caught:
            door(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_archives(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("scene.img", b"1234")
    (tmp_path / "a.xlsx").write_bytes((tmp_path / "a.zip").read_bytes())
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("scene.img"), io.BytesIO())
    (tmp_path / "a.tgz").write_bytes(gzip.compress(b"1234"))
    for name, reason in (
        ("a.zip", "zip archive.*unpack"),
        ("a.xlsx", "Excel.*CSV"),
        ("a.tar", "tar archive.*unpack"),
        ("a.tgz", "gzip.*unpack"),
    ):
        with pytest.raises(FormatError, match=reason):
            open_cube(tmp_path / name)


def test_folders(tmp_path):
    for name, inside, reason in (
        ("S2A_MSIL1C.SAFE", "manifest.safe", "SAFE folder"),
        ("cube3", "zarr.json", "holds no array|no Zarr store"),
        ("plain", "a.txt", "is a folder, not a file"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / inside).write_text("{}")
        with pytest.raises(FileError, match=reason):
            open_cube(tmp_path / name)


def test_what_is_read_is_not_foreign(tmp_path):
    """BigTIFF and npz begin like others; a text that begins with such a word is still a text."""
    values = np.ones((3, 4, 5), "f4")
    np.savez(tmp_path / "a.npz", cube=values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        profile = {"driver": "GTiff", "height": 4, "width": 5, "count": 3, "dtype": "float32"}
        with rasterio.open(tmp_path / "a.tif", "w", **profile, BIGTIFF="YES") as file:
            file.write(values)
    assert open_cube(tmp_path / "a.npz").shape == (3, 4, 5)
    assert open_cube(tmp_path / "a.tif").shape == (4, 5, 3)
    for text in (b"HEADER of a table\n1,2\n", b"BM,1\n", b"wavelength,a\n1,2\n"):
        assert foreign_file(tmp_path / "a.csv", text) == ""
