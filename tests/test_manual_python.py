"""The manual's page on Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


def test_the_lines_of_the_page_run_one_after_the_other(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    page = (repository / "resources/docs/python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 8
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "python.md", "exec"), names)
    said = capsys.readouterr().out
    assert "hsunmix result" in said
    assert "0 endmembers cannot be found" in said
    assert (tmp_path / "products/abundances.tif").is_file()
    assert (tmp_path / "more/result.nc").is_file()
    assert (tmp_path / "desert.hsu").is_file()
