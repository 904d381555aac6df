"""Facts about this machine, or about another one that `--for` names."""

import functools
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dockswitch.model.errors import UsageError
from dockswitch.model.host import Host
from dockswitch.model.layout import own_uid

if TYPE_CHECKING:  # costs 32 ms
    from distro import LinuxDistribution

_NAMED = re.compile(r"(?P<what>[a-z]+)(?::(?P<codename>[a-z]+))?/(?P<arch>[a-z0-9_]+)")
_SYSTEMS = {"darwin": "mac", "win32": "windows"}  # as sys.platform has them; else linux
# what a deb, a person or a kernel calls it → what `uname -m` says
_ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64", "armhf": "armv7l", "ppc64el": "ppc64le"}


@functools.cache
def this() -> Host:
    """This machine, without its distribution: asking for that costs 34 ms (`with_distribution`)."""
    system = _SYSTEMS.get(sys.platform, "linux")
    machine, kernel = _machine()
    init = "systemd" if os.path.isdir("/run/systemd/system") else "other"
    arch = _ARCHITECTURES.get(machine, machine)
    if system != "linux":
        return Host(system, arch, init=init, uid=own_uid(), kernel=kernel)
    return Host(
        system,
        arch,
        init=init,
        uid=own_uid(),
        kernel=kernel,
        # At the top of cgroup v2 only; where both are mounted, engines use v1: cgroups(7).
        cgroup=2 if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else 1,
    )


def _machine() -> tuple[str, str]:
    """What kind of machine it is, and its kernel's release; Windows says the first alone."""
    if sys.platform == "win32":
        # the second is what the system has where the interpreter is of 32 bits
        names = ("PROCESSOR_ARCHITEW6432", "PROCESSOR_ARCHITECTURE")
        return next((os.environ[n] for n in names if os.environ.get(n)), "AMD64").lower(), ""
    name = os.uname()
    return name.machine, name.release


@functools.cache
def with_distribution() -> Host:
    """This machine, with the distribution, codename and ancestors that /etc/os-release tells."""
    import distro

    return described(this(), distro.LinuxDistribution())


def described(host: Host, release: "LinuxDistribution") -> Host:
    """The host with what is told of its distribution, such as what it is made of."""
    told = release.os_release_info()
    pairs = ((name, told.get(f"{name}_codename", "").lower()) for name in ("ubuntu", "debian"))
    return replace(
        host,
        distribution=release.id(),
        codename=_codename(release.codename(), told),
        like=tuple(release.like().split()),
        bases=tuple(f"{name}/{codename}" for name, codename in pairs if codename),
    )


def _codename(told: str, release: Mapping[str, str]) -> str:
    """`sid` is what calls itself `forky/sid`, with the codename of the next stable release."""
    return "sid" if release.get("pretty_name", "").endswith("/sid") else told.lower()


def named(text: str) -> Host:
    """The host that `DISTRO[:CODENAME]/ARCH` names; raises UsageError."""
    found = _NAMED.fullmatch(text.lower())
    if found is None:
        raise UsageError(
            f"{text!r} names no host",
            hint="it looks like ubuntu:xenial/amd64, linux/aarch64 or windows/x86_64",
        )
    what, arch = found["what"], _ARCHITECTURES.get(found["arch"], found["arch"])
    if what in ("linux", "mac", "windows"):
        return Host(what, arch)
    return Host("linux", arch, distribution=what, codename=found["codename"] or "")
