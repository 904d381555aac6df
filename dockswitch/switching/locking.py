"""Making a lock: what was asked is found for every host at once, and each file gets its digest."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Event
from threading import Lock as Turn
from typing import Literal, TypeAlias, TypeVar

from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import (
    DockswitchError,
    NotAuthentic,
    NotForThisHost,
    NotPublished,
)
from dockswitch.model.lock import Asked, Entry, Lock, LockedFile, entry_of, files_of, merged
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Hashed, Progress, Reader
from dockswitch.model.release import Download, Release
from dockswitch.model.trust import Trust
from dockswitch.model.vm import Keeper
from dockswitch.model.wish import Request
from dockswitch.switching import find, lock_hosts, seen
from dockswitch.switching.authentic import Accepted, TooLittleTrust, judged
from dockswitch.switching.locked import stored

# Whose sources are asked where nobody says: what is for the machine itself.
WHOSE = ("apt", "static")
# Requests and digests at once: a server is not to be overrun, and a processor hashes one file.
_ASKING, _HASHING = 24, 4
# Whether what has no published digest is fetched for it: or else refused, or taken to be what is
# locked as long as its size is the same.
Fetching: TypeAlias = Literal["fetch", "refuse", "trust"]
_T = TypeVar("_T")
_U = TypeVar("_U")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be locked.

    `asked` is what the lock says of it, `requests` are its specs, `readers` ask for one host each.
    `verify` is the least trust in an index that can be signed, `accepted` in each file. `before` is
    the lock that is made anew, whose digests stay right until a person accepts others.
    """

    asked: Asked
    requests: tuple[Request, ...]
    readers: tuple[Reader, ...]
    verify: Trust = Trust.SIGNED
    accepted: Accepted = field(default_factory=Accepted)
    fetching: Fetching = "fetch"
    before: Lock | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A lock, and what it could not have: a sentence for each, where something else serves."""

    lock: Lock
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Target:
    """One release to be found: for that request, in those sources, by that host's name."""

    request: Request
    source: str
    name: str
    reader: Reader = field(compare=False)


@dataclass(frozen=True, slots=True)
class _File:
    """A file to be locked, and the host on whose behalf it is asked for."""

    download: Download
    release: Release = field(compare=False)
    reader: Reader = field(compare=False)


def make(catalog: Catalog, wanted: Wanted, progress: Progress) -> Made:
    """The lock, as of now. Raises what `find` raises, NoDigest, OtherBytes and TooLittleTrust.

    A release that is not published by one of the backends that nobody named is a note, where
    another backend has it for that host.
    """
    targets = tuple(dict.fromkeys(_targets(catalog, wanted)))
    progress.say(f"asking for {len(targets)} releases")
    found = _at_once(_ASKING, lambda each: _found(catalog, each, wanted.verify), targets)
    releases, notes = _served(targets, found, explicit=bool(wanted.asked.backends))
    files = {
        each.url: _File(each, release, target.reader)
        for target, release in releases
        for each in files_of(release)
    }
    known = _with_digests(tuple(files.values()), wanted, progress)
    entries = merged(
        entry_of(
            release,
            target.request.words,
            (target.name,),
            [known[each.url] for each in files_of(release)],
        )
        for target, release in releases
    )
    return Made(Lock(stored(catalog.addresses.mirror), wanted.asked, _ordered(entries)), notes)


def digested(
    release: Release, reader: Reader, accepted: Accepted, progress: Progress
) -> tuple[Download, ...]:
    """The files of a release, each with its one digest and the trust in that, and as it is stored.

    What has no published digest is read once for it. Raises OtherBytes and TooLittleTrust.
    """
    files = tuple(_File(each, release, reader) for each in files_of(release))
    wanted = Wanted(Asked((), ()), (), (reader,), accepted=accepted)
    known = _with_digests(files, wanted, progress)
    return tuple(known[each.download.url] for each in files)


def _targets(catalog: Catalog, wanted: Wanted) -> Iterator[_Target]:
    sources = wanted.asked.backends or WHOSE
    for request in wanted.requests:
        for source in sources:
            for reader in wanted.readers:
                host = reader.host
                if source == "apt" and not host.distribution and not wanted.asked.backends:
                    continue  # nobody publishes packages for no distribution
                name = lock_hosts.name_of(source, host, catalog)
                yield _Target(request, source, name, reader)


def _found(catalog: Catalog, target: _Target, verify: Trust) -> Found | DockswitchError:
    try:
        return find.find(target.reader, catalog, target.request, target.source, verify=verify)
    except DockswitchError as error:
        return error


def _served(
    targets: Sequence[_Target], found: Sequence[Found | DockswitchError], *, explicit: bool
) -> tuple[list[tuple[_Target, Release]], tuple[str, ...]]:
    """The releases, and a note for each that is not there; raises what no other makes good."""
    releases, notes = [], []
    there = [
        (target.request.words, target.reader.host)
        for target, each in zip(targets, found, strict=True)
        if isinstance(each, Found)
    ]
    systems = {(words, host.os, host.arch) for words, host in there}
    for target, each in zip(targets, found, strict=True):
        if isinstance(each, Found):
            releases.append((target, each.release))
            continue
        host = target.reader.host
        lacking = isinstance(each, NotPublished | NotForThisHost)
        if explicit or not lacking or (target.request.words, host.os, host.arch) not in systems:
            raise each
        notes.append(f"not locked by {target.source} for {target.name}: {each.message}")
    return releases, tuple(notes)


