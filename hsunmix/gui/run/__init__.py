"""Unmixing: the method, the number of endmembers, and the results of the session."""
