"""Every field of every ``Params`` can be set: in Python, on the command line and in the window's form."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from pytestqt.qtbot import QtBot

import hsunmix
from hsunmix.cli.main import main
from hsunmix.errors import InputError
from hsunmix.gui.run import how_many_panel, panel
from hsunmix.gui.run.choice_form import ChoiceForm
from hsunmix.methods import Method, find, methods
from hsunmix.methods.running import pipeline
from hsunmix.methods.running.pipeline import Plan
from hsunmix.model.choice import Choice
from hsunmix.parameters import Parameter, describe, make, to_dict, to_text
from hsunmix.session.document import Document, RunSettings
from hsunmix.session.runs import request_of
from tests.cli.conftest import write_envi
from tests.conftest import make_cube

FIELDS = [(m, p) for m in methods().values() for p in describe(m.params)]
# Random pixels are a start of their own.
AS_START = [(m, p) for m, p in FIELDS if m.kind == "extraction" and m.id != "random"]
IDS = [f"{m.name}.{p.name}" for m, p in FIELDS]
START_IDS = [f"{m.name}.{p.name}" for m, p in AS_START]
STARTING = "hals"  # a method that starts from whichever extraction is asked for

Reached = dict[str, Any]


def another(method: Method, parameter: Parameter) -> Any:
    """A value that is allowed and not the default."""
    low = parameter.minimum if parameter.minimum is not None else 0
    high = parameter.maximum if parameter.maximum is not None else low + 100
    candidates: dict[str, list[Any]] = {
        "bool": [True, False],
        "choice": list(parameter.choices),
        "int": [int(low) + 1, int(low), int(low) + 2],
        "float": [(low + high) / 2, low + (high - low) / 4],
        "text": ["tree=1-2"],
        "list": [[1, 2]],
    }
    for value in candidates[parameter.kind]:
        if value != parameter.default:
            make(method.params, {parameter.name: value})
            return value
    raise AssertionError(f"{method.name}.{parameter.name} has one value only")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_envi(tmp_path_factory.mktemp("parameters"), make_cube().read(0, 13))


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Reached:
    """What the pipeline was asked for, by kind; nothing runs."""
    found: Reached = {}

    def started(scene: object, plan: Plan) -> Generator[None, None, Any]:
        found[plan.method.kind] = to_dict(plan.params)
        found["abundance"] = None if plan.abundance is None else to_dict(plan.abundance)
        found["init"] = plan.init
        raise InputError("far enough")
        yield

    def estimate(scene: object, method: Choice) -> Generator[None, None, Any]:
        found["rank"] = to_dict(make(methods()["rank", method.method].params, method.parameters))
        raise InputError("far enough")
        yield

    monkeypatch.setattr(pipeline, "started", started)
    monkeypatch.setattr(pipeline, "estimate_rank", estimate)
    return found


def on_the_command_line(scene: Path, *words: str) -> None:
    done = CliRunner().invoke(main, [words[0], str(scene), *words[1:]])
    assert "far enough" in done.output, (done.output, done.exception)


@pytest.mark.parametrize(("method", "parameter"), FIELDS, ids=IDS)
def test_on_the_command_line(scene: Path, reached: Reached, method: Method, parameter: Parameter) -> None:
    value = another(method, parameter)
    text, out = to_text(parameter.name, value), ["-r", "3", "-o", str(scene.parent / "out")]
    library = ["--library", "builtin"] if method.traits.needs_library else []
    words = {
        "factorization": ["unmix", "-m", method.id, "--set", text, *library, *out],
        "extraction": ["unmix", "-m", method.id, "--set", text, *library, *out],
        "abundance": ["unmix", "-a", method.id, "--abundance-set", text, *out],
        "rank": ["rank", "-m", method.id, "--set", text],
    }[method.kind]
    on_the_command_line(scene, *words)
    assert reached[method.kind][parameter.name] == value


@pytest.mark.parametrize(("method", "parameter"), AS_START, ids=START_IDS)
def test_of_a_start_on_the_command_line(
    scene: Path, reached: Reached, method: Method, parameter: Parameter
) -> None:
    value, out = another(method, parameter), ["-r", "3", "-o", str(scene.parent / "out")]
    given = ["--init", method.id, "--init-set", to_text(parameter.name, value)]
    on_the_command_line(scene, "unmix", "-m", STARTING, *given, *out)
    assert reached["init"] == Choice(method.id, {parameter.name: value})


def called(method: Method, own: dict[str, Any]) -> object:
    """Call a method from Python with parameters."""
    if method.kind == "rank":
        return hsunmix.estimate_rank(make_cube(), method.id, **own)
    if method.kind == "abundance":
        return hsunmix.unmix(make_cube(), rank=3, abundance=method.id, abundance_parameters=own)
    library = {"library": "builtin"} if method.traits.needs_library else {}
    return hsunmix.unmix(make_cube(), method.id, rank=3, **library, **own)


@pytest.mark.parametrize(("method", "parameter"), FIELDS, ids=IDS)
def test_in_python(reached: Reached, method: Method, parameter: Parameter) -> None:
    value = another(method, parameter)
    own: dict[str, Any] = {parameter.name: value}
    with pytest.raises(InputError, match="far enough"):
        called(method, own)
    assert reached[method.kind][parameter.name] == value
    if method.kind == "extraction" and method.id != "random":
        with pytest.raises(InputError, match="far enough"):
            hsunmix.unmix(make_cube(), STARTING, rank=3, init=method.id, init_parameters=own)
        assert reached["init"] == Choice(method.id, own)


Panels = Callable[[ModuleType], tuple[Any, list[Any]]]


@pytest.fixture
def alone(qtbot: QtBot) -> Panels:
    """Make a panel, and collect what it asks for."""

    def make_panel(module: ModuleType) -> tuple[Any, list[Any]]:
        view, seen = module.View(), list[Any]()
        qtbot.addWidget(view)
        view.command.connect(seen.append)
        return view, seen

    return make_panel


def settled(view: Any, form: ChoiceForm, parameter: Parameter, value: Any, seen: list[Any]) -> RunSettings:
    """Put a value into a field as an analyst would; return the settings that the panel then asks for."""
    form.form.editors[parameter.name].write(value)
    assert form.isVisibleTo(view)
    settings: RunSettings = seen[-1].settings
    return settings


@pytest.mark.parametrize(("method", "parameter"), FIELDS, ids=IDS)
def test_in_the_window(alone: Panels, method: Method, parameter: Parameter) -> None:
    value = another(method, parameter)
    if method.kind == "rank":
        view, seen = alone(how_many_panel)
        view.by.setCurrentIndex(view.by.findData(method.id))
        view.by.activated.emit(view.by.currentIndex())
        view.render(Document(), Document(settings=seen[-1].settings))
        settings = settled(view, view.parameters, parameter, value, seen)
        assert settings.choice("rank", settings.estimate) == Choice(method.id, {parameter.name: value})
        return
    view, seen = alone(panel)
    view.advanced.setChecked(True)
    box = view.abundance if method.kind == "abundance" else view.method
    box.setCurrentIndex(box.findData(method.id))
    box.activated.emit(box.currentIndex())
    form = view.of_abundance if method.kind == "abundance" else view.of_method
    request = request_of(settled(view, form, parameter, value, seen))
    asked = request.abundance if method.kind == "abundance" else request.method
    assert asked == Choice(method.id, {parameter.name: value})


@pytest.mark.parametrize(("method", "parameter"), AS_START, ids=START_IDS)
def test_of_a_start_in_the_window(alone: Panels, method: Method, parameter: Parameter) -> None:
    value = another(method, parameter)
    view, seen = alone(panel)
    view.advanced.setChecked(True)
    view.method.setCurrentIndex(view.method.findData(STARTING))
    view.method.activated.emit(view.method.currentIndex())
    view.of_method.form.editors["init"].write(method.id)
    request = request_of(settled(view, view.of_start, parameter, value, seen))
    assert request.init == Choice(method.id, {parameter.name: value})


def test_every_extraction_can_be_a_start() -> None:
    (init,) = [p for p in describe(find(STARTING, "factorization").params) if p.name == "init"]
    extractions = {m.id for m in methods().values() if m.kind == "extraction"}
    assert extractions - {"random"} <= set(init.choices)
