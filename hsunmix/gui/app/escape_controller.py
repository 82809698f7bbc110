"""The Escape key: what is innermost is left first."""

from __future__ import annotations

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Carries out Escape."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.Escape, self.escape)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def escape(self, _intent: i.Escape) -> None:
        """Leave the tool in hand, else the mask that is planned, the work or the message, the comparison."""
        live = self.bench.live
        if live.tool:
            self.bench.send(i.PutDown())
        elif live.masking is not None:
            self.bench.send(i.CancelMask())
        elif live.cancellable or live.message is not None or live.comparing is None:
            self.bench.send(i.CancelWork())
        else:
            self.bench.send(i.StopComparing())
