"""The snap of Docker, as `snap list` and `snap services` tell it."""

from dataclasses import dataclass

from dockswitch.model.ports import Reader

NAME = "docker"
FOLDER = f"/snap/{NAME}"
UNIT = f"snap.{NAME}.dockerd.service"
DATA_ROOT = f"/var/snap/{NAME}/common/var-lib-docker"  # the README of canonical/docker-snap

_TIMEOUT = 30.0  # seconds; snapd itself may have to be started


@dataclass(frozen=True, slots=True)
class Snap:
    """`revision` names its folder below `/snap/docker`; `active` says that its dockerd runs."""

    version: str
    revision: str
    enabled: bool
    active: bool

    @property
    def program(self) -> str:
        return f"{FOLDER}/{self.revision}/bin/dockerd"


def snap(reader: Reader) -> Snap | None:
    """The snap of Docker on this machine; None where there is none."""
    listed = reader.run(["snap", "list", NAME], timeout=_TIMEOUT)
    if listed.code != 0:
        return None
    services = reader.run(["snap", "services", NAME], timeout=_TIMEOUT)
    return parsed(listed.out, services.out)


def parsed(listed: str, services: str) -> Snap | None:
    """Of what the two commands print: tables with a line of titles, their columns in one order.

    Name Version Rev Tracking Publisher Notes · Service Startup Current Notes
    """
    for line in listed.splitlines()[1:]:
        words = line.split()
        if len(words) >= 4 and words[0] == NAME:
            enabled = "disabled" not in words[-1].split(",")
            return Snap(words[1], words[2], enabled, enabled and _runs(services))
    return None


def _runs(services: str) -> bool:
    rows = (line.split() for line in services.splitlines()[1:])
    return any(len(row) >= 3 and row[0] == f"{NAME}.dockerd" and row[2] == "active" for row in rows)
