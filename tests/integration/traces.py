"""What an engine on trial could leave on a machine."""

from __future__ import annotations

import os
from pathlib import Path

from dockswitch.engine.trial import Places
from dockswitch.model.layout import Layout
from tests.integration import below
from tests.integration.sweep import processes_of

_WRITTEN_BY_ENGINES = ("/run", "/run/docker", "/run/containerd", "/etc/docker")
_FILTERS = ("/proc/net/ip_tables_names", "/proc/net/ip6_tables_names")


def traces(root: Path) -> dict[str, object]:
    """Processes, networks, mounts, cgroups and names; two of these are compared by a test."""
    layout = Layout.of_system(root=str(root))
    cgroup = Places.of_proof(layout).cgroup(layout)
    state = root / below.STATE
    return {
        "processes": sorted(processes_of(root).values()),
        "networks": sorted({_network(pid) for pid in processes_of(root)}),
        "mounts": sorted(Path("/proc/self/mountinfo").read_text().splitlines()),
        "cgroups": [str(found) for found in cgroups_called(cgroup)],
        "names": {place: _names(Path(place)) for place in _WRITTEN_BY_ENGINES},
        "below": {str(place): _names(place) for place in (root / "run", state, root / "tmp")},
        "unfinished": below.unfinished(root),
        "interfaces": sorted(os.listdir("/sys/class/net")),
        "filters": [Path(each).read_text() for each in _FILTERS if Path(each).exists()],
    }


def cgroups_called(name: str) -> list[Path]:
    """Those of that name at the top of every hierarchy that there is."""
    top = Path("/sys/fs/cgroup")
    return [found for found in (top / name, *top.glob(f"*/{name}")) if found.exists()]


def proofs_there(root: Path) -> list[str]:
    """The command lines of what runs for a proof."""
    return [words for words in processes_of(root).values() if "/.proof" in words]


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else ["none"]


def _network(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return "ended"
