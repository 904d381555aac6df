"""Facts about what is published and what is installed."""

from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from dockswitch.model.address import name_of
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be fetched: `digests` are the SHA-256 sums (lower-case hex) that are right for its
    name, empty where nobody recorded one; `size` in bytes, None where the index does not tell.
    """

    url: str
    digests: frozenset[str] = field(default_factory=frozenset)
    size: int | None = None
    trust: Trust = Trust.TLS

    @property
    def name(self) -> str:
        return name_of(self.url)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of a distribution, with the version string exactly as its index spells it."""

    name: str
    version: str
    url: str = ""
    sha256: str = ""
    size: int | None = None
    trust: Trust = Trust.TLS


Artifact: TypeAlias = Download | Package


@dataclass(frozen=True, slots=True)
class Release:
    """A version as one source publishes it.

    `proven` says that an index showed it; a release that only the shipped record knows of is not.
    `rootless` is the archive that an engine without root needs besides, None where none is there.
    """

    version: Version
    channel: str
    backend: str
    artifacts: tuple[Artifact, ...]
    published: date | None = None
    api: str = ""
    proven: bool = True
    rootless: Download | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """The binaries of one version, unpacked in a folder of their own, and where they came from.

    `folder` is a path inside the root; `names` are the binaries in it; `sha256` and `size` (bytes)
    are those of the archive; `channels` are the channels in whose index it was seen.
    """

    version: Version
    folder: str
    names: tuple[str, ...]
    channels: tuple[str, ...]
    url: str
    sha256: str
    size: int
    trust: Trust
