"""A result of ``hsunmix.unmix``: what Python gets, with the scene that it is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from html import escape
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsunmix.errors import InputError
from hsunmix.exports import DPI, USUAL, ExportJob, write_products
from hsunmix.model.cube import Cube
from hsunmix.model.unmixing import Unmixing
from hsunmix.model.wording import percent, seconds

if TYPE_CHECKING:
    import xarray

    from hsunmix.session.document import Document

__all__ = ["Result"]

LISTED = 12  # endmembers
LEFT = 'style="text-align:left"'


@dataclass(frozen=True, eq=False, repr=False)
class Result(Unmixing):
    """Spectra of the materials, and how much of each lies in every pixel: all of ``Unmixing``, and the scene.

    Attributes
    ----------
    cube : Cube or None
        The scene; None where the result is of a matrix.
    """

    cube: Cube | None = None

    @classmethod
    def of(cls, unmixing: Unmixing, cube: Cube | None) -> Result:
        """Put a result and its scene together."""
        return cls(**{f.name: getattr(unmixing, f.name) for f in fields(Unmixing)}, cube=cube)

    def write(
        self, folder: str | PathLike[str], products: Sequence[str] | None = None, *, dpi: int = DPI[0]
    ) -> list[Path]:
        """Write products into a folder, as ``hsunmix unmix -o`` does.

        Parameters
        ----------
        folder : path-like
            Is made where it does not exist.
        products : sequence of str, optional
            Such as ``["geotiff", "png", "csv"]``; by default those of the command line, without those that
            need an image where this result has none.
        dpi : int
            Resolution of pictures.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        InputError
            A product is not known, or needs an image.
        WriteError
            A file could not be written.
        """
        return write_products(self._job(Path(folder), products, dpi), folder, self._products(products))

    def save(self, path: str | PathLike[str]) -> Path:
        """Save a session, which the window and ``hsunmix export`` open.

        Raises
        ------
        InputError
            The scene is in no file: a session names its file, it holds no pixels.
        WriteError
            It could not be written.
        """
        from hsunmix.session.archive import save

        if self.cube is None or self.cube.path is None:
            raise InputError(
                "a session names the file of its scene, and this one is in none: write the array to a file "
                "(numpy.save, an ENVI image) and open that with hsunmix.open_cube"
            )
        save(self._document(self.cube), path)
        return Path(path)

    def to_xarray(self) -> xarray.Dataset:
        """Return everything as a Dataset, the one that ``xarray.open_dataset`` makes of ``result.nc``.

        Its variables are ``abundance`` (endmember, y, x), ``rmse`` (y, x) and ``spectrum`` (endmember, band),
        with names, wavelengths, map coordinates and projection; every other map is there by its name, classes
        counted from 1 as in files. Of a matrix the pixels have one axis.

        Raises
        ------
        InputError
            xarray or h5netcdf is not installed.
        """
        try:
            import h5netcdf  # noqa: F401 - xarray reads by it
            import xarray
        except ImportError as error:
            raise InputError("to_xarray needs xarray and h5netcdf: pip install xarray h5netcdf") from error
        if len(self.pixel_shape) == 1:
            return self._matrix()
        from io import BytesIO

        from hsunmix.exports.netcdf import content

        data = content(self._job(Path("result"), ("netcdf",), DPI[0]))
        with xarray.open_dataset(BytesIO(data), engine="h5netcdf") as dataset:
            loaded: xarray.Dataset = dataset.load()
            return loaded

    def __repr__(self) -> str:
        """In a few lines what was found."""
        return "\n".join(["hsunmix result", *(f"  {name}: {value}" for name, value in self._facts().items())])

    def _repr_html_(self) -> str:
        """As a table, for notebooks."""
        rows = "".join(
            f"<tr><th {LEFT}>{escape(name)}</th><td {LEFT}>{escape(value)}</td></tr>"
            for name, value in self._facts().items()
        )
        return f"<table>{rows}</table>"

    def _facts(self) -> dict[str, str]:
        shown = list(zip(self.as_endmembers(), self.mean_abundances, strict=True))[:LISTED]
        means = ", ".join(f"{member.name} {percent(float(mean))}" for member, mean in shown)
        more = f", and {self.rank - LISTED} more" if self.rank > LISTED else ""
        bands = f"{len(self.endmembers)} bands, {int(self.used_bands.sum())} of them used"
        facts = {
            "scene": self.cube.name if self.cube is not None else "a matrix",
            "method": self.method + (f", abundances by {self.abundance}" if self.abundance else ""),
            "endmembers": f"{self.rank} spectra of {bands}",
            "mean abundances": means + more,
            "abundances": " × ".join(map(str, (self.rank, *self.pixel_shape))),
            "relative error": percent(self.relative_error, 2),
        }
        if self.converged is not None:
            ended = "converged" if self.converged else "not converged"
            facts["iterations"] = f"{self.iterations}, {ended}"
        return facts | {"time": seconds(self.seconds)} | ({"note": self.note} if self.note else {})

    def _products(self, products: Sequence[str] | None) -> Sequence[str]:
        if products is not None:
            return [products] if isinstance(products, str) else list(products)
        from hsunmix.exports import exports

        known = exports()
        return [name for name in USUAL if len(self.pixel_shape) == 2 or not known[name].needs_image]

    def _job(self, folder: Path, products: Sequence[str] | None, dpi: int) -> ExportJob:
        """With the command and the script that make the result again, where there are such."""
        from hsunmix.session.reproduce import facts_of, made_again

        if self.cube is None or len(self.pixel_shape) != 2:
            return ExportJob(self, self.as_endmembers(), self.cube, dpi=dpi)
        document = self._document(self.cube)
        facts = facts_of(document, None)
        again = made_again(document, facts, Path(fspath(folder)), self._products(products), dpi)
        return ExportJob(self, document.endmembers, self.cube, again.command, again.script, dpi)

    def _document(self, cube: Cube) -> Document:
        from hsunmix.session.document import Document
        from hsunmix.session.runs import record_run

        return record_run(Document(cube=cube), self)

    def _matrix(self) -> xarray.Dataset:
        import xarray

        names = [member.name for member in self.as_endmembers()]
        known: dict[str, Any] = {"spectrum": (("endmember", "band"), self.endmembers.T)}
        for name, one in self.maps.items():
            axis = "endmember" if one.of_endmembers else f"{name}_layer"
            values = one.array + 1 if one.whole else one.array  # as files have them, 0 for none
            known[name] = ((axis, "pixel") if values.ndim == 2 else ("pixel",), values)
        return xarray.Dataset(
            known,
            coords={"endmember": names, "used_band": ("band", self.used_bands)},
            attrs={"method": self.method, "relative_error": self.relative_error, "comment": self.note},
        )
