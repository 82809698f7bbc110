"""A report on the result in one page: what is handed to a colleague."""

from __future__ import annotations

from collections.abc import Generator
from html import escape
from pathlib import Path

from hsunmix.exports import Delivery
from hsunmix.exports._report_style import STYLE
from hsunmix.files import replacing

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "HTML: a report with maps, spectra and errors"
NEEDS_IMAGE = True


def write(delivery: Delivery, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``report.html``: a single file, complete without a network, readable in light and dark."""
    from hsunmix.exports import _report as parts
    from hsunmix.exports._result import digest
    from hsunmix.exports._statistics import gather

    statistics = yield from gather(delivery.unmixing)
    maps = yield from parts.maps(delivery, statistics)
    sha256 = yield from digest(delivery)
    errors = parts.errors(delivery, statistics)
    yield
    body = [
        parts.head(delivery, statistics),
        maps,
        parts.spectra(delivery, statistics),
        errors,
        parts.convergence(delivery),
        parts.provenance(delivery, sha256),
        parts.notes(delivery),
        parts.reproduce(delivery),
    ]
    name = delivery.cube.name if delivery.cube is not None else "a scene"
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Unmixing of {escape(name)}</title>\n<style>\n{STYLE}\n</style></head>\n<body><main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main></body></html>\n"
    )
    path = folder / "report.html"
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8", errors="backslashreplace")
    return [path]
