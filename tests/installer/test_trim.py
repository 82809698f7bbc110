"""What is left out of a bundle, and what must not be."""

from __future__ import annotations

import pytest

from installer import trim

SYSTEM = "/usr/lib/x86_64-linux-gnu"


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/lib/libQt6Qml.so.6",
        "PySide6/Qt/qml/QtQuick/qmldir",
        "PySide6/Qt/lib/libQt6EglFSDeviceIntegration.so.6",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/translations/qtbase_de.qm",
        "matplotlib/mpl-data/sample_data/goog.npz",
        "scipy/stats/tests/data/nist.dat",
        "numpy\\_core\\include\\numpy\\ndarraytypes.h",
    ],
)
def test_left_out(path: str):
    assert trim.why_not(path)


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "rasterio/proj_data/proj.db",
        "rasterio/gdal_data/header.dxf",
        "hsunmix/_data/sample_cubes/desert.hdr",
        "hsunmix/_data/resources/docs/index.md",
        "hsunmix/_data/resources/docs/examples/sound.md",
        "numpy-2.4.6.dist-info/licenses/numpy/_core/include/numpy/libdivide/LICENSE.txt",
        "matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf",
    ],
)
def test_taken_along(path: str):
    assert trim.why_not(path) == ""


def test_drivers_and_fonts_stay_the_systems():
    assert trim.why_not("libGL.so.1", f"{SYSTEM}/libGL.so.1")
    assert trim.why_not("libfontconfig.so.1", f"{SYSTEM}/libfontconfig.so.1")
    assert not trim.why_not("libxcb-cursor.so.0", f"{SYSTEM}/libxcb-cursor.so.0")
    assert not trim.why_not("libxcb-9065bb12.so.1", "/env/pillow.libs/libxcb-9065bb12.so.1")


def test_libraries_that_only_the_left_out_needs_go_with_it():
    links = {
        "/env/libqxcb.so": ["libxcb-cursor.so.0", "libc.so.6"],
        f"{SYSTEM}/libxcb-cursor.so.0": ["libxcb-util.so.1"],
        f"{SYSTEM}/libgtk-3.so.0": ["libpango-1.0.so.0"],
    }
    names = ("libxcb-cursor.so.0", "libxcb-util.so.1", "libgtk-3.so.0", "libpango-1.0.so.0")
    entries = [("PySide6/libqxcb.so", "/env/libqxcb.so", "BINARY")]
    entries += [(name, f"{SYSTEM}/{name}", "BINARY") for name in names]
    kept = trim.needed(entries, lambda path: links.get(path, []))
    assert kept == {f"{SYSTEM}/libxcb-cursor.so.0", f"{SYSTEM}/libxcb-util.so.1"}
