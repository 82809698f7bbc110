"""Small products in the published layout of EnMAP L2A and DESIS L2A, made for the tests.

No delivered product is at hand: the names of files and elements are those of the ground segments'
product specifications, the numbers are made up. Run as a script to look at them:
``python -m tests.formats.tiff_products FOLDER``.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np

LINES, SAMPLES = 11, 7  # not square
GAIN = 1e-4
CORNER = (600000.0, 5300040.0)  # of the first pixel, 30 m, UTM 32 North
ENMAP = "ENMAP01-____L2A-DT0000001867_20220724T104526Z_008_V010302_20230628T165614Z"
DESIS = "DESIS-HSI-L2A-DT0483531728_001-20200804T234520-V0210"


def scene(bands: int, seed: int = 0) -> np.ndarray:
    """Make reflectances (lines, samples, bands) of three materials, a pure pixel of each among them."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, bands)[:, None]
    spectra = 0.1 + 0.5 * np.exp(-(((place - np.array([0.1, 0.5, 0.9])) / 0.2) ** 2))
    fractions = rng.dirichlet(np.ones(3), size=(LINES, SAMPLES))
    for k in range(3):
        fractions[2 + 3 * k, 1 + 2 * k] = np.eye(3)[k]
    return fractions @ spectra.T


def write_tiff(path: Path, stored: np.ndarray, nodata: float | None, **more: object) -> None:
    """Write stored values (lines, samples, bands) with a place."""
    import rasterio
    from rasterio.transform import from_origin

    profile = {
        "driver": "GTiff", "height": stored.shape[0], "width": stored.shape[1], "count": stored.shape[2],
        "dtype": stored.dtype, "nodata": nodata, "crs": "EPSG:32632",
        "transform": from_origin(*CORNER, 30, 30),
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path, "w", **(profile | more)) as file:
            file.write(np.moveaxis(stored, -1, 0))


def make_enmap(folder: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """Make ``…-SPECTRAL_IMAGE.TIF`` and ``…-METADATA.XML``.

    Sixteen bands in the order of their wavelengths, of two detectors that overlap; the last but one
    is delivered without data and is missing from the lists of channels.
    """
    vnir, swir = np.linspace(420, 990, 9), np.linspace(905, 2440, 7)
    nm = np.sort(np.concatenate([vnir, swir]))
    dead = len(nm) - 2
    values = scene(len(nm))
    stored = np.round(values / GAIN).astype(np.int16)
    stored[:, :, dead] = -32768
    stored[0, 0] = -32768  # outside the swath
    image = folder / f"{ENMAP}-SPECTRAL_IMAGE.TIF"
    write_tiff(image, stored, -32768, tiled=True, blockxsize=16, blockysize=16, compress="lzw")
    fwhm = np.where(np.isin(nm, vnir), 6.5, 10.0)
    channels = {
        name: ",".join(str(k + 1) for k, centre in enumerate(nm) if centre in own and k != dead)
        for name, own in (("vnir", vnir), ("swir", swir))
    }
    bands = "".join(
        f'<bandID number="{k}"><wavelengthCenterOfBand>{centre:.3f}</wavelengthCenterOfBand>'
        f"<FWHMOfBand>{width}</FWHMOfBand><GainOfBand>{GAIN}</GainOfBand><OffsetOfBand>0</OffsetOfBand></bandID>\n"
        for k, (centre, width) in enumerate(zip(nm, fwhm, strict=True), 1)
    )
    quality = "".join(
        f"<{name}ProductQuality><expectedChannelsList>{listed}</expectedChannelsList></{name}ProductQuality>\n"
        for name, listed in channels.items()
    )
    (folder / f"{ENMAP}-METADATA.XML").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<level_X xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n<metadata/>\n<specific>\n'
        f"<backgroundValue>-32768</backgroundValue>\n{quality}<bandCharacterisation>\n{bands}"
        "</bandCharacterisation>\n</specific>\n"
        '<product><bandStatistics><bandID number="1"><mean>1</mean></bandID></bandStatistics></product>\n'
        "</level_X>\n"
    )
    return image, {"nm": nm, "fwhm": fwhm, "values": values, "bad": np.arange(len(nm)) == dead}


def make_desis(folder: Path, *, metadata: bool = True) -> tuple[Path, dict[str, np.ndarray]]:
    """Make ``…-SPECTRAL_IMAGE.tif`` with its ENVI header, and ``…-METADATA.xml`` beside them."""
    nm = np.linspace(401.9, 999.1, 14)
    fwhm = np.full(14, 3.5)
    offset = 0.001
    values = scene(14, seed=1)
    stored = np.round((values - offset) / GAIN).astype(np.int16)
    stored[-1, :2] = -32768
    image = folder / f"{DESIS}-SPECTRAL_IMAGE.tif"
    write_tiff(image, stored, -32768, interleave="pixel", compress="deflate")

    def listed(numbers: object) -> str:
        return "{\n" + ",\n".join(f"  {n:.6g}" for n in np.broadcast_to(numbers, 14)) + "}"

    image.with_suffix(".hdr").write_text(
        f"ENVI\ndescription = {{{DESIS}}}\nsamples  = {SAMPLES}\nlines    = {LINES}\nbands    = 14\n"
        "header offset = 0\nfile type = TIFF\ndata type = 2\ninterleave = bip\nbyte order = 0\n"
        f"data ignore value = -32768\nwavelength units = Nanometers\nwavelength = {listed(nm)}\n"
        f"fwhm = {listed(fwhm)}\ndata gain values = {listed(GAIN)}\ndata offset values = {listed(offset)}\n"
    )
    if metadata:
        bands = "".join(
            f"<band><bandNumber>{k}</bandNumber><wavelengthCenterOfBand>{centre:.6g}</wavelengthCenterOfBand>"
            f"<wavelengthWidthOfBand>3.5</wavelengthWidthOfBand><response>0.1,1,0.1</response>"
            f"<wavelengths>400,402,404</wavelengths><gainOfBand>{GAIN}</gainOfBand>"
            f"<offsetOfBand>{offset}</offsetOfBand></band>\n"
            for k, centre in enumerate(nm, 1)
        )
        (folder / f"{DESIS}-METADATA.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<hsi_doc>\n<specific>\n'
            "<interiorOrientation><band><bandNumber>1</bandNumber></band></interiorOrientation>\n"
            f"<bandCharacterisation>\n{bands}</bandCharacterisation>\n</specific>\n</hsi_doc>\n"
        )
    return image, {"nm": nm, "fwhm": fwhm, "values": values, "bad": np.zeros(14, dtype=bool)}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    print(make_enmap(place)[0], make_desis(place)[0], sep="\n")
