"""The parts of the report: each a piece of HTML, from a result."""

from __future__ import annotations

import base64
import datetime
import platform
from collections.abc import Generator, Iterable
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.exports import ExportJob
from hsunmix.exports._figures import scale_bar
from hsunmix.exports._georeference import crs_of, metres_per_pixel
from hsunmix.exports._result import source, text, unknown, unsaid
from hsunmix.exports._statistics import Statistics, residual_statistics, top_of_residual
from hsunmix.exports.html.curves import line_plot
from hsunmix.exports.html.pictures import map_png, palette
from hsunmix.model.script import script_of
from hsunmix.model.uncertainty import LEVEL, Uncertainty, deviates

__all__ = [
    "LONGEST",
    "bar",
    "convergence",
    "endmembers",
    "errors",
    "figure",
    "head",
    "maps",
    "notes",
    "number",
    "provenance",
    "reproduce",
    "section",
    "spectra",
    "table",
]

LONGEST = 640  # pixels of a map in the page


def head(job: ExportJob, statistics: Statistics) -> str:
    """Title, what was done in a sentence, and the numbers that matter most."""
    unmixing = job.unmixing
    name = job.cube.name if job.cube is not None else "a scene"
    now = datetime.datetime.now().astimezone()
    by = f"{unmixing.method}, abundances by {unmixing.abundance}" if unmixing.abundance else unmixing.method
    tiles = {
        "endmembers": str(unmixing.rank),
        "relative error": f"{100 * unmixing.relative_error:.2f} %",
        "of the pixels used": _percent(statistics.used_pixels, statistics.pixels),
        "of the bands used": f"{statistics.used_bands} / {statistics.bands}",
        "seconds": f"{unmixing.seconds:.1f}",
    }
    shown = "".join(f'<div class="tile"><b>{escape(v)}</b>{escape(k)}</div>' for k, v in tiles.items())
    return (
        f"<h1>Unmixing of {escape(name)}</h1>"
        f'<p class="soft">{escape(by)} · written {now:%Y-%m-%d %H:%M %Z} by hsunmix {__version__}</p>'
        f'<div class="tiles">{shown}</div>'
    )


def maps(job: ExportJob, statistics: Statistics, title: str = "Maps") -> Generator[None, None, str]:
    """All abundance maps on the range 0 to 1, and the residual."""
    unmixing = job.unmixing
    metres = metres_per_pixel(job.cube)
    means = [f"mean {_percent(share, statistics.used_pixels and 1)}" for share in statistics.means]
    viridis, inferno, top = palette("viridis"), palette("inferno"), top_of_residual(unmixing.rmse)
    figures = []
    for name, mean, values in zip(job.names, means, unmixing.abundances, strict=True):
        png = map_png(values, 0.0, 1.0, viridis, LONGEST)
        figures.append(figure(name, mean, png, values.shape, metres))
        yield
    png = map_png(unmixing.rmse, 0.0, top, inferno, LONGEST)
    figures.append(figure("Residual (RMSE)", "", png, unmixing.rmse.shape, metres))
    bars = bar("Abundance", viridis, ("0", "0.5", "1")) + bar(
        "RMSE, in the scene's units", inferno, ("0", number(top / 2, 3), number(top, 3))
    )
    said = "All abundances have the same range; what is beyond it has the colour of its end."
    said += "" if np.isfinite(unmixing.rmse).all() else " Hatched: not used."
    body = f'<div class="bars">{bars}</div><div class="maps">{"".join(figures)}</div>'
    return section(title, f'<p class="soft">{said}</p>{body}')


def spectra(job: ExportJob, statistics: Statistics) -> str:
    """The endmembers over wavelength, with gaps in bands that were not used."""
    nm, values = job.wavelengths, job.spectra
    x = np.arange(1.0, len(values) + 1) if nm is None else nm
    curves = [
        (name, member.colour, column)
        for name, member, column in zip(job.names, job.endmembers, values.T, strict=True)
    ]
    label = "Band" if nm is None else "Wavelength (nm)"
    sure = job.unmixing.uncertainty
    around = () if sure is None else tuple(deviates() * sure.spectra_sd.T)
    plot = line_plot(x, curves, label, "Spectrum, in the scene's units", around)
    said = "" if sure is None else f'<p class="soft">{escape(_how_sure(sure))}</p>'
    return section("Spectra", plot + endmembers(job, statistics) + said)


