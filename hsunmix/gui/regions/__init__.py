"""Which pixels: regions of interest, and the mask."""
