"""Make resources/spectra/builtin.sli and its list of sources from the libraries that it is drawn from.

    python scripts/make_library.py MINERALS.sli PLANTS.mat REFERENCES.db SOILS.sli

MINERALS.sli    USGS mineral library, 481 spectra × 420 bands (the example library of ENVI)
PLANTS.mat      USGS_1995_Library.mat, splib04 on the channels of AVIRIS
REFERENCES.db   records of USGS splib06b, as the package tetracorderp 1.1.0 carries them
SOILS.sli       spectra.sli of the package earthlib 1.1.0, with spectra.csv beside it

The files are no part of the project: resources/spectra/README.md says whose works the spectra are.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsunmix.exports._envi import header, names_field, numbers
from hsunmix.files import replacing, replacing_all
from hsunmix.formats import open_spectra
from hsunmix.model.resampling import resample
from hsunmix.model.spectra import Spectra

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "spectra"
SPLIB04 = "USGS OFR 93-592 (splib04)"
RECORDS, SOILS = "USGS DDS-231 (splib06b)", "ICRAF-ISRIC Soil VNIR Spectral Library, CC BY 4.0"
SOIL_COUNT = 60
# Records of splib06b by their titles: what they are, and the name that they get.
WANTED = {
    "man-made": (
        "Brick GDS347", "Coated_Steel_Girder WTC01-8", "Fiberglass GDS337", "Painted_Aluminum GDS333",
        "Plastic GGA-54", "Plastic_HDPE GDS393", "Plastic_PETE GDS379", "Plastic_PETE GDS380",
        "Plastic_PETE GDS383", "Plastic_PVC GDS338", "Plastic_Tarp GDS339", "Plastic_Tarp GDS340",
        "Plastic_Vinyl GDS372", "Plywood GDS365", "Polystyrene GDS345", "WTC_Dust_Debris WTC01-2 ",
        "WTC_Dust_Debris WTC01-28",
    ),
    "vegetation": ("Aspen Aspen-1", "Grass_Golden_Dry GDS480", "LeafySpurge Spurge-A1-Jun98",
                   "LeafySpurge Spurge-A1-Oct97"),
    "water": (
        "Melting_snow mSnw16 (slush)", "Melting_snow mSnw1a ", "Melting_snow mSnw3",
        "Melting_snow mSnw8", "Red_Coated_Algea_Water", "Seawater_Coast_Chl", "Seawater_Open_Ocean",
        "Water+Montmor SWy-2+0.5g/l", "Water+Montmor SWy-2+1.67g/l", "Water+Montmor SWy-2+5.01g/l",
        "Water+Montmor SWy-2+16.5g/l",
    ),
    "soil": ("Stonewall_Playa_Dry_Mud", "Basalt_fresh BR93-46B", "Basalt_weathered BR93-43"),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One spectrum on the bands of the result."""

    name: str
    kind: str
    source: str
    record: str
    values: np.ndarray


def minerals(path: Path) -> tuple[np.ndarray, list[Entry]]:
    """All minerals; their bands are those of the result."""
    library = open_spectra(path)
    entries = []
    for full, values in zip(library.names, library.values, strict=True):
        record, _, name = full.partition(" ")
        kind = "water" if name.startswith("H2O-Ice") else "mineral"
        # Zero stands for no value: the ice has none below 0.85 µm.
        entries.append(Entry(tidy(name), kind, SPLIB04, record, np.where(values == 0, np.nan, values)))
    return library.wavelengths, entries


def plants(path: Path, nm: np.ndarray) -> list[Entry]:
    """The last 17 columns: plants."""
    from scipy.io import loadmat

    content = loadmat(path)
    names = [bytes(row).decode("latin-1").strip() for row in content["names"]]
    first = names.index("Aspen_Leaf-A DW92-2")
    values = content["datalib"][:, first:].T
    values = np.where(values < -1e30, np.nan, values)
    found = resample(Spectra(values, tuple(names[first:]), content["datalib"][:, 0] * 1000), nm)
    return [
        Entry(tidy(name), "vegetation", SPLIB04, name, row)
        for name, row in zip(found.names, found.values, strict=True)
    ]


