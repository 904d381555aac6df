"""A set of packages made so, as one transaction of apt."""

from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Packages


def observed(reader: Reader, step: Packages) -> Packages:
    """The step that brings back what is installed now of those packages."""
    raise NotImplementedError


def make_so(system: System, wanted: Packages) -> None:
    """Makes it so from the files that are kept; does nothing where it is so already."""
    raise NotImplementedError
