"""The two real scenes whose endmembers are published, where the user has them.

Their published abundances are nonnegative least squares with endmembers scaled to maximum one,
divided by their sum: an error against them measures a convention, so only angles are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["real"]

Array = NDArray[np.float64]


def real(folder: Path) -> Iterator[tuple[str, Array, Array]]:
    """Name, matrix (bands, pixels) and true endmembers (bands, r) of Samson and Jasper Ridge.

    Parameters
    ----------
    folder : Path
        Holds ``samson_1.mat``, ``Samson_with_truth.mat``, ``jasperRidge2_R198.mat`` and
        ``end4.mat``, in any sub-folder; a scene that isn't whole is left out.
    """
    from scipy.io import loadmat

    files = {p.name: p for p in sorted(folder.rglob("*.mat"))}
    if {"samson_1.mat", "Samson_with_truth.mat"} <= files.keys():
        truth = np.asarray(loadmat(files["Samson_with_truth.mat"])["GT"], dtype=np.float64).T
        yield "Samson", np.asarray(loadmat(files["samson_1.mat"])["V"], dtype=np.float64), truth
    if {"jasperRidge2_R198.mat", "end4.mat"} <= files.keys():
        scene = loadmat(files["jasperRidge2_R198.mat"])["Y"]
        yield (
            "Jasper",
            scene / float(scene.max()),
            np.asarray(loadmat(files["end4.mat"])["M"], dtype=np.float64),
        )
