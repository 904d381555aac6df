"""What has a release that was never published for this machine's suite of packages."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dockswitch.model import choose, record
from dockswitch.model.catalog import Catalog
from dockswitch.model.choose import NoSuchRelease, PublishedElsewhere
from dockswitch.model.errors import DockswitchError, NotPublished
from dockswitch.model.ports import Reader
from dockswitch.model.release import Release
from dockswitch.model.trust import Trust
from dockswitch.model.unreachable import NotServed
from dockswitch.model.wish import Exact, Request, Under, Within
from dockswitch.sources import Source, read_all, resolver, suites
from dockswitch.sources.announced import NoSuchComponent

# Of a distribution's other suites the newest are asked; Ubuntu has had more than twenty.
_MOST = 8


def told(
    reader: Reader,
    catalog: Catalog,
    request: Request,
    channels: Sequence[str],
    offered: Sequence[Release],
    why: NotPublished,
    verify: Trust,
) -> NotPublished:
    """`why` nothing was found, or better: what there is in its place, where it is of the suite.

    What cannot be reached is left out.
    """
    # Of what apt has configured itself no other suite is known.
    catalog = replace(catalog, configuration=None)
    by_suite = isinstance(why, NoSuchRelease | PublishedElsewhere | NotServed | NoSuchComponent)
    if not by_suite or request.as_of is not None:
        return why
    distribution, suite, others = suites.suites(catalog, channels[0], reader.host)
    if not suite:
        return why
    places = [f"{distribution}/{each}" for each in others[:_MOST]]
    lacks = isinstance(why, NotServed | NoSuchComponent)
    newest = max((each.version for each in offered), default=None)
    return NotForThisSuite(
        request.channel or str(request.wish) if lacks else str(request.wish),
        f"{distribution} {suite}",
        f"{why.message} ({why.details})" if lacks else f"the newest that it has is {newest}",
        _having(reader, request, _sources(reader, catalog, channels, places, verify)),
        _backends(reader, catalog, request, channels),
    )


def _sources(
    reader: Reader, catalog: Catalog, channels: Sequence[str], places: Sequence[str], verify: Trust
) -> Iterator[tuple[str, Source]]:
    """The sources of those channels in these suites (`debian/bookworm`), with the suite's name."""
    for place in places:
        there = catalog.in_suite(place)
        for channel in channels:
            with contextlib.suppress(DockswitchError):
                source = resolver.resolve(there, channel, "apt", reader.host, verify=verify)
                yield place.partition("/")[2], source


def _having(reader: Reader, request: Request, asked: Iterable[tuple[str, Source]]) -> list[str]:
    """The suites that have it in one of the channels, newest first; all are asked at once."""
    named = list(asked)
    read = read_all([source for _, source in named], reader)
    pairs = zip(named, read, strict=True)
    found = [suite for (suite, _), releases in pairs if _has(releases, request)]
    return list(dict.fromkeys(found))


def _backends(
    reader: Reader, catalog: Catalog, request: Request, channels: Sequence[str]
) -> list[str]:
    """The other backends whose sources have it for this host."""
    static: list[Source] = []
    for channel in channels:
        with contextlib.suppress(DockswitchError):
            static.append(resolver.resolve(catalog, channel, "static", reader.host))
    found = ["static"] if any(_has(each, request) for each in read_all(static, reader)) else []
    if not isinstance(request.wish, Exact | Under | Within):
        return found  # the newest image is an old one
    images = any(catalog.channels[name].images for name in channels if name in catalog.channels)
    if images and any(request.wish.matches(each.version) for each in record.images()):
        found.append("machine")
    return found


def _has(releases: Sequence[Release] | DockswitchError, request: Request) -> bool:
    if isinstance(releases, DockswitchError):
        return False
    return choose.choose(releases, request.wish) is not None


class NotForThisSuite(NotPublished):
    """`has` is what the suite has in its place; `suites` of the same distribution have it."""

    def __init__(
        self, wish: str, where: str, has: str, suites: Sequence[str], backends: Sequence[str]
    ) -> None:
        ways = [f"`--suite {suites[0]}` takes another suite's packages"] if suites else []
        ways += [f"--backend {each} has it" for each in backends]
        super().__init__(
            f"{wish} was never published for {where}",
            details=has + (f"; published for: {', '.join(suites)}" if suites else ""),
            hint=", ".join(ways) or "`dockswitch list-remote --backend apt` shows what there is",
        )
