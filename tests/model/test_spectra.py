from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.region import Region
from hsunmix.model.spectra import Endmember, colour


@pytest.mark.parametrize(
    "text",
    [
        "red",
        "#abc",
        "",
        "#12345g",
        "#1234567",
        "#123456\n",
        "url(http://example.com)",
        "#000000;background:url(//x)",
        None,
    ],
)
def test_what_is_no_colour_goes_into_no_page(text):
    with pytest.raises(InputError, match="a colour is written as #rrggbb"):
        Endmember("Soil", np.zeros(3), text)
    with pytest.raises(InputError, match="a colour is written as #rrggbb"):
        Region("Field", text, "brush")


def test_every_colour_of_ours_is_one():
    for index in range(40):
        Endmember("Soil", np.zeros(3), colour(index))
    Endmember("Soil", np.zeros(3), "#D55E00")