def _with_digests(
    files: Sequence[_File], wanted: Wanted, progress: Progress
) -> Mapping[str, Download]:
    """By the address that it was asked at, each file with its one digest, and as it is stored."""
    unknown = [each.download for each in files if len(each.download.digests) != 1]
    if unknown and wanted.fetching == "refuse":
        raise NoDigest(unknown[0].name)
    read = unknown if wanted.fetching == "fetch" else []
    before, gate = _digests(wanted.before), BoundedSemaphore(_HASHING)
    with _told(read, progress) as add:

        def measured(file: _File) -> Hashed:
            if file.download not in read:
                return _measured(file, wanted.fetching)
            with gate:
                return file.reader.hashed(file.download.url, add)

        found = _at_once(_ASKING, measured, files)
    return {
        file.download.url: _judged(file, each, before.get(stored(file.download.url)), wanted)
        for file, each in zip(files, found, strict=True)
    }


@contextlib.contextmanager
def _told(downloads: Sequence[Download], progress: Progress) -> Iterator[Callable[[int], None]]:
    """Progress of files that are read at once, for as long as the block runs."""
    if not downloads:
        yield lambda _: None
        return
    names = ", ".join(each.name for each in downloads)
    progress.say(f"reading for their digests: {names}")
    tell = progress.begin(f"{len(downloads)} files" if len(downloads) > 1 else names, None)
    turn, over = Turn(), Event()

    def add(done: int) -> None:
        if over.is_set():  # ^C, or another file failed: nobody waits for the rest of this one
            raise BrokenOff
        with turn:
            tell(done)

    try:
        yield add
    finally:
        over.set()
        progress.end()


def _measured(file: _File, fetching: Fetching) -> Hashed:
    """The size as the index has it, else as its server tells: one that tells none is read for it.

    No digest and 0 bytes where neither is known.
    """
    size = file.download.size or file.reader.length(file.download.url)
    if size is None and fetching != "trust":
        return file.reader.hashed(file.download.url, lambda _: None)
    return Hashed("", size or 0)


def _judged(file: _File, found: Hashed, before: LockedFile | None, wanted: Wanted) -> Download:
    """The file with the digest that is right for it, and the trust in that; raises what is not."""
    download = file.download
    size, digest, trust = found.size, found.sha256, download.trust
    if digest:
        trust = _trust(file, digest, before, wanted)
    elif len(download.digests) == 1:
        digest = min(download.digests)
    elif before is not None:  # not read: what is locked, as long as the size tells nothing else
        digest = before.sha256 if size in (0, before.size) else ""
        size, trust = size or before.size, before.trust
    if trust < wanted.accepted.least:
        raise TooLittleTrust(download.name, trust, wanted.accepted.least)
    url, digests = stored(download.url), frozenset({digest})
    return replace(download, url=url, digests=digests, size=size, trust=trust)


def _trust(file: _File, digest: str, before: LockedFile | None, wanted: Wanted) -> Trust:
    """What vouches for the bytes that came; a digest that was seen before binds the name."""
    known, how = (before.sha256, "locked") if before else (_seen(file), "seen before")
    trust = judged(file.download, digest, wanted.accepted, known, how)
    return before.trust if before and trust is Trust.TLS else trust


def _seen(file: _File) -> str | None:
    keeper: Keeper | None = "machine" if file.release.backend == "machine" else None
    key = seen.key(file.reader, file.release.version, keeper, file.download.name)
    return seen.digest(file.reader, key)


def _digests(lock: Lock | None) -> Mapping[str, LockedFile]:
    entries = lock.entries if lock else ()
    return {each.url: each for entry in entries for each in entry.files}


def _ordered(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """As what was asked is ordered; hosts within an entry by name."""
    sorted_ = [replace(each, hosts=tuple(sorted(each.hosts))) for each in entries]
    specs = list(dict.fromkeys(each.spec for each in entries))
    return tuple(sorted(sorted_, key=lambda e: (specs.index(e.spec), e.backend, e.hosts)))


def _at_once(most: int, work: Callable[[_T], _U], things: Sequence[_T]) -> list[_U]:
    """What comes of each, in their order; the first that fails ends what has not begun."""
    if len(things) <= 1:
        return [work(each) for each in things]
    pool = ThreadPoolExecutor(min(len(things), most))
    try:
        return [each.result() for each in [pool.submit(work, thing) for thing in things]]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class BrokenOff(Exception):  # not an error for people: the thread ends
    """Nobody wants to know any more."""


class NoDigest(NotAuthentic):
    """A lock without a digest is none."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"nobody has published a digest of {name}",
            details="it has to be fetched once to be locked",
            hint="leave out --no-fetch, or take packages, whose index is signed: --backend apt",
        )
