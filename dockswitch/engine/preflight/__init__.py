"""What a wanted engine would meet on this machine, gravest first: one file for each concern."""

import os

from dockswitch.engine.daemon_config import DaemonConfig, values
from dockswitch.engine.flags import environment
from dockswitch.engine.preflight import (
    api_range,
    bridge,
    cgroups,
    config_keys,
    kernel,
    overlay,
    room,
    runtimes,
    validate,
)
from dockswitch.engine.supervision import by_systemd
from dockswitch.model.finding import Finding
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Reader


def findings(
    reader: Reader, wanted: Wanted, argv: tuple[str, ...], *, archive: int = 0
) -> tuple[Finding, ...]:
    """All that is found; `argv` is its command line as an Engine step has it.

    `archive` is the size in bytes of what would be fetched, 0 where nothing is. Raises
    BadDaemonConfig and OutsideRoot.
    """
    config, keys = DaemonConfig.read(reader), values(reader) or {}
    path = daemon_path(reader, wanted.folder)
    return (
        *cgroups.findings(wanted.version, reader.host),
        *kernel.findings(reader.host),
        *room.findings(reader, wanted.data or config.data_root, archive),
        *config_keys.findings(reader, wanted.version, keys),
        *validate.findings(reader, wanted, argv, path, keys),
        *runtimes.findings(reader, keys, path),
        *bridge.findings(reader, keys, path),
        *overlay.findings(reader, keys),
        *api_range.findings(reader, wanted.version, keys),
    )


def daemon_path(reader: Reader, folder: str) -> str:
    """The PATH that an engine from that folder gets; systemd gives it none of ours."""
    base = {} if by_systemd(reader) else os.environ
    return environment(reader.layout.real(folder), base)["PATH"]
