"""Which daemon of this machine is the one that dockswitch runs for a layout."""

from dockswitch.engine.flags import option, stored
from dockswitch.model.ports import Daemon, Reader
from dockswitch.model.step import Engine


def running(reader: Reader) -> Daemon | None:
    """Our engine, known by its command line: a version's dockerd with this layout's daemon.json.

    Never by a pid file: dockerd writes that 40 to 60 ms after it began, and leaves it when killed.
    """
    layout = reader.layout
    configs = {layout.real(layout.engine_config), layout.real(layout.own_engine_config)}
    # Two users may share a root, and neither could act on the other's.
    owner = reader.host.uid if layout.scope == "user" else None
    ours = (one for one in reader.daemons() if one.ours and owner in (None, one.uid))
    return next((one for one in ours if option(one.argv, "--config-file") in configs), None)


def observed(reader: Reader) -> Engine:
    """What runs now as an Engine step, such as the inverse of one."""
    daemon = running(reader)
    return Engine(stored(daemon.argv, reader.layout.root) if daemon else ())
