"""What of apt is a step of a switch: a set of packages, and which of them are held."""

from dockswitch.apt import holds, install
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Holds, Packages, assert_never


def observed(reader: Reader, step: Packages | Holds) -> Packages | Holds:
    """The step that brings back what is there now."""
    match step:
        case Packages():
            return install.observed(reader, step)
        case Holds():
            return holds.observed(reader, step)
        case _:
            assert_never(step)


def make_so(system: System, step: Packages | Holds) -> None:
    """Makes it so; does nothing where it is so already."""
    match step:
        case Packages():
            install.make_so(system, step)
        case Holds():
            holds.make_so(system, step)
        case _:
            assert_never(step)
