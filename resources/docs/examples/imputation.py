"""Missing data filled in by weighted NMF: the error against the share that is missing."""

import sys

import numpy as np
from matplotlib.figure import Figure

import hsunmix
from hsunmix.files import resource

RANK = 5
rng = np.random.default_rng(0)

# A ninth of the sample cube's pixels, whole: so what is said to be missing is known.
cube = hsunmix.open_cube(resource("sample_cubes") / "desert.hdr")
X = cube.read(0, cube.lines)[::3, ::3, cube.good_bands].reshape(-1, cube.good_bands.sum()).T
X = X[:, np.isfinite(X).all(axis=0)]
bands, pixels = X.shape


def single(share):
    """Values that are missing here and there."""
    return rng.random((bands, pixels)) < share


def runs(share):
    """As many bands of each pixel, one behind the other from a place by chance."""
    first = rng.integers(0, bands, pixels)
    return (np.arange(bands)[:, None] - first) % bands < share * bands


def filled(missing):
    """Return the error of what NMF of the rest says of the missing values, and that of each band's mean."""
    given = np.where(missing, np.nan, X)
    options = {"bands": "equal", "outliers": 0.0, "max_iterations": 1000}
    found = hsunmix.unmix(given, "weighted", rank=RANK, weights=(~missing).astype(float), **options)
    means = np.nanmean(given, axis=1, keepdims=True) * np.ones(pixels)
    truth = np.linalg.norm(X[missing])
    guesses = (found.endmembers @ found.abundances, means)
    return [100 * np.linalg.norm((guess - X)[missing]) / truth for guess in guesses]


whole = 100 * hsunmix.unmix(X, "hals", rank=RANK).relative_error
print(f"NMF of rank {RANK} with every value: {whole:.2f} %; with 10, 20, 40, 60, 80 % missing, for these")
shares = np.array([0.1, 0.2, 0.4, 0.6, 0.8])
figure = Figure(figsize=(7.2, 3), layout="constrained")
part = figure.subplots()
for which, line in ((single, "o-"), (runs, "s-")):
    errors = np.array([filled(which(share)) for share in shares])
    part.semilogy(100 * shares, errors[:, 0], line, label=f"NMF, {which.__name__}")
    print(f"{which.__name__}:", ", ".join(f"{e:.2f} %" for e in errors[:, 0]))
part.semilogy(100 * shares, errors[:, 1], "k:", label="mean of the band")
part.axhline(whole, color="0.6", label="NMF with every value")
part.set(xlabel="missing, %", ylabel="error of what was filled in, %")
part.legend()
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "imputation.png", dpi=75)