def _how_sure(sure: Uncertainty) -> str:
    bands = f"Bands about the curves hold {LEVEL:.0%} of what the endmembers might be."
    return " ".join(filter(None, [sure.doubt, sure.sentence, bands if sure.rests_on != "noise" else ""]))


def endmembers(job: ExportJob, statistics: Statistics) -> str:
    """Where each endmember comes from, and how much of it there is."""
    whole = statistics.used_pixels and 1
    sure = job.unmixing.uncertainty
    spread = [] if sure is None else [escape(sure.of(k)) for k in range(len(job.names))]
    rows: list[tuple[str, ...]] = [
        (
            f'<i class="swatch" style="background:{escape(member.colour)}"></i>{escape(name)}',
            escape(str(member.source)),
            _percent(mean, whole),
            _percent(most, whole),
        )
        for name, member, mean, most in zip(
            job.names, job.endmembers, statistics.means, statistics.most, strict=True
        )
    ]
    headings: tuple[str, ...] = ("Endmember", "Source", "Mean abundance", "Most abundant in")
    if any(spread):
        headings, rows = (*headings, "Spread"), [(*row, far) for row, far in zip(rows, spread, strict=True)]
    return table(headings, rows)


def errors(job: ExportJob, statistics: Statistics) -> str:
    """What the result leaves unexplained."""
    own = job.unmixing.own_spectra
    label = "Relative error of the spectra of each pixel" if own else "Relative error ‖X − WH‖ / ‖X‖"
    facts = {label: f"{100 * job.unmixing.relative_error:.3f} %"}
    facts |= {
        f"RMSE: {name}": number(value, 4) for name, value in residual_statistics(job.unmixing.rmse).items()
    }
    facts |= {
        "Pixels whose abundances sum to one within 0.05": _percent(statistics.sum_near_one, 1.0),
        "Pixels with an abundance below −0.001": _percent(statistics.negative, 1.0),
        "Pixels with an abundance above 1.001": _percent(statistics.above_one, 1.0),
    }
    return section("Errors", _facts(facts))


def convergence(job: ExportJob) -> str:
    """The error over time; nothing for a method without iterations."""
    history = job.unmixing.history
    if len(history) < 3:
        return ""
    said = {True: "The tolerance was met", False: "It stopped before the tolerance was met"}
    done = said.get(job.unmixing.converged, "It ended")  # type: ignore[arg-type]
    plot = line_plot(
        history[:, 0], [("relative error", "var(--accent)", history[:, 1])], "Seconds", "Relative error"
    )
    return section("Convergence", f"<p>{done} after {job.unmixing.iterations} iterations.</p>{plot}")


def provenance(job: ExportJob, sha256: str | None) -> str:
    """What was done to which file."""
    unmixing, cube = job.unmixing, job.cube
    facts: dict[str, Any] = {
        "Method": unmixing.method,
        "Abundances": unmixing.abundance or "the method's own",
    }
    facts |= {f"Parameter {name}": value for name, value in unmixing.parameters.items()}
    facts["Seed"] = unmixing.seed
    if cube is not None:
        file = source(job, sha256)
        lines, samples, bands = cube.shape
        facts |= {"File": file["path"], "Size": f"{file['bytes']} bytes" if file["bytes"] else None}
        facts |= {
            "SHA-256": file["sha256"] or unknown(job, sha256) or None,
            "Image": f"{lines} lines × {samples} samples × {bands} bands",
        }
        by_hand = "chosen by hand" if cube.selection is not None else None
        facts |= {"Mask": cube.selection_text or by_hand, "Choice of bands": cube.band_text or None}
        if cube.wavelengths is not None:
            facts["Wavelengths"] = f"{cube.wavelengths.min():.1f} – {cube.wavelengths.max():.1f} nm"
        facts |= _place(job)
    facts |= {"hsunmix": __version__, "Python": platform.python_version(), "NumPy": np.__version__}
    return section("Parameters and provenance", _facts({k: v for k, v in facts.items() if v is not None}))


