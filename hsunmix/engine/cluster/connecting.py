"""Find a Dask cluster by what a user gives, and see that its workers are of this version of hsunmix."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from hsunmix._version import __version__
from hsunmix.engine.cluster import worker
from hsunmix.engine.cluster.members import awaited
from hsunmix.errors import ClusterError, MissingExtraError

__all__ = ["CONFIGURED", "Cluster", "connected"]

CONFIGURED = "config"  # the scheduler that Dask's own configuration names
SECONDS = 5  # for a scheduler to answer


@dataclass(frozen=True, eq=False)
class Cluster:
    """A cluster that can be worked on.

    Attributes
    ----------
    client : distributed.Client
    opener : callable
        Opens a cube on a worker, by its path and options.
    """

    client: Any
    opener: Callable[..., Any]


@contextmanager
def connected(given: Any, opener: Callable[..., Any]) -> Generator[Cluster | None, None, None]:
    """Connect to a cluster within a ``with`` block.

    Parameters
    ----------
    given : str, path-like, distributed.Client, or a cluster of Dask's, or None
        A scheduler's address, its scheduler file, or ``"config"`` for the one that Dask's configuration
        names, such as DASK_SCHEDULER_ADDRESS. TLS is Dask's to configure. None gives None.
    opener : callable
        See ``Cluster``.

    Raises
    ------
    MissingExtraError
        Dask is not installed.
    ClusterError
        There is no such scheduler, no worker, or one with another version of hsunmix.
    """
    if given is None:
        yield None
        return
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("a cluster needs Dask: pip install 'hsunmix[cluster]'") from None
    if isinstance(given, distributed.Client):
        _check(given)
        yield Cluster(given, opener)
        return
    client = _client(given)
    try:
        _check(client)
        yield Cluster(client, opener)
    finally:
        with _quiet():
            client.close(timeout=2)


def _client(given: Any) -> Any:
    import dask
    import distributed

    where: dict[str, Any] = {"address": given}
    name = (
        fspath(given)
        if isinstance(given, str | PathLike)
        else str(getattr(given, "scheduler_address", given))
    )
    if name == CONFIGURED:
        where = {"address": dask.config.get("scheduler-address", None)}
        file = dask.config.get("scheduler-file", None)
        if where["address"] is None and file is None:
            raise ClusterError(
                "no scheduler is configured: set DASK_SCHEDULER_ADDRESS, or name an address or a file"
            )
        name = str(where["address"] or file)
        where = where if where["address"] else {"scheduler_file": file}
    elif isinstance(given, str | PathLike) and "://" not in name:
        file = Path(name)
        if file.is_file():
            where = {"scheduler_file": name}
        elif file.suffix == ".json" or ":" not in name:
            raise ClusterError(
                f"{name}: there is no such scheduler file, and it is no address (tcp://HOST:PORT)"
            )
    try:
        with _quiet():
            client: Any = distributed.Client
            return client(**where, timeout=SECONDS, set_as_default=False)
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        why = "doesn't answer" if isinstance(error, OSError | TimeoutError) else said[:200]
        raise ClusterError(f"the scheduler {name} {why}: is it running, and reached from here?") from None


def _check(client: Any) -> None:
    """See that all workers have this version."""
    awaited(client)
    for address, found in sorted(client.run(worker.version, on_error="return").items()):
        if isinstance(found, BaseException):
            raise ClusterError(f"worker {address} has no hsunmix that can be loaded ({type(found).__name__})")
        if found != __version__:
            raise ClusterError(
                f"worker {address} has hsunmix {found}, and here it is {__version__}: install the same"
            )


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Keep Dask from writing what an error says anyway."""
    logger = logging.getLogger("distributed")
    before, logger.disabled = logger.level, False
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
