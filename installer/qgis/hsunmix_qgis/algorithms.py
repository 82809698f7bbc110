"""What the toolbox offers: each algorithm asks for what the program's command of that name takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputNumber,
    QgsProcessingOutputRasterLayer,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QVariant
from qgis.PyQt.QtGui import QIcon

from .program import ProgramError, answer, arguments, field_name, settings

__all__ = ["Abundances", "Match", "Rank", "Unmix", "UnmixBy"]

OWN_WAY = "the method's own"
Parameter = QgsProcessingParameterDefinition


def run_program(words: list[str], feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """Run a command with the path of the settings and return what it prints as JSON."""
    from .plugin import program

    feedback.pushCommandInfo("hsunmix " + " ".join(f'"{word}"' if " " in word else word for word in words))
    try:
        found: dict[str, Any] = answer(
            [*words, "--json"], program(), feedback.setProgress, feedback.isCanceled
        )
    except ProgramError as error:
        raise QgsProcessingException(str(error)) from error
    for note in [found.get("note"), found.get("sentence"), *found.get("notes", [])]:
        if note:
            feedback.pushInfo(note)
    return found


class Algorithm(QgsProcessingAlgorithm):
    """What all have in common: a name, a title, a sentence of help, the methods that the program has.

    Parameters
    ----------
    known : list of dict
        The methods, as ``hsunmix methods --json`` prints them.
    """

    NAME = TITLE = HELP = ""

    def __init__(self, known: list[dict[str, Any]]) -> None:
        super().__init__()
        self.known = known

    def name(self) -> str:
        """Return the name in scripts."""
        return self.NAME

    def displayName(self) -> str:
        """Return the title in the toolbox."""
        return self.TITLE

    def shortHelpString(self) -> str:
        """Return the text beside the form."""
        return self.HELP

    def icon(self) -> QIcon:
        """Return the picture in the toolbox."""
        return QIcon(str(Path(__file__).with_name("icon.svg")))

    def createInstance(self) -> QgsProcessingAlgorithm:
        """Return another of the same kind."""
        return type(self)(self.known)

    def ids(self, *kinds: str) -> list[str]:
        """Return the methods of some kinds, those for every day first."""
        found = [m for m in self.known if m["kind"] in kinds]
        return [m["id"] for m in sorted(found, key=lambda m: not m["everyday"])]

    def add(
        self, parameter: QgsProcessingParameterDefinition, help_text: str = "", more: bool = False
    ) -> None:
        """Add a field of the form, folded away if it is for few."""
        parameter.setHelp(help_text)
        if more:
            parameter.setFlags(parameter.flags() | Parameter.FlagAdvanced)
        self.addParameter(parameter)

    def add_choice(self, name: str, title: str, choices: list[str], default: str) -> None:
        """Add a list to choose from; scripts give the word, not its number."""
        self.add(
            QgsProcessingParameterEnum(name, title, choices, defaultValue=default, usesStaticStrings=True)
        )

    def add_scene(self) -> None:
        """Add the fields for the cube, and which pixels and bands of it are used."""
        self.add(
            QgsProcessingParameterRasterLayer("LAYER", "Hyperspectral cube (layer)", optional=True),
            "A layer of the project. Or give a file below, for formats that QGIS doesn't read.",
        )
        self.add(QgsProcessingParameterFile("FILE", "… or its file", optional=True))
        mask = QgsProcessingParameterString("MASK", "Use only pixels where", optional=True)
        self.add(mask, "A condition such as ndvi > 0.3, or the path of a raster or GeoJSON", more=True)
        bands = QgsProcessingParameterString("BANDS", "Use only bands", optional=True)
        self.add(bands, "400-1300,1450-2400 in nm; no-water; #10-120 by number, from 1", more=True)

    def scene(self, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[str, dict[str, Any]]:
        """Return the cube's path and the options that ``add_scene`` asked for."""
        layer = self.parameterAsRasterLayer(parameters, "LAYER", context)
        file = self.parameterAsFile(parameters, "FILE", context)
        if (layer is None) == (not file):
            raise QgsProcessingException("Give the cube as a layer or as a file: one of the two.")
        path = file or layer.source().split("|")[0]
        options = {
            "--mask": self.parameterAsString(parameters, "MASK", context),
            "--bands": self.parameterAsString(parameters, "BANDS", context),
        }
        return path, options

    def add_products(self) -> None:
        """Add the folder, and the layers that come of it."""
        session = QgsProcessingParameterBoolean(
            "SESSION", "Write a session for hsunmix too", defaultValue=False
        )
        self.add(session, "To go on with the result in hsunmix's own window", more=True)
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", "Folder for the products"))
        self.addOutput(QgsProcessingOutputRasterLayer("ABUNDANCES", "Abundances"))
        self.addOutput(QgsProcessingOutputRasterLayer("RMSE", "Residual"))
        self.addOutput(QgsProcessingOutputFile("ENDMEMBERS", "Spectra of the endmembers"))

    def deliver(
        self, words: list[str], parameters: dict[str, Any], context: QgsProcessingContext, feedback: Any
    ) -> dict[str, Any]:
        """Run ``hsunmix unmix``; its maps are loaded with their styles when it is done."""
        folder = Path(self.parameterAsString(parameters, "OUTPUT", context))
        products = {"--out": folder, "--products": "geotiff,csv,sli"}
        if self.parameterAsBool(parameters, "SESSION", context):
            products["--session"] = folder / "unmixing.hsu"
        found = run_program(["unmix", *words, *arguments(products)], feedback)
        results = {"OUTPUT": str(folder), "ENDMEMBERS": str(folder / "endmembers.csv")}
        for each in found["maps"]:
            file = "abundances.tif" if each["name"] == "abundance" else f"{each['name']}.tif"
            path = folder / file
            if not path.is_file():
                continue
            name = "ABUNDANCES" if each["name"] == "abundance" else each["name"].upper()
            details = QgsProcessingContext.LayerDetails(each["title"], context.project(), name)
            context.addLayerToLoadOnCompletion(str(path), details)
            results[name] = str(path)
        return results


