"""Split a sound into its harmonic and its percussive part: median filters first, then NMF."""

import sys

import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import median_filter
from scipy.signal import istft, stft

import hsunmix

RATE, SECONDS, NOTES = 8000, 6, 6
rng, time = np.random.default_rng(0), np.arange(RATE * SECONDS) / RATE
tones, drums = np.zeros((2, time.size))

# The truth: six notes a second, four overtones each; a drum, tone and noise, is struck thrice a second.
for beat, note in enumerate(rng.integers(0, NOTES, 6 * SECONDS)):
    since, pitch = time - beat / 6, 220 * 2 ** (2 * note / 12)
    loudness = np.where(since >= 0, np.minimum(50 * since, 1) * np.exp(-8 * since), 0)
    tones += loudness * sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 6))
for strike in np.arange(0.1, SECONDS, 1 / 3):
    loudness = np.where(time >= strike, np.exp(-40 * np.abs(time - strike)), 0)
    drums += loudness * (rng.standard_normal(time.size) + 2 * np.sin(2 * np.pi * 100 * time))
drums *= np.linalg.norm(tones) / np.linalg.norm(drums)

Z = stft(tones + drums, RATE, nperseg=1024)[2]  # frequencies x times
X = np.abs(Z)


def parts(harmonic, percussive):
    """Return the two sounds, from what is thought to be theirs of the spectrogram."""
    share = harmonic**2 / (harmonic**2 + percussive**2 + 1e-12)
    return [istft(part * Z, RATE, nperseg=1024)[1][: time.size] for part in (share, 1 - share)]


# Tones last in time, strikes fill all frequencies: medians along either keep one and lose the other.
lasting, wide = median_filter(X, (1, 17)), median_filter(X, (17, 1))
share = lasting**2 / (lasting**2 + wide**2 + 1e-12)
# NMF of each part finds its few spectra; all of them together explain the mixture.
tonal = hsunmix.unmix(share * X, "mu", rank=NOTES + 2, loss="kl", max_iterations=100).endmembers
struck = hsunmix.unmix((1 - share) * X, "mu", rank=3, loss="kl", max_iterations=100).endmembers
H = hsunmix.abundances(X, np.hstack([tonal, struck]))
harmonic, percussive = tonal @ H[: NOTES + 2], struck @ H[NOTES + 2 :]


def sdr(truth, found):
    """Return the ratio of signal to distortion in dB."""
    return 10 * np.log10(np.sum(truth**2) / np.sum((truth - found) ** 2))


stages = {"mixture": [tones + drums] * 2, "medians": parts(lasting, wide), "NMF": parts(harmonic, percussive)}
for name, (one, other) in stages.items():
    print(f"{name}: SDR {sdr(tones, one):z.1f} dB harmonic, {sdr(drums, other):z.1f} dB percussive")

figure = Figure(figsize=(7.2, 2.5), layout="constrained")
shown = {"mixture": X, "harmonic part": harmonic, "percussive part": percussive}
for part, (title, values) in zip(figure.subplots(1, 3, sharey=True), shown.items(), strict=True):
    part.pcolormesh(np.arange(80) * 0.064, np.arange(513) * 7.8125, np.sqrt(values[:, :80]), rasterized=True)
    part.set(title=title, xlabel="s", ylim=(0, 2500))
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "sound.png", dpi=75)
