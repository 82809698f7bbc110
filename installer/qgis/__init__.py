"""The QGIS plugin: its files, and how they become the zip that QGIS installs."""
