"""Spectra: the files that spectrometers, libraries and spreadsheets write, and what their axis says."""

ROOM = True
