"""Having a release's bundle here, without switching to it."""

from dataclasses import dataclass

from dockswitch.backends import Backend
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle
from dockswitch.model.vm import Keeper
from dockswitch.model.wish import Request
from dockswitch.switching import archives, authentic, fetch, planning
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.chosen import LateCatalog, Rootless, choose, fetched
from dockswitch.switching.options import Options, VmWish


@dataclass(frozen=True, slots=True)
class Installed:
    """The bundle, and whether it had to be fetched; or would have to, where one only looks."""

    bundle: Bundle
    changed: bool


def install(
    system: System,
    catalog: LateCatalog,
    request: Request,
    backend: str,
    accepted: Accepted,
    progress: Progress,
    *,
    rootless: Rootless = "no",
    source: str = "",
    keeper: Keeper | None = None,
    looks: bool = False,
) -> Installed:
    """The bundle that the request means, fetched and verified where it is not kept already.

    `keeper` is whose virtual machines it is for, None for this machine itself. Whoever only `looks`
    has nothing fetched.
    """
    if keeper == "lima":
        from dockswitch.switching import chosen_guest  # only where Lima has the engine

        chosen = chosen_guest.choose(system, catalog, request, source, VmWish())
    else:
        how: Rootless = "no" if keeper else rootless
        chosen = choose(
            system, catalog, request, backend, rootless=how, source=source, keeper=keeper
        )
    if chosen.found is None:
        authentic.refuse_kept(chosen.bundle, accepted)
        return Installed(chosen.bundle, changed=False)
    there = fetch.kept(system, archives.archive_of(system, chosen.found.release, keeper))
    if looks:
        return Installed(chosen.bundle, changed=there is None)
    here = fetched(system, chosen, accepted, progress)
    return Installed(here.bundle, changed=there is None)


def packages(
    system: System,
    catalog: LateCatalog,
    request: Request,
    accepted: Accepted,
    progress: Progress,
    *,
    looks: bool = False,
) -> Installed:
    """Likewise as packages that apt can install later, all of the release's."""
    from dockswitch.switching import chosen_packages  # only where apt installs

    chosen = chosen_packages.whole(system, catalog, request)
    if chosen.found is None:
        authentic.refuse_kept(chosen.bundle, accepted)
        return Installed(chosen.bundle, changed=False)
    wanted = archives.packages_of(system, chosen.found.release, chosen.packages)
    there = fetch.kept(system, wanted)
    if looks:
        return Installed(chosen.bundle, changed=there is None)
    here = chosen_packages.fetched(system, chosen, accepted, progress)
    return Installed(here.bundle, changed=there is None)


def locked(
    system: System,
    catalog: LateCatalog,
    request: Request,
    backend: Backend,
    options: Options,
    progress: Progress,
    *,
    looks: bool = False,
) -> Installed:
    """Likewise what a lock has, all of it."""
    from dockswitch.switching import locked as locks  # only where a lock decides

    chosen = locks.choose(system, catalog, request, backend, options, for_later=True)
    there = fetch.kept(system, planning.wanted_archives(system, chosen)[0])
    if looks:
        return Installed(chosen.bundle, changed=there is None)
    here = planning.fetched(system, chosen, options.accepted, progress)
    return Installed(here.bundle, changed=there is None)


def is_kept(
    reader: Reader, catalog: LateCatalog, request: Request, backend: str, source: str = ""
) -> bool:
    """Whether what the request means is here, and nothing need be fetched or noted."""
    found = choose(reader, catalog, request, backend, source=source).found
    if found is None:
        return True
    there = fetch.kept(reader, archives.archive_of(reader, found.release))
    return there is not None and found.release.channel in there.channels
