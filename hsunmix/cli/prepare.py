"""``hsunmix prepare``: compile the kernels for this machine before they are needed."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("prepare", short_help="Compile the fast kernels now.")
def command() -> None:
    """Compile the fast kernels for this machine now, the default method's first.

    They are compiled when they are first needed otherwise, and kept. The window starts this by
    itself, in the background, when it finds none.
    """
    import os

    import numpy as np

    from hsunmix.api import abundances, unmix
    from hsunmix.engine.loading import load
    from hsunmix.errors import HsunmixError
    from hsunmix.kernels import mark_prepared
    from hsunmix.methods import methods
    from hsunmix.model.cube import Cube
    from hsunmix.model.progress import finish

    if hasattr(os, "nice"):
        os.nice(10)  # whatever the analyst does meanwhile comes first
    rng = np.random.default_rng(0)
    w = rng.random((12, 3))
    x = np.hstack([w, w @ rng.dirichlet(np.ones(3), 597).T])
    finish(load(Cube.from_array(x.T.reshape(20, 30, 12))))  # as a file is read
    for method in methods().values():
        try:
            if method.kind in ("factorization", "extraction"):
                unmix(x, method.id, rank=3)
            elif method.kind == "abundance":
                abundances(x, w, method.id)
        except HsunmixError:
            continue  # a method may refuse so small a scene
    mark_prepared()
