"""Packages that no upgrade is to change: who holds them, and why."""

from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Holds


def observed(reader: Reader, step: Holds) -> Holds:
    """The step that brings back which of those packages are held now."""
    raise NotImplementedError


def make_so(system: System, wanted: Holds) -> None:
    """Holds them, and lets go of those that are free."""
    raise NotImplementedError
