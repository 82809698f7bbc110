#!/usr/bin/env python3
"""Draw the figure of each method for the manual, from the sample cube and what is known of it.

    python scripts/make_figures.py [METHOD ...]

Without names, all of them: about a minute.
"""

from __future__ import annotations

import io
import sys
import textwrap
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

import hsunmix
from hsunmix.bench.accuracy import angles
from hsunmix.engine.loading import load
from hsunmix.formats import open_spectra
from hsunmix.methods import Method, methods
from hsunmix.methods.running.pipeline import estimate_rank
from hsunmix.model.choice import Choice
from hsunmix.model.maps import Map
from hsunmix.model.progress import finish

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "resources" / "docs" / "images" / "methods"
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#aa3377")
Array = NDArray[np.float64]

cube = hsunmix.open_cube(ROOT / "sample_cubes" / "desert.hdr")
library = open_spectra(ROOT / "sample_cubes" / "desert_spectra.csv")
truth = np.asarray(library.values.T, dtype=np.float64)
purest = hsunmix.open_cube(ROOT / "sample_cubes" / "desert_abundances.hdr").read(0, cube.lines)
used = cube.good_bands
scene = finish(load(cube))


def draw(method: Method) -> None:
    """Write a method's figure."""
    figure = Figure(figsize=(7.2, 2.5), layout="constrained")
    kind = "extraction" if method.name == "auto" else method.kind  # it has no curve of errors
    kind = "classes" if method.traits.of_classes else kind
    draws = {
        "extraction": extraction, "factorization": factorization, "abundance": abundance, "rank": rank,
        "classes": classes,
    }  # fmt: skip
    draws[kind](figure, method.id)
    IMAGES.mkdir(parents=True, exist_ok=True)
    file = io.BytesIO()
    figure.savefig(file, dpi=75)
    few = Image.open(file).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{method.name}.png", optimize=True)


def extraction(figure: Figure, name: str) -> None:
    """Draw where the endmembers lie among the pixels, and their spectra."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    result = hsunmix.unmix(cube, name, rank=truth.shape[1], seed=0)
    values = cube.read(0, cube.lines).reshape(-1, cube.bands)[:, used].astype(np.float64)
    kept = np.isfinite(values).all(axis=1)
    mean = values[kept].mean(axis=0)
    directions = np.linalg.svd(values[kept][::5] - mean, full_matrices=False)[2][:2]
    place = (values - mean) @ directions.T
    left.scatter(*place[kept][::3].T, s=1, c="#bbbbbb", rasterized=True)
    best = np.nanargmax(purest.reshape(-1, purest.shape[2]), axis=0)
    left.scatter(*place[best].T, marker="x", c=COLOURS, s=40)
    found = (result.endmembers[used].T - mean) @ directions.T
    order = angles(result.endmembers[used], truth[used])[1]
    left.scatter(*found[order].T, marker="o", facecolors="none", edgecolors=COLOURS, s=90)
    left.set_xlabel("first direction")
    left.set_ylabel("second direction")
    left.set_xticks([])
    left.set_yticks([])
    spectra(right, result.endmembers[:, order])


def factorization(figure: Figure, name: str) -> None:
    """Draw how the error falls, and the spectra that come out."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    result = hsunmix.unmix(cube, name, rank=truth.shape[1], seed=0)
    left.plot(100 * result.history[:, 1], color=COLOURS[0])
    left.set_xlabel("iteration")
    left.set_ylabel("relative error, %")
    spectra(right, result.endmembers[:, angles(result.endmembers[used], truth[used])[1]])


def abundance(figure: Figure, name: str) -> None:
    """Draw one map, the sum of all, and the residual."""
    h = np.asarray(hsunmix.abundances(cube, truth, name))
    rest = cube.read(0, cube.lines)[:, :, used] - np.moveaxis(h, 0, 2) @ truth[used].T
    maps = {
        "alunite": (h[0], "viridis", (0, 1.2)),
        "sum of the abundances": (h.sum(axis=0), "viridis", (0.4, 1.4)),
        "RMSE": (np.sqrt((rest**2).mean(axis=2)), "inferno", (0, None)),
    }
    for part, (title, (values, colours, (low, high))) in zip(
        figure.subplots(1, 3), maps.items(), strict=True
    ):
        shown = part.imshow(values, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
        part.set_title(title, fontsize="medium")
        part.set_axis_off()
        figure.colorbar(shown, ax=part, shrink=0.8)


def classes(figure: Figure, name: str) -> None:
    """Draw the fraction of one class, and the maps that only such a method has."""
    result = hsunmix.unmix(cube, name, library=ROOT / "sample_cubes" / "desert_spectra.csv")
    shown = {"alunite": Map(result.abundances[:1], kind="fraction")}
    shown |= {one.titled(key): one for key, one in result.maps.items() if one.layers == 1}
    parts = figure.subplots(1, len(shown))
    for part, (title, one) in zip(parts, shown.items(), strict=True):
        colours, low, high = one.terms.colours, one.terms.lowest, one.terms.highest
        values = np.asarray(one.layer(0), dtype=np.float64)
        values[values < 0] = np.nan if one.whole else 0
        image = part.imshow(values, cmap="tab10" if one.whole else colours, vmin=low, vmax=high)
        part.set_title(textwrap.fill(title, 14), fontsize="small")
        part.set_axis_off()
        figure.colorbar(image, ax=part, shrink=0.8)


def rank(figure: Figure, name: str) -> None:
    """Draw the curve behind an estimate."""
    estimate = finish(estimate_rank(scene, Choice(name)))
    part = figure.subplots()
    curve = estimate.curve[:40]
    part.plot(np.arange(1, len(curve) + 1), curve, ".-", color=COLOURS[0])
    part.axvline(estimate.rank, color=COLOURS[1], label=f"proposed: {estimate.text}")
    part.axvline(truth.shape[1], color="#888888", linestyle=":", label="materials in the scene")
    if np.all(curve > 0):
        part.set_yscale("log")
    part.set_xlabel("endmembers")
    part.set_ylabel(textwrap.fill(estimate.label, 30), fontsize="small")
    part.legend()


def spectra(part, found: Array) -> None:  # type: ignore[no-untyped-def]
    """Plot spectra, scaled to the true ones' length: NMF leaves the length open."""
    nm = np.where(used, cube.wavelengths, np.nan)
    for k, colour in enumerate(COLOURS):
        size = np.linalg.norm(truth[used, k]) / max(np.linalg.norm(found[used, k]), 1e-12)
        part.plot(nm, found[:, k] * size, color=colour, linewidth=1.2)
        part.plot(nm, truth[:, k], ":", color=colour, linewidth=1.2)
    part.set_xlabel("wavelength, nm")
    part.set_ylabel("reflectance, scaled")


if __name__ == "__main__":
    for chosen in methods().values():
        if not sys.argv[1:] or chosen.id in sys.argv[1:]:
            draw(chosen)
