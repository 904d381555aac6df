"""How an engine is installed: the Backend protocol, and how one is found by its name."""

from typing import Protocol

from dockswitch.model.errors import NoSuchBackend
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader
from dockswitch.model.step import Step

GROUP = "dockswitch.backends"
BUILT_IN = ("static", "apt", "machine", "lima")


class Backend(Protocol):
    """Says what is installed and which steps lead to what is wanted; never acts."""

    @property
    def name(self) -> str: ...

    # whose sources it can install from, best first, in the resolver's words: static, apt, machine
    @property
    def takes(self) -> tuple[str, ...]: ...

    # what it finds installed; differs from the last generation where somebody else acted
    def installed(self, reader: Reader) -> Installed: ...

    # the steps that turn `installed` into `goal`, none where it is so already; raises what stands
    # in the way
    def steps(self, goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]: ...


def find(name: str) -> Backend:
    """The backend of that name; built-in names cannot be shadowed. Raises NoSuchBackend."""
    if name == "static":
        from dockswitch.backends.static import Static

        return Static()
    if name == "apt":
        from dockswitch.backends.apt import Apt

        return Apt()
    if name == "machine":
        from dockswitch.backends.vm import InVm

        return InVm("machine", ("machine",))
    if name == "lima":
        from dockswitch.backends.vm import InVm

        return InVm("lima", ("apt", "static"))
    return _from_entry_points(name)


def _from_entry_points(name: str) -> Backend:
    # Costs 35 ms: only where a name is not built in.
    from importlib.metadata import entry_points

    for entry in entry_points(group=GROUP, name=name):
        backend: Backend = entry.load()
        return backend
    brought = sorted({entry.name for entry in entry_points(group=GROUP)} - set(BUILT_IN))
    raise NoSuchBackend(name, (*BUILT_IN, *brought), GROUP)
