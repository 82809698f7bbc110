"""The endmembers' spectra as an ENVI spectral library."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsunmix.exports import ExportJob
from hsunmix.exports._envi import header, listed, names_fields, numbers
from hsunmix.files import replacing_all

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "ENVI spectral library: endmember spectra"
NEEDS_IMAGE = False


def write(job: ExportJob, folder: Path) -> list[Path]:
    """Write ``endmembers.sli`` and its header; NaN and a 0 in ``bbl`` in bands that are not used."""
    data, head = folder / "endmembers.sli", folder / "endmembers.hdr"
    spectra = job.spectra
    with replacing_all(data, head) as (data_file, head_file):
        with data_file.open("wb") as file:
            file.write(np.ascontiguousarray(spectra.T, dtype="<f4").data)
        head_file.write_text(_header(job, *spectra.shape), encoding="utf-8")
    return [data, head]


def _header(job: ExportJob, bands: int, rank: int) -> str:
    source = f" of {job.cube.name}" if job.cube is not None else ""
    fields = {
        "file type": "ENVI Spectral Library",
        "samples": str(bands),
        "lines": str(rank),
        "bands": "1",
        "reflectance scale factor": "1.0",
        **names_fields("spectra names", job.names),
        "bbl": listed(str(int(used)) for used in job.unmixing.used_bands),
    }
    if job.wavelengths is not None:
        fields |= {"wavelength units": "Nanometers", "wavelength": numbers(job.wavelengths)}
        if job.cube is not None and job.cube.fwhm is not None:
            fields["fwhm"] = numbers(job.cube.fwhm)
    return header(f"Endmembers{source}", fields)
