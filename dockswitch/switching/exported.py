"""What a host is to have, found and vouched for as `use` would there, to be rendered for it."""

from dataclasses import dataclass, replace

from dockswitch.apt import own_source
from dockswitch.backends import bundles, package_choice
from dockswitch.export.script import Script
from dockswitch.model.address import bare, unsigned
from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import NotForThisHost, NotPublished, UsageError
from dockswitch.model.layout import Layout
from dockswitch.model.lock import Asked, Lock, files_of
from dockswitch.model.origin import Origin
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Progress, Reader
from dockswitch.model.release import Download, Fetched, Release
from dockswitch.model.step import File
from dockswitch.model.wish import Exact, Previous, Request, SystemsOwn
from dockswitch.sources.suites import apt_suite
from dockswitch.switching import find, lock_digests, lock_wish, locked
from dockswitch.switching.archives import Archive
from dockswitch.switching.authentic import Accepted, refuse_less_trust

# What is rendered can install from these, in the resolver's words.
SOURCES = ("apt", "static")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be rendered: `sources` are in the resolver's words, best first; `lock` decides
    where there is one, and `hold` where somebody said so.
    """

    request: Request
    sources: tuple[str, ...]
    accepted: Accepted
    lock: Lock | None = None
    hold: bool | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """What was found, and the script of it; its bundle's addresses bear no secrets."""

    found: Found
    script: Script


def exported(reader: Reader, catalog: Catalog, wanted: Wanted, progress: Progress) -> Exported:
    """Raises what `find` raises, NotRendered, OtherBytes, TooLittleTrust.

    A release that the first source does not have for that host is taken from the next.
    """
    if reader.host.os != "linux":
        raise NotRendered(str(reader.host))
    if isinstance(wanted.request.wish, Previous | SystemsOwn):
        raise DiffersByHost(wanted.request.words)
    found = _found(reader, catalog, wanted)
    release = _rendered(found.release)
    downloads = tuple(each.download for each in release.artifacts)
    archive = Archive(release.version, release.channel, downloads, "")
    refuse_less_trust(archive, wanted.accepted)
    parts = _parts(release, reader, wanted.accepted, progress)
    layout = Layout.of_system()
    packed = release.backend == "apt"
    shelf = layout.packages if packed else layout.versions
    origin = _origin(release) if packed else None
    bundle = bundles.bundle_of(shelf, release.version, release.channel, parts, (), origin)
    exact = wanted.lock is not None or isinstance(wanted.request.wish, Exact)
    codename = reader.host.codename or apt_suite(catalog, reader.host)[1] if packed else ""
    script = Script(
        bundle,
        reader.host.arch,
        codename,
        hold=packed and (exact if wanted.hold is None else wanted.hold),
        words=wanted.request.words,
        source=_source(reader, release),
    )
    return Exported(found, script)


def _found(reader: Reader, catalog: Catalog, wanted: Wanted) -> Found:
    if wanted.lock is not None:
        return locked.find(reader, catalog, wanted.lock, wanted.request, wanted.sources)
    *first, last = wanted.sources
    for source in first:
        try:
            return find.find(reader, catalog, wanted.request, source)
        except (NotPublished, NotForThisHost):
            continue
    return find.find(reader, catalog, wanted.request, last)


def _rendered(release: Release) -> Release:
    """What of it a host gets that has none of its packages yet, and runs its engine as root."""
    if release.backend == "apt":
        every = [each.download.package for each in release.artifacts]
        words = package_choice.required(every, release.version, {})
        there = tuple(each for each in release.artifacts if each.download.package in words)
    else:
        extras = release.rootless.url if release.rootless else ""
        there = tuple(each for each in release.artifacts if each.url != extras)
    return replace(release, artifacts=there, rootless=None)


def _parts(
    release: Release, reader: Reader, accepted: Accepted, progress: Progress
) -> list[Fetched]:
    """Its files, each with its one digest: as a lock has them."""
    files = tuple(lock_digests.File(each, release, reader) for each in files_of(release))
    of_none = lock_wish.Wanted(Asked((), ()), (), (reader,), accepted=accepted)
    known = lock_digests.with_digests(files, of_none, progress)
    return [_part(known[each.download.url]) for each in files]


def _part(file: Download) -> Fetched:
    return Fetched(file.url, min(file.digests), file.size or 0, file.trust, file.package)


def _origin(release: Release) -> Origin:
    """Where apt finds it, as everybody may read it; nowhere where a lock has it."""
    there = release.origin or Origin("", "", "", "")
    return replace(there, url=unsigned(bare(there.url)))


def _source(reader: Reader, release: Release) -> tuple[File, ...]:
    """What tells apt of the repository; nothing where a lock decides, or apt has it already."""
    if release.origin is None or not release.origin.own:
        return ()
    return own_source.rendered(reader, release.origin)


class NotRendered(NotForThisHost):
    def __init__(self, host: str) -> None:
        super().__init__(
            f"nothing can be exported for {host}",
            details="scripts, cloud-init and apt are for Linux",
            hint="--for names the host that it is for, such as --for linux/x86_64",
        )


class DiffersByHost(UsageError):
    def __init__(self, words: str) -> None:
        super().__init__(
            f"nothing can be exported of {words!r}",
            details="what that is differs from host to host",
            hint="name a version or a channel",
        )
