"""A reaction watched by Raman-like spectra: the pure spectra, and how much there is at every minute."""

import sys

import numpy as np
from matplotlib.figure import Figure

import hsunmix

rng = np.random.default_rng(0)
shift = np.linspace(200, 1800, 400)  # 1/cm
minutes = np.linspace(0, 60, 240)
PEAKS = {"A": (420, 780, 1010, 1450), "B": (510, 780, 1190, 1600), "C": (340, 660, 1010, 1330)}

# The truth: A becomes B, and B becomes C. A is alone at first, C in the end, B never. Photons are counted.
a = np.exp(-0.12 * minutes)
b = 2 * (np.exp(-0.06 * minutes) - np.exp(-0.12 * minutes))
amounts = np.array([a, b, 1 - a - b])
spectra = np.array([
    sum(rng.uniform(0.3, 1) / (1 + ((shift - peak) / 9) ** 2) for peak in peaks) for peaks in PEAKS.values()
]).T  # fmt: skip
X = rng.poisson(2000 * spectra @ amounts)  # shifts x times


def compared(result):
    """Return the spectra and amounts in the truth's order, and the angles between spectra in degrees."""
    unit = result.endmembers / np.linalg.norm(result.endmembers, axis=0)
    likeness = (spectra / np.linalg.norm(spectra, axis=0)).T @ unit
    order = likeness.argmax(axis=1)
    degrees = np.degrees(np.arccos(likeness.max(axis=1)))
    return result.endmembers[:, order], result.abundances[order], degrees


picked = compared(hsunmix.unmix(X, "spa", rank=3))  # three of the measured spectra
found = compared(hsunmix.unmix(X, "hals", rank=3))  # NMF that starts from them
for name, (_, H, degrees) in {"picked": picked, "NMF": found}.items():
    angles = ", ".join(f"{kind} {angle:.1f}" for kind, angle in zip(PEAKS, degrees, strict=True))
    apart = np.sqrt(np.mean((H - amounts) ** 2))
    print(f"{name}: degrees from the true spectra {angles}; RMS error of the amounts {apart:.3f}")

figure = Figure(figsize=(7.2, 2.7), layout="constrained")
left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
for k, (kind, colour) in enumerate(zip(PEAKS, ("#4477aa", "#ee6677", "#228833"), strict=True)):
    left.plot(shift, found[0][:, k] / found[0][:, k].max() + 1.1 * k, color=colour, label=kind)
    left.plot(shift, spectra[:, k] / spectra[:, k].max() + 1.1 * k, "k:", linewidth=0.8)
    right.plot(minutes, found[1][k], color=colour)
    right.plot(minutes, amounts[k], "k:", linewidth=0.8)
left.set(xlabel="Raman shift, 1/cm", yticks=[])
left.legend(loc="upper right", ncols=3, fontsize="small")
right.set(xlabel="minutes", ylabel="amount")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "raman.png", dpi=75)
