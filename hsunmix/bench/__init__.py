"""Scenes with known answers, and how near the methods come: ``hsunmix bench``."""

__all__ = ["USUAL_KINDS"]

USUAL_KINDS = ("pure", "mixed", "outliers", "noisy")  # planted scenes that are measured where none is named
