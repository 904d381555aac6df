"""Has apt read one source anew, and believes it only what the index says too.

apt-get update exits with 0 where a server is down or a component is missing, and old lists serve.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dockswitch.apt import call, entries, era, failures, locks, own_source
from dockswitch.apt.entries import Entry
from dockswitch.model import package_words
from dockswitch.model.address import shown
from dockswitch.model.errors import DockswitchError, NotAuthentic
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Finished, Progress, Reader, System
from dockswitch.model.release import Download
from dockswitch.model.step import File

_LIMIT = 600  # seconds
# One more try after a second, where apt by itself takes seven seconds for three.
_PATIENCE = (
    *("-o", "Acquire::Retries=1"),
    *("-o", "Acquire::http::Timeout=30", "-o", "Acquire::https::Timeout=30"),
)
# Nobody else's lists are thrown away; the caches are of all sources, and so are no use here.
_ALONE = (
    *("-o", "Dir::Etc::sourceparts=-", "-o", "APT::Get::List-Cleanup=0"),
    *("-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="),
)


def update(system: System, origin: Origin, wanted: Sequence[Download], progress: Progress) -> None:
    """`apt-get update` of that source alone; apt then has what the index says of these packages.

    Where it has them already it does not read them again; with none wanted it always does. Raises
    SourceGone, OtherThanIndexed, PackagesBusy, and what apt-get fails with (`failures`).
    """
    locks.wait(system, locks.LISTS)
    progress.say(f"apt reads {shown(str(origin))}")
    for file in _copies(system, origin):
        content = None if file.content is None else file.content.encode(file.encoding)
        if system.read(file.path) != content:
            system.write(file.path, content, file.mode)
    if wanted and not _missing(system, origin, wanted):
        return
    words = ["update", "-o", "APT::Update::Error-Mode=any", "-qq"]
    if not origin.url:
        words = ["update", "-qq"]  # what is wrong with a source of somebody else's is not for us
    said = _apt_get(system, (*options(system, origin), *words))
    failed = failures.failure(said, call.log(system.layout))
    if failed is not None and (said.code or origin.url):
        raise failed
    check(system, origin, wanted)


def check(reader: Reader, origin: Origin, wanted: Sequence[Download]) -> None:
    """Whether apt has these very packages there; raises OtherThanIndexed."""
    for each, digests in _missing(reader, origin, wanted).items():
        raise OtherThanIndexed(origin, each, digests)


def _missing(
    reader: Reader, origin: Origin, wanted: Sequence[Download]
) -> dict[Download, frozenset[str]]:
    """Those of these packages that apt does not have there, with the digests that it has."""
    words = [each.package for each in wanted]
    said = reader.run(["apt-cache", *options(reader, origin), "show", *words])
    known = _digests(said.out)
    found = ((each, known.get(each.package, frozenset[str]())) for each in wanted)
    return {each: digests for each, digests in found if not digests & each.digests}


def options(reader: Reader, origin: Origin) -> tuple[str, ...]:
    """What has apt-get and apt-cache see this source and no other, once `update` was here."""
    if not origin.url:
        return _PATIENCE
    only = ("-o", f"Dir::Etc::sourcelist={reader.layout.real(_source(reader, origin))}")
    trusting = ("-o", f"Dir::Etc::trustedparts={reader.layout.real(_folder(reader))}/")
    old = not origin.file and era.version(reader) < era.STANZAS
    return (*only, *(trusting if old else ()), *_ALONE, *_PATIENCE)


def _source(reader: Reader, origin: Origin) -> str:
    """Where the copy of the source is; apt knows its form by how its name ends."""
    if origin.file:
        ending = "sources" if origin.file.endswith(".sources") else "list"
        return f"{_folder(reader)}/configured.{ending}"
    stanzas = era.version(reader) >= era.STANZAS
    return f"{_folder(reader)}/dockswitch.{'sources' if stanzas else 'list'}"


def _copies(reader: Reader, origin: Origin) -> Iterator[File]:
    """The source alone, and its key: its file may hold others, and an own one is not there yet.

    What has a secret in its address is for nobody else's eyes; the key is for the user `_apt`.
    """
    if not origin.url:
        return
    if origin.file:
        yield File(_source(reader, origin), _entry(reader, origin).text, 0o600)
        return
    written = own_source.written(reader, origin)
    places = {each.path: f"{_folder(reader)}/{each.path.rpartition('/')[2]}" for each in written}
    for each in written:
        content = each.content or ""
        for path, place in places.items():
            content = content.replace(f" {path}\n", f" {reader.layout.real(place)}\n")
        yield replace(each, path=places[each.path], content=content)


def _entry(reader: Reader, origin: Origin) -> Entry:
    found = (
        each
        for each in entries.entries(reader)
        if each.file == origin.file
        and origin.component in each.components
        and each.has(origin.url, origin.suite)
    )
    entry = next(found, None)
    if entry is None:
        raise SourceGone(origin)
    return entry


def _folder(reader: Reader) -> str:
    return f"{reader.layout.cache}/apt"


def _apt_get(system: System, words: Iterable[str]) -> Finished:
    return system.command(["apt-get", *words], timeout=_LIMIT)


def _digests(shown: str) -> Mapping[str, frozenset[str]]:
    """The SHA-256 sums of each package, as apt-cache shows them; a word for a package."""
    found: dict[str, frozenset[str]] = {}
    for stanza in shown.split("\n\n"):
        said = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line)
        word = package_words.there(said.get("Package", ""), said.get("Version", ""))
        digest = said.get("SHA256", "").lower()
        found[word] = found.get(word, frozenset()) | ({digest} if digest else set())
    return found


class SourceGone(DockswitchError):
    """A source of apt that was there when the release was looked for."""

    def __init__(self, origin: Origin) -> None:
        super().__init__(
            f"{origin.file} does not name {shown(str(origin))} any more",
            details="somebody changed apt's sources meanwhile",
            hint="run the same command again",
        )


class OtherThanIndexed(NotAuthentic):
    """apt has other bytes of a package than the index announced, or none at all."""

    def __init__(self, origin: Origin, wanted: Download, digests: frozenset[str]) -> None:
        has = f"it has {', '.join(sorted(digests))}" if digests else "it does not know it"
        super().__init__(
            f"apt does not have {wanted.package} as the index of {shown(str(origin))} says",
            details=f"{has}; the index says {' or '.join(sorted(wanted.digests))}",
            hint="the repository may be in the middle of an update, or the server was not reached "
            "and apt kept its old lists: run the same command again in some minutes",
        )
