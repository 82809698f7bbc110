"""Points, lines and polygons of a GIS over the scene."""