def records(path: Path, nm: np.ndarray) -> list[Entry]:
    """The wanted records of splib06b."""
    query = (
        "select OriginalTitle, NativeRecord, XData, YData from Samples join Spectra using (SampleID) "
        "where Library = 'splib06b' and OriginalTitle like ?"
    )
    entries = []
    with sqlite3.connect(path) as database:
        for kind, titles in WANTED.items():
            for title in titles:
                (full, record, x, y), *more = database.execute(query, (title + "%",)).fetchall()
                if more:
                    raise SystemExit(f"{title}: several records")
                source, values = (np.frombuffer(b, "<f4").astype(float) for b in (x, y))
                values = np.where((values < -1e30) | (values == 0), np.nan, values)
                row = resample(Spectra(values[None], ("",), source * 1000), nm).values[0]
                name = tidy(full[:28].split("W1R1")[0])
                entries.append(Entry(name, kind, RECORDS, f"record {record}", row))
    return entries


def soils(path: Path, nm: np.ndarray) -> list[Entry]:
    """The soils most unlike each other: each next one is the farthest from those taken, by angle."""
    library = open_spectra(path)
    with path.with_name("spectra.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    there = np.flatnonzero([row["SOURCE"] == "icraf-isric-soil-database" for row in table])
    values = library.values[there]
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    taken = [int(np.argmax(unit @ unit.mean(axis=0)))]
    nearest = unit @ unit[taken[0]]
    while len(taken) < SOIL_COUNT:
        taken.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, unit @ unit[taken[-1]])
    chosen = there[np.sort(taken)]
    found = resample(Spectra(library.values[chosen], ("",) * len(chosen), library.wavelengths), nm)
    return [
        Entry(soil_name(table[k]), "soil", SOILS, table[k]["NAME"], row)
        for k, row in zip(chosen, found.values, strict=True)
    ]


def soil_name(row: dict[str, str]) -> str:
    """Name a soil by its sample and place."""
    lat, lon = float(row["LAT"] or 0), float(row["LON"] or 0)
    place = f" {abs(lat):.1f}{'NS'[lat < 0]} {abs(lon):.1f}{'EW'[lon < 0]}" if lat or lon else ""
    return f"Soil {row['NAME'].split('_')[-1]}{place}"


def tidy(name: str) -> str:
    """Blanks for underscores, no runs of them, nothing that a list in a header cannot hold."""
    return " ".join(name.replace("_", " ").replace(",", " ").split())


def main(paths: list[str]) -> None:
    """Write the library and the list of sources."""
    if len(paths) != 4:
        raise SystemExit(__doc__)
    first, second, third, fourth = map(Path, paths)
    nm, entries = minerals(first)
    entries += plants(second, nm) + records(third, nm) + soils(fourth, nm)
    names = [entry.name for entry in entries]
    if len(set(names)) != len(names):
        raise SystemExit(f"not unique: {sorted(n for n in names if names.count(n) > 1)}")
    values = np.stack([entry.values for entry in entries]).astype("<f4")
    fields = {
        "file type": "ENVI Spectral Library",
        "samples": str(len(nm)),
        "lines": str(len(entries)),
        "bands": "1",
        "reflectance scale factor": "1.0",
        "wavelength units": "Nanometers",
        "wavelength": numbers(np.round(nm, 2)),
        "spectra names": names_field(names),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    with replacing_all(FOLDER / "builtin.sli", FOLDER / "builtin.hdr") as (data, head):
        data.write_bytes(values.tobytes())
        head.write_text(header("Built-in library; see README.md", fields), encoding="utf-8")
    with (
        replacing(FOLDER / "builtin_sources.csv") as path,
        path.open("w", encoding="utf-8", newline="") as file,
    ):
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "kind", "source", "record"])
        table.writerows([e.name, e.kind, e.source, e.record] for e in entries)
    print(f"{len(entries)} spectra, {values.nbytes} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
