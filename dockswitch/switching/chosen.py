"""Which bundle a request comes to: one that is kept, or one that a source publishes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from dockswitch.backends import bundles
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle, Release
from dockswitch.model.wish import Exact, Request
from dockswitch.switching import fetch

if TYPE_CHECKING:
    from dockswitch.model.catalog import Catalog

# Made when it is asked for: a version that is kept needs none, and it costs 8 ms.
LateCatalog: TypeAlias = "Callable[[], Catalog]"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a request came to: kept already (`bundle`), or `found` in a source."""

    bundle: Bundle
    channel: str
    found: Found | None


def choose(reader: Reader, catalog: LateCatalog, request: Request, backend: str) -> Chosen:
    """The kept version that an exact wish names, without the network; else what sources offer."""
    kept = _kept(reader, request)
    if kept is not None:
        return Chosen(kept, request.channel or "", None)
    return looked_up(reader, catalog, request, backend)


def looked_up(reader: Reader, catalog: LateCatalog, request: Request, backend: str) -> Chosen:
    """What sources offer, be it kept or not.

    Raises what `find` raises.
    """
    # Sources cost 9 ms of imports, which a kept version does without.
    from dockswitch.switching import find

    found = find.find(reader, catalog(), request, backend)
    return Chosen(_expected(reader, found.release), found.release.channel, found)


def _kept(reader: Reader, request: Request) -> Bundle | None:
    """The kept bundle that an exact wish names, the current one first."""
    if not isinstance(request.wish, Exact) or request.as_of is not None:
        return None
    current = reader.link(reader.layout.current) or ""
    found = [
        bundle
        for bundle in bundles.kept(reader)
        if request.wish.matches(bundle.version)
        and (request.channel is None or request.channel in bundle.channels)
    ]
    found.sort(key=lambda bundle: bundle.folder.endswith(f"/{current.rpartition('/')[2]}"))
    return found[-1] if found else None


def _expected(reader: Reader, release: Release) -> Bundle:
    """The bundle as it will be, where it is kept already: as it is."""
    wanted = fetch.archive_of(release)
    digest = min(wanted.digests) if wanted.digests else "<digest>"
    kept = fetch.kept(reader, release)
    return kept or Bundle(
        version=release.version,
        folder=bundles.folder_of(reader, release.version, digest),
        names=bundles.expected_names(release.version),
        channels=(release.channel,),
        url=wanted.url,
        sha256=digest,
        size=wanted.size or 0,
        trust=wanted.trust,
    )
