from __future__ import annotations

import pytest

from hsunmix.gui.image.scale_bar import bar_of, north_of
from hsunmix.model.georeference import Georeference

UTM = "EPSG:32611"


@pytest.mark.parametrize(
    ("size", "scale", "width", "text"),
    [(20.0, 4.0, 800, "500 m"), (2.0, 1.0, 600, "200 m"), (30.0, 0.5, 900, "10 km"), (0.5, 10.0, 500, "4 m")],
)
def test_the_bar_is_round_and_as_long_as_it_says(size: float, scale: float, width: float, text: str):
    place = Georeference((size, 0, 500_000, 0, -size, 4_000_000), UTM)
    long, said = bar_of(place, 50, 50, scale, width)
    assert said == text
    number, unit = said.split()
    metres = float(number) * (1000 if unit == "km" else 1)
    assert long == pytest.approx(metres / size * scale)
    assert 0.05 * width < long <= 0.22 * width


def test_degrees_are_told_in_metres_and_unknown_units_not_at_all():
    degrees = Georeference((0.001, 0, 11.0, 0, -0.001, 60.0), "EPSG:4326")
    long, said = bar_of(degrees, 0, 0, 2.0, 500)
    metres = float(said.split()[0]) * (1000 if said.endswith("km") else 1)
    assert long / 2.0 * 0.001 * 111_320 * 0.5 == pytest.approx(metres, rel=0.01)  # cos 60° = 1/2
    assert bar_of(Georeference((20, 0, 0, 0, -20, 0)), 0, 0, 1, 500) is None
    assert (
        bar_of(Georeference((20, 0, 0, 0, -20, 0), "+proj=utm +zone=11 +units=us-ft"), 0, 0, 1, 500) is None
    )


def test_north_is_up_on_a_scene_that_lies_so_and_turned_with_it():
    assert north_of(Georeference((20, 0, 0, 0, -20, 0), UTM)) == pytest.approx((0, -1))
    assert north_of(Georeference((20, 0, 0, 0, 20, 0), UTM)) == pytest.approx((0, 1))
    assert north_of(Georeference((0, 20, 0, 20, 0, 0), UTM)) == pytest.approx((1, 0))
