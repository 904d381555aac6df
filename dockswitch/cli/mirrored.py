"""How a mirror is told: what came, what it is trusted by, and who may read it how."""

from collections.abc import Iterator

from dockswitch.model.address import shown
from dockswitch.model.mirrored import Held, Wanted
from dockswitch.model.trust import Trust
from dockswitch.switching.mirror import Mirrored
from dockswitch.switching.mirror_due import Due
from dockswitch.switching.mirroring import IMAGES, Needs


def due_plain(folder: str, due: Due) -> dict[str, object]:
    return {
        "changed": due.changes,
        "folder": folder,
        "fetched": [_wanted_plain(due, each) for each in due.fetch],
        "copied": [each.place for each, _ in due.copies],
        "kept": due.kept,
        "indexes": [each.folder for each in due.suites],
        "removed": list(due.gone),
        "unlisted": list(due.unlisted),
        "bytes": due.bytes,
    }


def due_lines(folder: str, due: Due) -> Iterator[str]:
    """What `--dry-run` says."""
    for each in due.fetch:
        left = due.sizes.get(each.place)
        told = "" if left is None else f" ({left} bytes)"
        yield f"would fetch {each.place}{told}, trust {each.download.trust}"
    for each, place in due.copies:
        yield f"would have {each.place} too: it is {place}"
    for suite in due.suites:
        yield f"would replace the index of {suite.folder}"
    for place in due.gone:
        yield f"would remove {place}"
    if not due.changes:
        yield f"{folder} has all of it already"


def done_plain(folder: str, done: Mirrored, seconds: float) -> dict[str, object]:
    fetched = [_held_plain(each, done.new[each.place]) for each in done.due.fetch]
    came = [done.new[each.place].size for each in done.due.fetch]
    return {
        **due_plain(folder, done.due),
        "fetched": fetched,
        "bytes": sum(came),
        "trust": _least(done),
        "seconds": round(seconds, 3),
    }


def done_lines(folder: str, done: Mirrored, needs: Needs) -> Iterator[str]:
    due = done.due
    size = sum(done.new[each.place].size for each in due.fetch)
    removed = f", {len(due.gone)} removed" if due.gone else ""
    copied = f", {len(due.copies)} were among them twice" if due.copies else ""
    yield (
        f"{folder}: {len(due.fetch)} files fetched ({size} bytes){copied}, "
        f"{due.kept} were there{removed}"
    )
    for trust in reversed(Trust):
        count = sum(each.download.trust == trust for each in needs.files)
        if count:
            yield f"  {count} are {trust}: {trust.meaning}"
    yield f"DOCKSWITCH_MIRROR=file://{folder} has dockswitch read it"
    if any(each.place.startswith(f"{IMAGES}/") for each in needs.files):
        yield f"DOCKSWITCH_IMAGE_MIRROR=file://{folder}/{IMAGES} has it read the images"
    yield from _sources(folder, needs)


def _sources(folder: str, needs: Needs) -> Iterator[str]:
    """A line for apt's own sources for each part of each suite."""
    for each in needs.repositories:
        for arch in dict.fromkeys(part.rpartition("/")[2] for part in each.parts):
            components = [
                part.partition("/")[0] for part in each.parts if part.endswith(f"/{arch}")
            ]
            key = f"signed-by={folder}/{each.at}/gpg"
            yield (
                f"deb [arch={arch} {key}] file://{folder}/{each.at} "
                f"{each.source.suite} {' '.join(components)}"
            )


def _least(done: Mirrored) -> str | None:
    trusts = [held.trust for held in done.new.values()]
    return str(min(trusts)) if trusts else None


def _wanted_plain(due: Due, wanted: Wanted) -> dict[str, object]:
    digests = sorted(wanted.download.digests)
    return {
        "place": wanted.place,
        "url": shown(wanted.download.url),
        "sha256": digests[0] if len(digests) == 1 else digests or None,
        "bytes": due.sizes.get(wanted.place),
        "trust": str(wanted.download.trust),
    }


def _held_plain(wanted: Wanted, held: Held) -> dict[str, object]:
    return {
        "place": wanted.place,
        "url": held.url,
        "sha256": held.sha256,
        "bytes": held.size,
        "trust": str(held.trust),
    }
