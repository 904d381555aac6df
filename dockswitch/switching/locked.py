"""What a lock has for this host: no index is asked, and its digests decide."""

from collections.abc import Sequence
from dataclasses import replace

from dockswitch.backends import Backend
from dockswitch.model import choose as choosing
from dockswitch.model import record
from dockswitch.model.address import asked_as, bare, lent, unsigned
from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import NotAuthentic, NotPublished, UsageError
from dockswitch.model.host import Host
from dockswitch.model.lock import Entry, Lock, LockedFile, release_of
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Reader
from dockswitch.model.release import Download, Release
from dockswitch.model.settings import BUILT_IN
from dockswitch.model.trust import Trust
from dockswitch.model.vm import KEEPERS
from dockswitch.model.wish import Newest, Previous, Request, SystemsOwn
from dockswitch.switching import chosen, lock_hosts
from dockswitch.switching.chosen import Chosen, LateCatalog, Rootless
from dockswitch.switching.find import LOOKED_IN
from dockswitch.switching.options import Options

# The one release that there is for a host, whatever it may be.
WHATEVER = Request(None, Newest(), "--locked")


def choose(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    backend: Backend,
    options: Options,
    *,
    for_later: bool = False,
) -> Chosen:
    """What the request comes to of what their lock has for that backend.

    What is kept already serves where it is these very files; `for_later` says that all of it is
    wanted, whatever is installed now. Raises what `find` raises.
    """
    lock = options.lock
    assert lock is not None
    if options.packages:
        raise PackagesBesideLock
    sources = (options.source,) if options.source else sources_of(backend)
    found = find(reader, catalog(), lock, request, sources)
    if backend.name == "apt":
        from dockswitch.switching import chosen_packages  # only where apt installs

        return chosen_packages.locked(
            reader, found, request, client_only=options.client_only, all_of_it=for_later
        )
    keeper = next((each for each in KEEPERS if each == backend.name), None)
    return chosen.of_found(
        reader,
        found,
        rootless=_rootless(reader, options, for_later=for_later),
        keeper=keeper,
    )


def _rootless(reader: Reader, options: Options, *, for_later: bool) -> Rootless:
    """What is kept for a user's own engine has what that needs, so that a switch finds it."""
    if for_later:
        return "offered" if reader.layout.scope == "user" else "no"
    return options.rootless(reader.layout)


def find(
    reader: Reader, catalog: Catalog, lock: Lock, request: Request, sources: Sequence[str]
) -> Found:
    """The release that the request means of those that are locked for this host.

    `sources` are in the resolver's words, best first. Raises NotLocked (11), SeveralLocked (2), and
    NotTheRecorded (12) where a digest was changed.
    """
    refuse_wish(request)
    for source in sources:
        entries = serving(reader.host, catalog, lock, source)
        entry = _meant(lock, entries, request)
        if entry is not None:
            refuse_changed(lock, entry, reader.host, catalog)
            return Found(addressed(release_of(entry), lock, catalog), (_because(lock, entry),))
    entries = tuple(e for each in sources for e in serving(reader.host, catalog, lock, each))
    names = [lock_hosts.name_of(each, reader.host, catalog) for each in sources]
    raise NotLocked(lock, request, sources, names[0], entries)


def refuse_wish(request: Request) -> None:
    """Raises NoWishOfLocks for what no lock says: what was here before, or was offered some day."""
    if isinstance(request.wish, Previous | SystemsOwn) or request.as_of is not None:
        raise NoWishOfLocks(request)


def sources_of(backend: Backend) -> tuple[str, ...]:
    """Whose sources a backend installs from where nobody says, in the resolver's words, best first.

    Static takes packages apart only where that is asked for; Lima takes what there is.
    """
    return backend.takes if backend.name == "lima" else backend.takes[:1]


def serving(host: Host, catalog: Catalog, lock: Lock, source: str) -> tuple[Entry, ...]:
    """What is locked of a source for that host."""
    return lock.serving(source, (lock_hosts.name_of(source, host, catalog), str(host)))


