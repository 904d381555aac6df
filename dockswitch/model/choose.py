"""Which of the published releases a wish means, and why none does."""

from collections.abc import Iterable, Sequence
from datetime import date

from packaging.version import Version as Key

from dockswitch.model import record
from dockswitch.model.errors import NotPublished
from dockswitch.model.release import Release
from dockswitch.model.version import Version
from dockswitch.model.wish import Exact, Under, Wish, Within


def choose(releases: Sequence[Release], wish: Wish) -> Release | None:
    """The release that the wish means among those of one channel; None where there is none.

    What it means by order is decided by key, as apt would: nightlies by the time they were built.
    """
    fitting = [release for release in releases if wish.matches(release.version)]
    return max(fitting, key=lambda release: _order(release.version), default=None)


def newest_pre(releases: Sequence[Release]) -> Release | None:
    """The newest pre-release, to be named where `use test` landed on a GA."""
    pres = [release for release in releases if release.version.pre]
    return max(pres, key=lambda release: _order(release.version), default=None)


def rootless_near(releases: Sequence[Release], wanted: Version) -> Version | None:
    """The nearest version that is published with what it needs to run without root."""
    able = [release.version for release in releases if release.rootless]
    return next(iter(nearest(able, wanted, 1)), None)


def as_of(releases: Sequence[Release], day: date) -> tuple[Release, ...]:
    """What was out on that day; a release whose date nobody knows is not shown to have been."""
    return tuple(release for release in releases if _was_out(release, day))


def why_none(
    releases: Sequence[Release],
    wish: Wish,
    *,
    channel: str,
    backend: str,
    host: str,
    day: date | None = None,
) -> NotPublished:
    """The error that says why `choose` found nothing.

    `channel` may be several, as a person reads them; `host` is how the host says itself, such as
    `debian:bookworm/x86_64`; `day` is the one on which the releases were there.
    """
    where = f"{channel} ({backend}, {host})" + (f" as of {day}" if day else "")
    versions = sorted({release.version for release in releases}, key=_order)
    if isinstance(wish, Under | Within):
        pres = [version for version in versions if version.pre and wish.covers(version)]
        if pres:
            has = next(each.channel for each in releases if each.version == pres[-1])
            return OnlyPreReleases(str(wish), where, has, _spelled(pres))
        return NoSuchRelease(str(wish), where, _spelled(_near_range(versions, wish)))
    if isinstance(wish, Exact):
        return _why_not_exact(versions, wish.version, where)
    return NoSuchRelease(str(wish), where, _spelled(versions[-3:]))


def nearest(versions: Iterable[Version], wanted: Version, count: int = 3) -> tuple[Version, ...]:
    """The versions next to the wanted one: of its own line first, then by the order of all."""
    ordered = sorted(set(versions))
    below = sum(version < wanted for version in ordered)

    def far(place: int) -> tuple[bool, bool, int]:
        steps = place - below + 1 if place >= below else below - place
        return ordered[place].line != wanted.line, ordered[place].line[0] != wanted.line[0], steps

    places = sorted(range(len(ordered)), key=far)[:count]
    return tuple(ordered[place] for place in sorted(places))


def _why_not_exact(versions: Sequence[Version], wanted: Version, where: str) -> NotPublished:
    near = _spelled(nearest(versions, wanted))
    # Docker published nothing with a suffix: what a distribution built is not in the record.
    known = None if wanted.local else record.find(wanted)
    if known is None:
        return NoSuchRelease(str(wanted), where, near)
    if not known.published:
        return NeverPublished(str(wanted), near)
    seen = _grouped(record.places(wanted))
    return PublishedElsewhere(
        str(known.version), where, seen or _first_channel(known.channel), near, known.released
    )


def _grouped(places: Sequence[record.Place]) -> tuple[str, ...]:
    """Where it was seen, the architectures of a channel and system together."""
    archs: dict[str, dict[str, None]] = {}
    for place in places:
        archs.setdefault(f"{place.channel} for {place.os}", {})[place.arch] = None
    return tuple(f"{where} ({', '.join(each)})" for where, each in archs.items())


def _first_channel(channel: str) -> tuple[str, ...]:
    return ("the time before there were channels",) if channel == "legacy" else (channel,)


def _near_range(versions: Sequence[Version], wish: Under | Within) -> Sequence[Version]:
    finals = [version for version in versions if not version.pre]
    match wish:
        case Under(prefix=prefix):
            return nearest(finals, Version(prefix if "." in prefix else f"{prefix}.0"))
        case Within():
            return finals[-3:]


def _spelled(versions: Iterable[Version]) -> tuple[str, ...]:
    return tuple(str(version) for version in versions)


def _order(version: Version) -> tuple[str, Key]:
    return version.nightly, version.key


def _was_out(release: Release, day: date) -> bool:
    out = release.published or record.released(release.version)
    return out is not None and out <= day


class NoSuchRelease(NotPublished):
    """`where` names channel, backend and host; `nearest` are versions that are there."""

    def __init__(self, wish: str, where: str, nearest: Sequence[str]) -> None:
        super().__init__(
            f"there is no release {f'for {wish!r} ' if wish != 'newest' else ''}in {where}",
            details=f"nearest: {', '.join(nearest)}" if nearest else "nothing is published there",
            hint="`dockswitch list-remote` shows what is published there",
        )


class OnlyPreReleases(NotPublished):
    """`pres` are the pre-releases that lie under the wish, oldest first."""

    def __init__(self, wish: str, where: str, channel: str, pres: Sequence[str]) -> None:
        super().__init__(
            f"there are only pre-releases for {wish!r} in {where}",
            details=f"there: {', '.join(pres)}",
            hint="a pre-release is taken only when it is asked for by name: "
            f"`dockswitch use {channel} {pres[-1]}`",
        )


class NeverPublished(NotPublished):
    def __init__(self, version: str, nearest: Sequence[str]) -> None:
        super().__init__(
            f"{version} was tagged, but Docker never published it",
            details=f"nearest: {', '.join(nearest)}" if nearest else "",
            hint="take a version that `dockswitch list-remote` shows",
        )


class PublishedElsewhere(NotPublished):
    """`elsewhere` says where the version was published, `nearest` what is there instead."""

    def __init__(
        self,
        version: str,
        where: str,
        elsewhere: Sequence[str],
        nearest: Sequence[str],
        day: date | None,
    ) -> None:
        super().__init__(
            f"{version} was published, but not in {where}",
            details=(f"published on {day} in: " if day else "published in: ")
            + ", ".join(elsewhere)
            + (f"; nearest here: {', '.join(nearest)}" if nearest else ""),
            hint=f"`dockswitch where {version}` shows every place; another channel or --backend "
            "may have it for this host",
        )
