from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import click
import pytest

from hsunmix import __version__
from hsunmix.cli import main as entry
from hsunmix.exports import exports
from hsunmix.files import resource
from tests.cli.conftest import refusal


def test_every_file_of_the_folder_is_a_subcommand(hsunmix):
    files = {p.stem for p in Path(entry.__file__).parent.glob("[!_]*.py")} - {"main"}
    result = hsunmix("--help")
    assert result.exit_code == 0
    assert set(entry._commands()) == files
    for name in files:
        listed = not entry._commands()[name].hidden  # one is for the program itself
        assert (f"  {name} " in result.stdout) == listed
        assert hsunmix(name, "--help").exit_code == 0


def test_version(hsunmix):
    assert hsunmix("--version").stdout == f"hsunmix {__version__}\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["unmx"], "No such command 'unmx', and no file of this name; did you mean unmix?"),
        (["qqq"], "hsunmix --help lists them"),
        (["info", "a.hdr", "--grid", "round"], "'round' is not one of 'sensor', 'map'"),
        (["unmix"], "CUBE"),
        (["unmix", "a.hdr", "-r", "four", "-o", "x"], "'four' is not a valid integer"),
        (["methods", "--nosuch"], "--nosuch"),
        (["info", "nowhere.hdr"], "nowhere.hdr: there is no such file"),
        (["nowhere.hdr"], "nowhere.hdr: there is no such file"),
        ([str(Path(__file__).parent)], "is a folder without a cube"),
        (
            ["unmix", "a.hdr", "-r", "3", "-m", "hals", "--init", "x", "-o", "y"],
            "'x' is not allowed: choose from ",
        ),
    ],
)
def test_a_bad_request_is_one_line_and_exit_code_2(hsunmix, words, reason):
    assert reason in refusal(hsunmix(*words))


@pytest.fixture
def failing(monkeypatch):
    """Make ``hsunmix methods`` raise what is asked for."""

    def install(error: BaseException) -> None:
        @click.command("methods")
        def command() -> None:
            raise error

        monkeypatch.setitem(entry._commands(), "methods", command)

    return install


def test_a_bug_is_one_line_without_a_traceback(hsunmix, failing):
    failing(ZeroDivisionError("division by zero"))
    result = hsunmix("methods")
    assert result.exit_code == 1
    assert result.stderr.startswith("hsunmix: error: internal: ZeroDivisionError: division by zero")
    assert result.stderr.count("\n") == 1


def test_a_bug_shows_where_when_asked(hsunmix, failing, monkeypatch):
    failing(ZeroDivisionError("division by zero"))
    monkeypatch.setenv("HSUNMIX_DEBUG", "1")
    assert "Traceback" in hsunmix("methods").stderr


def test_an_interrupt_is_130(hsunmix, failing):
    failing(KeyboardInterrupt())
    result = hsunmix("methods")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied", "/a/b.hdr"), "/a/b.hdr: Permission denied"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_what_the_system_refuses_is_a_line_too(hsunmix, failing, error, reason):
    failing(error)
    assert reason in refusal(hsunmix("methods"))


def test_a_reader_that_goes_away_is_no_error():
    words = [sys.executable, "-m", "hsunmix", "methods", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.fixture
def opened(monkeypatch):
    """Paths that a window was opened on, instead of a window."""
    from hsunmix.gui.app import system_libraries

    paths: list[tuple[Path, ...]] = []
    app = types.ModuleType("hsunmix.gui.app.application")
    app.run = lambda *given, unmixed=False: paths.append(given) or 0
    monkeypatch.setitem(sys.modules, "hsunmix.gui.app.application", app)
    monkeypatch.setattr(system_libraries, "require", lambda: None)
    return paths


def test_without_a_subcommand_the_window_opens(hsunmix, opened, scene, monkeypatch):
    assert hsunmix().exit_code == 0
    assert hsunmix(scene).exit_code == 0
    monkeypatch.chdir(scene.parent)
    Path("cube").touch()
    assert hsunmix("cube").exit_code == 0
    assert hsunmix(scene, "cube").exit_code == 0
    assert hsunmix(scene.parent).exit_code == 0
    assert opened == [(), (scene,), (Path("cube"),), (scene, Path("cube")), (scene.parent,)]


def test_the_manual_names_every_product_and_who_prints_json():
    lines = resource("resources", "docs", "command_line.md").read_text(encoding="utf-8").splitlines()
    listed = next(line for line in lines if line.startswith("| `--products LIST`")).split("`")[3]
    assert set(listed.split(",")) == set(exports())
    told = next(line for line in lines if "print JSON with" in line).split("print")[0]
    found = {name for name, one in entry._commands().items() if any(p.name == "as_json" for p in one.params)}
    assert set(told.split("`")[1::2]) == found
