"""Forms of earlier decades that Spectral Python still reads."""

ROOM = True
