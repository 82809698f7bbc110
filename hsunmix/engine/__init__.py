"""Blocks of pixels and the map-reduce over them.

``scene`` holds the pixels that are used, tile-major; ``threads`` runs a kernel over them. Another
executor is another file with the same ``run_chunks``.
"""
