"""Getting an archive onto this machine: fetch, verify, and only then give it its name."""

import json
import os
from dataclasses import dataclass

from dockswitch.backends import bundles
from dockswitch.model.address import name_of
from dockswitch.model.errors import CorruptState, DockswitchError, NotAuthentic
from dockswitch.model.ports import Progress, Reader, System, Unpacked
from dockswitch.model.release import Bundle, Download, Release
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version


@dataclass(frozen=True, slots=True)
class Accepted:
    """The least trust that a person accepts, and digests accepted by name in this command."""

    least: Trust = Trust.TLS
    digests: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive of a release: what it is fetched from, and the shelf that it is kept on."""

    version: Version
    channel: str
    download: Download
    shelf: str


def fetch(system: System, wanted: Archive, accepted: Accepted, progress: Progress) -> Bundle:
    """The archive's bundle: kept already, or fetched, verified and kept now.

    Raises NotAuthentic, Unreachable, and what unpacking refuses; loses nothing that is kept.
    """
    refuse_less_trust(wanted.download, accepted)
    there = kept(system, wanted)
    if there is not None:
        refuse_kept(there, accepted, now=wanted.download.trust)
        return _noted(system, there, wanted.channel)
    temporary = _temporary(system)
    progress.say(f"fetching {wanted.download.name}")
    unpacked = system.unpack(wanted.download.url, into=temporary, progress=progress)
    try:
        with system.locked():  # two at once would lose what one of them notes
            return _verified_and_kept(system, wanted, temporary, unpacked, accepted)
    except BaseException:
        system.discard(temporary)
        raise


def _noted(system: System, there: Bundle, channel: str) -> Bundle:
    if channel in there.channels:
        return there
    with system.locked():
        return bundles.add_channel(system, there, channel)


def _verified_and_kept(
    system: System, wanted: Archive, temporary: str, unpacked: Unpacked, accepted: Accepted
) -> Bundle:
    trust = _authenticated(system, wanted.download, unpacked, accepted)
    if trust < accepted.least:
        raise TooLittleTrust(wanted.download.name, trust, accepted.least)
    bundle = bundles.bundle_of(wanted.shelf, wanted.version, wanted.channel, unpacked, trust)
    bundles.keep(system, temporary, bundle)
    return bundle


def archive_of(reader: Reader, release: Release) -> Archive:
    """The archive of the release's engine."""
    for artifact in release.artifacts:
        if isinstance(artifact, Download):
            return Archive(release.version, release.channel, artifact, reader.layout.versions)
    raise DockswitchError(f"{release.version} has no archive in {release.channel}")


def rootless_of(reader: Reader, release: Release) -> Archive | None:
    """The archive of what the release's engine needs without root; None where none is there."""
    if release.rootless is None:
        return None
    return Archive(release.version, release.channel, release.rootless, reader.layout.rootless)


def refuse_less_trust(wanted: Download, accepted: Accepted) -> None:
    """Refuses before anything is fetched what cannot reach the trust that is asked for."""
    if wanted.trust < accepted.least and not accepted.digests:
        raise TooLittleTrust(wanted.name, wanted.trust, accepted.least)


def refuse_kept(bundle: Bundle, accepted: Accepted, *, now: Trust = Trust.TLS) -> None:
    """Refuses a kept version that came with less trust; `now` is what vouches for it by now."""
    trust = max(bundle.trust, now)
    if trust < accepted.least and bundle.sha256 not in accepted.digests:
        raise TooLittleTrust(bundle.url.rpartition("/")[2], trust, accepted.least)


def kept(reader: Reader, wanted: Archive) -> Bundle | None:
    """The kept bundle of the same version and file name whose digest is right."""
    right = wanted.download.digests
    for bundle in reversed(bundles.kept_on(reader, wanted.shelf)):
        same = bundle.version == wanted.version and name_of(bundle.url) == wanted.download.name
        if same and (not right or bundle.sha256 in right):
            return bundle
    return None


def expected(reader: Reader, wanted: Archive) -> Bundle:
    """The bundle as it will be, where it is kept already: as it is."""
    download = wanted.download
    digest = min(download.digests) if download.digests else "<digest>"
    return kept(reader, wanted) or Bundle(
        version=wanted.version,
        folder=bundles.folder_of(wanted.shelf, wanted.version, digest),
        names=bundles.expected_names(wanted.version)
        if wanted.shelf == reader.layout.versions
        else (),
        channels=(wanted.channel,),
        url=download.url,
        sha256=digest,
        size=download.size or 0,
        trust=download.trust,
    )


def _temporary(system: System) -> str:
    """A name that tells its maker, so that another dockswitch knows when it is abandoned."""
    return f"{system.layout.versions}/.tmp-{os.getpid()}-{system.now().replace(':', '')}"


def _authenticated(
    system: System, wanted: Download, unpacked: Unpacked, accepted: Accepted
) -> Trust:
    if unpacked.sha256 in accepted.digests:
        _remember(system, wanted, unpacked)
        return Trust.LOCKED
    if wanted.digests:
        if unpacked.sha256 not in wanted.digests:
            raise OtherBytes(wanted.name, unpacked.sha256, wanted.digests, "published")
        return wanted.trust
    seen = _seen(system).get(_seen_key(system, wanted))
    if seen is not None and seen != unpacked.sha256:
        raise OtherBytes(wanted.name, unpacked.sha256, frozenset({seen}), "seen before")
    _remember(system, wanted, unpacked)
    return Trust.TLS


def _seen(system: System) -> dict[str, str]:
    content = system.read(system.layout.seen)
    try:
        return dict(json.loads(content)) if content else {}
    except (ValueError, TypeError):
        path = system.layout.real(system.layout.seen)
        raise CorruptState(path, "it is no JSON object of names and digests") from None


def _seen_key(system: System, wanted: Download) -> str:
    """The same name stands for other bytes on another architecture."""
    return f"{system.host.os}/{system.host.arch}/{wanted.name}"


def _remember(system: System, wanted: Download, unpacked: Unpacked) -> None:
    seen = _seen(system)
    key = _seen_key(system, wanted)
    if seen.get(key) != unpacked.sha256:
        seen[key] = unpacked.sha256
        system.write(system.layout.seen, json.dumps(seen, indent=1, sort_keys=True).encode())


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
