"""Getting an archive onto this machine: fetch, verify, and only then give it its name."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from dockswitch.backends import bundles
from dockswitch.model.address import name_of
from dockswitch.model.errors import DockswitchError, NotAuthentic
from dockswitch.model.layout import PLUGINS
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Progress, Reader, System, Unpacked
from dockswitch.model.release import Bundle, Download, Fetched, Release
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.model.vm import Keeper
from dockswitch.switching import seen

# What a lock has is for no source of apt's: none is told to it, nor read by it.
_NOWHERE = Origin("", "", "", "")
_PLUGIN = re.compile(r"(docker-[a-z]+)-plugin_")  # a package's file, named by the program in it


@dataclass(frozen=True, slots=True)
class Accepted:
    """The least trust that a person accepts, and digests accepted by name in this command."""

    least: Trust = Trust.TLS
    digests: frozenset[str] = frozenset()


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


def fetch(system: System, wanted: Archive, accepted: Accepted, progress: Progress) -> Bundle:
    """The archive's bundle: kept already, or fetched, verified and kept now.

    Raises NotAuthentic, Unreachable, and what unpacking refuses; loses nothing that is kept.
    """
    refuse_less_trust(wanted, accepted)
    there = kept(system, wanted)
    if there is not None:
        refuse_kept(there, accepted, now=wanted.vouched)
        return _vouched(_noted(system, there, wanted.channel), wanted)
    temporary = _temporary(system, wanted.shelf)
    progress.say(f"fetching {', '.join(each.name for each in wanted.downloads)}")
    try:
        # It removes what it made where it fails; a ^C may come before it knows that it made it.
        unpacked = _unpacked(system, wanted, temporary, progress)
        with system.locked():  # two at once would lose what one of them notes
            return _verified_and_kept(system, wanted, temporary, unpacked, accepted)
    except BaseException:
        system.discard(temporary)
        raise


def _unpacked(
    system: System, wanted: Archive, into: str, progress: Progress
) -> tuple[Unpacked, ...]:
    if wanted.origin is not None:
        from dockswitch.apt import download

        if wanted.locked:
            return download.saved(system, wanted.downloads, into=into, progress=progress)
        return download.download(
            system, wanted.origin, wanted.downloads, into=into, progress=progress
        )
    urls = [each.url for each in wanted.downloads]
    if wanted.keeper is not None:
        return system.save(urls, into=into, progress=progress)
    if wanted.packages:
        return system.unpack_debs(urls, into=into, progress=progress)
    return (system.unpack(urls[0], into=into, progress=progress),)


def _noted(system: System, there: Bundle, channel: str) -> Bundle:
    if channel in there.channels:
        return there
    with system.locked():
        return bundles.add_channel(system, there, channel)


def _vouched(there: Bundle, wanted: Archive) -> Bundle:
    """What is kept, with the trust that its source lends it now, where that is better."""
    now = wanted.vouched
    parts = tuple(
        replace(each, trust=max(each.trust, now.get(each.sha256, Trust.TLS)))
        for each in there.artifacts
    )
    if parts == there.artifacts:
        return there
    trust = min(each.trust for each in parts)
    return replace(there, trust=trust, parts=parts if there.parts else ())


def _verified_and_kept(
    system: System,
    wanted: Archive,
    temporary: str,
    unpacked: tuple[Unpacked, ...],
    accepted: Accepted,
) -> Bundle:
    parts = []
    for download, each in zip(wanted.downloads, unpacked, strict=True):
        trust = _authenticated(system, wanted, download, each, accepted)
        if trust < accepted.least:
            raise TooLittleTrust(download.name, trust, accepted.least)
        parts.append(Fetched(each.url, each.sha256, each.size, trust, download.package))
    names = tuple(sorted(name for each in unpacked for name in each.names))
    if wanted.keeper == "machine":
        from dockswitch.vms.docker_machine import image

        image.refuse_unfit(system, f"{temporary}/{wanted.name}", wanted.version)
    elif wanted.packages and wanted.origin is None and wanted.keeper is None:
        from dockswitch.switching import packaged

        packaged.refuse_unfit(system, wanted.version, temporary, names)
    bundle = bundles.bundle_of(
        wanted.shelf, wanted.version, wanted.channel, parts, names, wanted.origin, wanted.keeper
    )
    bundles.keep(system, temporary, bundle)
    return bundle


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


def refuse_less_trust(wanted: Archive, accepted: Accepted) -> None:
    """Refuses before anything is fetched what cannot reach the trust that is asked for."""
    for each in wanted.downloads:
        if each.trust < accepted.least and not accepted.digests:
            raise TooLittleTrust(each.name, each.trust, accepted.least)


def refuse_kept(
    bundle: Bundle, accepted: Accepted, *, now: Mapping[str, Trust] = MappingProxyType({})
) -> None:
    """Refuses a kept version that came with less trust; `now` is what vouches for digests."""
    for each in bundle.artifacts:
        trust = max(each.trust, now.get(each.sha256, Trust.TLS))
        if trust < accepted.least and each.sha256 not in accepted.digests:
            raise TooLittleTrust(each.url.rpartition("/")[2], trust, accepted.least)


def kept(reader: Reader, wanted: Archive) -> Bundle | None:
    """The kept bundle of the same version and file name whose digest is right.

    Of what is unpacked out of packages the engine's own decides: containerd and plug-ins keep what
    they are. Of packages as such it has all that are wanted, and each of these has its digest.
    """
    if wanted.origin is not None:
        return _kept_as_packages(reader, wanted)
    first = wanted.downloads[0]
    for bundle in reversed(bundles.kept_on(reader, wanted.shelf)):
        there = bundle.artifacts[0]
        same = bundle.version == wanted.version and name_of(there.url) == first.name
        if same and (not first.digests or there.sha256 in first.digests):
            if wanted.locked and not _is_all_of(bundle, wanted):
                continue
            return bundle
    return None


def _is_all_of(bundle: Bundle, wanted: Archive) -> bool:
    """Whether a bundle came in exactly these files."""
    return {each.sha256 for each in bundle.artifacts} == set(wanted.vouched)


def _kept_as_packages(reader: Reader, wanted: Archive) -> Bundle | None:
    right = {each.package: each.digests for each in wanted.downloads}
    for bundle in reversed(bundles.kept_on(reader, wanted.shelf)):
        there = {each.package: each.sha256 for each in bundle.artifacts}
        same = bundle.version == wanted.version
        if same and all(there.get(word) in digests for word, digests in right.items()):
            return bundle
    return None


def expected(reader: Reader, wanted: Archive) -> Bundle:
    """The bundle as it will be, where it is kept already: as it is."""
    parts = [
        Fetched(
            each.url,
            min(each.digests, default="<digest>"),
            each.size or 0,
            each.trust,
            each.package,
        )
        for each in wanted.downloads
    ]
    there = kept(reader, wanted)
    if there is not None:
        return _vouched(there, wanted)
    return bundles.bundle_of(
        wanted.shelf,
        wanted.version,
        wanted.channel,
        parts,
        _expected_names(wanted),
        wanted.origin,
        wanted.keeper,
    )


def _expected_names(wanted: Archive) -> tuple[str, ...]:
    """The programs of that time, and the plug-ins whose packages come with them.

    None where they are kept as packages, or for a virtual machine.
    """
    if wanted.origin is not None or wanted.keeper is not None:
        return ()
    if wanted.name.endswith(".zip"):  # for Windows
        return tuple(f"{name}.exe" for name in ("docker", "dockerd"))
    plugins = (_PLUGIN.match(each.name) for each in wanted.downloads)
    names = (f"{PLUGINS}/{plugin[1]}" for plugin in plugins if plugin)
    return (*names, *bundles.expected_names(wanted.version))


def _temporary(system: System, shelf: str) -> str:
    """A name that tells its maker, so that another dockswitch knows when it is abandoned."""
    return f"{shelf}/.tmp-{os.getpid()}-{system.now().replace(':', '')}"


def _authenticated(
    system: System, archive: Archive, wanted: Download, unpacked: Unpacked, accepted: Accepted
) -> Trust:
    key = seen.key(system, archive.version, archive.keeper, wanted.name)
    if unpacked.sha256 in accepted.digests:
        seen.remember(system, key, unpacked.sha256)
        return Trust.LOCKED
    if wanted.digests and unpacked.sha256 not in wanted.digests:
        how = "locked" if wanted.trust is Trust.LOCKED else "published"
        raise OtherBytes(wanted.name, unpacked.sha256, wanted.digests, how)
    if wanted.digests and wanted.trust > Trust.TLS:
        return wanted.trust
    # A digest that came over the same connection's trust as the file may change with it.
    before = seen.digest(system, key)
    if before not in (None, unpacked.sha256):
        raise OtherBytes(wanted.name, unpacked.sha256, frozenset({str(before)}), "seen before")
    seen.remember(system, key, unpacked.sha256)
    return Trust.TLS


class TooLittleTrust(NotAuthentic):
    def __init__(self, name: str, trust: Trust, least: Trust) -> None:
        super().__init__(
            f"{name} cannot be verified as {least}",
            details=f"it would be {trust}: {trust.meaning}",
            hint=f"`--verify {trust}` accepts that in this command; "
            "`--accept-digest SHA256` accepts one file by its digest",
        )


class OtherBytes(NotAuthentic):
    def __init__(self, name: str, got: str, right: frozenset[str], how: str) -> None:
        super().__init__(
            f"{name} is not the file that was {how}",
            details=f"its SHA-256 is {got}; right would be {' or '.join(sorted(right))}",
            hint="nothing was kept and nothing changed; if you know that the new file is good, "
            f"`--accept-digest {got}` accepts it in this command",
        )


class NoOrigin(DockswitchError):
    def __init__(self, release: Release) -> None:
        super().__init__(
            f"apt does not find {release.version} of {release.channel}",
            details="the release was not found in an apt repository",
            hint="--backend static takes the release's archive instead",
        )
