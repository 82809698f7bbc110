"""What a file may not say of itself, and has to be told when it is opened."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["Options"]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options of opening a cube: the command line and the window ask for them by these descriptions."""

    lines: (
        Annotated[int, Meta(ge=1, description="Lines of the image, where the file does not say it")] | None
    ) = None
    samples: (
        Annotated[int, Meta(ge=1, description="Samples of a line, where the file does not say it")] | None
    ) = None
    dataset: (
        Annotated[str, Meta(description="Name of the cube inside the file, where it holds several")] | None
    ) = None
    axes: (
        Annotated[
            str,
            Meta(
                pattern="^(yxb|ybx|xyb|xby|bxy|byx)$",
                description="Order of the cube's axes in the file: y lines, x samples, b bands, e.g. byx",
            ),
        ]
        | None
    ) = None
    grid: (
        Annotated[
            Literal["sensor", "map"],
            Meta(
                description="The scene as the sensor saw it, or laid out on the map by the file's own table"
            ),
        ]
        | None
    ) = None
    stack: (
        Annotated[
            str,
            Meta(
                pattern="^[^,]+(,[^,]+)*$",
                description="Other cubes of the same ground and bands, with commas between, to open as one",
            ),
        ]
        | None
    ) = None
    transform: (
        Annotated[
            str,
            Meta(
                max_length=40,
                description="What to make of reflectance: hapke is single-scattering albedo, hapke:SUN,VIEW "
                "with degrees from the vertical",
            ),
        ]
        | None
    ) = None
    nodata: (
        Annotated[
            str,
            Meta(
                pattern=r"^\s*(none|[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?)\s*$",
                description="The stored value that means no data, or none where every value is data",
            ),
        ]
        | None
    ) = None
    wavelengths: (
        Annotated[
            str,
            Meta(
                min_length=1,
                description="Wavelengths instead of the file's: a header, library or table that has them, or "
                "FIRST-LAST in equal steps, such as 400-2500 or '0.4-2.5 um'",
            ),
        ]
        | None
    ) = None
