"""What brings the wanted engine into a machine of Lima's: signed packages, or a static archive.

Packages are for a suite, and which guest a machine boots depends on the version: so the version is
settled first, by the listing of archives where the wish names none.
"""

import copy
from collections.abc import Iterator
from dataclasses import replace

from dockswitch.backends import bundles
from dockswitch.model import package_names, package_words, record
from dockswitch.model.errors import NotForThisHost, NotPublished
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle, Release
from dockswitch.model.version import Version
from dockswitch.model.wish import Exact, Request
from dockswitch.switching import archives, fetch
from dockswitch.switching.chosen import Chosen, LateCatalog, best_kept
from dockswitch.switching.options import VmWish
from dockswitch.vms import record as records
from dockswitch.vms.lima import engine, guest, notes
from dockswitch.vms.lima.guest import Guest

# What a machine needs that is spoken to from without: no plug-ins, and nothing for no root.
_NEEDED = (package_names.ENGINE, package_names.CLIENT, package_names.CONTAINERD)


def choose(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    source: str,
    wish: VmWish = VmWish(),  # noqa: B008 -- it is frozen
) -> Chosen:
    """For the guest that suits the version, or that the machine boots whose engine is replaced.

    A kept exact version is taken without the network. `source` is whose sources were asked for, in
    the resolver's words; where nobody says, packages go before archives. Raises what `find` raises,
    NoGuest, and OldEngine.
    """
    there = _replaced(reader, wish)
    kept = (each for each in bundles.kept(reader, "lima") if _fits(reader, each, there))
    found = best_kept(reader, request, source, tuple(kept))
    if found is not None:
        chosen = Chosen(found, request.channel or "", None)
    else:
        chosen = _offered(reader, catalog, request, source, there)
    _refuse_old(chosen.bundle.version, there, wish)
    return chosen


def _replaced(reader: Reader, wish: VmWish) -> Guest | None:
    """The guest of the machine whose engine is to be replaced; None where none is."""
    name = wish.name or "dockswitch"
    known = records.read(reader, "lima", name) if wish.in_place else None
    if known is None:
        return None
    return notes.guest_of(reader, name, bundles.version_of(known.folder))


def _fits(reader: Reader, kept: Bundle, there: Guest | None) -> bool:
    suite = engine.suite_of(kept)
    return not suite or suite == (there or guest.guest_for(reader, kept.version)).codename


def _offered(
    reader: Reader, catalog: LateCatalog, request: Request, source: str, there: Guest | None
) -> Chosen:
    if source == "apt":
        return _in_packages(reader, catalog, request, there)
    archive = None
    if source == "static" or not isinstance(request.wish, Exact):
        archive = _found(reader, catalog, request, "static")
    if source == "static" and archive is not None:
        return _chosen(reader, archive)
    try:
        exact = _exact(archive.release) if archive else request
        return _in_packages(reader, catalog, exact, there)
    except (NotPublished, NotForThisHost):
        return _chosen(reader, archive or _found(reader, catalog, request, "static"))


def _in_packages(
    reader: Reader, catalog: LateCatalog, request: Request, there: Guest | None
) -> Chosen:
    """Of the first guest that suits the version in its suite; raises what the first one raised."""
    first: NotPublished | NotForThisHost | None = None
    for each in _guests(reader, request, there):
        here = _as_guest(reader, each)
        try:
            found = _found(here, catalog, request, "apt")
        except (NotPublished, NotForThisHost) as error:
            first = first or error
            continue
        if there or guest.guest_for(reader, found.release.version).codename == each.codename:
            return _chosen(here, _needed_of(found))
    raise first or NotPublished("no guest's suite has it", hint="--from static takes the archive")


def _guests(reader: Reader, request: Request, there: Guest | None) -> Iterator[Guest]:
    if there is not None:
        yield there
        return
    if isinstance(request.wish, Exact):
        yield guest.guest_for(reader, request.wish.version)
        return
    mine = (each for each in guest.known(reader) if each.arch == reader.host.arch)
    yield from sorted(mine, key=lambda each: each.since, reverse=True)


def _as_guest(reader: Reader, of: Guest) -> Reader:
    """The same, which asks for that guest."""
    seen = copy.copy(reader)
    seen.host = of.host(reader.host)
    return seen


def _found(reader: Reader, catalog: LateCatalog, request: Request, source: str) -> Found:
    from dockswitch.switching import find  # what is kept does without sources

    return find.find(reader, catalog(), request, source)


def _exact(release: Release) -> Request:
    return Request(release.channel, Exact(release.version), f"{release.channel} {release.version}")


def _needed_of(found: Found) -> Found:
    artifacts = tuple(
        each
        for each in found.release.artifacts
        if package_words.split(each.download.package)[0] in _NEEDED
    )
    return replace(found, release=replace(found.release, artifacts=artifacts))


def _chosen(reader: Reader, found: Found) -> Chosen:
    archive = archives.archive_of(reader, found.release, "lima")
    return Chosen(fetch.expected(reader, archive), found.release.channel, found)


def _refuse_old(version: Version, there: Guest | None, wish: VmWish) -> None:
    known = record.find(version)
    if there is None or known is None or "cgroup-v2" not in known.cannot_run_on:
        return
    if there.has_cgroup_v2:
        raise OldEngine(version, wish.name or "dockswitch", there.codename)


class OldEngine(NotForThisHost):
    def __init__(self, version: Version, name: str, codename: str) -> None:
        super().__init__(
            f"{version} cannot run containers in the machine {name}",
            details=f"it boots {codename}, which has cgroup v2, and that engine knows v1 only",
            hint="without --in-place it gets a machine of its own, with a guest of its time",
        )
