"""The files of packages got by apt-get, from one source and nowhere else."""

import os
from collections.abc import Sequence

from dockswitch.apt import call, failures, kept, update
from dockswitch.model import package_words
from dockswitch.model.errors import Unreachable
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Progress, Reader, System, Unpacked
from dockswitch.model.release import Download


def download(
    system: System, origin: Origin, downloads: Sequence[Download], *, into: str, progress: Progress
) -> tuple[Unpacked, ...]:
    """Exactly these packages in the folder `into`, under the names of apt's own cache.

    One that lies here already with a right digest is taken from there, without the network. Each
    answer has what was computed of its file; whether that is right is the caller's to decide. The
    folder is on disk when it returns, and gone when it raises what `update` and `failures` make of
    apt's words.
    """
    system.folder(into)
    try:
        missing = [each for each in downloads if not _taken(system, each, into)]
        if missing:
            update.update(system, origin, missing, progress)
            _get(system, origin, missing, into, progress)
        found = tuple(_measured(system, each, into) for each in downloads)
        system.sync(into)
    except BaseException:
        system.discard(into)
        raise
    return found


def saved(
    system: System, downloads: Sequence[Download], *, into: str, progress: Progress
) -> tuple[Unpacked, ...]:
    """Likewise from their own addresses, without apt, its sources or what it knows of them."""
    beside = f"{into}-addressed"
    system.folder(into)
    try:
        missing = [each for each in downloads if not _taken(system, each, into)]
        if missing:
            system.save([each.url for each in missing], into=beside, progress=progress)
            for each in missing:
                system.move(f"{beside}/{each.name}", f"{into}/{_name(each)}")
            system.discard(beside)
        found = tuple(_measured(system, each, into) for each in downloads)
        system.sync(into)
    except BaseException:
        system.discard(into)
        raise
    return found


def _name(wanted: Download) -> str:
    """What apt calls its file; the architecture is what its address ends with."""
    name, version = package_words.split(wanted.package)
    arch = wanted.name.removesuffix(".deb").rpartition("_")[2]
    return package_words.file_name(name, version or "", arch)


def _taken(system: System, wanted: Download, into: str) -> bool:
    """Whether a file with a right digest lay here already."""
    for path in kept.candidates(system, wanted.package):
        if wanted.size in (None, system.size(path)) and system.sha256(path) in wanted.digests:
            system.copy(path, f"{into}/{os.path.basename(path)}")
            return True
    return False


def _get(
    system: System, origin: Origin, wanted: Sequence[Download], into: str, progress: Progress
) -> None:
    """apt honours what is set for this machine: proxies, `auth.conf.d`, mirrors of its own."""
    sizes = [each.size for each in wanted if each.size is not None]
    total = sum(sizes) if len(sizes) == len(wanted) else None
    add = progress.begin(", ".join(each.package for each in wanted), total)
    began, seen = _bytes_in(system, into), 0

    def grown() -> None:
        nonlocal seen
        now = _bytes_in(system, into) - began
        add(max(now - seen, 0))
        seen = max(now, seen)

    words = (*update.options(system, origin), *(each.package for each in wanted))
    try:
        ran = call.download(system, *words, into=into, meanwhile=grown)
        grown()
    finally:
        progress.end()
    failed = failures.failure(ran, call.download_log(system.layout))
    if failed is not None:
        raise failed


def _bytes_in(reader: Reader, folder: str) -> int:
    return sum(reader.size(f"{folder}/{name}") or 0 for name in reader.names(folder))


def _measured(reader: Reader, wanted: Download, folder: str) -> Unpacked:
    for path in kept.paths_in(reader, folder, wanted.package):
        sha256, size = reader.sha256(path), reader.size(path)
        if sha256 is not None and size is not None:
            return Unpacked(wanted.url, sha256, size, ())
    raise NotFetched(wanted.package)


class NotFetched(Unreachable):
    """apt-get said nothing of what was wrong."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"apt did not fetch {word}",
            details="apt-get was content, but there is no such file",
            hint="run the same command again",
        )
