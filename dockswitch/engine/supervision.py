"""How an engine is kept running on this machine: the Supervisor protocol, and which one serves."""

import os
from typing import Protocol

from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Daemon, Reader, System
from dockswitch.model.step import Engine, Step


class Supervisor(Protocol):
    """How an engine is kept running: dockswitch itself, systemd, or a user's rootless kit."""

    # the command line of the wanted dockerd, as an Engine step has it
    def command_line(self, reader: Reader, wanted: Wanted) -> tuple[str, ...]: ...

    # the steps that must be done before that engine is started, such as the files that it reads;
    # none where all is so already. Raises what stands in the way; files of an `adopted` engine are
    # replaced, for they are written down
    def readies(
        self, reader: Reader, engine: Engine, adopted: Neighbour | None = None
    ) -> tuple[Step, ...]: ...

    # the steps that take all this away where no engine of ours is to be there any more
    def clears(self, reader: Reader) -> tuple[Step, ...]: ...

    # the engine that this supervisor runs for the layout, None where none runs
    def running(self, reader: Reader) -> Daemon | None: ...

    # makes that engine run, another of ours is stopped first; whether it is well is asked later.
    # Raises ForeignEngine where somebody else's is in the way
    def start(self, system: System, engine: Engine) -> Daemon: ...

    # stops what it runs or is about to run, and returns when it is gone
    def stop(self, system: System) -> None: ...

    # the last lines of what it said
    def logs(self, reader: Reader, lines: int) -> tuple[str, ...]: ...


def of(reader: Reader) -> Supervisor:
    """The supervisor of this machine and scope; below a root it is always dockswitch itself."""
    if reader.layout.scope == "user":
        from dockswitch.engine import rootless, rootless_systemd

        if rootless_systemd.serves(reader):
            return rootless_systemd.RootlessSystemd(os.environ)
        return rootless.Rootless(os.environ)
    if by_systemd(reader):
        from dockswitch.engine.systemd import Systemd

        return Systemd()
    from dockswitch.engine.own import Own

    return Own(os.environ)


def by_systemd(reader: Reader) -> bool:
    """Whether the machine's own engine is systemd's to run."""
    layout = reader.layout
    return layout.scope == "system" and not layout.root and reader.host.init == "systemd"


def starts_at_boot(reader: Reader) -> bool:
    """Whether a systemd starts the engine by itself: the machine's, or the user's own."""
    if reader.layout.scope == "system":
        return by_systemd(reader)
    from dockswitch.engine import rootless_systemd

    return rootless_systemd.serves(reader)


def has_containerd(reader: Reader) -> bool:
    """Whether systemd runs a containerd of the machine's, which engines of ours share."""
    if not by_systemd(reader):
        return False
    from dockswitch.engine import unit_files, units

    return unit_files.has(reader, units.CONTAINERD)
