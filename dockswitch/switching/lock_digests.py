"""The one digest that each file of a lock gets: a published one, or that of what was read."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Event
from threading import Lock as Turn

from dockswitch.model.errors import NotAuthentic
from dockswitch.model.lock import Lock, LockedFile
from dockswitch.model.ports import Hashed, Progress, Reader
from dockswitch.model.release import Download, Release
from dockswitch.model.trust import Trust
from dockswitch.model.vm import Keeper
from dockswitch.switching import seen
from dockswitch.switching.at_once import ASKING, at_once
from dockswitch.switching.authentic import TooLittleTrust, judged
from dockswitch.switching.lock_wish import Fetching, Wanted
from dockswitch.switching.locked import stored

_HASHING = 4  # files at once: a processor hashes one of them


@dataclass(frozen=True, slots=True)
class File:
    """A file to be locked, and the host on whose behalf it is asked for."""

    download: Download
    release: Release = field(compare=False)
    reader: Reader = field(compare=False)


def with_digests(
    files: Sequence[File], wanted: Wanted, progress: Progress
) -> Mapping[str, Download]:
    """By the address that it was asked at, each file with its one digest, and as it is stored."""
    unknown = [each.download for each in files if len(each.download.digests) != 1]
    if unknown and wanted.fetching == "refuse":
        raise NoDigest(unknown[0].name)
    read = unknown if wanted.fetching == "fetch" else []
    before, gate = _digests(wanted.before), BoundedSemaphore(_HASHING)
    with _told(read, progress) as add:

        def measured(file: File) -> Hashed:
            if file.download not in read:
                return _measured(file, wanted.fetching)
            with gate:
                return file.reader.hashed(file.download.url, add)

        found = at_once(ASKING, measured, files)
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


def _measured(file: File, fetching: Fetching) -> Hashed:
    """The size as the index has it, else as its server tells: one that tells none is read for it.

    No digest and 0 bytes where neither is known.
    """
    size = file.download.size or file.reader.length(file.download.url)
    if size is None and fetching != "trust":
        return file.reader.hashed(file.download.url, lambda _: None)
    return Hashed("", size or 0)


def _judged(file: File, found: Hashed, before: LockedFile | None, wanted: Wanted) -> Download:
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


def _trust(file: File, digest: str, before: LockedFile | None, wanted: Wanted) -> Trust:
    """What vouches for the bytes that came; a digest that was seen before binds the name."""
    known, how = (before.sha256, "locked") if before else (_seen(file), "seen before")
    trust = judged(file.download, digest, wanted.accepted, known, how)
    return before.trust if before and trust is Trust.TLS else trust


def _seen(file: File) -> str | None:
    keeper: Keeper | None = "machine" if file.release.backend == "machine" else None
    key = seen.key(file.reader, file.release.version, keeper, file.download.name)
    return seen.digest(file.reader, key)


def _digests(lock: Lock | None) -> Mapping[str, LockedFile]:
    entries = lock.entries if lock else ()
    return {each.url: each for entry in entries for each in entry.files}


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
