"""Archives made in memory, whole and hostile."""

import gzip
import io
import tarfile
from collections.abc import Iterable
from tarfile import TarInfo

Member = tuple[TarInfo, bytes]


def file(name: str, content: bytes = b"#!/bin/true\n", mode: int = 0o755) -> Member:
    member = TarInfo(name)
    member.mode, member.size = mode, len(content)
    return member, content


def special(name: str, kind: bytes, target: str = "", mode: int = 0o755) -> Member:
    member = TarInfo(name)
    member.type, member.linkname, member.mode = kind, target, mode
    return member, b""


def folder(name: str) -> Member:
    return special(name, tarfile.DIRTYPE)


def link(name: str, target: str) -> Member:
    return special(name, tarfile.SYMTYPE, target)


def hard(name: str, target: str) -> Member:
    return special(name, tarfile.LNKTYPE, target)


def tar(members: Iterable[Member], form: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for member, content in members:
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def tgz(*members: Member, form: int = tarfile.GNU_FORMAT) -> bytes:
    return gzip.compress(tar(members, form), 1, mtime=0)


DOCKER = tgz(
    folder("docker"),
    file("docker/dockerd", b"engine" * 50_000),
    file("docker/docker", b"client" * 10),
    file("docker/completion/bash/docker", b"complete", 0o644),
)
