"""The tree joins what lies in the same places, and its maps are sums of those below."""

from __future__ import annotations

import numpy as np

import hsunmix
from tests.scenes import mixture


def nested(seed: int = 0, pixels: int = 2000) -> tuple[np.ndarray, list[set[int]]]:
    """Return six materials, two each of three kinds of places, and which pixels are those kinds' purest."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 30)[:, None]
    w = 0.05 + np.exp(-(((place - np.linspace(0.05, 0.95, 6)) / 0.09) ** 2))
    kind = rng.dirichlet(np.full(3, 0.15), pixels).T
    share = np.stack([rng.dirichlet(np.full(2, 4.0), pixels).T for _ in range(3)])
    h = (kind[:, None] * share).reshape(6, pixels)
    h[:, :6] = np.eye(6)
    return w @ h + 0.001 * rng.random((30, pixels)), [{0, 1}, {2, 3}, {4, 5}]


def test_materials_of_the_same_places_come_together() -> None:
    for seed in range(3):
        x, kinds = nested(seed)
        result = hsunmix.unmix(x, "hierarchical", rank=6)
        which = result.endmembers.argmax(axis=0)
        material = np.round(which / 29 * 6 - 0.3).astype(int).clip(0, 5)
        first = next(one for name, one in result.maps.items() if name == "groups_of_3")
        groups = [{int(material[int(k) - 1]) for k in name.split(" + ")} for name in first.names]
        assert sorted(groups, key=min) == kinds
        assert "Groups of endmembers" in result.note


def test_maps_are_sums_and_levels_are_nested() -> None:
    result = hsunmix.unmix(mixture(rank=5), "hierarchical", rank=5)
    above: list[set[str]] = [{str(k + 1)} for k in range(5)]
    levels = {name: one for name, one in result.maps.items() if name.startswith("groups_of_")}
    assert levels
    for one in levels.values():
        groups = [set(name.split(" + ")) for name in one.names]
        assert set().union(*groups) == {"1", "2", "3", "4", "5"}
        assert sum(map(len, groups)) == 5
        assert all(any(below <= group for group in groups) for below in above)
        for group, layer in zip(groups, np.asarray(one.values), strict=True):
            members = [int(k) - 1 for k in group]
            np.testing.assert_allclose(layer, result.abundances[members].sum(axis=0), atol=1e-5)
        above = groups
    assert len(above) <= 2


def test_the_first_level_is_hals() -> None:
    x = mixture(noise=0.01)
    tree, plain = (hsunmix.unmix(x, name, rank=4) for name in ("hierarchical", "hals"))
    np.testing.assert_array_equal(tree.endmembers, plain.endmembers)
    np.testing.assert_array_equal(tree.abundances, plain.abundances)
    assert hsunmix.unmix(x, "hierarchical", rank=2).note.find("Groups") < 0
