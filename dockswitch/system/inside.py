"""Enter the network of an engine that runs apart, as `ip netns exec` does, as whoever is meant."""

import contextlib
import functools
import os
import signal
from collections.abc import Callable

from dockswitch.model.person import Person
from dockswitch.system import namespaces, people

_RESOLVER = "/etc/resolv.conf"


def entering(pid: int, resolver: str, person: Person | None = None) -> Callable[[], None]:
    """What a child calls before it becomes a program, to be in the network of process `pid`.

    There the file `resolver` is its /etc/resolv.conf, for it and what it starts alone. It is told
    when we are gone (SIGHUP), for then that network leads nowhere. Raises OSError where the process
    is gone.
    """
    namespaces.load()
    network = f"/proc/{pid}/ns/net"
    os.stat(network)  # opened by the child alone: a network stays for as long as it is open
    return functools.partial(_enter, network, resolver, person)


def _enter(network: str, resolver: str, person: Person | None) -> None:
    namespaces.join(os.open(network, os.O_RDONLY | os.O_CLOEXEC), namespaces.NETWORK)
    namespaces.own_mounts(following=True)
    with contextlib.suppress(OSError):  # there may be none, or a link to nothing
        namespaces.bind(resolver, os.path.realpath(_RESOLVER))
    if person is not None:
        people.become(person)
    namespaces.end_with_maker(signal.SIGHUP)