def _meant(lock: Lock, entries: Sequence[Entry], request: Request) -> Entry | None:
    """By the words that asked for it, else by what they mean among those that are there."""
    said = [each for each in entries if each.spec == request.words]
    if said:
        return said[0]
    if request == WHATEVER:
        if len({(each.channel, each.version) for each in entries}) > 1:
            raise SeveralLocked(lock, entries)
        return entries[0] if entries else None
    channels = (request.channel,) if request.channel else LOOKED_IN
    others = () if request.channel else tuple(each.channel for each in entries)
    for channel in dict.fromkeys((*channels, *others)):
        there = {release_of(each): each for each in entries if each.channel == channel}
        release = choosing.choose(tuple(there), request.wish)
        if release is not None:
            return there[release]
    return None


def _because(lock: Lock, entry: Entry) -> str:
    vouched = sorted({str(each.trust) for each in entry.files})
    return f"{lock.path} has it for {entry.spec!r}, locked as {' and '.join(vouched)}"


def refuse_changed(lock: Lock, entry: Entry, host: Host, catalog: Catalog) -> None:
    """Raises NotTheRecorded: the shipped record binds the names of static archives, and a lock that
    says otherwise was edited.
    """
    architecture, system = catalog.architecture(host.arch), catalog.systems.get(host.os)
    if entry.backend != "static" or architecture is None or system is None:
        return
    for each in entry.files:
        right = record.digests(system.static, architecture.static, _name(each))
        if each.trust is Trust.RECORDED and right and each.sha256 not in right:
            raise NotTheRecorded(lock, each, right)


def _name(file: LockedFile) -> str:
    return Download(file.url).name


def addressed(release: Release, lock: Lock, catalog: Catalog) -> Release:
    """With the addresses that this host asks: a mirror of its own, and what lets it in there."""
    said = catalog.addresses.mirror.rstrip("/")
    elsewhere = said != BUILT_IN["mirror"] and stored(said) != lock.mirror
    addresses = catalog.addresses
    owners = (addresses.mirror, addresses.apt, addresses.static, addresses.image)

    def at(url: str) -> str:
        if elsewhere and url.startswith(f"{lock.mirror}/"):
            url = unsigned(said) + url.removeprefix(lock.mirror)
        for owner in owners:
            url = asked_as(lent(url, owner), owner)
        return url

    rootless = release.rootless
    return replace(
        release,
        artifacts=tuple(replace(each, url=at(each.url)) for each in release.artifacts),
        rootless=replace(rootless, url=at(rootless.url)) if rootless else None,
    )


def stored(url: str) -> str:
    """An address as it stands in a lock: whoever reads that gets no secret."""
    return unsigned(bare(url)).rstrip("/")


class NotLocked(NotPublished):
    """`there` are what else is locked for the host."""

    def __init__(
        self,
        lock: Lock,
        request: Request,
        sources: Sequence[str],
        host: str,
        there: Sequence[Entry],
    ) -> None:
        by = " or ".join(sources)
        hosts = dict.fromkeys(host for source in sources for host in lock.hosts(source))
        what = "nothing" if request == WHATEVER else f"no {request.words!r}"
        if there:
            details = f"for it there are: {', '.join(str(each) for each in there)}"
        elif hosts:
            details = f"by {by} it is for: {', '.join(hosts)}"
        else:
            details = f"it has nothing by {by}, only by {' and '.join(lock.backends) or 'none'}"
        super().__init__(
            f"{lock.path} has {what} for {host} by {by}",
            details=details,
            hint="`dockswitch lock --update --for HOST …` makes it anew, for all that you name",
        )


class SeveralLocked(UsageError):
    def __init__(self, lock: Lock, entries: Sequence[Entry]) -> None:
        super().__init__(
            f"{lock.path} has more than one release for this host",
            details=", ".join(str(each) for each in entries),
            hint=f"say which, such as `dockswitch use {entries[0].spec} --locked`",
        )


class NotTheRecorded(NotAuthentic):
    def __init__(self, lock: Lock, file: LockedFile, right: frozenset[str]) -> None:
        super().__init__(
            f"{lock.path} has another digest for {_name(file)} than the shipped record",
            details=f"it says {file.sha256}, recorded as {' or '.join(sorted(right))}",
            hint="somebody edited it: `dockswitch lock --update` makes it anew; a file of your own "
            "is locked with `--accept-digest`",
        )


class NoWishOfLocks(UsageError):
    def __init__(self, request: Request) -> None:
        super().__init__(
            f"no lock says what {str(request)!r} is",
            hint="leave out --locked; a lock is asked for a version or a channel, or for nothing",
        )


class PackagesBesideLock(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "--package and --locked exclude each other",
            details="a lock has each package in one version",
            hint="leave one of them out",
        )
