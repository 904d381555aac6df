"""Facts about what is published and what is installed."""

from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from dockswitch.model import package_words
from dockswitch.model.address import name_of
from dockswitch.model.origin import Origin
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.model.vm import Keeper


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be fetched: `digests` are the SHA-256 sums (lower-case hex) that are right for its
    name, empty where nobody recorded one; `size` in bytes, None where the index does not tell.
    `package` is what apt calls it (`NAME=VERSION`), empty for what is no package.
    """

    url: str
    digests: frozenset[str] = field(default_factory=frozenset)
    size: int | None = None
    trust: Trust = Trust.TLS
    package: str = ""

    @property
    def name(self) -> str:
        return name_of(self.url)

    @property
    def download(self) -> "Download":
        """Itself: a package is what may have one."""
        return self


@dataclass(frozen=True, slots=True)
class Package:
    """A package of a distribution, with the version string exactly as its index spells it."""

    name: str
    version: str
    url: str = ""
    sha256: str = ""
    size: int | None = None
    trust: Trust = Trust.TLS

    @property
    def download(self) -> Download:
        """The file that it is in."""
        digests = frozenset({self.sha256})
        return Download(self.url, digests, self.size, self.trust, self.word)

    @property
    def word(self) -> str:
        """What apt calls it."""
        return package_words.there(self.name, self.version)


Artifact: TypeAlias = Download | Package


@dataclass(frozen=True, slots=True)
class Release:
    """A version as one source publishes it.

    `proven` says that an index showed it; a release that only the shipped record knows of is not.
    `rootless` is the archive that an engine without root needs besides, None where none is there.
    `origin` is where apt finds its packages, None where it has none. `others` are what else its
    index has of packages that go along with an engine, each with a version of its own.
    `locked` says that a lock has it and no index was asked: it is these very files and no others.
    """

    version: Version
    channel: str
    backend: str
    artifacts: tuple[Artifact, ...]
    published: date | None = None
    api: str = ""
    proven: bool = True
    rootless: Download | None = None
    origin: Origin | None = None
    others: tuple[Package, ...] = field(default=(), repr=False)
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """An artifact as it was authenticated: its `url`, SHA-256 in hex, size in bytes.

    `package` is what apt calls it (`NAME=VERSION`), empty for what is no package.
    """

    url: str
    sha256: str
    size: int
    trust: Trust
    package: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The binaries of one version, unpacked in a folder of their own, and where they came from.

    `folder` is a path inside the root; `names` are the binaries in it, a client's plug-ins with
    their folder; `channels` are the channels in whose index it was seen. `url`, `sha256`, `size`
    (bytes) and `trust` are those of the archive. Where it came in several files, `parts` are these,
    the engine's own first; `url` is that one's then, `size` is of all, `trust` the least of them,
    and `sha256` that of the list which `sha256sum` would print of them.

    Where it is kept as packages, to be installed by apt, `origin` is where apt finds them, and
    `names` are none. Where it is for a virtual machine, `keeper` is whose.
    """

    version: Version
    folder: str
    names: tuple[str, ...]
    channels: tuple[str, ...]
    url: str
    sha256: str
    size: int
    trust: Trust
    parts: tuple[Fetched, ...] = ()
    origin: Origin | None = None
    keeper: Keeper | None = None

    @property
    def artifacts(self) -> tuple[Fetched, ...]:
        """The files that it came in."""
        return self.parts or (Fetched(self.url, self.sha256, self.size, self.trust),)

    @property
    def source(self) -> str:
        """Whose source it came from, in the resolver's words."""
        return "apt" if name_of(self.artifacts[0].url).endswith(".deb") else "static"

    @property
    def backend(self) -> str:
        """Which backend installs it from here."""
        return self.keeper or ("static" if self.names else "apt")

    @property
    def words(self) -> tuple[str, ...]:
        """The packages that it came in, as apt calls them."""
        return tuple(each.package for each in self.artifacts if each.package)
