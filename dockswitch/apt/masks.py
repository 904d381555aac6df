"""Units that packages masked as they were removed, free again: `use system` leaves none behind.

A unit stays masked for as long as the configuration of its package does, which a removal keeps.
Whoever installs an engine by other means could not start it.
"""

from dockswitch.model import package_names
from dockswitch.model.ports import Reader, System

# Only what is in there was masked by packages; a person's own mask is not. See
# deb-systemd-helper(1p).
_MASKED = "/var/lib/systemd/deb-systemd-helper-masked"
_UNITS = ("docker.service", "docker.socket", "containerd.service")
# It does nothing for anybody but a package, and which one it is does not matter.
_AS_PACKAGE = ("env", f"DPKG_MAINTSCRIPT_PACKAGE={package_names.ENGINE}")


def lift(system: System) -> None:
    """Takes the masks away; packages that are installed again do so themselves."""
    units = masked(system)
    if units:
        system.command([*_AS_PACKAGE, "deb-systemd-helper", "unmask", *units])
        system.command(["systemctl", "daemon-reload"])


def masked(reader: Reader) -> tuple[str, ...]:
    """Those that packages masked."""
    return tuple(unit for unit in _UNITS if reader.kind(f"{_MASKED}/{unit}") is not None)
