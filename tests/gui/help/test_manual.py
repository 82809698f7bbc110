"""The manual's pages: whole, linked, searchable; and which of them is about what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hsunmix.gui.app.subjects import panels
from hsunmix.gui.help import manual
from hsunmix.gui.help.manual import CONTEXT, Page, pages, search

NAMES = {page.name for page in pages()}


def headings(text: str) -> set[str]:
    return {
        "".join(c for c in h.lower() if c.isalnum()) for h in re.findall(r"^#+\s+(.+)$", text, re.MULTILINE)
    }


def test_the_first_page_comes_first_and_then_those_it_names():
    names = [page.name for page in pages()]
    assert names[0] == "index.md"
    assert names.index("window.md") < names.index("methods.md")
    assert names.index("methods/hals.md") > names.index("methods.md")
    assert len(set(names)) == len(names)
    assert all(page.title for page in pages())


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_link_and_picture_is_there(page: Page):
    here = manual.folder() / Path(page.name).parent
    for picture, target in re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", page.text):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        found = here / path if path else manual.folder() / page.name
        assert found.exists(), f"{page.name} links to {target}"
        if not picture and anchor and found.suffix == ".md":
            wanted = "".join(c for c in anchor.lower() if c.isalnum())
            assert wanted in headings(found.read_text(encoding="utf-8")), f"{page.name} links to {target}"


def test_every_part_of_the_window_has_its_place_in_the_manual():
    for target in CONTEXT.values():
        name, _, heading = target.partition("#")
        page = next(page for page in pages() if page.name == name)
        key = "".join(c for c in heading.lower() if c.isalnum())
        assert not heading or key in headings(page.text), target


def test_no_panel_is_forgotten(qapp: object):
    for name, module in panels():
        view = module.View()
        known = view.objectName() in CONTEXT or module.AREA == "float"
        view.deleteLater()
        assert known, f"gui/help/manual.py doesn't say which page is about {name}"


def test_words_are_found_in_titles_headings_and_text():
    first = search("spectral angle")[0]
    assert all(
        word in f"{first.title} {first.heading} {first.snippet}".lower() for word in ("spectral", "angle")
    )
    assert search("ALTERNATING least")[0].page.startswith("methods")
    assert search("") == []
    assert search("  ") == []
    assert search("xyzzy-not-there") == []


MADE_UP = (
    Page(
        "a.md",
        "Apples",
        "# Apples\n\nRed ones.\n\n## Storing\n\nIn a cold cellar.\n\n- pears rot\n- quinces keep",
    ),
    Page(
        "b.md",
        "Storing things",
        "# Storing things\n\nA table:\n\n| what | where |\n|---|---|\n| pears | attic |",
    ),
)


def test_titles_come_before_headings_and_headings_before_text():
    assert [(h.page, h.heading) for h in search("storing", MADE_UP)] == [("b.md", ""), ("a.md", "Storing")]
    assert [h.page for h in search("pears", MADE_UP)] == ["a.md", "b.md"]
    hit = search("cold cellar", MADE_UP)[0]
    assert (hit.page, hit.title, hit.heading) == ("a.md", "Apples", "Storing")
    assert "cold cellar" in hit.snippet
    assert search("pears quinces", MADE_UP) == []  # not in one paragraph


def test_snippets_are_plain_and_short():
    text = "# T\n\n" + "word " * 100 + "`needle` in [a link](x.md) " + "word " * 100
    (hit,) = search("needle", [Page("t.md", "T", text)])
    assert "needle in a link" in hit.snippet
    assert len(hit.snippet) < 120
    assert "(x.md)" not in hit.snippet
