"""``hsunmix prepare`` leaves compiled kernels where the next start finds them."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

import hsunmix.api
from hsunmix import kernels
from hsunmix.cli.prepare import command
from hsunmix.methods import methods


def test_every_method_is_prepared_once(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """Compiling itself is left out: it takes minutes, and every other test does it."""
    seen: list[str] = []
    monkeypatch.setenv("HSUNMIX_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(hsunmix.api, "unmix", lambda _x, method, rank: seen.append(method))
    monkeypatch.setattr(hsunmix.api, "abundances", lambda _x, _w, method: seen.append(method))
    monkeypatch.setattr("os.nice", lambda _n: 0, raising=False)
    assert not kernels.is_prepared()
    result = CliRunner().invoke(command, catch_exceptions=False)
    assert result.exit_code == 0
    assert kernels.is_prepared()
    assert seen == [m.id for m in methods().values() if m.kind != "rank"]
    assert seen[0] == "auto"


def test_a_method_that_refuses_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    def refuse(*_args: object, **_kwargs: object) -> np.ndarray:
        raise hsunmix.HsunmixError("no")

    monkeypatch.setenv("HSUNMIX_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(hsunmix.api, "unmix", refuse)
    monkeypatch.setattr(hsunmix.api, "abundances", refuse)
    monkeypatch.setattr("os.nice", lambda _n: 0, raising=False)
    assert CliRunner().invoke(command, catch_exceptions=False).exit_code == 0
    assert kernels.is_prepared()
