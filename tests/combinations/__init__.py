"""Features combined: options of ``hsunmix unmix`` in all pairs, checked by NumPy's own arithmetic.

python -m tests.combinations --runs 1000
"""
