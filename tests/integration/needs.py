"""What the integration tests need of a machine, and what happens where it is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAMS = ("apt-get", "apt-cache", "dpkg-deb", "ldd", "mount", "umount", "unshare")
_CONTAINER_PROGRAMS = ("mmdebstrap", "systemd-nspawn", "nsenter", "setpriv")

_HOST_PROGRAMS = ("busybox", "ip", "iptables", "ip6tables", "nft", "nsenter")


def demand(reason: str | None) -> None:
    """Skip the test with the reason; fail it where DOCKSWITCH_REQUIRE_ENGINES=1."""
    if reason is None:
        return
    if os.environ.get("DOCKSWITCH_REQUIRE_ENGINES") == "1":
        pytest.fail(f"DOCKSWITCH_REQUIRE_ENGINES=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def why_no_namespaces() -> str | None:
    """Why engines cannot be kept apart from this machine, or None."""
    if sys.platform != "linux":
        return "engines run on Linux only"
    if os.geteuid() != 0:
        return "starting engines needs root"
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"this machine has no {', '.join(missing)}"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0:
        return f"root may not make namespaces here: {tried.stderr.strip()}"
    return None


def why_no_host() -> str | None:
    """Why no host with engines on bridges of their own can be had here, or None."""
    missing = [name for name in _HOST_PROGRAMS if shutil.which(name) is None]
    return f"this machine has no {', '.join(missing)}" if missing else None


def why_no_systemd_machine() -> str | None:
    """Why no container with a systemd of its own can be had here, or None."""
    reason = why_no_namespaces()
    if reason is not None:
        return reason
    missing = [name for name in _CONTAINER_PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"this machine has no {', '.join(missing)}"
    if "cgroup2" not in Path("/proc/self/mountinfo").read_text():
        return "no cgroups of version 2 are mounted here"
    return None


def why_no_packages() -> str | None:
    """Why no signed repository can be built here, or None."""
    missing = [name for name in ("dpkg", "dpkg-deb", "gpg", "gpgv") if shutil.which(name) is None]
    return f"this machine has no {', '.join(missing)}" if missing else None


def why_no_rootless() -> str | None:
    """Why no engine without root can run on this machine, or None; call it isolated."""
    missing = [name for name in ("newuidmap", "slirp4netns", "ip") if shutil.which(name) is None]
    if missing:
        return f"this machine has no {', '.join(missing)}"
    tried = subprocess.run(
        [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "unshare",
            "--user",
            "true",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        return f"an ordinary user may not make namespaces here: {tried.stderr.strip()}"
    return None
