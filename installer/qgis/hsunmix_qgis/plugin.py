"""The plugin and its provider: what QGIS loads, and the setting that names the program."""

from __future__ import annotations

from pathlib import Path

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsApplication, QgsMessageLog, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms import Abundances, Match, Rank, Unmix, UnmixBy
from .program import ProgramError, methods

SETTING = "HSUNMIX_PROGRAM"


def program() -> str:
    """Return what the settings name, or nothing."""
    return str(ProcessingConfig.getSetting(SETTING) or "")


class Provider(QgsProcessingProvider):
    """The algorithms; their forms come from the installed program."""

    def id(self) -> str:
        """Return the name in scripts."""
        return "hsunmix"

    def name(self) -> str:
        """Return the name in the toolbox."""
        return "hsunmix"

    def icon(self) -> QIcon:
        """Return the picture in the toolbox."""
        return QIcon(str(Path(__file__).with_name("icon.svg")))

    def load(self) -> bool:
        """Add the setting, and the algorithms."""
        ProcessingConfig.settingIcons[self.name()] = self.icon()
        label = "Path of the hsunmix program; empty to look for it"
        ProcessingConfig.addSetting(Setting(self.name(), SETTING, label, "", valuetype=Setting.FILE))
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Take the setting away."""
        ProcessingConfig.removeSetting(SETTING)

    def loadAlgorithms(self) -> None:
        """Add the four algorithms, and one for each method that unmixes."""
        try:
            known = methods(program())
        except ProgramError as error:
            QgsMessageLog.logMessage(str(error), "hsunmix")
            known = []
        for kind in (Unmix, Abundances, Rank):
            self.addAlgorithm(kind(known))
        self.addAlgorithm(Match())
        for method in known:
            if method["kind"] in ("factorization", "extraction"):
                self.addAlgorithm(UnmixBy(known, method))


class Plugin:
    """What QGIS keeps while the plugin is loaded."""

    def __init__(self) -> None:
        self._provider: Provider | None = None

    def initProcessing(self) -> None:
        """Add the provider; ``qgis_process`` calls only this."""
        self._provider = Provider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:
        """Add the provider to the window."""
        self.initProcessing()

    def unload(self) -> None:
        """Take the provider away."""
        QgsApplication.processingRegistry().removeProvider(self._provider)
