"""A report on the result in one page: what is handed to a colleague."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from html import escape
from pathlib import Path

from hsunmix.exports import ExportJob
from hsunmix.files import replacing

__all__ = ["NEEDS_IMAGE", "TITLE", "page_of", "write"]

TITLE = "HTML: a report with maps, spectra and errors"
NEEDS_IMAGE = True
# On a screen in light and dark, and on paper.
STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1b1f24; --soft: #5b6570; --line: #d9dee3;
        --card: #f5f7f9; --none: #dfe3e7; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --page: #16191d; --ink: #e8ebee; --soft: #a0a9b3; --line: #343b43; --card: #1f2429;
          --none: #2c3238; --accent: #56b4e9; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
       font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 40px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line); }
p { margin: 0 0 12px; } .soft, figcaption, th { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px;
         margin: 24px 0; }
.tile { background: var(--card); border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 20px; }
figure { margin: 0; min-width: 0; break-inside: avoid; }
figure img { display: block; width: 100%; image-rendering: pixelated; border-radius: 4px;
  background: repeating-linear-gradient(45deg, var(--none) 0 3px, transparent 3px 7px); }
figcaption { display: flex; justify-content: space-between; gap: 12px; margin-bottom: 6px; }
figcaption b { color: var(--ink); font-weight: 600; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
figcaption span { white-space: nowrap; }
.scale { display: flex; align-items: center; gap: 8px; margin-top: 8px; font-size: 12px; color: var(--soft); }
.scale i { display: block; height: 4px; background: var(--ink); }
.bars { display: flex; flex-wrap: wrap; gap: 16px 40px; margin: 0 0 20px; }
.bar { width: 240px; font-size: 13px; color: var(--soft); }
.bar i { display: block; height: 12px; border-radius: 3px; margin: 4px 0; }
.bar span { display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; margin-bottom: 8px; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line);
         vertical-align: top; }
th { font-weight: 500; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td { overflow-wrap: anywhere; } tr { break-inside: avoid; }
.facts th { width: 34%; }
h3 { font-size: 15px; margin: 28px 0 8px; }
.classes { display: flex; flex-wrap: wrap; gap: 4px 20px; }
.swatch { display: inline-block; width: 14px; height: 14px; border-radius: 3px; margin-right: 8px;
          vertical-align: -2px; }
.plot { width: 100%; height: auto; font-size: 12px; } .plot text { fill: var(--soft); }
.plot .rule { stroke: var(--line); fill: none; }
.plot .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
pre { background: var(--card); border-radius: 8px; padding: 14px 16px; white-space: pre-wrap;
      overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
ul { padding-left: 20px; margin: 0; }
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light; --page: #fff; --ink: #000; --soft: #444; --line: #bbb; --card: #f2f2f2;
          --none: #ddd; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 24px; } pre, .tiles, .plot { break-inside: avoid; }
  .tiles { grid-template-columns: repeat(5, 1fr); }
  .maps { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 12px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
""".strip()


def page_of(title: str, body: Iterable[str]) -> str:
    """Return a page of some parts."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}\n</style></head>\n<body><main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main></body></html>\n"
    )


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``report.html``: a single file, complete without a network, readable in light and dark."""
    from hsunmix.exports._result import digest
    from hsunmix.exports._statistics import gather
    from hsunmix.exports.html import parts
    from hsunmix.exports.html.further import further

    statistics = yield from gather(job.unmixing)
    maps = yield from parts.maps(job, statistics)
    others = yield from further(job)
    sha256 = yield from digest(job)
    errors = parts.errors(job, statistics)
    yield
    body = [
        parts.head(job, statistics),
        maps,
        others,
        parts.spectra(job, statistics),
        errors,
        parts.convergence(job),
        parts.provenance(job, sha256),
        parts.notes(job),
        parts.reproduce(job),
    ]
    name = job.cube.name if job.cube is not None else "a scene"
    page = page_of(f"Unmixing of {name}", body)
    path = folder / "report.html"
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8", errors="backslashreplace")
    return [path]
