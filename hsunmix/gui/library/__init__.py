"""Spectral libraries: what endmembers are like, and endmembers from them."""
