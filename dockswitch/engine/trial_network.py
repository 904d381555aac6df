"""The network of an engine on trial: its own, with a way out through a program in user space.

That one needs nothing of the machine's links, addresses or rules, which so stay as they are.
"""

import os
from dataclasses import dataclass

from dockswitch.engine.flags import search_path
from dockswitch.model.ports import Reader, System

_SLIRP = "slirp4netns"
_DEVICE = "tap0"
# Where slirp4netns answers for whatever names the machine's own hosts: slirp4netns(1).
_NAMES_HOSTS = "10.0.2.3"
_RESOLVER = "/etc/resolv.conf"
# What a resolver's file says besides who names hosts: resolv.conf(5).
_AS_HERE = (b"search ", b"domain ", b"options ")
_EVERYWHERE = "00000000"  # of /proc/net/route
_PATIENCE = 5.0  # seconds; it takes some hundredths of one


@dataclass(frozen=True, slots=True)
class Network:
    """What one is to have: the `program` that leads out of it, empty for none; its resolv.conf.

    `bridged` says that the engine can make bridges and rules in it. `notes` are worth saying.
    """

    program: str
    resolver: bytes
    bridged: bool = True
    notes: tuple[str, ...] = ()


def possible(reader: Reader) -> Network:
    """The best that this machine has programs for."""
    path = search_path(os.environ)
    if reader.program("iptables", path) is None:
        return Network("", b"", bridged=False, notes=(_NO_BRIDGE,))
    if reader.layout.scope == "user":  # its kit leads out, and says who names hosts
        return Network("", b"")
    found = reader.program(_SLIRP, path)
    if found is None:
        return Network("", b"", notes=(_NO_WAY_OUT,))
    said = (reader.outside(_RESOLVER) or b"").splitlines()
    kept = [line for line in said if line.startswith(_AS_HERE)]
    lines = (f"nameserver {_NAMES_HOSTS}".encode(), *kept, b"")
    return Network(found.path, b"\n".join(lines))


def leads_out(system: System, network: Network, pid: int, log: str) -> int | None:
    """Starts what leads out of the network of that process, and ends with us; its pid."""
    if not network.program:
        return None
    # Nothing that listens on this machine's loopback alone is meant for containers.
    how = ("--configure", "--mtu=65520", "--disable-host-loopback")
    argv = (network.program, *how, str(pid), _DEVICE)
    return system.start_tied(argv, log=log, env={"PATH": search_path(os.environ)})


def is_up(system: System, pid: int, program: int) -> bool:
    """Waits until that process has a way out; whether it came."""
    until = system.monotonic() + _PATIENCE
    while not _has_way_out(system, pid):
        if not system.alive(program) or system.monotonic() > until:
            return False
        system.pause(0.01)
    return True


def _has_way_out(reader: Reader, pid: int) -> bool:
    routes = (reader.outside(f"/proc/{pid}/net/route") or b"").decode().splitlines()[1:]
    return any(line.split()[1:2] == [_EVERYWHERE] for line in routes)


_NO_WAY_OUT = (
    f"there is no {_SLIRP} here, so its containers reach each other and nothing else: "
    f"the package {_SLIRP} brings it"
)
_NO_BRIDGE = "there is no iptables here, so it has no bridge: the package iptables brings it"
NOT_UP = f"{_SLIRP} did not come up, so its containers reach each other and nothing else"
