"""The bill of materials, as CycloneDX, and the licence texts that the window shows.

``python -m installer.bom FILES.tsv DATA BOM.json``
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from installer.components import Component, components, read_table
from installer.version import version

__all__ = ["bill", "write_licences"]

ROOT = Path(__file__).resolve().parent.parent


def bill(found: Sequence[Component], number: str) -> dict[str, Any]:
    """Return a CycloneDX 1.6 document; the same components give the same one."""
    rows = [_row(component) for component in found if component.name != "hsunmix"]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(rows))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "hsunmix",
                "name": "hsunmix",
                "version": number,
                "licenses": [{"expression": "BSD-3-Clause"}],
                "purl": f"pkg:pypi/hsunmix@{number}",
            }
        },
        "components": rows,
        "dependencies": [{"ref": "hsunmix", "dependsOn": [row["bom-ref"] for row in rows]}],
    }


def _row(component: Component) -> dict[str, Any]:
    row: dict[str, Any] = {"type": "library", "bom-ref": component.name, "name": component.name}
    if component.version:
        row["version"] = component.version
    row["licenses"] = [{"expression": component.licence}]
    if component.package:
        row["purl"] = f"pkg:pypi/{component.name.lower()}@{component.version}"
        return row
    # Without a version of its own, the names of its files are what tells which one it is.
    row["properties"] = [{"name": "hsunmix:file", "value": path} for path in sorted(component.files)[:20]]
    return row


def write_licences(found: Sequence[Component], folder: Path) -> None:
    """Write one text a component: its name, version and licence on the first line, then the text."""
    folder.mkdir(parents=True, exist_ok=True)
    for component in found:
        name = re.sub(r"[^A-Za-z0-9.+-]+", "-", component.name).strip("-")
        head = f"{component.name} {component.version}".strip()
        text = f"{head}: {component.licence}\n\n{component.text.strip()}\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def main(files: Path, data: Path, out: Path) -> None:
    """Write both; ``data`` is the bundle's folder ``hsunmix/_data``."""
    pairs = [tuple(line.split("\t")) for line in files.read_text(encoding="utf-8").splitlines()]
    found = components([(path, source) for path, source in pairs], read_table())
    write_licences(found, data / "licences")
    out.write_text(json.dumps(bill(found, version(ROOT)), indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} components, each with its licence")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
