"""A run, and what its products must say, by NumPy's own arithmetic."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner
from numpy.typing import NDArray
from scipy.optimize import nnls

from hsunmix.cli.main import main
from hsunmix.methods import get
from tests.combinations.pairs import Row
from tests.combinations.scenes import BANDS, Stored, stored, write_masks, write_weights

__all__ = ["wrong"]

PURE = ("spa", "snpa", "xray", "nfindr", "ppi", "vca", "random")  # their endmembers are pixels
SHORT = {"max_iterations": 12, "runs": 2, "skewers": 200, "sets": 5, "candidates": 40, "refinement": 3}
Matrix = NDArray[np.float64]


def wrong(row: Row, folder: Path) -> list[str]:
    """Run a row and return what is wrong with it, in words."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = stored(folder, row["storage"], row["missing"])
    masks, wanted = write_masks(folder, scene.values, row["mask"])
    scenes = {"": (scene, wanted)}
    more: list[str] = []
    if row["scenes"]:
        (folder / "other").mkdir(exist_ok=True)
        other = stored(folder / "other", row["storage"], row["missing"], flipped=True)
        scenes = {
            f"{folder.name} s": (scene, wanted),
            "other s": (other, write_masks(folder, other.values, row["mask"])[1]),
        }
        more = other.words[:1]
    words = [
        "unmix",
        scene.words[0],
        *more,
        *scene.words[1:],
        "-m",
        row["method"],
        "-r",
        row["rank"],
        "--seed",
        row["seed"],
        *masks,
    ]
    words += write_weights(folder, row["weights"])
    for option, name in (("-a", "abundance"), ("--init", "init"), ("--bands", "bands")):
        words += [option, row[name]] if row[name] else []
    known = {p.name for p in get(row["method"]).parameters}
    # Lp and fgnsr choose among more candidates than a small scene has pixels.
    short = {
        k: v for k, v in SHORT.items() if k in known and not (k == "candidates" and row["method"] != "convex")
    }
    words += [w for name, value in short.items() for w in ("--set", f"{name}={value}")]
    words += ["--set", f"tolerance={row['tolerance']}"] if row["tolerance"] else []
    words += ["--products", row["products"], "-o", str(folder / "out")]
    words += ["--session", str(folder / "s.hsu")] if row["session"] else []
    done = CliRunner().invoke(main, words)
    if done.exit_code != 0:
        return [f"refused: {done.output.strip()[-300:]}"]
    faults = []
    for place, (name, (one, kept)) in enumerate(scenes.items()):
        out = folder / "out" / name
        record = json.loads((out / "result.json").read_text(encoding="utf-8"))
        faults += [f"{name} {fault}".strip() for fault in _faults(row, one, kept, record, out, place)]
    return faults


def _faults(
    row: Row, scene: Stored, wanted: NDArray[np.bool_], record: dict[str, Any], out: Path, place: int
) -> Iterator[str]:
    used_bands = _bands(row["bands"], scene.bad)
    values = scene.values[:, :, used_bands]
    used = np.isfinite(values).all(axis=-1) & (values != 0).any(axis=-1) & wanted
    h, w, rmse = _read(out, used_bands, row["products"])
    if not np.array_equal(np.isfinite(h).all(axis=0), used) or np.isfinite(h).any(axis=0)[~used].any():
        yield "pixels: others are used than hold data and are wanted"
        return
    if record["used_pixels"] != used.sum() or record["used_bands"] != used_bands.sum():
        yield "record: counts of pixels or bands"
    x, pixels = values[used].T, h[:, used].astype(np.float64)
    rest: Matrix | None = x - w @ pixels
    error = float(np.linalg.norm(rest) / np.linalg.norm(x))
    own = get(row["method"]).traits.of_classes and not row["abundance"]
    if record["error_of"] != ("spectra of each pixel" if own else "endmembers"):
        yield f"record: error of {record['error_of']}"
    if own:  # nobody knows these; but both records of what they leave are the same
        rest = None
        error = float(np.sqrt((rmse[used].astype(np.float64) ** 2).sum() * len(x)) / np.linalg.norm(x))
    if abs(error - record["relative_error"]) > 1e-5 + 1e-4 * error:
        yield f"relative error: {record['relative_error']} for {error}"
    left = rmse[used] if rest is None else np.sqrt((rest**2).mean(axis=0))
    if not np.allclose(rmse[used], left, rtol=1e-3, atol=2e-6 * np.abs(x).max()):
        yield "rmse"
    yield from _abundances(row, record, x, w, pixels)
    yield from _spectra(row, record, scene, x, w, pixels, used, used_bands)
    yield from _session(row, out, h, w, used_bands, place)
    for name, expected in (("method", row["method"]), ("rank", w.shape[1]), ("seed", int(row["seed"]))):
        if record[name] != expected:
            yield f"record: {name} is {record[name]}"
    if row["abundance"] and record["abundance"] != row["abundance"]:
        yield f"record: abundances by {record['abundance']}"