def notes(job: ExportJob) -> str:
    """What the method and the reader have to say."""
    said = [job.unmixing.note, *(job.cube.notes if job.cube is not None else ())]
    items = "".join(f"<li>{escape(note)}</li>" for note in said if note)
    return section("Notes", f"<ul>{items}</ul>") if items else ""


def reproduce(job: ExportJob) -> str:
    """The command, and the lines of Python, that make the result again."""
    script = job.script or script_of(job.unmixing, job.cube, job.endmembers)
    parts = [f"<p>{escape(sentence)}</p>" for sentence in unsaid(job)]
    if job.command:
        parts.append(f"<p>On the command line:</p><pre>{escape(text(job.command))}</pre>")
    if script:
        parts.append(f"<p>In Python:</p><pre>{escape(text(script))}</pre>")
    return section("To make it again", "".join(parts)) if parts else ""


def _place(job: ExportJob) -> dict[str, str]:
    place = job.place
    if place is None:
        return {}
    crs, (width, height) = crs_of(place), place.pixel_size
    found = {
        "Pixel size": f"{width:.6g} × {height:.6g}",
        "Transform": ", ".join(f"{v:.10g}" for v in place.transform),
    }
    if crs is None:
        return found
    code = crs.to_epsg()
    name = crs.to_wkt().split('"')[1]
    return {"Coordinate system": f"{name} (EPSG:{code})" if code else name, **found}


def figure(
    name: str, aside: str, png: bytes, shape: tuple[int, ...], metres: tuple[float, float] | None
) -> str:
    """Show a picture of a map with its name, a word beside it and a scale bar."""
    data = base64.b64encode(png).decode("ascii")
    lines, samples = shape
    tallness = 1.0 if metres is None else metres[1] / metres[0]
    ratio = f"aspect-ratio:{samples} / {lines * tallness:.6g}"
    scale = ""
    if metres is not None:
        length, label = scale_bar(0.4 * samples * metres[0])
        share = 100 * length / (samples * metres[0])
        scale = f'<div class="scale"><i style="width:{share:.2f}%"></i>{label}</div>'
    title = escape(name)
    return (
        f'<figure><figcaption><b title="{title}">{title}</b><span>{escape(aside)}</span></figcaption>'
        f'<img alt="{title}" style="{ratio}" src="data:image/png;base64,{data}">{scale}</figure>'
    )


def bar(title: str, colours: NDArray[np.uint8], labels: Iterable[str]) -> str:
    """Show a colour bar."""
    stops = ", ".join(
        "#{:02x}{:02x}{:02x}".format(*colours[k]) for k in np.linspace(0, len(colours) - 1, 12).astype(int)
    )
    numbers = "".join(f"<span>{escape(label)}</span>" for label in labels)
    ramp = f'<i style="background:linear-gradient(90deg, {stops})"></i>'
    return f'<div class="bar">{escape(title)}{ramp}<span>{numbers}</span></div>'


def section(title: str, body: str) -> str:
    """Put a title over a part of the page."""
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _facts(facts: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><th>{escape(text(k))}</th><td>{escape(text(str(v)))}</td></tr>" for k, v in facts.items()
    )
    return f'<table class="facts">{rows}</table>'


def table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Make a table of cells that are HTML; the first two columns are words, the others numbers."""
    kinds = ["", "", *[' class="n"'] * (len(titles) - 2)]
    first = "".join(f"<th{kind}>{escape(title)}</th>" for kind, title in zip(kinds, titles, strict=True))
    others = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{first}</tr>{others}</table>"


def number(value: float, digits: int) -> str:
    """Return a number with so many digits, with an exponent only where it is very large or small."""
    if 1e-4 <= abs(value) < 1e7:
        whole = max(digits, len(str(int(abs(value)))))
        return np.format_float_positional(float(f"{value:.{whole}g}"), trim="-")
    return f"{value:.{digits}g}"


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
