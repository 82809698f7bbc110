"""Make the sample cubes: a desert scene with known abundances, as ENVI and in the NEON HDF5 layout.

    python sample_cubes/make_samples.py [FOLDER]

The same bytes every time: everything random has one seed. Spectra come from resources/spectra.
"""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from hsunmix.formats import open_spectra

Array = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parent / "resources" / "spectra" / "usgs_1995.csv"
SEED = 1995
LINES, SAMPLES, BANDS = 120, 100, 150
NODATA, SCALE = -9999, 10000
SNR_DB = 38.0
# Name: entry of the library, brightness. Rough ground is darker than a powder in the laboratory.
MATERIALS = {
    "Alunite": ("Alunite GDS82 Na82", 0.42),
    "Kaolinite": ("Kaolinite CM9", 0.5),
    "Goethite": ("Goethite WS222", 1.1),
    "Desert varnish": ("Desert Varnish GDS141", 1.2),
    "Russian olive": ("Russian Olive DW92-4", 0.9),
}
WATER_VAPOUR_NM = ((1350.0, 1430.0), (1800.0, 1950.0))
EAST, NORTH, PIXEL, ZONE, EPSG = 487_000.0, 4_156_000.0, 15.0, 11, 32611
WKT = (
    'PROJCS["WGS_1984_UTM_Zone_11N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",'
    'SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",-117.0],PARAMETER["Scale_Factor",0.9996],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def smooth(rng: np.random.Generator, size: float) -> Array:
    """Make a random field of mean 0 and deviation 1 whose features are about ``size`` pixels wide."""
    noise = np.fft.rfft2(rng.standard_normal((2 * LINES, 2 * SAMPLES)))
    fy, fx = np.fft.fftfreq(2 * LINES)[:, None], np.fft.rfftfreq(2 * SAMPLES)[None]
    field = np.fft.irfft2(noise * np.exp(-2 * (np.pi * size / 2) ** 2 * (fy**2 + fx**2)))
    field = field[:LINES, :SAMPLES]
    return np.asarray((field - field.mean()) / field.std())


def fractal(rng: np.random.Generator, largest: float) -> Array:
    """Make a random field of deviation 1 with features of every size up to ``largest``, like terrain."""
    field = sum(smooth(rng, largest / 2**k) / 1.9**k for k in range(5))
    return np.asarray((field - np.mean(field)) / np.std(field))


def step(field: Array, sharpness: float) -> Array:
    """Pass from 0 to 1 where a field changes its sign."""
    return 1 / (1 + np.exp(-sharpness * field))


def landscape(rng: np.random.Generator) -> tuple[Array, Array]:
    """Lay out the scene: varnished hills and goethite-stained slopes, an altered centre, a wash.

    Returns
    -------
    abundances : array, (materials, lines, samples)
        Sum to one.
    light : array, (lines, samples)
        How brightly the ground is lit, about 0.5 to 1.2.
    """
    y, x = np.mgrid[0:LINES, 0:SAMPLES] / np.array([LINES, SAMPLES])[:, None, None]
    rough = fractal(rng, 40)
    hill = np.hypot((x - 0.63) / 0.20, (y - 0.40) / 0.17) + 0.22 * fractal(rng, 20)
    spur = np.hypot((x - 0.70) / 0.15, (y - 0.78) / 0.08) + 0.25 * fractal(rng, 16)
    wash = 0.20 + 0.07 * np.sin(8 * y + 0.4) + 0.025 * np.sin(23 * y) + 0.22 * y
    banks = np.exp(-(((x - wash) / (0.018 + 0.035 * y)) ** 2)) * step(smooth(rng, 4) + 0.7, 4)
    olive = np.clip(1.25 * banks, 0, 1) + 0.16 * step(fractal(rng, 6) - 1.3, 6)
    alunite = step(0.62 - np.minimum(hill, spur + 0.15), 9)
    kaolinite = step(1.15 - np.minimum(hill, spur - 0.1), 6) + 0.12 * step(fractal(rng, 12), 2)
    goethite = step(0.9 * fractal(rng, 26) - 0.5 * rough - 0.1, 3.2)
    rest = np.ones_like(x)
    shares = []
    for share in (olive, alunite, kaolinite, goethite, np.ones_like(x)):
        shares.append(rest * np.clip(share, 0, 1))
        rest = rest - shares[-1]
    fractions = np.stack([shares[1], shares[2], shares[3], shares[4], shares[0]])
    fractions[fractions < 0.03] = 0  # a material is there or it isn't: most pixels hold two or three
    fractions /= fractions.sum(axis=0)
    height = 5.0 * rough - 9.0 * np.exp(-(((x - wash) / 0.12) ** 2)) + 5.0 * np.exp(-(hill**2))
    slope_y, slope_x = np.gradient(height)
    lit = (1 + 0.75 * slope_x + 0.55 * slope_y) / np.sqrt(1 + slope_x**2 + slope_y**2)
    return fractions, np.clip(0.35 + 0.6 * lit, 0.45, 1.2)


def flight_line(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Mark the pixels that the sensor saw: a strip turned against the map, with uneven edges."""
    y, x = np.mgrid[0:LINES, 0:SAMPLES].astype(float)
    angle = np.deg2rad(7.0)
    across = (x - SAMPLES / 2) * np.cos(angle) + (y - LINES / 2) * np.sin(angle)
    along = (y - LINES / 2) * np.cos(angle) - (x - SAMPLES / 2) * np.sin(angle)
    sway = 1.2 * np.sin(along / 9) + 0.7 * np.cumsum(rng.standard_normal(LINES))[:, None] / 6
    return np.asarray((np.abs(across + sway) < 42.5) & (np.abs(along) < 57))


def spectra(nm: Array) -> Array:
    """Return the materials' reflectance at the scene's wavelengths, (materials, bands)."""
    library = open_spectra(LIBRARY)
    rows = [bright * library.values[library.names.index(entry)] for entry, bright in MATERIALS.values()]
    return np.stack([np.interp(nm, library.wavelengths, row) for row in rows])


def scene() -> tuple[NDArray[np.int16], Array, Array, Array, NDArray[np.bool_]]:
    """Return (stored values (lines, samples, bands), abundances, spectra, wavelengths, bad bands)."""
    rng = np.random.default_rng(SEED)
    nm = np.round(np.linspace(400.0, 2450.0, BANDS), 2)
    bad = np.any([(nm > low) & (nm < high) for low, high in WATER_VAPOUR_NM], axis=0)
    reflectance = spectra(nm)
    abundances, light = landscape(rng)
    seen = flight_line(rng)
    values = np.einsum("kyx,kb->yxb", abundances * light, reflectance)
    sigma = np.sqrt((values[seen] ** 2).mean(axis=0)) / 10 ** (SNR_DB / 20)
    values += sigma * rng.standard_normal(values.shape)
    values[:, :, bad] = rng.uniform(-0.05, 0.4, (LINES, SAMPLES, int(bad.sum())))
    stored = np.rint(values * SCALE).astype(np.int16)
    stored[~seen] = NODATA
    abundances[:, ~seen] = NODATA
    return stored, abundances, reflectance, nm, bad


def listed(values: object) -> str:
    """Write a list of an ENVI header, eight entries on a line."""
    words = [str(value) for value in values]  # type: ignore[attr-defined]
    lines = [", ".join(words[k : k + 8]) for k in range(0, len(words), 8)]
    return "{\n " + ",\n ".join(lines) + "}"


def header(description: str, bands: int, data_type: int, interleave: str, **fields: object) -> str:
    """Write the text of an ENVI header."""
    known = {
        "description": f"{{{description}}}",
        "samples": SAMPLES,
        "lines": LINES,
        "bands": bands,
        "header offset": 0,
        "file type": "ENVI Standard",
        "data type": data_type,
        "interleave": interleave,
        "byte order": 0,
        "map info": f"{{UTM, 1, 1, {EAST}, {NORTH}, {PIXEL}, {PIXEL}, {ZONE}, North, WGS-84, units=Meters}}",
        "coordinate system string": f"{{{WKT}}}",
        "data ignore value": NODATA,
    }
    known |= {name.replace("_", " "): value for name, value in fields.items()}
    return "ENVI\n" + "".join(f"{name} = {value}\n" for name, value in known.items())


def write_envi(folder: Path, stored: NDArray[np.int16], nm: Array, bad: NDArray[np.bool_]) -> None:
    """Write desert.hdr and desert.bil."""
    (folder / "desert.bil").write_bytes(stored.transpose(0, 2, 1).astype("<i2").tobytes())
    rgb = [int(np.argmin(np.abs(nm - centre))) + 1 for centre in (650, 550, 450)]
    text = header(
        "A made-up desert scene of the hsunmix project: reflectance mixed from spectra of the\n"
        " USGS Digital Spectral Library (splib04, 1995), which are in the public domain",
        BANDS,
        2,
        "bil",
        reflectance_scale_factor=SCALE,
        default_bands=listed(rgb),
        wavelength_units="Nanometers",
        wavelength=listed(nm),
        fwhm=listed(np.full(BANDS, round(float(nm[1] - nm[0]), 2))),
        bbl=listed((~bad).astype(int)),
    )
    (folder / "desert.hdr").write_text(text, encoding="ascii")


def write_truth(folder: Path, abundances: Array, reflectance: Array, nm: Array) -> None:
    """Write desert_abundances.hdr and .bsq, and desert_spectra.csv."""
    (folder / "desert_abundances.bsq").write_bytes(abundances.astype("<f4").tobytes())
    text = header(
        "Known abundances of desert.hdr, before light and noise", len(MATERIALS), 4, "bsq",
        band_names=listed(MATERIALS),
    )  # fmt: skip
    (folder / "desert_abundances.hdr").write_text(text, encoding="ascii")
    rows = [",".join(["wavelength_nm", *MATERIALS])]
    rows += [
        f"{w:.2f}," + ",".join(f"{v:.6f}" for v in column)
        for w, column in zip(nm, reflectance.T, strict=True)
    ]
    (folder / "desert_spectra.csv").write_text("\n".join(rows) + "\n", encoding="ascii")


def write_neon(folder: Path, stored: NDArray[np.int16], nm: Array) -> None:
    """Write desert_neon.h5 in the layout of NEON's surface reflectance (the site's name is made up)."""
    with h5py.File(folder / "desert_neon.h5", "w") as file:
        group = file.create_group("DSRT/Reflectance")
        for number, window in enumerate(WATER_VAPOUR_NM, start=1):
            group.attrs[f"Band_Window_{number}_Nanometers"] = np.array(window, dtype="i4")
        data = group.create_dataset(
            "Reflectance_Data", data=stored, chunks=(20, 20, BANDS), compression="gzip", shuffle=True
        )
        data.attrs["Data_Ignore_Value"] = float(NODATA)
        data.attrs["Scale_Factor"] = float(SCALE)
        data.attrs["Dimension_Labels"] = "Line, Sample, Wavelength"
        data.attrs["Spatial_Resolution_X_Y"] = np.array([PIXEL, PIXEL])
        for name, values in (("Wavelength", nm), ("FWHM", np.full(BANDS, round(float(nm[1] - nm[0]), 2)))):
            made = group.create_dataset(f"Metadata/Spectral_Data/{name}", data=values)
            made.attrs["Units"] = "nanometers"
        place = group.create_group("Metadata/Coordinate_System")
        place["Map_Info"] = (
            f"UTM,  1.000,  1.000,  {EAST:.3f},  {NORTH:.3f},  {PIXEL:.3f},  {PIXEL:.3f},  "
            f"{ZONE},  North,  WGS-84,  units=Meters, 0"
        )
        place["EPSG Code"] = str(EPSG)
        place["Coordinate_System_String"] = WKT


def main(folder: Path) -> None:
    """Write all samples into a folder."""
    stored, abundances, reflectance, nm, bad = scene()
    write_envi(folder, stored, nm, bad)
    write_truth(folder, abundances, reflectance, nm)
    write_neon(folder, stored, nm)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
