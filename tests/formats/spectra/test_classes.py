"""What the spectra of a library are of, wherever a file says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsunmix.formats import builtin_library, open_spectra
from hsunmix.model.spectra import Spectra

NM = np.linspace(450, 950, 12)
VALUES = np.random.default_rng(0).uniform(0.1, 0.6, (3, 12))
CLASSES = ("soil", "green plant", "soil")


def in_rows(folder: Path, headings: list[str], cells: list[list[str]], delimiter: str = ",") -> Spectra:
    """Write a table with a row for each spectrum and read it."""
    lines = [delimiter.join([*headings, *(f"{nm:.1f}" for nm in NM)])]
    lines += [
        delimiter.join([*words, *(f"{v:.5f}" for v in row)]) for words, row in zip(cells, VALUES, strict=True)
    ]
    path = folder / "library.csv"
    path.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    return open_spectra(path)


@pytest.mark.parametrize(
    "heading",
    ["Class", "class", "CLASS", "Category", "category", "Level_1", "LEVEL 2", "level", "Cover type", "Group",
     "Functional Type", "Material", "spectral class", "Class_name"],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_column_of_classes(tmp_path: Path, heading: str, delimiter: str):
    names = ["one", "two", "three"]
    cells = [list(pair) for pair in zip(CLASSES, names, strict=True)]
    found = in_rows(tmp_path, [heading, "name"], cells, delimiter)
    assert (found.classes, found.names) == (CLASSES, tuple(names))
    np.testing.assert_allclose(found.values, VALUES, atol=1e-5)


def test_classes_alone_name_the_spectra(tmp_path: Path):
    found = in_rows(tmp_path, ["Class"], [[kind] for kind in CLASSES])
    assert found.names == ("soil 1", "green plant", "soil 2")
    assert found.classes == CLASSES


def test_the_coarsest_of_several_is_taken(tmp_path: Path):
    cells = [["a", "pine", "plant"], ["b", "oak", "plant"], ["c", "clay", "soil"]]
    found = in_rows(tmp_path, ["Spectrum", "Level_2", "Level_1"], cells)
    assert (found.names, found.classes) == (("a", "b", "c"), ("plant", "plant", "soil"))
    found = in_rows(tmp_path, ["name", "type", "class"], cells)
    assert found.classes == ("plant", "plant", "soil")


def test_some_may_have_none(tmp_path: Path):
    found = in_rows(tmp_path, ["name", "class"], [["a", "soil"], ["b", ""], ["c", ""]])
    assert found.classes == ("soil", "", "")
    found = in_rows(tmp_path, ["name", "class"], [["a", ""], ["b", ""], ["c", ""]])
    assert found.classes == ()


@pytest.mark.parametrize("first", ["Class", "Category", "Functional Type"])
def test_a_line_of_classes_above_columns(tmp_path: Path, first: str):
    lines = ["Wavelength,a,b,c", ",".join([first, *CLASSES]), "Latitude,45.1,45.2,45.3"]
    rows = np.column_stack([NM, VALUES.T])
    lines += [",".join(f"{v:.5f}" for v in row) for row in rows]
    (tmp_path / "columns.csv").write_text("\n".join(lines))
    found = open_spectra(tmp_path / "columns.csv")
    assert (found.names, found.classes) == (("a", "b", "c"), CLASSES)
    np.testing.assert_allclose(found.values, VALUES, atol=1e-5)


def envi(folder: Path, more: str = "") -> Path:
    VALUES.astype("<f4").tofile(folder / "library.sli")
    (folder / "library.hdr").write_text(
        "ENVI\nsamples = 12\nlines = 3\nbands = 1\ndata type = 4\ninterleave = bsq\nbyte order = 0\n"
        "file type = ENVI Spectral Library\nheader offset = 0\nwavelength units = Nanometers\n"
        f"wavelength = {{{', '.join(f'{nm:.1f}' for nm in NM)}}}\nspectra names = {{a, b, c}}\n{more}"
    )
    return folder / "library.sli"


@pytest.mark.parametrize("key", ["class", "classes", "spectra classes", "level_1", "category"])
def test_a_list_of_an_envi_header(tmp_path: Path, key: str):
    assert open_spectra(envi(tmp_path, f"{key} = {{soil, green plant, soil}}\n")).classes == CLASSES


def test_a_list_of_other_length_is_none(tmp_path: Path):
    assert open_spectra(envi(tmp_path, "class names = {Unclassified, soil}\nclasses = 2\n")).classes == ()


def test_the_table_beside_an_envi_library(tmp_path: Path):
    path = envi(tmp_path)
    table = tmp_path / "library.csv"
    table.write_text("NAME,LEVEL_1,LEVEL_2,EAR\nb,green plant,oak,0.1\nc,soil,clay,0.2\na,soil,sand,0.1\n")
    found = open_spectra(path)
    assert found.classes == CLASSES
    assert any("library.csv" in note for note in found.notes)
    table.write_text("NAME,LEVEL_1\nb,green plant\nother,soil\n")
    assert open_spectra(path).classes == ()
    table.write_bytes(b"\0\1\2")
    assert open_spectra(path).classes == ()


def test_the_builtin_library_has_classes():
    library = builtin_library()
    kinds = {name: library.classes.count(name) for name in set(library.classes)}
    assert kinds == {"mineral": 480, "vegetation": 21, "soil": 63, "man-made": 17, "water": 12}


def test_a_folder_keeps_those_of_its_files(tmp_path: Path, shared: Path):
    source = shared / "data" / "spectra" / "spy_ecostress_a.spectrum.txt"
    (tmp_path / source.name).write_bytes(source.read_bytes())
    one = open_spectra(source)
    assert one.classes
    assert open_spectra(tmp_path).classes == one.classes
