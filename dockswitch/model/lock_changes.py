"""What one lock has otherwise than another: newer releases, other bytes, what came and went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dockswitch.model import package_words
from dockswitch.model.lock import Entry, Lock, LockedFile

Kind = Literal["release", "package", "bytes", "address", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` are versions or digests, empty where there is none."""

    kind: Kind
    where: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        match self.kind:
            case "release" | "package" | "address":
                said = f"{self.what} {self.before} → {self.after}".strip()
            case "bytes":
                said = f"{self.what} has other bytes now" + (
                    f": {self.before} → {self.after}" if self.after else ", by its size"
                )
            case "new":
                said = f"{self.what} is new"
            case "gone":
                said = f"{self.what} is gone"
        return f"{self.where}: {said}"


def changes(before: Lock, after: Lock) -> tuple[Change, ...]:
    """In the order of the later lock; what is gone comes last."""
    return tuple(_changes(before, after))


def _changes(before: Lock, after: Lock) -> Iterator[Change]:
    was, now = _by_host(before), _by_host(after)
    told: set[tuple[object, ...]] = set()
    for key, entry in now.items():
        for change in _of_entry(was.get(key), entry):
            same = (key[0], change.kind, change.what, change.before, change.after)
            if same not in told:  # once, for the first of several hosts
                told.add(same)
                yield change
    for key, entry in was.items():
        if key not in now:
            yield Change("gone", _where(entry), str(entry.version), str(entry.version), "")


def _by_host(lock: Lock) -> Mapping[tuple[str, str, str], Entry]:
    return {(each.spec, each.backend, host): each for each in lock.entries for host in each.hosts}


def _of_entry(before: Entry | None, after: Entry) -> Iterator[Change]:
    where = _where(after)
    if before is None:
        yield Change("new", where, str(after.version), "", str(after.version))
        return
    if before.version != after.version:
        yield Change("release", where, "", str(before.version), str(after.version))
        return
    if before.channel != after.channel:
        yield Change("release", where, "channel", before.channel, after.channel)
    was = {_name(each): each for each in before.files}
    now = {_name(each): each for each in after.files}
    for name, file in now.items():
        yield from _of_file(where, name, was.get(name), file)
    for name in was:
        if name not in now:
            yield Change("gone", where, name, was[name].sha256, "")


def _of_file(
    where: str, name: str, before: LockedFile | None, after: LockedFile
) -> Iterator[Change]:
    if before is None:
        yield Change("new", where, name, "", after.sha256)
    elif before.package != after.package:
        versions = [package_words.split(each.package)[1] or "" for each in (before, after)]
        yield Change("package", where, name, *versions)
    elif before.sha256 != after.sha256:
        yield Change("bytes", where, name, before.sha256, after.sha256)
    elif before.url != after.url:
        yield Change("address", where, name, before.url, after.url)
    elif before != after:
        yield Change("release", where, f"{name}: trust", str(before.trust), str(after.trust))


def _where(entry: Entry) -> str:
    return f"{entry.spec} ({entry.backend}, {', '.join(entry.hosts)})"


def _name(file: LockedFile) -> str:
    """What a file is, whatever its version: a package's name, or its part in the release."""
    if file.package:
        return package_words.split(file.package)[0]
    return "the extras for rootless" if file.rootless else "the engine"
