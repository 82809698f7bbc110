"""Scenes with known answers, and how near the methods come: ``hsunmix bench``."""
