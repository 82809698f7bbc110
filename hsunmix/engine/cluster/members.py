"""The workers of a cluster."""

from __future__ import annotations

import threading
from time import monotonic
from typing import Any

from hsunmix.errors import ClusterError

__all__ = ["PATIENCE", "workers_of"]

PATIENCE = 10.0  # seconds for a worker to come, and for a scheduler to answer again


def workers_of(client: Any, patience: float = PATIENCE) -> dict[str, int]:
    """Return the threads of every worker by its address; wait a while for one.

    Raises
    ------
    ClusterError
        None is there, or the scheduler is gone.
    """
    until = monotonic() + patience
    pause = threading.Event()
    while True:
        running = client.status == "running"
        if running:
            found = client.scheduler_info(n_workers=-1)["workers"]
            if found:
                return {address: int(one["nthreads"]) for address, one in sorted(found.items())}
        if monotonic() > until:
            why = "has no worker; start some (dask worker ADDRESS)" if running else "doesn't answer any more"
            raise ClusterError(f"the cluster {client.scheduler.address if client.scheduler else ''} {why}")
        pause.wait(0.1)
