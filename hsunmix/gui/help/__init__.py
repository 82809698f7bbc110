"""The manual, the guided start, and what the program says of itself."""
