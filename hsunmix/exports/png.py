"""Abundance maps and endmember spectra as pictures: what goes into a report."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import ExportJob
from hsunmix.exports._pictures import pictures

__all__ = ["BY_DPI", "NEEDS_IMAGE", "TITLE", "write"]

TITLE = "PNG: a picture of every map, and of the spectra"
NEEDS_IMAGE = True
BY_DPI = True


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``abundance_NN_NAME.png`` for every endmember, and ``endmembers.png``."""
    return pictures(job, folder, ".png")
