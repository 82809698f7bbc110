"""Feature space: the pixels along two axes, the endmembers as corners."""
