"""The files of a Debian 11 machine with systemd, whose Python is too old for the program."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.integration import rootfs

SUITE = "bullseye"

_DEBS = (
    *("systemd", "systemd-sysv", "dbus", "python3-minimal", "ca-certificates", "procps", "curl"),
    *("iptables", "iproute2", "kmod", "libseccomp2", "libdevmapper1.02.1", "libsystemd0"),
    "openssh-server",
)


def build(cache: Path) -> Path:
    """The root folder of such a machine; see `rootfs.build`."""
    return rootfs.kept(cache, hashlib.sha256(Path(__file__).read_bytes()).hexdigest(), _build_in)


def _build_in(root: Path) -> None:
    rootfs.bootstrap(root, SUITE, _DEBS)
    for place in (f"{rootfs.CHECKOUT}/dockswitch", rootfs.MIRROR):
        (root / place[1:]).mkdir(parents=True)
    (root / "etc/hosts").write_text("127.0.0.1 localhost machine\n::1 localhost\n")
    rootfs.readied(root)
