"""Parts of handwritten digits: NMF finds strokes, and every digit is a sum of some of them."""

import sys

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import hsunmix

PARTS, LARGEST = 16, 4

digits = load_digits()
X = digits.images.reshape(-1, 64).T  # places in the picture x digits
result = hsunmix.unmix(X, "hals", rank=PARTS, init="nndsvd", max_iterations=200)
W, H = np.nan_to_num(result.endmembers), result.abundances  # places that are never written on have no number

# Principal components explain more with as many numbers, but have negative values nearly everywhere.
U, s, _ = np.linalg.svd(X, full_matrices=False)
U = U[:, :PARTS]
written = X.max(axis=1) > 0


def strokes(factor):
    """Return the share of places in which a part has ink: more than a tenth of its most."""
    return np.mean(np.abs(factor[written]) > 0.1 * np.abs(factor).max(axis=0))


print(f"NMF: error {100 * result.relative_error:.0f} %, a part has {100 * strokes(W):.0f} % of the places")
print(
    f"SVD: error {100 * np.sqrt(1 - np.sum(s[:PARTS] ** 2) / np.sum(s**2)):.0f} %, {100 * strokes(U):.0f} %"
)
ink = W.sum(axis=0)[:, None] * H  # how much of a digit's ink is in each part
ordered = -np.sort(-ink, axis=0)
share = np.median(ordered[:LARGEST].sum(axis=0) / ordered.sum(axis=0))
print(f"the {LARGEST} largest parts of a digit have {100 * share:.0f} % of its ink")

figure = Figure(figsize=(7.2, 3.4), layout="constrained")
left, right = figure.subfigures(1, 2)
left.suptitle("the parts", fontsize="medium")
for k, part in enumerate(left.subplots(4, 4).flat):
    part.imshow(W[:, k].reshape(8, 8), cmap="Greys")
    part.set_axis_off()
right.suptitle("digits, their sum, and its largest parts", fontsize="medium")
for row, digit in zip(right.subplots(4, 2 + LARGEST), (0, 3, 4, 6), strict=True):
    largest = np.argsort(-ink[:, digit])[:LARGEST]
    pieces = [X[:, digit], W @ H[:, digit], *(W[:, largest] * H[largest, digit]).T]
    for part, piece in zip(row, pieces, strict=True):
        part.imshow(piece.reshape(8, 8), cmap="Greys", vmin=0, vmax=16)
        part.set_axis_off()
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "digits.png", dpi=75)
