"""Where a scene lies, in the words of the CF conventions for netCDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._georeference import crs_of
from hsunmix.model.georeference import Georeference

__all__ = ["Axis", "Grid", "grid_of"]

# CF's name of a projection, by PROJ's, and its parameters, again by PROJ's.
_PROJECTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "longlat": ("latitude_longitude", {}),
    "utm": ("transverse_mercator", {}),
    "tmerc": ("transverse_mercator", {"k": "scale_factor_at_central_meridian"}),
    "laea": ("lambert_azimuthal_equal_area", {"lon_0": "longitude_of_projection_origin"}),
    "aea": ("albers_conical_equal_area", {}),
    "lcc": ("lambert_conformal_conic", {}),
}
_PARAMETERS = {
    "lat_0": "latitude_of_projection_origin",
    "lon_0": "longitude_of_central_meridian",
    "x_0": "false_easting",
    "y_0": "false_northing",
}
Attributes = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Axis:
    """A coordinate: its name, its values and what they are."""

    name: str
    values: NDArray[np.float64]
    attributes: Attributes


@dataclass(frozen=True, eq=False)
class Grid:
    """The image's two axes.

    Attributes
    ----------
    dimensions : (str, str)
        Names for lines and samples.
    axes : (Axis, Axis)
        For lines and samples where these run along map axes; else for every pixel.
    mapping : dict or None
        Attributes of the grid mapping variable.
    """

    dimensions: tuple[str, str]
    axes: tuple[Axis, Axis]
    mapping: Attributes | None = None

    @property
    def turned(self) -> bool:
        """Whether coordinates are needed for every pixel."""
        return self.axes[0].values.ndim == 2


def grid_of(place: Georeference | None, lines: int, samples: int) -> Grid:
    """Describe where the centres of the pixels lie.

    Lines and samples become ``y`` and ``x``, or ``lat`` and ``lon``. A turned scene keeps ``line``
    and ``sample``, and has coordinates for every pixel. One without a place counts pixels, upwards
    from its upper edge: GDAL takes coordinates that rise with the lines for a picture upside down.
    """
    line, sample = np.arange(lines, dtype=np.float64), np.arange(samples, dtype=np.float64)
    if place is None:
        y = Axis("y", -(line + 0.5), {"long_name": "pixels above the upper edge", "axis": "Y"})
        x = Axis("x", sample + 0.5, {"long_name": "pixels from the left edge", "axis": "X"})
        return Grid(("y", "x"), (y, x))
    crs = crs_of(place)
    geographic = crs is not None and crs.is_geographic
    names = ("lat", "lon") if geographic else ("y", "x")
    _, b, _, d, _, _ = place.transform
    if b == 0 and d == 0:
        ys, xs = place.xy(line, 0.0)[1], place.xy(0.0, sample)[0]  # type: ignore[arg-type]
        dimensions = names
    else:
        xs, ys = place.xy(line[:, None], sample[None, :])  # type: ignore[arg-type]
        dimensions = ("line", "sample")
    unit = None if crs is None else _unit(crs)
    axes = (
        Axis(names[0], np.asarray(ys), _about("y", geographic, unit, turned=dimensions != names)),
        Axis(names[1], np.asarray(xs), _about("x", geographic, unit, turned=dimensions != names)),
    )
    return Grid(dimensions, axes, _mapping(crs, place))


def _unit(crs: Any) -> str:
    if crs.is_geographic:
        return "degrees"
    name, factor = crs.linear_units_factor
    return "m" if factor == 1 else str(name)


def _about(axis: str, geographic: bool, unit: str | None, *, turned: bool) -> Attributes:
    if geographic:
        name = "latitude" if axis == "y" else "longitude"
        found = {"standard_name": name, "units": f"degrees_{'north' if axis == 'y' else 'east'}"}
    else:
        found = {"standard_name": f"projection_{axis}_coordinate"}
        if unit:
            found["units"] = unit
    return found if turned else found | {"axis": axis.upper()}


def _mapping(crs: Any, place: Georeference) -> Attributes:
    """Return the attributes of the grid mapping; GDAL reads ``spatial_ref`` and ``GeoTransform``."""
    a, b, c, d, e, f = place.transform
    found: Attributes = {"GeoTransform": " ".join(repr(float(v)) for v in (c, a, b, f, d, e))}
    if crs is None:
        return found
    wkt = str(crs.to_wkt())
    return {**_cf_parameters(crs.to_dict(projjson=False)), "crs_wkt": wkt, "spatial_ref": wkt, **found}


def _cf_parameters(proj: dict[str, Any]) -> Attributes:
    """Return CF's own words for a projection where it is one of the common ones."""
    if "init" in proj:
        from rasterio.crs import CRS

        proj = CRS.from_string(CRS.from_user_input(proj["init"]).to_proj4()).to_dict()
    name, special = _PROJECTIONS.get(proj.get("proj", ""), ("", {}))
    if not name:
        return {}
    found: Attributes = {"grid_mapping_name": name}
    if proj["proj"] == "utm":
        zone, south = int(proj["zone"]), bool(proj.get("south"))
        return found | {
            "longitude_of_central_meridian": zone * 6.0 - 183.0,
            "latitude_of_projection_origin": 0.0,
            "scale_factor_at_central_meridian": 0.9996,
            "false_easting": 500000.0,
            "false_northing": 10000000.0 if south else 0.0,
        }
    for key, value in proj.items():
        word = special.get(key) or (_PARAMETERS.get(key) if name != "latitude_longitude" else None)
        if word:
            found[word] = float(value)
    parallels = [float(proj[key]) for key in ("lat_1", "lat_2") if key in proj]
    return found | ({"standard_parallel": parallels} if parallels else {})
