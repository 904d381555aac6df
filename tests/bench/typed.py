"""What a user would type to get another channel's engine, with apt alone."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

#: As an administrator names them; dockswitch's own are beside.
KEYRING, SOURCE = "/etc/apt/keyrings/docker.asc", "/etc/apt/sources.list.d/docker.sources"

_QUIET = "DEBIAN_FRONTEND=noninteractive apt-get -y"


def switch(packages: Mapping[str, str], key: str, source: str) -> str:
    """A script for `sh -ec`: remove the packages, drop the source with its key, add the other one,
    update, install exactly those versions.

    `key` is a file with the other one's key, `source` its whole text.
    """
    names = " ".join(packages)
    lines = [
        f"{_QUIET} remove {names}",
        f"rm {SOURCE} {KEYRING}",
        f"cp {key} {KEYRING}",
        f"printf %s {shlex.quote(source)} > {SOURCE}",
        f"{_QUIET} update",
        f"{_QUIET} install --no-install-recommends {words(packages)}",
    ]
    return "\n".join(lines)


def simulated(packages: Mapping[str, str]) -> str:
    """What tells a user that there is nothing to do."""
    return f"apt-get -s install --no-install-recommends {words(packages)}"


def words(packages: Mapping[str, str]) -> str:
    """The packages in exactly these versions, as apt-get is told them."""
    return " ".join(f"{name}={version}" for name, version in packages.items())
