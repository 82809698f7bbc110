"""The plot of spectra: the pixel under the cursor, pins, and the bands that are used."""
