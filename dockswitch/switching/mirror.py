"""Having in a folder what a mirror of some releases needs, and nothing half-made at any moment.

Files come first, then what lists them, each suite's signed index in one moment; what goes is first
no longer listed. A command that was killed leaves what served before, and parts to go on with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dockswitch.model.address import shown
from dockswitch.model.mirrored import Came, Folder, Held, Wanted
from dockswitch.model.ports import Progress
from dockswitch.model.release import Download
from dockswitch.model.trust import Trust
from dockswitch.switching import folder_page
from dockswitch.switching.authentic import Accepted, OtherBytes, TooLittleTrust
from dockswitch.switching.manifest import Manifest
from dockswitch.switching.mirror_due import Due, right_digests
from dockswitch.switching.mirroring import Needs


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What was done: each file that is new, with what it is."""

    due: Due
    new: Mapping[str, Held]


def mirror(
    folder: Folder, needs: Needs, due: Due, accepted: Accepted, progress: Progress, *, prune: bool
) -> Mirrored:
    """Does what is due; the folder is locked. Raises NotAuthentic, Unreachable, NotPublished.

    `prune` ends what an earlier run left unfinished and nobody asks for now.
    """
    known, new = due.known, dict[str, Held]()
    _claim(folder, known, due)
    try:
        _fetch(folder, due, accepted, progress, new)
        for wanted, place in due.copies:
            progress.say(f"{wanted.place} is the same as {place}")
            folder.also(place, wanted.place)
            new[wanted.place] = _noted(folder, wanted, new.get(place) or known.files[place])
    finally:
        known.files.update(new)
        known.write(folder)
    folder.sync()
    for key in due.keys:
        folder.write(key.place, key.content)
    for suite in due.suites:
        progress.say(f"the index of {suite.folder} is replaced")
        folder.replace(suite.folder, suite.pages)
    _list(folder, known, frozenset(due.gone))
    for place in due.gone:
        progress.say(f"{place} goes")
        folder.remove(place)
        known.files.pop(place, None)
    _forget(known, due, needs, prune=prune)
    if prune:
        folder.forget_parts(needs.files)
    known.write(folder)
    return Mirrored(due, new)


def _claim(folder: Folder, known: Manifest, due: Due) -> None:
    """Says whose the files are that come now: what a killed command leaves is known to be ours."""
    for wanted in (*due.fetch, *(each for each, _ in due.copies)):
        known.files.setdefault(wanted.place, None)
    pages = [page.place for suite in due.suites for page in suite.pages]
    known.pages = list(dict.fromkeys((*known.pages, *pages, *(key.place for key in due.keys))))
    for suite in due.suites:
        known.suites[suite.folder] = list(suite.parts)
    known.write(folder)


def _fetch(
    folder: Folder, due: Due, accepted: Accepted, progress: Progress, new: dict[str, Held]
) -> None:
    def judge(wanted: Wanted, sha256: str) -> None:
        _judged(due.known, wanted, sha256, accepted)

    def came(wanted: Wanted, found: Came) -> None:
        trust = _judged(due.known, wanted, found.sha256, accepted)
        url = shown(wanted.download.url)
        new[wanted.place] = Held(url, found.sha256, found.size, trust, found.time)
        progress.say(f"{wanted.place} came ({trust})")

    told = len(due.sizes) == len(due.fetch)
    folder.fetch(due.fetch, judge, came, progress, due.bytes if told else None)


def _judged(known: Manifest, wanted: Wanted, sha256: str, accepted: Accepted) -> Trust:
    """How it is authenticated; raises OtherBytes, TooLittleTrust."""
    if sha256 in accepted.digests:
        return Trust.LOCKED
    download = wanted.download
    right = right_digests(wanted, known.files.get(wanted.place))
    if right and sha256 not in right:
        raise OtherBytes(download.name, sha256, right, _known_as(download))
    if download.trust < accepted.least:
        raise TooLittleTrust(download.name, download.trust, accepted.least)
    return download.trust


def _known_as(download: Download) -> str:
    if download.trust is Trust.LOCKED:
        return "locked"
    return "published" if download.digests and download.trust > Trust.TLS else "seen before"


def _noted(folder: Folder, wanted: Wanted, twin: Held | None) -> Held:
    size, time = folder.stat(wanted.place) or (0, 0)
    assert twin is not None
    return Held(shown(wanted.download.url), twin.sha256, size, wanted.download.trust, time)


def _list(folder: Folder, known: Manifest, gone: frozenset[str]) -> None:
    """The page of each folder that has something of ours; one of somebody else's is left alone."""
    places = {*known.files, *known.pages}
    folders = {above for place in places for above in _above(place)}
    empty: set[str] = set()
    for above in sorted(folders, key=lambda each: -each.count("/")):  # the deepest first
        page, place = folder_page.page(folder, above, gone | empty), above + folder_page.NAME
        there = folder.read(place)
        if page is None:
            empty.add(above)
        if there is not None and place not in known.pages:
            continue
        if page is None:
            folder.remove(place)
        elif page != there:
            if place not in known.pages:
                known.pages.append(place)
                known.write(folder)
            folder.write(place, page)


def _above(place: str) -> Iterator[str]:
    """The folders that a place is in, each ending in `/`; the top is empty."""
    while place:
        place = place.rstrip("/").rpartition("/")[0]
        yield f"{place}/" if place else ""


def _forget(known: Manifest, due: Due, needs: Needs, *, prune: bool) -> None:
    gone = set(due.gone)
    known.pages = [place for place in known.pages if place not in gone]
    if prune:
        serving = {each.folder for each in needs.repositories}
        known.suites = {name: parts for name, parts in known.suites.items() if name in serving}
