"""Getting a release onto this machine: fetch, verify, and only then give it its name."""

import json
import os
from dataclasses import dataclass

from dockswitch.backends import bundles
from dockswitch.model.address import name_of
from dockswitch.model.errors import CorruptState, DockswitchError, NotAuthentic
from dockswitch.model.ports import Progress, Reader, System, Unpacked
from dockswitch.model.release import Bundle, Download, Release
from dockswitch.model.trust import Trust


@dataclass(frozen=True, slots=True)
class Accepted:
    """The least trust that a person accepts, and digests accepted by name in this command."""

    least: Trust = Trust.TLS
    digests: frozenset[str] = frozenset()


def fetch(system: System, release: Release, accepted: Accepted, progress: Progress) -> Bundle:
    """The release's bundle: kept already, or fetched, verified and kept now.

    Raises NotAuthentic, Unreachable, and what unpacking refuses; loses nothing that is kept.
    """
    wanted = archive_of(release)
    refuse_less_trust(wanted, accepted)
    there = kept(system, release)
    if there is not None:
        refuse_kept(there, accepted, now=wanted.trust)
        return _noted(system, there, release.channel)
    temporary = _temporary(system)
    progress.say(f"fetching {wanted.name}")
    unpacked = system.unpack(wanted.url, into=temporary, progress=progress)
    try:
        with system.locked():  # two at once would lose what one of them notes
            return _verified_and_kept(system, release, temporary, unpacked, accepted)
    except BaseException:
        system.discard(temporary)
        raise


def _noted(system: System, there: Bundle, channel: str) -> Bundle:
    if channel in there.channels:
        return there
    with system.locked():
        return bundles.add_channel(system, there, channel)


def _verified_and_kept(
    system: System, release: Release, temporary: str, unpacked: Unpacked, accepted: Accepted
) -> Bundle:
    wanted = archive_of(release)
    trust = _authenticated(system, wanted, unpacked, accepted)
    if trust < accepted.least:
        raise TooLittleTrust(wanted.name, trust, accepted.least)
    bundle = bundles.bundle_of(system, release.version, release.channel, unpacked, trust)
    bundles.keep(system, temporary, bundle)
    return bundle


def archive_of(release: Release) -> Download:
    """The release's one archive."""
    for artifact in release.artifacts:
        if isinstance(artifact, Download):
            return artifact
    raise DockswitchError(f"{release.version} has no archive in {release.channel}")


def refuse_less_trust(wanted: Download, accepted: Accepted) -> None:
    """Refuses before anything is fetched what cannot reach the trust that is asked for."""
    if wanted.trust < accepted.least and not accepted.digests:
        raise TooLittleTrust(wanted.name, wanted.trust, accepted.least)


def refuse_kept(bundle: Bundle, accepted: Accepted, *, now: Trust = Trust.TLS) -> None:
    """Refuses a kept version that came with less trust; `now` is what vouches for it by now."""
    trust = max(bundle.trust, now)
    if trust < accepted.least and bundle.sha256 not in accepted.digests:
        raise TooLittleTrust(bundle.url.rpartition("/")[2], trust, accepted.least)


def kept(reader: Reader, release: Release) -> Bundle | None:
    """The kept bundle of the same version and file name whose digest is right."""
    wanted = archive_of(release)
    for bundle in reversed(bundles.kept(reader)):
        same = bundle.version == release.version and name_of(bundle.url) == wanted.name
        if same and (not wanted.digests or bundle.sha256 in wanted.digests):
            return bundle
    return None


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
