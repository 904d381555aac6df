"""Which packages a request comes to, where apt installs them: kept already, or published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from dockswitch.apt import states
from dockswitch.apt.states import State
from dockswitch.backends import bundles, package_choice
from dockswitch.model import deb_order, package_names, package_words
from dockswitch.model.errors import NotPublished
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle, Release
from dockswitch.model.version import Version
from dockswitch.model.wish import Exact, Request
from dockswitch.switching import archives, fetch
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.chosen import Chosen, LateCatalog, best_kept

# What apt is to be told of a release that has these packages.
_Needed: TypeAlias = Callable[[Sequence[str], Version], tuple[str, ...]]
# How many versions a message names.
_FEW = 8


def choose(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    asked: Sequence[str] = (),
    *,
    client_only: bool = False,
) -> Chosen:
    """What is kept of the version that an exact wish names, without the network; else what sources
    offer.

    `asked` are a person's own words for apt, which win. Raises NotInIndex, and what `find` raises.
    """
    there = states.states(reader, package_names.ALL)

    def needed(words: Sequence[str], version: Version) -> tuple[str, ...]:
        told = package_choice.required(words, version, there, asked)
        return package_choice.client_alone(told) if client_only else told

    chosen = _kept(reader, request, needed, there)
    if chosen is None:
        chosen = _offered(reader, catalog, request, needed)
        if chosen.found is not None:
            _refuse_unknown(chosen.found.release, asked, there)
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


def whole(reader: Reader, catalog: LateCatalog, request: Request) -> Chosen:
    """The same with all packages of the release, whatever is installed: for a switch later."""

    def needed(words: Sequence[str], version: Version) -> tuple[str, ...]:
        return package_choice.required(words, version, {})

    return _kept(reader, request, needed, {}) or _offered(reader, catalog, request, needed)


def locked(
    reader: Reader, found: Found, request: Request, *, client_only: bool = False, all_of_it: bool
) -> Chosen:
    """The packages that a lock has, each in that version and whatever would serve as well.

    `all_of_it` says that they are for a switch later, whatever is installed now.
    """
    there = {} if all_of_it else states.states(reader, package_names.ALL)
    release = found.release
    every = tuple(each.download.package for each in release.artifacts)
    told = package_choice.required((), release.version, there, every)
    words = package_choice.client_alone(told) if client_only else told
    bundle = fetch.expected(reader, archives.packages_of(reader, release, words))
    return Chosen(bundle, release.channel, found, words=request.words, exact=True, packages=words)


def fetched(system: System, chosen: Chosen, accepted: Accepted, progress: Progress) -> Chosen:
    """With all of it here: what is not kept yet is fetched and verified."""
    if chosen.found is None:
        return chosen
    archive = archives.packages_of(system, chosen.found.release, chosen.packages)
    return replace(chosen, bundle=fetch.fetch(system, archive, accepted, progress))


def _kept(
    reader: Reader, request: Request, needed: _Needed, there: Mapping[str, State]
) -> Chosen | None:
    """A bundle that has all that is needed now: what may have stayed then can be missing in it."""
    if not isinstance(request.wish, Exact):
        return None

    def whole(bundle: Bundle) -> bool:
        return set(_files(needed(bundle.words, bundle.version), there)) <= set(bundle.words)

    kept = filter(whole, bundles.kept_as_packages(reader))
    best = best_kept(reader, request, "", tuple(kept))
    if best is None:
        return None
    words = needed(best.words, best.version)
    return Chosen(best, request.channel or "", None, packages=words)


def _offered(reader: Reader, catalog: LateCatalog, request: Request, needed: _Needed) -> Chosen:
    from dockswitch.switching import find  # what is kept does without sources

    found = find.find(reader, catalog(), request, "apt")
    release = found.release
    every = tuple(each.download.package for each in release.artifacts)
    words = needed(every, release.version)
    bundle = fetch.expected(reader, archives.packages_of(reader, release, words))
    return Chosen(bundle, release.channel, found, packages=words)


def _files(words: Sequence[str], there: Mapping[str, State]) -> tuple[str, ...]:
    """Those of the words that a file is needed for: they are not so yet."""
    has = {package_words.there(name, each.version) for name, each in there.items() if each.whole}
    return tuple(word for word in package_choice.files(words) if word not in has)


def _refuse_unknown(release: Release, asked: Sequence[str], there: Mapping[str, State]) -> None:
    """A person's words are believed as far as the index has them, or they are so already."""
    every = [each.download.package for each in (*release.artifacts, *release.others)]
    for word in _files(asked, there):
        if word not in every:
            name, version = package_words.split(word)
            known = {found[1] for each in every if (found := package_words.split(each))[0] == name}
            raise NotInIndex(release, name, version or "", [each for each in known if each])


class NotInIndex(NotPublished):
    """`known` are the versions of that package that the index has."""

    def __init__(self, release: Release, name: str, version: str, known: Sequence[str]) -> None:
        newest = sorted(known, key=deb_order.key, reverse=True)
        few = f"the newest {_FEW} of {len(newest)}" if len(newest) > _FEW else "all that it has"
        super().__init__(
            f"{release.channel} has no {name}={version}",
            details=f"{few}: {', '.join(newest[:_FEW])}" if newest else f"it has no {name} at all",
            hint="`--package` takes a version of containerd.io or of a plug-in as its index "
            "spells it; without it the release's own is taken",
        )
