"""How long nobody answers: from the moment an engine is told to stop until one answers again."""

from collections.abc import Callable

from dockswitch.model.plan import runs_neighbour
from dockswitch.model.step import Engine, Step


class Downtime:
    """`seconds` is None until an engine has answered behind one that was stopped."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stopped: float | None = None
        self.seconds: float | None = None

    def step(self, step: Step) -> None:
        """Notes that this step is about to be performed."""
        stops = isinstance(step, Engine) and not step.argv
        if (stops or runs_neighbour(step) is False) and self._stopped is None:
            self._stopped = self._monotonic()

    def answered(self) -> None:
        if self._stopped is not None:
            self.seconds = self._monotonic() - self._stopped
