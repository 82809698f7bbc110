"""What the pixels of a cube are, whichever format found them: read in blocks, by file reads."""
