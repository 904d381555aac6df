"""How a lock and what changed in it are told: as lines for people and as plain data."""

from collections.abc import Iterator, Sequence

from dockswitch.model.lock import Entry, Lock
from dockswitch.model.lock_changes import Change
from dockswitch.report.columns import columns


def plain(lock: Lock, changes: Sequence[Change], *, changed: bool = False) -> dict[str, object]:
    return {
        "path": lock.path,
        "changed": changed,
        "changes": [_change_plain(each) for each in changes],
        "asked": {
            "specs": list(lock.asked.specs),
            "for": list(lock.asked.hosts),
            "backends": list(lock.asked.backends),
            "as_of": lock.asked.as_of or None,
        },
        "releases": [_entry_plain(each) for each in lock.entries],
    }


def shown(lock: Lock) -> Iterator[str]:
    """The lock itself: a line for each release, by backend and hosts."""
    yield from columns([_row(each) for each in lock.entries])
    yield _counted(lock)


def lines(lock: Lock, changes: Sequence[Change], *, changed: bool, checked: bool) -> Iterator[str]:
    """What came of making it (anew), or of looking whether that would change it."""
    yield from map(str, changes)
    if checked:
        yield (
            f"{lock.path}: `dockswitch lock --update` would change it"
            if changed
            else f"{lock.path} is as all is published now"
        )
        return
    yield from columns([_row(each) for each in lock.entries])
    yield _counted(lock) + ("" if changed else ": nothing changed")


def _row(entry: Entry) -> list[str]:
    trust = min(each.trust for each in entry.files)
    files = "1 file" if len(entry.files) == 1 else f"{len(entry.files)} files"
    where = ", ".join(entry.hosts)
    return [entry.channel, str(entry.version), entry.backend, f"{files}, {trust}", where]


def _counted(lock: Lock) -> str:
    files = {each.url for entry in lock.entries for each in entry.files}
    hosts = len(lock.asked.hosts)
    return (
        f"{lock.path} locks {len(files)} file{'s' * (len(files) != 1)} "
        f"for {hosts} host{'s' * (hosts != 1)}"
    )


def _entry_plain(entry: Entry) -> dict[str, object]:
    return {
        "spec": entry.spec,
        "version": str(entry.version),
        "channel": entry.channel,
        "backend": entry.backend,
        "for": list(entry.hosts),
        "trust": str(min(each.trust for each in entry.files)),
        "artifacts": [
            {
                "url": each.url,
                "package": each.package or None,
                "sha256": each.sha256,
                "bytes": each.size,
                "trust": str(each.trust),
            }
            for each in entry.files
        ],
    }


def _change_plain(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "where": change.where,
        "what": change.what or None,
        "before": change.before or None,
        "after": change.after or None,
    }
