"""How Docker's static archives are named, with the exceptions of a decade."""

import re
from dataclasses import dataclass

from dockswitch.model.version import BadVersion, Version

_ARCHIVE = re.compile(r"docker-(?P<rootless>rootless-extras-)?(?P<rest>\d.*?)\.(?:tgz|zip|tar\.gz)")
# docker-17.06.0-ce-rc2-x86_64.tgz: in June 2017 the name said for what architecture it was.
_ARCH = re.compile(r"-(?:x86_64|aarch64|armel|armhf|ppc64le|s390x)$")
# docker-29.4.2-2.tgz: 29.4.2, released again.
_AGAIN = re.compile(r"(?P<version>.*)-(?P<revision>\d{1,2})")


@dataclass(frozen=True, slots=True)
class FileName:
    """What an archive's name says; `revision` is 1 but for a version that was released again."""

    version: Version
    revision: int = 1
    rootless: bool = False

    @classmethod
    def recognise(cls, name: str) -> "FileName | None":
        """What the name of a static archive says; None for the name of anything else."""
        found = _ARCHIVE.fullmatch(name)
        if found is None:
            return None
        rest, rootless = _ARCH.sub("", found["rest"]), bool(found["rootless"])
        version = _version(rest)
        if version:
            return cls(version, rootless=rootless)
        again = _AGAIN.fullmatch(rest)
        version = _version(again["version"]) if again else None
        return cls(version, int(again["revision"]), rootless) if again and version else None


def _version(text: str) -> Version | None:
    try:
        return Version.parse(text)
    except BadVersion:
        return None
