"""The same pictures with lines and letters that stay sharp: what goes into a publication."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import ExportJob
from hsunmix.exports._pictures import pictures

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "SVG: pictures of every map and of the spectra, for print"
NEEDS_IMAGE = True


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``abundance_NN_NAME.svg`` for every endmember, and ``endmembers.svg``."""
    return pictures(job, folder, ".svg")
