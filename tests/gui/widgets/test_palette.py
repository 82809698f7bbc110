"""The endmembers' colours: seen on both themes, told apart with any colour vision."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.gui.widgets.theme import DARK, LIGHT, PIN_COLOURS, Theme
from hsunmix.model.spectra import PALETTE

# What dichromats see, in linear RGB: Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009).
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def oklab(colours: tuple[str, ...], vision: np.ndarray) -> np.ndarray:
    seen = np.clip(np.stack([linear(c) for c in colours]) @ vision.T, 0, 1)
    return np.cbrt(np.clip(seen @ TO_CONES.T, 0, None)) @ TO_LAB.T


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_every_colour_is_seen(theme: Theme):
    assert min(contrast(colour, theme.surface) for colour in PALETTE) >= 2.2


@pytest.mark.parametrize(("vision", "least"), [("normal", 0.12), *((v, 0.069) for v in list(VISION)[1:])])
def test_no_two_colours_look_alike(vision: str, least: float):
    places = oklab(PALETTE, VISION[vision])
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)[np.triu_indices(len(PALETTE), 1)]
    assert apart.min() >= least


def test_no_pin_looks_like_an_endmember():
    ends, pins = oklab(PALETTE, VISION["normal"]), oklab(PIN_COLOURS, VISION["normal"])
    assert np.linalg.norm(ends[:, None] - pins[None], axis=2).min() > 0.04
