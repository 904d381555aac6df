"""Start a process apart from the machine: in namespaces of its own, and gone with whoever made it.

A mount namespace of its own, since a dockerd writes to places that no flag of it names.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from dockswitch.model.errors import NoNamespaces
from dockswitch.system import namespaces, processes

# What a dockerd writes whatever roots it is given, and where it looks for a containerd to share.
_RUN, _SHARED = "/run", ("docker", "containerd")
_ETC, _KEYS = "/etc", "docker"
# Of a network of its own also the lock of its rules is its own, as is who names its hosts.
_LOCK, _RESOLVER = "xtables.lock", "resolv.conf"
# What stands in the machine's /etc/docker for its own engine alone; certs.d is for all.
_FOR_ONE = ("key.json", "daemon.json")


def start(
    argv: Sequence[str], *, log: str, env: Mapping[str, str], resolver: bytes | None = None
) -> int:
    """As `processes.start`, but in network, mount and process namespaces of its own; its pid.

    With that process end all that it started and mounted, and it ends with us, however we end.
    `/run/docker`, `/run/containerd` and `/etc/docker` are its own to write. No network is up in it;
    with a `resolver`, the content of its /etc/resolv.conf, the loopback is, and it may get more.
    Raises NoNamespaces, and CannotStart.
    """

    def enter() -> None:
        _enter(resolver)

    namespaces.load()
    try:
        with _children_apart():
            return processes.start(argv, log=log, env=env, prepare=enter)
    except OSError as error:
        raise NoNamespaces(error.strerror or str(error)) from None
    except subprocess.SubprocessError:
        raise NoNamespaces(f"{log} says why") from None


def start_tied(argv: Sequence[str], *, log: str, env: Mapping[str, str]) -> int:
    """As `processes.start`, for what makes namespaces itself: it ends with us, however we end."""
    namespaces.load()
    return processes.start(argv, log=log, env=env, prepare=namespaces.end_with_maker)


@contextlib.contextmanager
def _children_apart() -> Iterator[None]:
    """Within it, a child is the first process of a namespace: with it, the kernel ends them all."""
    own = os.open("/proc/thread-self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        namespaces.leave(namespaces.PROCESSES)
        try:
            yield
        finally:
            namespaces.join(own, namespaces.PROCESSES)
    finally:
        os.close(own)


def _enter(resolver: bytes | None) -> None:
    """In the child; whatever fails goes to its log, for there is no other way to tell."""
    try:
        namespaces.end_with_maker()
        namespaces.leave(namespaces.NETWORK)
        # what the machine unmounts meanwhile is not to stay busy for hours because of us
        namespaces.own_mounts(following=resolver is not None)
        namespaces.mount("proc", "/proc", "proc", 0)
        if resolver is None:
            _cover_alone()
        else:
            namespaces.loopback()
            _cover_with_network(resolver)
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        raise


def _cover_alone() -> None:
    namespaces.cover(_RUN, empty=_SHARED)
    if os.path.isdir(f"{_ETC}/{_KEYS}"):
        namespaces.cover(f"{_ETC}/{_KEYS}")
    else:
        namespaces.cover(_ETC, empty=(_KEYS,))


def _cover_with_network(resolver: bytes) -> None:
    """`/etc` as a whole: its resolv.conf may be a link, to nothing even."""
    has_keys = os.path.isdir(f"{_ETC}/{_KEYS}")
    namespaces.cover(_RUN, empty=_SHARED, without=(_LOCK,))
    empty = () if has_keys else (_KEYS,)
    namespaces.cover(_ETC, empty=empty, written={_RESOLVER: resolver})
    if has_keys:
        namespaces.cover(f"{_ETC}/{_KEYS}", without=_FOR_ONE)