class Unmix(Algorithm):
    """Endmembers and abundances of a cube."""

    NAME, TITLE = "unmix", "Unmix"
    HELP = (
        "Finds the spectra of the materials in a hyperspectral cube (endmembers) and how much of each lies in"
        " every pixel (abundances)."
    )

    def initAlgorithm(self, configuration: Any = None) -> None:  # noqa: ARG002
        """Make the form."""
        self.add_scene()
        rank = QgsProcessingParameterNumber("RANK", "Number of endmembers", defaultValue=0, minValue=0)
        self.add(rank, "0: as estimated")
        self.add_method()
        self.add_choice("ABUNDANCE", "Abundances by", [OWN_WAY, *self.ids("abundance")], OWN_WAY)
        seed = QgsProcessingParameterNumber("SEED", "Seed", defaultValue=0, minValue=0)
        self.add(seed, "For everything random", more=True)
        self.add_products()

    def add_method(self) -> None:
        """Add the fields for the method and its settings."""
        self.add_choice("METHOD", "Method", self.ids("factorization", "extraction"), "auto")
        field = QgsProcessingParameterString("SETTINGS", "Settings of the method", optional=True)
        self.add(
            field, "NAME=VALUE, with blanks between; “Unmix by one method” has a form for each", more=True
        )

    def method(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """Return the options that ``add_method`` asked for."""
        try:
            typed = settings(self.parameterAsString(parameters, "SETTINGS", context))
        except ProgramError as error:
            raise QgsProcessingException(str(error)) from error
        return {"--method": self.parameterAsString(parameters, "METHOD", context), "--set": typed}

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run it."""
        path, options = self.scene(parameters, context)
        rank = self.parameterAsInt(parameters, "RANK", context)
        if rank == 0:
            rank = run_program(["rank", path, *arguments(options)], feedback)["rank"]
            feedback.pushInfo(f"{rank} endmembers, as estimated")
        abundance = self.parameterAsString(parameters, "ABUNDANCE", context)
        options |= {
            "--rank": rank,
            **self.method(parameters, context),
            "--abundance": "" if abundance == OWN_WAY else abundance,
            "--seed": self.parameterAsInt(parameters, "SEED", context),
        }
        return self.deliver([path, *arguments(options)], parameters, context, feedback)


class UnmixBy(Unmix):
    """The same by one method, with a field for each of its settings."""

    def __init__(self, known: list[dict[str, Any]], method: dict[str, Any]) -> None:
        super().__init__(known)
        self.chosen = method
        self.NAME, self.TITLE = f"unmix_{method['id']}", method["title"]
        self.HELP = f"{Unmix.HELP}\n\nMethod: {method['title']}. {method['reference']}"

    def group(self) -> str:
        """Return the heading in the toolbox."""
        return "Unmix by one method"

    def groupId(self) -> str:
        """Return the heading's name in scripts."""
        return "one_method"

    def createInstance(self) -> QgsProcessingAlgorithm:
        """Return another of the same kind."""
        return UnmixBy(self.known, self.chosen)

    def add_method(self) -> None:
        """Add the settings."""
        for each in self.chosen["parameters"]:
            self.add(field_of(each), each["help"])

    def method(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """Return the options that ``add_method`` asked for: those that aren't as they were."""
        changed = []
        for each in self.chosen["parameters"]:
            name = field_name(each["name"])
            if parameters.get(name) is None or parameters[name] == each["default"]:
                continue
            if each["kind"] == "bool":
                value = str(self.parameterAsBool(parameters, name, context)).lower()
            else:
                value = self.parameterAsString(parameters, name, context)
            changed.append(f"{each['name']}={value}")
        return {"--method": self.chosen["id"], "--set": changed}


def field_of(parameter: dict[str, Any]) -> Parameter:
    """Return the field of a form for a setting of a method."""
    name, title = field_name(parameter["name"]), parameter["name"].replace("_", " ").capitalize()
    default, optional = parameter["default"], parameter["optional"] or parameter["kind"] == "text"
    if parameter["kind"] == "bool":
        return QgsProcessingParameterBoolean(name, title, defaultValue=default)
    if parameter["kind"] == "choice":
        return QgsProcessingParameterEnum(
            name, title, parameter["choices"], defaultValue=default, optional=optional, usesStaticStrings=True
        )
    if parameter["kind"] in ("int", "float"):
        number = QgsProcessingParameterNumber
        kind = number.Integer if parameter["kind"] == "int" else number.Double
        limits = {"minValue": parameter["minimum"], "maxValue": parameter["maximum"]}
        given = {key: value for key, value in limits.items() if value is not None}
        return number(name, title, kind, default, optional=optional, **given)
    return QgsProcessingParameterString(name, title, defaultValue=default, optional=optional)


class Abundances(Algorithm):
    """Abundances of given spectra."""

    NAME, TITLE = "abundances", "Solve with endmembers"
    HELP = "Finds how much of each given spectrum lies in every pixel of a hyperspectral cube."

    def initAlgorithm(self, configuration: Any = None) -> None:  # noqa: ARG002
        """Make the form."""
        self.add_scene()
        self.add(
            QgsProcessingParameterFile("SPECTRA", "Spectra of the endmembers"),
            "A spectral library, endmembers.csv or .sli of an earlier run, or a session",
        )
        self.add_choice("ABUNDANCE", "Abundances by", self.ids("abundance"), "fcls")
        self.add_products()

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run it."""
        path, options = self.scene(parameters, context)
        options |= {
            "--endmembers": self.parameterAsFile(parameters, "SPECTRA", context),
            "--abundance": self.parameterAsString(parameters, "ABUNDANCE", context),
        }
        return self.deliver([path, *arguments(options)], parameters, context, feedback)


class Rank(Algorithm):
    """The number of endmembers."""

    NAME, TITLE = "rank", "Estimate the number of endmembers"
    HELP = "Estimates how many materials a hyperspectral cube holds."

    def initAlgorithm(self, configuration: Any = None) -> None:  # noqa: ARG002
        """Make the form."""
        self.add_scene()
        self.add_choice("METHOD", "Method", self.ids("rank"), "auto")
        self.addOutput(QgsProcessingOutputNumber("RANK", "Number of endmembers"))
        self.addOutput(QgsProcessingOutputString("SENTENCE", "What was found"))

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run it."""
        path, options = self.scene(parameters, context)
        options["--method"] = self.parameterAsString(parameters, "METHOD", context)
        found = run_program(["rank", path, *arguments(options)], feedback)
        return {"RANK": found["rank"], "SENTENCE": found["sentence"]}


class Match(Algorithm):
    """What of a library spectra are like."""

    NAME, TITLE = "match", "Match spectra with a library"
    HELP = "Ranks the spectra of a library by their likeness to each of the given spectra."
    METRICS = ("sam", "sid", "correlation")

    def __init__(self, known: list[dict[str, Any]] | None = None) -> None:
        super().__init__(known or [])

    def initAlgorithm(self, configuration: Any = None) -> None:  # noqa: ARG002
        """Make the form."""
        self.add(QgsProcessingParameterFile("SPECTRA", "Spectra"), "Such as endmembers.csv of an unmixing")
        self.add(
            QgsProcessingParameterFile("LIBRARY", "Library", optional=True), "Empty: the one of the program"
        )
        self.add_choice("METRIC", "Likeness", list(self.METRICS), "sam")
        self.add(QgsProcessingParameterNumber("TOP", "How many of each", defaultValue=5, minValue=1))
        continuum = QgsProcessingParameterBoolean("CONTINUUM", "Remove the continuum", defaultValue=False)
        self.add(continuum, "Compare absorptions only", more=True)
        sink = QgsProcessingParameterFeatureSink("OUTPUT", "Matches", QgsProcessing.TypeVector)
        self.addParameter(sink)

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:
        """Run it."""
        words = [
            "match",
            self.parameterAsFile(parameters, "SPECTRA", context),
            self.parameterAsFile(parameters, "LIBRARY", context) or "builtin",
        ]
        options = {
            "--metric": self.parameterAsString(parameters, "METRIC", context),
            "--top": self.parameterAsInt(parameters, "TOP", context),
            "--continuum": self.parameterAsBool(parameters, "CONTINUUM", context),
        }
        found = run_program([*words, *arguments(options)], feedback)
        fields = QgsFields()
        for name, kind in (
            ("spectrum", QVariant.String),
            ("match", QVariant.String),
            ("score", QVariant.Double),
        ):
            fields.append(QgsField(name, kind))
        sink, target = self.parameterAsSink(parameters, "OUTPUT", context, fields)
        for spectrum in found["spectra"]:
            for match in spectrum["matches"]:
                row = QgsFeature(fields)
                row.setAttributes([spectrum["name"], match["name"], match["score"]])
                sink.addFeature(row, QgsFeatureSink.FastInsert)
        return {"OUTPUT": target}
