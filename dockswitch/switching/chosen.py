"""Which bundle a request comes to: one that is kept, or one that a source publishes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from dockswitch.backends import bundles
from dockswitch.model.errors import NotPublished
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle
from dockswitch.model.vm import Keeper
from dockswitch.model.wish import Exact, Request
from dockswitch.switching import archives, fetch
from dockswitch.switching.authentic import Accepted

if TYPE_CHECKING:
    from dockswitch.model.catalog import Catalog

# Made when it is asked for: a version that is kept needs none, and it costs 8 ms.
LateCatalog: TypeAlias = "Callable[[], Catalog]"


# What an engine needs to run without root: left out, taken where it is published, or demanded.
Rootless = Literal["no", "offered", "needed"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a request came to: kept already (`bundle`), or `found` in a source.

    `rootless` is what its engine needs besides where it is to run without root. `words` are those
    that asked for it, and `exact` says that they named one version. `packages` is what apt is told
    where it installs it.
    """

    bundle: Bundle
    channel: str
    found: Found | None
    rootless: Bundle | None = None
    words: str = ""
    exact: bool = False
    packages: tuple[str, ...] = ()

    @property
    def packed(self) -> bool:
        """Whether it is kept as packages, for apt to install."""
        return self.bundle.origin is not None


def choose(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    backend: str,
    *,
    rootless: Rootless = "no",
    source: str = "",
    keeper: Keeper | None = None,
) -> Chosen:
    """The kept version that an exact wish names, without the network; else what sources offer.

    `source` is whose sources it must have come from, or come from now; those of `backend` serve
    where nobody says. `keeper` is whose virtual machine it is for, None for this machine itself.
    """
    kept = best_kept(reader, request, source, bundles.kept(reader, keeper))
    if kept is None:
        return looked_up(
            reader, catalog, request, source or backend, rootless=rootless, keeper=keeper
        )
    if rootless != "needed":
        return Chosen(kept, request.channel or "", None)
    besides = bundles.rootless_of(reader, kept.version)
    if besides is None:
        # of another brand's backend only that one knows the sources
        theirs = kept.source if kept.source == "apt" else backend
        return looked_up(reader, catalog, request, theirs, rootless=rootless)
    return Chosen(kept, request.channel or "", None, besides)


def looked_up(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    backend: str,
    *,
    rootless: Rootless = "no",
    keeper: Keeper | None = None,
) -> Chosen:
    """What sources offer, be it kept or not.

    Raises what `find` raises, and NoRootlessExtras.
    """
    # Sources cost 9 ms of imports, which a kept version does without.
    from dockswitch.switching import find

    found = find.find(reader, catalog(), request, backend)
    return of_found(reader, found, rootless=rootless, keeper=keeper)


def of_found(
    reader: Reader, found: Found, *, rootless: Rootless = "no", keeper: Keeper | None = None
) -> Chosen:
    """What was found, be it kept or not; raises NoRootlessExtras."""
    bundle = fetch.expected(reader, archives.archive_of(reader, found.release, keeper))
    besides = archives.rootless_of(reader, found.release) if rootless != "no" else None
    if besides is not None:
        return Chosen(bundle, found.release.channel, found, fetch.expected(reader, besides))
    if rootless == "needed":
        raise NoRootlessExtras(found)
    return Chosen(bundle, found.release.channel, found)


def fetched(system: System, chosen: Chosen, accepted: Accepted, progress: Progress) -> Chosen:
    """With all of it here: what is not kept yet is fetched and verified."""
    if chosen.found is None:
        return chosen
    release = chosen.found.release
    wanted = archives.archive_of(system, release, chosen.bundle.keeper)
    bundle = fetch.fetch(system, wanted, accepted, progress)
    archive = archives.rootless_of(system, release) if chosen.rootless else None
    besides = fetch.fetch(system, archive, accepted, progress) if archive else None
    return replace(chosen, bundle=bundle, rootless=besides)


def best_kept(
    reader: Reader, request: Request, source: str, kept: Sequence[Bundle]
) -> Bundle | None:
    """Of those that are kept the one that an exact wish names, the current one before others, then
    the best trusted.
    """
    if not isinstance(request.wish, Exact) or request.as_of is not None:
        return None
    current = reader.link(reader.layout.current) or ""
    found = [
        bundle
        for bundle in kept
        if request.wish.matches(bundle.version)
        and source in ("", bundle.source)
        and (request.channel is None or request.channel in bundle.channels)
    ]
    name = f"/{current.rpartition('/')[2]}"
    found.sort(key=lambda bundle: (bundle.folder.endswith(name), bundle.trust))
    return found[-1] if found else None


class NoRootlessExtras(NotPublished):
    """An engine that is published without what it needs to run without root."""

    def __init__(self, found: Found) -> None:
        release, near = found.release, found.rootless_near
        super().__init__(
            f"{release.channel} {release.version} cannot run without root",
            details="no docker-rootless-extras are published for it there"
            + (f"; the nearest version that has them is {near}" if near else ""),
            hint=(f"take {release.channel}@{near}, or " if near else "")
            + "leave out --user for an engine with root; or `dockswitch use --user "
            f"--client-only {release.version}` for the docker client alone",
        )
