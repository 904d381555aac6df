"""Making a lock: what was asked is found for every host at once, and each file gets its digest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import DockswitchError, NotForThisHost, NotPublished
from dockswitch.model.lock import Entry, Lock, entry_of, files_of, merged
from dockswitch.model.outcome import Found
from dockswitch.model.ports import Progress, Reader
from dockswitch.model.release import Release
from dockswitch.model.trust import Trust
from dockswitch.model.wish import Request
from dockswitch.switching import find, lock_hosts
from dockswitch.switching.at_once import ASKING, at_once
from dockswitch.switching.lock_digests import File, with_digests
from dockswitch.switching.lock_wish import Wanted
from dockswitch.switching.locked import stored

# Whose sources are asked where nobody says: what is for the machine itself.
WHOSE = ("apt", "static")


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


def make(catalog: Catalog, wanted: Wanted, progress: Progress) -> Made:
    """The lock, as of now. Raises what `find` raises, NoDigest, OtherBytes and TooLittleTrust.

    A release that is not published by one of the backends that nobody named is a note, where
    another backend has it for that host.
    """
    targets = tuple(dict.fromkeys(_targets(catalog, wanted)))
    progress.say(f"asking for {len(targets)} releases")
    found = at_once(ASKING, lambda each: _found(catalog, each, wanted.verify), targets)
    releases, notes = _served(targets, found, explicit=bool(wanted.asked.backends))
    files = {
        each.url: File(each, release, target.reader)
        for target, release in releases
        for each in files_of(release)
    }
    known = with_digests(tuple(files.values()), wanted, progress)
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


def _ordered(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """As what was asked is ordered; hosts within an entry by name."""
    sorted_ = [replace(each, hosts=tuple(sorted(each.hosts))) for each in entries]
    specs = list(dict.fromkeys(each.spec for each in entries))
    return tuple(sorted(sorted_, key=lambda e: (specs.index(e.spec), e.backend, e.hosts)))
