"""Damaged files over all readers: ``python -m tests.fuzz``."""
