from __future__ import annotations

from click.testing import CliRunner

from hsunmix.cli import selftest
from hsunmix.cli.selftest import missing


def test_a_checkout_says_nothing_of_what_it_should_hold():
    assert missing() == []


def test_what_is_not_here_is_named(tmp_path):
    listing = tmp_path / "contents.txt"
    listing.write_text(
        "hsunmix\nhsunmix.methods.extraction\nhsunmix.methods.extraction.spa\nhsunmix.methods.extraction.gone\n"
        "resources/icons/open.svg\nresources/icons/gone.svg\n"
    )
    assert missing(listing) == ["hsunmix.methods.extraction.gone", "resources/icons/gone.svg"]


def test_the_self_test_refuses_an_incomplete_installation(monkeypatch):
    monkeypatch.setattr(selftest, "missing", lambda: ["hsunmix.methods.extraction.spa"])
    result = CliRunner().invoke(selftest.command)
    assert "lacks hsunmix.methods.extraction.spa" in str(result.exception)
