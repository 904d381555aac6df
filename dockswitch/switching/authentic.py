"""What vouches for the bytes of a file, and what is refused for lack of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dockswitch.model.errors import NotAuthentic
from dockswitch.model.ports import System
from dockswitch.model.release import Bundle, Download
from dockswitch.model.trust import Trust
from dockswitch.switching import seen
from dockswitch.switching.archives import Archive


@dataclass(frozen=True, slots=True)
class Accepted:
    """The least trust that a person accepts, and digests accepted by name in this command."""

    least: Trust = Trust.TLS
    digests: frozenset[str] = frozenset()


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


def authenticated(
    system: System, archive: Archive, wanted: Download, sha256: str, accepted: Accepted
) -> Trust:
    """What vouches for the bytes that came, which are remembered by name; raises OtherBytes."""
    key = seen.key(system, archive.version, archive.keeper, wanted.name)
    trust = judged(wanted, sha256, accepted, seen.digest(system, key), "seen before")
    if trust is Trust.TLS or sha256 in accepted.digests:
        seen.remember(system, key, sha256)
    return trust


def judged(wanted: Download, sha256: str, accepted: Accepted, known: str | None, how: str) -> Trust:
    """What vouches for these bytes, of which others are `known` (`how` says by what) or None.

    Raises OtherBytes. A digest that came with no more trust than the connection's may change with
    the file: it does not outweigh what is known.
    """
    if sha256 in accepted.digests:
        return Trust.LOCKED
    if wanted.digests and sha256 not in wanted.digests:
        locked = wanted.trust is Trust.LOCKED
        raise OtherBytes(wanted.name, sha256, wanted.digests, "locked" if locked else "published")
    if wanted.digests and wanted.trust > Trust.TLS:
        return wanted.trust
    if known is not None and known != sha256:
        raise OtherBytes(wanted.name, sha256, frozenset({known}), how)
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
