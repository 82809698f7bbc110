"""Every file of a bundle has somebody who answers for it, under a licence that is allowed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from installer import bom, components

TABLE = components.read_table()
NUMPY = Path(np.__file__).parent


def made_by(path: str, source: str) -> components.Component:
    (found,) = components.components([(path, source)], TABLE)
    return found


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("libgeos-1269e1bd.so.3.14.1", "GEOS"),
        ("libgeos_c-23da760b.so.1.20.5", "GEOS"),
        ("libscipy_openblas64_-32a4b2a6.so", "OpenBLAS"),
        ("libgfortran-040039e1-0352e75f.so.5.0.0", "GCC runtime libraries"),
        ("libz.so.1", "zlib"),
        ("libzstd-00c5c26d.so.1.5.7", "Zstandard"),
        ("libsz-582805cb.so.2.0.1", "libaec"),
        ("libLerc-c957a4c5.so.4", "LERC"),
        ("gdal-0f3e4c1b.dll", "GDAL"),
        ("libtiff.6.dylib", "LibTIFF"),
        ("libXau-154567c4.so.6.0.0", "X.Org and XCB client libraries"),
    ],
)
def test_libraries_are_known_by_their_names(name: str, who: str):
    assert made_by(f"_internal/some.libs/{name}", f"/site-packages/some.libs/{name}").name == who


def test_packages_answer_for_themselves():
    found = made_by("numpy", str(NUMPY / "__init__.py"))
    assert (found.name, found.version, found.package) == ("numpy", np.__version__, True)
    assert found.licence.startswith("BSD-3-Clause")
    assert "Redistribution" in found.text


def test_a_library_that_nobody_knows_stops_the_build():
    with pytest.raises(SystemExit, match="libsurprise"):
        components.components([("_internal/libsurprise.so.1", "/x/some.libs/libsurprise.so.1")], TABLE)


def test_a_licence_that_is_not_allowed_stops_the_build():
    strict = {**TABLE, "allowed": {"licences": ["MIT"]}}
    with pytest.raises(SystemExit, match=r"GEOS: LGPL-2\.1-or-later"):
        components.components([("libgeos.so", "/x/some.libs/libgeos.so")], strict)


def test_the_table_holds_together():
    rows = [*TABLE["library"], *TABLE["part"]]
    for row in rows:
        re.compile(row.get("match") or row["inside"])
        assert components.text_of(row["licence"])
        assert set(components.licence_ids(row["licence"])) <= set(TABLE["allowed"]["licences"])
    assert "General Public License" in components.text_of("LGPL-3.0-only")
    assert "RUNTIME LIBRARY EXCEPTION" in components.text_of("GPL-3.0-or-later WITH GCC-exception-3.1")


def test_the_bill_lists_everyone(tmp_path):
    files = [("_internal/a/libgeos.so.3", "/x/a.libs/libgeos.so.3"), ("numpy", str(NUMPY / "__init__.py"))]
    found = components.components(files, TABLE)
    bill = json.loads(json.dumps(bom.bill(found, "1.2.3")))
    assert bill == bom.bill(found, "1.2.3")  # the same parts, the same bill
    assert [row["name"] for row in bill["components"]] == ["GEOS", "numpy"]
    assert bill["components"][0]["licenses"] == [{"expression": "LGPL-2.1-or-later"}]
    assert bill["components"][1]["purl"] == f"pkg:pypi/numpy@{np.__version__}"
    bom.write_licences(found, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["GEOS.txt", "numpy.txt"]
    assert (tmp_path / "GEOS.txt").read_text().startswith("GEOS: LGPL-2.1-or-later\n\nCopyright")
