"""Passes on a Dask cluster: ``connecting`` finds it, ``worker`` is what its processes do."""
