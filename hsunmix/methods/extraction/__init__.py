"""Methods that find endmembers among the pixels: one file each."""
