"""Frozen data with meaning. NumPy only."""
