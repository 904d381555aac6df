"""unattended-upgrades on a machine: its packages, and a run of it as its timer does one."""

from __future__ import annotations

from tests.integration.apt_machine import Apt

#: unattended-upgrades and what it wants beyond what every such machine has.
PACKAGES = (
    *("unattended-upgrades", "python3-apt", "python-apt-common", "python3-dbus"),
    *(
        "python3-distro-info",
        "distro-info-data",
        "lsb-release",
        "ucf",
        "sensible-utils",
        "xz-utils",
    ),
)

_CONFIGURATION = "/etc/apt/apt.conf.d/99allowed"
#: The repository's own origin, of which it is not told what it is.
_ALLOWED = 'Unattended-Upgrade::Origins-Pattern { "origin=*"; };\n'


def allow_everything(apt: Apt) -> None:
    """Upgrades of every repository are to be installed."""
    apt.machine.write(_CONFIGURATION, _ALLOWED)


def run(apt: Apt) -> str:
    """What one run of it says."""
    return apt.machine.shell(["unattended-upgrade", "--debug"])
