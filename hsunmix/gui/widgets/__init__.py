"""Widgets that panels are made of. pyqtgraph is imported here, after the window has been shown."""

import pyqtgraph as pg

pg.setConfigOptions(imageAxisOrder="row-major", antialias=False)
