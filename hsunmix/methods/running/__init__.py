"""How a run comes about: asked for, judged, solved, measured, and put into the cube's terms."""
