"""NumPy's own files, ``.npy`` and ``.npz``: nothing is ever unpickled."""

ROOM = True
