"""Several scenes from Python: a list goes in, a result that knows its scenes comes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

import hsunmix
from hsunmix.result import Result
from hsunmix.results import Results
from hsunmix.session.archive import load
from tests.flight_lines import NM, ground, truth, write_lines
from tests.scenes import angles, mixture

X = mixture(18, 240, 3)


def test_a_list_of_matrices() -> None:
    both = hsunmix.unmix([X[:, :100], X[:, 100:]], "hals", rank=3, max_iterations=5)
    whole = hsunmix.unmix(X, "hals", rank=3, max_iterations=5)
    assert isinstance(both, Results)
    assert both.names == ("scene", "scene 2")
    np.testing.assert_array_equal(both.endmembers, whole.endmembers)
    np.testing.assert_array_equal(both[0].abundances, whole.abundances[:, :100])
    np.testing.assert_array_equal(both["scene 2"].abundances, whole.abundances[:, 100:])
    assert (len(both), both.rank, both.relative_error) == (2, 3, whole.relative_error)
    assert [type(one) for one in both] == [Result, Result]
    assert "2 scenes with 3 common endmembers" in repr(both)
    with pytest.raises(KeyError, match="no scene is called 'west'"):
        both["west"]
    assert hsunmix.estimate_rank([X[:, :100], X[:, 100:]]) == hsunmix.estimate_rank(X)


def test_one_in_a_list_is_the_scene_alone_in_a_list() -> None:
    (one,) = hsunmix.unmix([X], "spa", rank=3)
    alone = hsunmix.unmix(X, "spa", rank=3)
    np.testing.assert_array_equal(one.abundances, alone.abundances)
    assert one.relative_error == alone.relative_error


def test_abundances_of_a_list() -> None:
    w = X[:, :3]
    found = hsunmix.abundances([X[:, :70], X[:, 70:]], w, "fcls")
    np.testing.assert_array_equal(np.concatenate(found, axis=1), hsunmix.abundances(X, w, "fcls"))


def test_flight_lines_and_one_that_breaks_off(tmp_path: Path) -> None:
    west, middle, east, _ = write_lines(tmp_path)
    cubes = [hsunmix.open_cube(path) for path in (west, middle, east)]
    east.with_suffix(".img").write_bytes(b"0" * 100)  # after it was opened
    with pytest.warns(UserWarning, match=r"east took no part: .*east\.img"):
        result = hsunmix.unmix(cubes, "spa", rank=3)
    assert result.names == ("west", "middle")
    assert [one.scene for one in result.failed] == ["east"]
    assert angles(result.endmembers, truth(NM)).max() < 2
    assert result["middle"].cube.georeference is None
    paths = result.write(tmp_path / "out", ["csv", "geotiff"])
    assert (paths[0].name, paths[0].parent.name) == ("report.html", "out")
    assert (tmp_path / "out" / "middle" / "abundances.tif").is_file()
    assert "east" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    document = load(result.save(tmp_path / "lines.hsu"))
    np.testing.assert_array_equal(document.scenes[1].unmixing.abundances, result[1].abundances)
    arrays = hsunmix.unmix([hsunmix.Cube.from_array(ground(NM), NM)] * 2, "spa", rank=3)
    with pytest.raises(hsunmix.HsunmixError, match="is in none"):
        arrays.save(tmp_path / "no.hsu")


def test_scenes_of_other_formats(tmp_path: Path) -> None:
    import h5py
    import rasterio

    image = ground(NM).astype(np.float32)
    np.save(tmp_path / "a.npy", image[:11])
    savemat(tmp_path / "b.mat", {"cube": image[11:20]})
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file.create_dataset("cube", data=image[20:31], chunks=(4, 6, 7), compression="gzip")
    profile = {"driver": "GTiff", "count": 40, "height": 13, "width": 17, "dtype": "float32"}
    with rasterio.open(tmp_path / "d.tif", "w", **profile) as file:
        file.write(image[31:].transpose(2, 0, 1))
    cubes = [hsunmix.open_cube(tmp_path / name) for name in ("a.npy", "b.mat", "c.h5", "d.tif")]
    result = hsunmix.unmix(cubes, "hals", rank=3, max_iterations=5)
    whole = hsunmix.unmix(hsunmix.Cube.from_array(image), "hals", rank=3, max_iterations=5)
    np.testing.assert_array_equal(result.endmembers, whole.endmembers)
    both = np.concatenate([one.abundances for one in result], axis=1)
    np.testing.assert_array_equal(both, whole.abundances)


def test_a_stack_is_asked_for_by_its_name() -> None:
    cube = hsunmix.Cube.stack([X, 2 * X])
    assert (cube.bands, cube.stacked) == (36, 2)
    assert "plain NMF" in hsunmix.unmix([X, X], "parafac", rank=2, max_iterations=3).note
