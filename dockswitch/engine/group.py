"""The group whose members may speak to the engine: created where it is missing, never removed."""

from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Group, Step


def steps(reader: Reader) -> tuple[Step, ...]:
    """What makes the group; nothing where it is there, and never below a root or for a user."""
    layout = reader.layout
    if layout.root or layout.scope != "system":
        return ()
    name = DaemonConfig.read(reader).group
    return () if exists(reader, name) else (Group(name),)


def exists(reader: Reader, name: str) -> bool:
    """Whether this machine knows the group, from wherever it takes its groups."""
    return reader.run(["getent", "group", name]).code == 0


def add(system: System, name: str) -> None:
    """Creates a system group; nothing where it is there. Raises NoGroup."""
    if exists(system, name):
        return
    added = system.command(["groupadd", "--system", name])
    if added.code != 0:
        raise NoGroup(name, added.err.strip() or added.out.strip())


class NoGroup(DockswitchError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"the group {name!r} cannot be created",
            details=why,
            hint=f"`groupadd --system {name}` as root creates it",
        )
