"""Which packages a request comes to, where apt installs them: kept already, or published."""

from collections.abc import Sequence
from dataclasses import replace

from dockswitch.apt import states
from dockswitch.backends import bundles, package_choice
from dockswitch.model import package_names
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.wish import Exact, Request
from dockswitch.switching import fetch
from dockswitch.switching.chosen import Chosen, LateCatalog, best_kept
from dockswitch.switching.fetch import Accepted


def choose(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    backend: str,
    asked: Sequence[str] = (),
) -> Chosen:
    """What is kept of the version that an exact wish names, without the network; else what sources
    offer.

    `asked` are a person's own words for apt, which win. Raises what `find` raises.
    """
    chosen = _kept(reader, request, asked) or _offered(reader, catalog, request, backend, asked)
    return replace(chosen, words=request.words, exact=isinstance(request.wish, Exact))


def read_again(system: System, catalog: LateCatalog, request: Request, progress: Progress) -> None:
    """Has apt read its own sources again that are to say what there is; nothing for what is kept.

    One of dockswitch's own is read over HTTP, and by apt once it is known what to fetch.
    """
    if best_kept(system, request, "", bundles.kept_as_packages(system)) is not None:
        return
    from dockswitch.apt import update
    from dockswitch.sources import resolver
    from dockswitch.switching.find import LOOKED_IN

    known = catalog()
    channels = (request.channel,) if request.channel else LOOKED_IN
    origins = (resolver.read_by_apt(known, channel, system.host) for channel in channels)
    for origin in dict.fromkeys(filter(None, origins)):
        update.update(system, origin, (), progress)


def fetched(system: System, chosen: Chosen, accepted: Accepted, progress: Progress) -> Chosen:
    """With all of it here: what is not kept yet is fetched and verified."""
    if chosen.found is None:
        return chosen
    archive = fetch.packages_of(system, chosen.found.release, chosen.packages)
    return replace(chosen, bundle=fetch.fetch(system, archive, accepted, progress))


def _kept(reader: Reader, request: Request, asked: Sequence[str]) -> Chosen | None:
    """A bundle that has all that is needed now: what may have stayed then can be missing in it."""
    kept = best_kept(reader, request, "", bundles.kept_as_packages(reader))
    if kept is None:
        return None
    there = states.states(reader, package_names.ALL)
    words = package_choice.required(kept.words, kept.version, there, asked)
    if any(word not in kept.words for word in package_choice.files(words)):
        return None
    return Chosen(kept, request.channel or "", None, packages=words)


def _offered(
    reader: Reader, catalog: LateCatalog, request: Request, backend: str, asked: Sequence[str]
) -> Chosen:
    from dockswitch.switching import find  # what is kept does without sources

    found = find.find(reader, catalog(), request, backend)
    release = found.release
    there = states.states(reader, package_names.ALL)
    every = tuple(each.download.package for each in release.artifacts)
    words = package_choice.required(every, release.version, there, asked)
    bundle = fetch.expected(reader, fetch.packages_of(reader, release, words))
    return Chosen(bundle, release.channel, found, packages=words)
