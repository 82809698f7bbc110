"""Parameters of the abundance method: set, recorded, and in what makes the result again."""

from __future__ import annotations

import json
from pathlib import Path

from hsunmix.session.archive import load
from hsunmix.session.reproduce import command_line, facts_of, python_script
from tests.cli.conftest import Run, refusal


def test_they_are_honoured_and_recorded(hsunmix: Run, scene: Path, tmp_path: Path) -> None:
    session = tmp_path / "s.hsu"
    given = ("-a", "ksparse", "--abundance-set", "k=1", "--session", session)
    result = hsunmix("unmix", scene, "-r", 3, "-m", "spa", *given, "-o", tmp_path / "a")
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "a" / "result.json").read_text(encoding="utf-8"))
    assert record["abundance_parameters"] == {"k": 1}
    document = load(session)
    assert document.unmixing is not None
    used = document.unmixing.abundances[:, document.unmixing.rmse == document.unmixing.rmse]
    assert ((used > 0).sum(axis=0) <= 1).all()
    facts = facts_of(document, None)
    assert "--abundance-set k=1" in command_line(document, facts, tmp_path / "b", ["csv"])
    assert "abundance_parameters={'k': 1}" in python_script(document, facts)


def test_what_makes_no_sense_is_refused(hsunmix: Run, scene: Path, tmp_path: Path) -> None:
    def refused(*words: str) -> str:
        return refusal(hsunmix("unmix", scene, "-r", 3, "-m", "spa", *words, "-o", tmp_path / "c"))

    assert "none was asked for" in refused("--abundance-set", "k=1")
    assert "no such parameter" in refused("-a", "fcls", "--abundance-set", "k=1")
    assert "k" in refused("-a", "ksparse", "--abundance-set", "k=0")
    assert not (tmp_path / "c").exists()
