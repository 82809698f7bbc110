"""Distances between hosts from a few measured ones: weighted NMF with missing entries."""

import sys

import numpy as np
from matplotlib.figure import Figure

import hsunmix

HOSTS, CENTRES, NEW, LANDMARKS, RANK = 300, 8, 40, 20, 6
rng = np.random.default_rng(0)

# The truth, in milliseconds: hosts hang on a few centres, each with a delay of its own out and back. Routes
# between centres are no straight lines, so no map has these distances; but the matrix has a low rank.
centre = rng.integers(0, CENTRES, HOSTS)
place = rng.uniform(0, 100, (CENTRES, 2))
routes = np.linalg.norm(place[:, None] - place, axis=2) * rng.uniform(1, 2, (CENTRES, CENTRES)) + 5
out, back = rng.exponential(8, (2, HOSTS))
D = (routes[np.ix_(centre, centre)] + out[:, None] + back) * rng.lognormal(0, 0.05, (HOSTS, HOSTS))
old, new = np.arange(NEW, HOSTS), np.arange(NEW)
square = D[np.ix_(old, old)]


def complete(share):
    """Return the factors from a share of the distances, chosen by chance, and which these were."""
    known = rng.random(square.shape) < share
    options = {"bands": "equal", "outliers": 0.0, "max_iterations": 1000, "weights": known.astype(float)}
    result = hsunmix.unmix(np.where(known, square, np.nan), "weighted", rank=RANK, **options)
    return result.endmembers, result.abundances, known


def error(found, truth):
    """Return the median relative error in %."""
    return 100 * np.median(np.abs(found - truth) / truth)


shares = (0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
errors, means = [], []  # of NMF, and of the mean of what both hosts have measured
for share in shares:
    W, H, known = complete(share)
    measured = np.where(known, square, np.nan)
    guess = (np.nanmean(measured, axis=1, keepdims=True) + np.nanmean(measured, axis=0)) / 2
    errors.append(error((W @ H)[~known], square[~known]))
    means.append(error(guess[~known], square[~known]))
    print(f"{100 * share:.0f} % measured: error {errors[-1]:.1f} %, of the hosts' means {means[-1]:.1f} %")

# A host that comes later measures to a few landmarks only, and knows its distances to all the others.
H = hsunmix.abundances(D[np.ix_(old[:LANDMARKS], new)], W[:LANDMARKS])
found, truth = W[LANDMARKS:] @ H, D[np.ix_(old[LANDMARKS:], new)]
print(f"new hosts, {LANDMARKS} landmarks measured: error {error(found, truth):.1f} % to the others")

figure = Figure(figsize=(7.2, 2.7), layout="constrained")
left, right = figure.subplots(1, 2)
left.plot(100 * np.array(shares), errors, "o-", label="weighted NMF")
left.plot(100 * np.array(shares), means, "s-", label="mean of the two hosts' means")
left.set(xlabel="distances measured, %", ylabel="median error of the others, %", ylim=(0, None))
left.legend()
right.plot(truth.ravel()[::7], found.ravel()[::7], ".", markersize=2)
right.set(xlabel="distance of a new host, ms", ylabel="predicted, ms")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "hosts.png", dpi=75)
