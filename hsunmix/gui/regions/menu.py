"""The menu Mask: which pixels are used, and the regions of interest."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.action import Action, opened
from hsunmix.gui.state.documents import band_shown
from hsunmix.gui.state.store import Store

MENU = "&Mask"
ORDER = 40


def has_mask(store: Store) -> bool:
    """Some pixels are masked."""
    cube = store.document.cube
    return cube is not None and cube.selection is not None


def has_regions(store: Store) -> bool:
    """There are regions."""
    return bool(store.document.regions)


def on_region(store: Store) -> bool:
    """A region is selected."""
    return store.document.view.region in range(len(store.document.regions))


def _example(store: Store) -> str:
    """Return an expression to begin with, which can be evaluated."""
    cube = store.document.cube
    if cube is None or cube.wavelengths is not None:
        return "(b[860] - b[660]) / (b[860] + b[660]) > 0.3"
    red, green, _ = cube.rgb_bands
    return f"band[{red + 1}] / band[{green + 1}] > 1"


def _index(store: Store) -> str:
    """Return the index to begin with: of vegetation, or where the scene has no wavelengths the brightness."""
    cube = store.document.cube
    return "ndvi" if cube is None or cube.wavelengths is not None else "b[:]"


def _tool(tool: str, key: int) -> Action:
    return Action(
        f"tool{tool.capitalize()}",
        {"rectangle": "Draw a &rectangle", "polygon": "Draw a &polygon", "brush": "Br&ush"}[tool],
        {
            "rectangle": "Draw a rectangular region: drag, or two clicks",
            "polygon": "Draw a polygon: click the corners, double-click or Ctrl+Return closes it",
            "brush": "Paint a region: Shift takes away, [ and ] change the width",
        }[tool],
        lambda _: cmd.SetTool(tool),
        f"Ctrl+Shift+{key}",
        opened,
        tool,
        checked=lambda store: store.state[RegionsState].tool == tool,
        line=tool == "rectangle",
    )


ACTIONS = (
    Action("maskVegetation", "&Threshold on an index…", "Keep the pixels where an index such as NDVI is above or below a value; shown before anything changes", lambda b: cmd.PlanMask(_index(b)), "Ctrl+T", opened, "mask"),
    Action("maskBand", "Threshold on the &band shown…", "Keep the pixels where one band is above or below a value", lambda b: cmd.PlanMask(f"band[{band_shown(b.document) + 1}]"), "Ctrl+Shift+T", opened),
    Action("maskExpression", "Band &maths…", "An expression over bands, for a mask or an image: (b[860] - b[660]) / (b[860] + b[660]) > 0.3", lambda b: cmd.PlanMask(_example(b)), "Ctrl+B", opened),
    Action("maskFile", "Mask from a &file…", "Keep the pixels where an image file is not zero", lambda _: cmd.MaskFile(), "", opened),
    Action("saveMask", "&Save the mask…", "Write the mask as an image file", lambda _: cmd.SaveMask(), "", has_mask),
    Action("maskRegion", "Use &only the region", "Keep the pixels of the selected region", lambda b: cmd.MaskRegion(b.document.view.region, True), "Ctrl+Shift+K", on_region, line=True),
    Action("maskRegionOut", "Mas&k the region out", "Leave the pixels of the selected region out", lambda b: cmd.MaskRegion(b.document.view.region, False), "Ctrl+Shift+X", on_region),
    Action("invertMask", "&Invert the mask", "Use the masked pixels, and mask the others", lambda _: cmd.InvertMask(), "Ctrl+I", has_mask, line=True),
    Action("clearMask", "&Clear the mask", "Use all pixels", lambda _: cmd.ClearMask(), "Ctrl+Shift+I", has_mask),
    Action("veil", "&Veil masked pixels", "Dim the pixels that are masked", lambda b: cmd.ShowVeil(not b.document.view.veiled), "", opened, checked=lambda b: b.document.view.veiled),
    _tool("rectangle", 1),
    _tool("polygon", 2),
    _tool("brush", 3),
    Action("regionMean", "&Add the region's mean as endmember", "Make the mean spectrum of the selected region an endmember and solve again", lambda b: cmd.AddMean(b.document.view.region), "Ctrl+Shift+E", on_region, line=True),
    Action("regionDelete", "&Delete the region", "Delete the selected region", lambda b: cmd.DeleteRegion(b.document.view.region), "Ctrl+Shift+Del", on_region),
    Action("regionsExport", "&Export regions…", "Write the regions as GeoJSON", lambda _: cmd.ExportRegions(), "", has_regions),
    Action("regionsImport", "Import re&gions…", "Read regions from GeoJSON, a GeoPackage or a shapefile", lambda _: cmd.ImportRegions(), "", opened),
)  # fmt: skip
