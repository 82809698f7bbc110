"""The endmembers' spectra as an ENVI spectral library."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsunmix.exports import Delivery
from hsunmix.exports._envi import header, listed, names_fields, numbers
from hsunmix.files import replacing_all

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "ENVI spectral library: endmember spectra"
NEEDS_IMAGE = False


def write(delivery: Delivery, folder: Path) -> list[Path]:
    """Write ``endmembers.sli`` and its header; NaN and a 0 in ``bbl`` in bands that are not used."""
    data, head = folder / "endmembers.sli", folder / "endmembers.hdr"
    spectra = delivery.spectra
    with replacing_all(data, head) as (data_file, head_file):
        with data_file.open("wb") as file:
            file.write(np.ascontiguousarray(spectra.T, dtype="<f4").data)
        head_file.write_text(_header(delivery, *spectra.shape), encoding="utf-8")
    return [data, head]


def _header(delivery: Delivery, bands: int, rank: int) -> str:
    source = f" of {delivery.cube.name}" if delivery.cube is not None else ""
    fields = {
        "file type": "ENVI Spectral Library",
        "samples": str(bands),
        "lines": str(rank),
        "bands": "1",
        "reflectance scale factor": "1.0",
        **names_fields("spectra names", delivery.names),
        "bbl": listed(str(int(used)) for used in delivery.unmixing.used_bands),
    }
    if delivery.wavelengths is not None:
        fields |= {"wavelength units": "Nanometers", "wavelength": numbers(delivery.wavelengths)}
        if delivery.cube is not None and delivery.cube.fwhm is not None:
            fields["fwhm"] = numbers(delivery.cube.fwhm)
    return header(f"Endmembers{source}", fields)
