"""The workers of a cluster."""

from __future__ import annotations

import time
from typing import Any

from hsunmix.errors import ClusterError

__all__ = ["MAX_SILENCE_S", "awaited", "missing", "workers_of"]

MAX_SILENCE_S = 10.0  # seconds for a worker to come, and for a scheduler to answer again


def workers_of(client: Any) -> dict[str, int]:
    """Return the threads of every worker by its address; nothing while the scheduler doesn't answer."""
    try:
        found = client.scheduler_info(n_workers=-1)["workers"] if client.status == "running" else {}
    except OSError:  # it has just gone
        found = {}
    return {address: int(one["nthreads"]) for address, one in sorted(found.items())}


def missing(client: Any) -> ClusterError:
    """Return what to say when nobody was there for so long."""
    if client.status == "running":
        return ClusterError(
            f"the cluster {client.scheduler.address} has no worker: start some (dask worker ADDRESS)"
        )
    return ClusterError("the scheduler of the cluster doesn't answer any more")


def awaited(client: Any) -> dict[str, int]:
    """As ``workers_of``; wait a while for the first one.

    Raises
    ------
    ClusterError
        None came.
    """
    until = time.monotonic() + MAX_SILENCE_S
    while not (found := workers_of(client)):
        if time.monotonic() > until:
            raise missing(client)
        time.sleep(0.1)
    return found
