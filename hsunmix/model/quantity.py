"""What the values of a cube are: read off the words that its file has for them."""

from __future__ import annotations

__all__ = ["label_of", "quantity_in"]

KNOWN = {
    "reflectance": "Reflectance",
    "radiance": "Radiance",
    "emissivity": "Emissivity",
    "absorbance": "Absorbance",
    "transmittance": "Transmittance",
    "temperature": "Temperature",
}


def quantity_in(*texts: str) -> str:
    """Return the first quantity that some words name; empty where none does."""
    for text in texts:
        small = text.lower().replace("irradiance", "")
        found = [(small.index(word), name) for word, name in KNOWN.items() if word in small]
        if found:
            return min(found)[1]
    return ""


def label_of(quantity: str, dataset: str = "") -> str:
    """Return what stands at an axis of values: the quantity, or what a dataset's name says, or "Value"."""
    return quantity or quantity_in(dataset.rpartition("/")[2], dataset) or "Value"
