"""How a cube lies in its file, where the file does not say it for certain."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Layout"]


@dataclass(frozen=True)
class Layout:
    """What was chosen when a file was opened, and what might have been.

    Attributes
    ----------
    axes : str
        The order of the axes in the file: ``y`` lines, ``x`` samples, ``b`` bands. Empty where it is
        not to be chosen.
    sure : bool
        Whether anything in the file speaks for them.
    dataset : str
        What was opened, where the file holds several.
    datasets : tuple of str
        All of these.
    grid : str
        ``sensor`` or ``map`` where the file has a table that lays the scene out on a map, else empty.
    """

    axes: str = ""
    sure: bool = True
    dataset: str = ""
    datasets: tuple[str, ...] = ()
    grid: str = ""

    @property
    def choices(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.axes or len(self.datasets) > 1 or self.grid)
