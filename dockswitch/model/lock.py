"""What a lock says: which files make up each release, for which hosts, and what was asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dockswitch.model.release import Download, Package, Release
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version

# A host in an entry: a release of this kind serves every host, since a virtual machine has it.
ANY = "any"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a lock was made of, so that it can be made anew.

    `specs` are the words of each; `hosts` are as `--for` names them; `backends` are whose sources
    were asked for, in the resolver's words, none where all that publish were; `as_of` is a day, or
    empty.
    """

    specs: tuple[str, ...]
    hosts: tuple[str, ...]
    backends: tuple[str, ...] = ()
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class LockedFile:
    """One file: `trust` is what vouched for its SHA-256 (lower-case hex) when it was locked.

    `size` is in bytes. `package` is what apt calls it (`NAME=VERSION`), empty for what is no
    package; `rootless` says that it is what an engine without root needs besides.
    """

    url: str
    sha256: str
    size: int
    trust: Trust
    package: str = ""
    rootless: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One release as one backend's source has it; `spec` are the words that asked for it.

    `hosts` are those that it serves (`debian:bookworm/x86_64`; `linux/aarch64`; ANY), and `files`
    are in the source's order, the engine's own first.
    """

    spec: str
    version: Version
    channel: str
    backend: str
    hosts: tuple[str, ...]
    files: tuple[LockedFile, ...]

    @property
    def what(self) -> tuple[str, str, tuple[str, ...]]:
        """What it answers: those words, for that backend, on these hosts."""
        return self.spec, self.backend, self.hosts

    def __str__(self) -> str:
        return f"{self.channel} {self.version} ({self.backend}, {', '.join(self.hosts)})"


@dataclass(frozen=True, slots=True)
class Lock:
    """All of a lock; `mirror` is whose address its files begin with, `path` where it lies."""

    mirror: str
    asked: Asked
    entries: tuple[Entry, ...]
    path: str = "dockswitch.lock"

    def serving(self, backend: str, hosts: Iterable[str]) -> tuple[Entry, ...]:
        """Those of that backend's sources, for a host that goes by any of these names."""
        names = {ANY, *hosts}
        return tuple(e for e in self.entries if e.backend == backend and names & set(e.hosts))

    def hosts(self, backend: str) -> tuple[str, ...]:
        """The hosts for which it has something by that backend."""
        found = (host for each in self.entries if each.backend == backend for host in each.hosts)
        return tuple(dict.fromkeys(found))

    @property
    def backends(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.backend for each in self.entries))


def release_of(entry: Entry) -> Release:
    """The release that an entry says: its digests decide, and no index was asked."""
    extras = next((each for each in entry.files if each.rootless), None)
    files = [each for each in entry.files if each.package or not each.rootless]
    return Release(
        version=entry.version,
        channel=entry.channel,
        backend=entry.backend,
        artifacts=tuple(_package(each) if each.package else _download(each) for each in files),
        rootless=_download(extras) if extras else None,
        locked=True,
    )


def entry_of(
    release: Release, spec: str, hosts: tuple[str, ...], files: Iterable[Download]
) -> Entry:
    """A release as an entry; `files` are all of its own, in their order, each with one digest, its
    size, and the address that is locked.
    """
    extras = release.rootless.url if release.rootless else ""
    return Entry(
        spec=spec,
        version=release.version,
        channel=release.channel,
        backend=release.backend,
        hosts=hosts,
        files=tuple(
            _file(each, rootless=own.url == extras)
            for own, each in zip(files_of(release), files, strict=True)
        ),
    )


def files_of(release: Release) -> Iterator[Download]:
    """All files of a release, the engine's own first, each once."""
    artifacts = [each.download for each in release.artifacts]
    yield from artifacts
    if release.rootless is not None and release.rootless.url not in {e.url for e in artifacts}:
        yield release.rootless


def merged(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """With hosts that are served by the very same files in one entry."""
    found: dict[Entry, tuple[str, ...]] = {}
    for each in entries:
        same = replace(each, hosts=())
        found[same] = (*found.get(same, ()), *each.hosts)
    return tuple(replace(e, hosts=tuple(dict.fromkeys(hosts))) for e, hosts in found.items())


def _file(wanted: Download, *, rootless: bool) -> LockedFile:
    return LockedFile(
        url=wanted.url,
        sha256=min(wanted.digests),
        size=wanted.size or 0,
        trust=wanted.trust,
        package=wanted.package,
        rootless=rootless,
    )


def _download(file: LockedFile) -> Download:
    digests = frozenset({file.sha256})
    return Download(file.url, digests, file.size, Trust.LOCKED, file.package)


def _package(file: LockedFile) -> Package:
    name, _, version = file.package.partition("=")
    return Package(name, version, file.url, file.sha256, file.size, Trust.LOCKED)
