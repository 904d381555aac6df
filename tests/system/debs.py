"""Debian packages made in memory, whole and hostile."""

import gzip
import lzma
from collections.abc import Callable, Mapping

from tests.system.archives import Member, file, folder, link, tar

CONTROL = ("control.tar.gz", gzip.compress(tar([file("./control", b"Package: docker-ce\n")])))
PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": lambda plain: gzip.compress(plain, 1),
    ".xz": lambda plain: lzma.compress(plain, preset=0),
}


def ar(*members: tuple[str, bytes]) -> bytes:
    """An `ar` archive as dpkg-deb writes it."""
    said = b"".join(
        _header(name, len(body)) + body + b"\n" * (len(body) % 2) for name, body in members
    )
    return b"!<arch>\n" + said


def deb(*members: Member, kind: str = ".xz", version: bytes = b"2.0\n") -> bytes:
    data = PACKERS[kind](tar(members))
    return ar(("debian-binary", version), CONTROL, (f"data.tar{kind}", data))


def _header(name: str, size: int) -> bytes:
    return f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{size:<10}`\n".encode()


ENGINE = deb(
    folder("./"),
    folder("./usr/bin"),
    file("./usr/bin/dockerd", b"engine" * 50_000),
    file("./usr/bin/docker-proxy", b"proxy"),
    file("./usr/bin/notes", b"not a program", 0o644),
    file("./usr/libexec/docker/docker-init", b"init"),
    file("./lib/systemd/system/docker.service", b"[Unit]\n", 0o644),
    file("./etc/default/docker", b"#\n", 0o644),
    link("./usr/share/man/man8/docker.8", "dockerd.8"),
)
CLIENT = deb(
    file("./usr/bin/docker", b"client"),
    file("./usr/libexec/docker/cli-plugins/docker-buildx", b"plug-in", 0o755),
    kind=".gz",
)
