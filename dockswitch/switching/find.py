"""From a wish to the one release that it means: resolve, list, pick; never another version."""

from collections.abc import Sequence

from dockswitch.model import choose, record
from dockswitch.model.address import shown
from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import DockswitchError, NotForThisHost, NotPublished
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Reader
from dockswitch.model.release import Release
from dockswitch.model.trust import Trust
from dockswitch.model.wish import Request
from dockswitch.sources import Source, read_all
from dockswitch.sources.resolver import resolve

# A version alone is looked for in these, in this order: the first that has it.
LOOKED_IN = ("stable", "test", "edge")


def find(
    reader: Reader,
    catalog: Catalog,
    request: Request,
    backend: str,
    *,
    verify: Trust = Trust.SIGNED,
) -> Found:
    """The release that the request means for that backend on that host.

    `verify` is the least trust in an index that can be signed. Raises NotPublished, Unreachable
    (a source that is down never means another one), NotAuthentic and NotForThisHost.
    """
    channels = (request.channel,) if request.channel else LOOKED_IN
    reasons: list[str] = []
    unfit: list[DockswitchError] = []
    offered: list[Release] = []
    read = list_releases(reader, catalog, channels, backend, verify=verify)
    listed = any(_proven(each) for each in read if not isinstance(each, DockswitchError))
    for channel, releases in zip(channels, read, strict=True):
        if isinstance(releases, NotPublished | NotForThisHost) and not request.channel:
            reasons.append(f"{channel}: {releases.message}")
            unfit += [releases] if isinstance(releases, NotForThisHost) else []
            continue
        if isinstance(releases, NotPublished):
            raise _told(reader, catalog, request, backend, channels, [], releases, verify)
        if isinstance(releases, DockswitchError):
            raise releases
        if listed and not request.channel and not _proven(releases):
            reasons.append(f"{channel}: it has no listing there, where other channels have one")
            continue
        then = choose.as_of(releases, request.as_of) if request.as_of else releases
        offered += then
        release = choose.choose(then, request.wish)
        if release is not None:
            reasons += _because(catalog, request, then, release)
            near = None if release.rootless else choose.rootless_near(then, release.version)
            return Found(release, tuple(reasons), choose.newest_pre(then), near)
        reasons.append(f"{channel}: none of its {len(then)} releases is {request.wish}")
    if unfit and not offered:
        raise unfit[0]
    why = choose.why_none(
        offered,
        request.wish,
        channel=request.channel or ", ".join(LOOKED_IN),
        backend=backend,
        host=f"{reader.host}, {_publisher(catalog)}",
        day=request.as_of,
    )
    raise _told(reader, catalog, request, backend, channels, offered, why, verify)


def _told(
    reader: Reader,
    catalog: Catalog,
    request: Request,
    backend: str,
    channels: Sequence[str],
    offered: Sequence[Release],
    why: NotPublished,
    verify: Trust,
) -> NotPublished:
    """Why nothing was found; of packages, which are for a suite, with what there is elsewhere, and
    of images with those that come next.
    """
    if backend == "machine":
        from dockswitch.switching import no_image  # likewise

        return no_image.told(catalog, request, channels, offered, why)
    if backend != "apt":
        return why
    from dockswitch.switching import elsewhere  # only where something goes wrong

    return elsewhere.told(reader, catalog, request, channels, offered, why, verify)


def _publisher(catalog: Catalog) -> str:
    return shown(catalog.addresses.mirror).removeprefix("https://").rstrip("/")


def _proven(releases: Sequence[Release]) -> bool:
    """Whether an index showed them; where a server lists nothing, the record stands in for it."""
    return any(release.proven for release in releases)


def list_releases(
    reader: Reader,
    catalog: Catalog,
    channels: Sequence[str],
    backend: str,
    *,
    verify: Trust = Trust.SIGNED,
) -> list[Sequence[Release] | DockswitchError]:
    """What each channel publishes, oldest first; all are read at once, an error stands in place."""
    resolved = [_source(catalog, channel, backend, reader, verify) for channel in channels]
    sources = [source for source in resolved if not isinstance(source, DockswitchError)]
    read = iter(read_all(sources, reader))
    return [s if isinstance(s, DockswitchError) else next(read) for s in resolved]


def _source(
    catalog: Catalog, channel: str, backend: str, reader: Reader, verify: Trust
) -> Source | DockswitchError:
    try:
        return resolve(catalog, channel, backend, reader.host, verify=verify)
    except DockswitchError as error:
        return error


def _because(
    catalog: Catalog, request: Request, offered: Sequence[Release], release: Release
) -> list[str]:
    """Why it is this release, and what the record knows of it."""
    channel = catalog.channels[release.channel]
    state = channel.state + (f", its last release is {channel.last}" if channel.last else "")
    day = f" as of {request.as_of}" if request.as_of else ""
    seen = "shows" if release.proven else "cannot be listed; the record knows"
    reasons = [
        f"{channel.name} is {state}",
        f"its index {seen} {len(offered)} releases{day}: {request.wish} is {release.version}",
    ]
    known = record.find(release.version)
    if known is not None:
        out = f"released on {known.released}" if known.released else "of an unknown day"
        reasons.append(f"the record has it {out}, API {known.min_api or '?'} to {known.api or '?'}")
        reasons += [f"it cannot run on {what}" for what in known.cannot_run_on]
    reasons += [f"trust {each.trust}: {each.trust.meaning}" for each in release.artifacts[:1]]
    return reasons + _by_apt(release)


def _by_apt(release: Release) -> list[str]:
    """Where apt has it from, and whose key vouches for that."""
    origin = release.origin
    if origin is None:
        return []
    place = f"{origin.file} has it for apt: {shown(str(origin))}"
    told = [place] if origin.file else []
    return told + ([f"signed with the {origin.vouched}"] if origin.vouched else [])