def _abundances(row: Row, record: dict[str, Any], x: Matrix, w: Matrix, h: Matrix) -> Iterator[str]:
    """Check sums and signs, and that no other abundances fit better."""
    how, size = record["abundance"], np.linalg.norm(x, axis=0)
    if not (how and get(how, "abundance").traits.may_be_negative) and h.min() < -1e-6:
        yield f"negative abundances, {h.min()}"
    found = np.linalg.norm(x - w @ h, axis=0)
    if how in ("fcls", "shade"):
        sums = h.sum(axis=0)
        if sums.max() > 1 + 1e-4 or (how == "fcls" and sums.min() < 1 - 1e-4):
            yield f"{how}: sums of {sums.min():.5g} to {sums.max():.5g}"
        dark = w if how == "fcls" else np.column_stack([w, np.zeros(len(w))])
        scale = 1e3 * np.abs(w).max()
        tall = np.vstack([dark, scale * np.ones(dark.shape[1])])
        best = np.array([nnls(tall, np.append(p, scale))[0] for p in x.T]).T
        best = np.linalg.norm(x - dark @ (best / best.sum(axis=0)), axis=0)
    elif how == "nnls":
        best = np.array([nnls(w, p)[1] for p in x.T])
    elif how == "ucls":
        best = np.linalg.norm(x - w @ np.linalg.lstsq(w, x, rcond=None)[0], axis=0)
    else:
        best = found
    if (found > best * (1 + 1e-3) + 2e-5 * size).any():
        yield f"{how}: not the best, by {((found - best) / size).max():.2g} of a pixel"
    if how == "ksparse" and ((h > 1e-7).sum(axis=0) > 3).any():
        yield "ksparse: more than three"


def _spectra(
    row: Row, record: dict[str, Any], scene: Stored, x: Matrix, w: Matrix, h: Matrix,
    used: NDArray[np.bool_], used_bands: NDArray[np.bool_],
) -> Iterator[str]:  # fmt: skip
    """Check where spectra come from, and their scale."""
    sources = record["source_pixels"]
    if row["method"] in PURE and sources is not None and "around" not in record["sources"][0]:
        for k, pixel in enumerate(sources):
            if pixel < 0 and row["scenes"]:
                continue  # of the other scene
            line, sample = divmod(pixel, used.shape[1])
            own = scene.values[line, sample, used_bands]
            if not used[line, sample] or not np.allclose(
                w[:, k], own, rtol=1e-5, atol=1e-6 * np.abs(x).max()
            ):
                yield f"source pixel {k}"
    top = np.abs(w).max(axis=0) / x.max()
    if (top > 30).any() or (top < 1 / 300).any():
        yield f"scale: an endmember reaches {top.max():.2g} or {top.min():.2g} of the scene's brightest value"
    sums = h.sum(axis=0)
    if "scaled so that abundances sum to one" not in record["note"]:
        return
    if not 0.5 < sums.mean() < 1.6:  # the scene is made of fractions that sum to one
        yield f"scale: abundances sum to {sums.mean():.2g} on average"
    if not row["abundance"] and not row["scenes"]:  # the factors are of the pixels of all scenes
        # One factor for each endmember, by least squares: no small change of one improves the sums. None
        # falls below what gives an endmember 0.3 of some pixel; of those only more could be better.
        slope = h @ (sums - 1) / np.maximum((h**2).sum(axis=1), 1e-300)
        least = h.max(axis=1) < 0.3001
        if max(np.abs(slope[~least]).max(initial=0), -slope[least].min(initial=0)) > 1e-3:
            yield f"scale: another factor would be better, by {np.abs(slope).max():.2g}"


def _session(
    row: Row, out: Path, h: NDArray[np.float32], w: Matrix, used_bands: NDArray[np.bool_], place: int
) -> Iterator[str]:
    if not row["session"]:
        return
    from hsunmix.session.archive import load

    document = load(next(up / "s.hsu" for up in out.parents if (up / "s.hsu").is_file()))
    result = document.scenes[place].unmixing if document.scenes else document.unmixing
    if not np.array_equal(result.abundances, h, equal_nan=True):
        yield "session: other abundances"
    if not np.allclose(result.endmembers[used_bands], w, rtol=1e-6):
        yield "session: other spectra"


def _bands(text: str, bad: NDArray[np.bool_]) -> NDArray[np.bool_]:
    number = np.arange(1, BANDS + 1)
    return {
        "": ~bad,
        "#2-17": ~bad & (number >= 2) & (number <= 17),
        "all,#1-18": number <= 18,
        "no-#7": ~bad & (number != 7),
    }[text]


def _read(
    out: Path, used_bands: NDArray[np.bool_], products: str
) -> tuple[NDArray[np.float32], Matrix, NDArray[np.float32]]:
    """Read abundances, (r, lines, samples), spectra of the bands used, and the residual."""
    import rasterio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(out / "abundances.tif") as file:
            maps = file.read(masked=True).filled(np.nan)
        with rasterio.open(out / "rmse.tif") as file:
            rmse = file.read(1, masked=True).filled(np.nan)
    first = products.partition(",")[0]
    if first == "matlab":
        from scipy.io import loadmat

        kept = loadmat(out / "result.mat")
        spectra, other = kept["endmembers"], np.moveaxis(kept["abundances"], -1, 0)
    elif first == "netcdf":
        import h5py

        with h5py.File(out / "result.nc") as file:
            spectra, other = file["spectrum"][:].T, file["abundance"][:]
        other = np.where(other == -9999, np.nan, other)
    elif first == "envi":
        other = np.fromfile(out / "abundances.img", "<f4").reshape(maps.shape)
        other = np.where(other == -9999, np.nan, other)
        spectra = np.fromfile(out / "endmembers.sli", "<f4").reshape(len(maps), -1).T
    else:
        table = np.genfromtxt(out / "endmembers.csv", delimiter=",", skip_header=1)
        spectra, other = table[:, -len(maps) :], maps
    np.testing.assert_array_equal(other, maps)
    return maps, np.asarray(spectra, dtype=np.float64)[used_bands], rmse
