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


def entering_own(pid: int, resolver: str) -> Callable[[], None]:
    """Likewise, without root: process `pid` is in a user namespace of our own making.

    In it we are root. Whoever called so is themselves again in one more, in which nobody else is
    known: no program becomes another user there, sudo among them.
    """
    namespaces.load()
    users, network = f"/proc/{pid}/ns/user", f"/proc/{pid}/ns/net"
    os.stat(users)
    return functools.partial(_enter_own, users, network, resolver, os.geteuid(), os.getegid())


def _enter_own(users: str, network: str, resolver: str, uid: int, gid: int) -> None:
    namespaces.join(os.open(users, os.O_RDONLY | os.O_CLOEXEC), namespaces.USERS)
    _enter(network, resolver, None)
    namespaces.leave(namespaces.USERS)
    for file, text in (("setgroups", "deny"), ("uid_map", f"{uid} 0 1"), ("gid_map", f"{gid} 0 1")):
        with open(f"/proc/self/{file}", "w") as opened:  # user_namespaces(7)
            opened.write(text)
    namespaces.end_with_maker(signal.SIGHUP)


def _enter(network: str, resolver: str, person: Person | None) -> None:
    namespaces.join(os.open(network, os.O_RDONLY | os.O_CLOEXEC), namespaces.NETWORK)
    namespaces.own_mounts(following=True)
    with contextlib.suppress(OSError):  # there may be none, or a link to nothing
        namespaces.bind(resolver, os.path.realpath(_RESOLVER))
    if person is not None:
        people.become(person)
    namespaces.end_with_maker(signal.SIGHUP)
