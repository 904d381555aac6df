"""From a wish to the one release that it means: resolve, list, pick; never another version."""

from collections.abc import Sequence

from dockswitch.model import choose
from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import DockswitchError, NotPublished
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
    offered: list[Release] = []
    read = list_releases(reader, catalog, channels, backend, verify=verify)
    for channel, releases in zip(channels, read, strict=True):
        if isinstance(releases, NotPublished) and not request.channel:
            reasons.append(f"{channel}: {releases.message}")
            continue
        if isinstance(releases, DockswitchError):
            raise releases
        then = choose.as_of(releases, request.as_of) if request.as_of else releases
        offered += then
        release = choose.choose(then, request.wish)
        if release is not None:
            reasons.append(_because(channel, then, request, release))
            return Found(release, tuple(reasons), choose.newest_pre(then))
        reasons.append(f"{channel}: none of its {len(then)} releases is {request.wish}")
    raise choose.why_none(
        offered,
        request.wish,
        channel=request.channel or ", ".join(LOOKED_IN),
        backend=backend,
        host=str(reader.host),
    )


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


def _because(channel: str, offered: Sequence[Release], request: Request, release: Release) -> str:
    day = f" as of {request.as_of}" if request.as_of else ""
    count = f"{len(offered)} release{'s' if len(offered) != 1 else ''}"
    return f"{channel} offers {count}{day}; {request.wish} is {release.version}"
