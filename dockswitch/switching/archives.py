"""What a release is fetched from: the files, and the shelf that they are kept on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dockswitch.backends import bundles
from dockswitch.model.errors import DockswitchError
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Reader
from dockswitch.model.release import Download, Release
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.model.vm import Keeper

# What a lock has is for no source of apt's: none is told to it, nor read by it.
_NOWHERE = Origin("", "", "", "")


@dataclass(frozen=True, slots=True)
class Archive:
    """What a release is fetched from, the engine's own file first; the shelf that it is kept on.

    Where `origin` is set, apt fetches them from there, and they are kept as the packages that they
    are. Where `keeper` is set they are kept as they are, for a virtual machine of its. Where they
    are `locked` each has to be that very file, and packages are fetched from their addresses: apt
    need not know of them.
    """

    version: Version
    channel: str
    downloads: tuple[Download, ...]
    shelf: str
    origin: Origin | None = None
    keeper: Keeper | None = None
    locked: bool = False

    @property
    def name(self) -> str:
        return self.downloads[0].name

    @property
    def packages(self) -> bool:
        """Whether these are Debian packages."""
        return self.name.endswith(".deb")

    @property
    def vouched(self) -> Mapping[str, Trust]:
        """The trust that its source lends to digests now."""
        return {digest: each.trust for each in self.downloads for digest in each.digests}


def archive_of(reader: Reader, release: Release, keeper: Keeper | None = None) -> Archive:
    """What the release's engine is fetched from: its one archive, its packages, or its image.

    `keeper` is whose virtual machines it is for.
    """
    aside = {release.rootless.url} if release.rootless else set()
    downloads = tuple(each.download for each in release.artifacts)
    engine = tuple(each for each in downloads if each.url not in aside)
    if not engine:
        raise DockswitchError(f"{release.version} has no archive in {release.channel}")
    shelf = bundles.shelf(reader, keeper)
    return Archive(
        release.version, release.channel, engine, shelf, keeper=keeper, locked=release.locked
    )


def rootless_of(reader: Reader, release: Release) -> Archive | None:
    """The archive of what the release's engine needs without root; None where none is there."""
    if release.rootless is None:
        return None
    wanted, shelf = (release.rootless,), reader.layout.rootless
    return Archive(release.version, release.channel, wanted, shelf, locked=release.locked)


def packages_of(reader: Reader, release: Release, words: Collection[str]) -> Archive:
    """Those of the release's packages that these words name, to be kept as what they are.

    Raises NoOrigin where apt does not find them.
    """
    origin = _NOWHERE if release.locked else release.origin
    if origin is None:
        raise NoOrigin(release)
    every = (each.download for each in (*release.artifacts, *release.others))
    known = {each.package: each for each in every if each.package in words}
    wanted = tuple(known.values())
    shelf = reader.layout.packages
    return Archive(release.version, release.channel, wanted, shelf, origin, locked=release.locked)


class NoOrigin(DockswitchError):
    def __init__(self, release: Release) -> None:
        super().__init__(
            f"apt does not find {release.version} of {release.channel}",
            details="the release was not found in an apt repository",
            hint="--backend static takes the release's archive instead",
        )
