"""Facts about the machine that an engine is for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Host:
    """Gathered once, or named with `--for DISTRO[:CODENAME]/ARCH`.

    `os` is linux, mac or windows; `arch` is as `uname -m` says (x86_64, aarch64, armv7l, …);
    `distribution` and `codename` are as /etc/os-release says, or empty where nobody asked;
    `like` are the distributions it descends from, nearest first, and `bases` which of their
    codenames it is made of, where it says so (`ubuntu/jammy`). `kernel` is its release as
    `uname -r` says, and `cgroup` which version its control groups are (1 or 2); empty and 0 where
    nobody asked.
    """

    os: str
    arch: str
    distribution: str = ""
    codename: str = ""
    like: tuple[str, ...] = ()
    init: str = ""
    uid: int = 0
    kernel: str = ""
    cgroup: int = 0
    bases: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = self.distribution or self.os
        return f"{where}:{self.codename}/{self.arch}" if self.codename else f"{where}/{self.arch}"
