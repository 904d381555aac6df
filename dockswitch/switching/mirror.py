"""Having in a folder what a mirror of some releases needs, and nothing half-made at any moment.

Files come first, then what lists them, each suite's signed index in one moment; what goes is first
no longer listed. A command that was killed leaves what served before, and parts to go on with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dockswitch.engine.preflight.room import NoRoom
from dockswitch.model.address import shown
from dockswitch.model.errors import DockswitchError
from dockswitch.model.mirrored import Came, Folder, Held, Page, Suite, Wanted
from dockswitch.model.ports import Progress
from dockswitch.model.trust import Trust
from dockswitch.switching import folder_page, manifest
from dockswitch.switching.authentic import Accepted, OtherBytes, TooLittleTrust
from dockswitch.switching.manifest import Manifest
from dockswitch.switching.mirroring import Needs

_LEAST = 16 << 20  # bytes that are to stay free
_SIGNED = ("InRelease", "Release.gpg", "Release")  # of a suite that goes, these go first


@dataclass(frozen=True, slots=True)
class Due:
    """What is left to do: `fetch` comes over the network, `copies` are the same bytes as those at
    another place (which may only come now), `gone` are places that nothing needs any more.

    `sizes` are the bytes left to come, of those of which somebody tells.
    """

    known: Manifest = field(repr=False)
    fetch: tuple[Wanted, ...]
    copies: tuple[tuple[Wanted, str], ...]
    suites: tuple[Suite, ...]
    keys: tuple[Page, ...]
    gone: tuple[str, ...]
    kept: int
    sizes: Mapping[str, int] = field(repr=False)

    @property
    def changes(self) -> bool:
        return any([self.fetch, self.copies, self.suites, self.keys, self.gone])

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What was done: each file that is new, with what it is."""

    due: Due
    new: Mapping[str, Held]


def due(folder: Folder, needs: Needs, accepted: Accepted, *, prune: bool) -> Due:
    """What the folder lacks; changes nothing in it.

    Raises NotOurs for what somebody else put there, NoRoom, TooLittleTrust, and what reading a
    signed index raises.
    """
    known = manifest.read(folder)
    for wanted in needs.files:
        _refuse_less_trust(wanted, accepted)
    before = {} if prune else known.suites
    suites = [each.index(before.get(each.folder, ())) for each in needs.repositories]
    keys = [each.key() for each in needs.repositories]
    left = [each for each in needs.files if not _is_there(folder, known, each, accepted)]
    fetch, copies = _without_twins(known, left)
    pages = [page for suite in suites for page in suite.pages]
    for page in (*pages, *keys):
        _refuse_foreign(folder, known, page)
    sizes = folder.sizes(fetch)
    wanted_bytes = sum(sizes.values()) + sum(len(page.content) for page in pages) + _LEAST
    if folder.free() < wanted_bytes:
        mends = f"`dockswitch mirror {folder.path} … --prune`"
        raise NoRoom(folder.path, folder.free(), wanted_bytes, mends)
    needed = {*(each.place for each in needs.files), *(page.place for page in (*pages, *keys))}
    return Due(
        known,
        tuple(fetch),
        tuple(copies),
        tuple(each for each in suites if _differs(folder, each.pages)),
        tuple(each for each in dict.fromkeys(keys) if _differs(folder, (each,))),
        tuple(_gone(known, needed)) if prune else (),
        len(needs.files) - len(left),
        sizes,
    )


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


def _refuse_less_trust(wanted: Wanted, accepted: Accepted) -> None:
    download = wanted.download
    if download.trust < accepted.least and not accepted.digests:
        raise TooLittleTrust(download.name, download.trust, accepted.least)


def _is_there(folder: Folder, known: Manifest, wanted: Wanted, accepted: Accepted) -> bool:
    """Whether it is there as it is wanted; a file that nobody touched is not read again."""
    found = folder.stat(wanted.place)
    if found is None:
        return False
    held = known.files.get(wanted.place)
    untouched = held is not None and found == (held.size, held.time)
    sha256 = held.sha256 if held and untouched else folder.sha256(wanted.place) or ""
    right = _right(wanted, held) | accepted.digests
    if sha256 in right or (wanted.place in known.files and not right):
        if wanted.place in known.files:
            trust = Trust.LOCKED if sha256 in accepted.digests else wanted.download.trust
            size, time = found
            known.files[wanted.place] = Held(shown(wanted.download.url), sha256, size, trust, time)
        return True
    if wanted.place not in known.files:
        raise NotOurs(folder.path, wanted.place)
    return False


def _right(wanted: Wanted, held: Held | None) -> frozenset[str]:
    """The digests that it may have; none where nobody ever told one."""
    return wanted.download.digests or frozenset({held.sha256} if held else ())


def _without_twins(
    known: Manifest, left: Sequence[Wanted]
) -> tuple[list[Wanted], list[tuple[Wanted, str]]]:
    """What is to be fetched, and what is the same as another file: it is fetched once."""
    lacking = {each.place for each in left}
    there = {
        held.sha256: place
        for place, held in known.files.items()
        if held is not None and place not in lacking
    }
    fetched: list[Wanted] = []
    copies: list[tuple[Wanted, str]] = []
    for each in left:
        digest = next(iter(each.download.digests)) if len(each.download.digests) == 1 else ""
        if digest in there:
            copies.append((each, there[digest]))
            continue
        fetched.append(each)
        if digest:
            there[digest] = each.place
    return fetched, copies


def _refuse_foreign(folder: Folder, known: Manifest, page: Page) -> None:
    if not known.has(page.place) and folder.read(page.place) not in (None, page.content):
        raise NotOurs(folder.path, page.place)


def _differs(folder: Folder, pages: Sequence[Page]) -> bool:
    return any(folder.read(page.place) != page.content for page in pages)


def _gone(known: Manifest, needed: set[str]) -> Iterator[str]:
    """What nothing needs any more, in the order in which it may go: what lists others first."""
    listings = (place for place in known.pages if place.rpartition("/")[2] != folder_page.NAME)
    gone = [place for place in (*listings, *known.files) if place not in needed]
    yield from sorted(gone, key=lambda place: _rank(place.rpartition("/")[2], known.files, place))


def _rank(name: str, files: Mapping[str, Held | None], place: str) -> tuple[bool, int]:
    first = _SIGNED.index(name) if name in _SIGNED else len(_SIGNED)
    return place in files, first


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
    right = _right(wanted, known.files.get(wanted.place))
    if right and sha256 not in right:
        told = download.digests and download.trust > Trust.TLS
        how = "published" if told else "seen before"
        raise OtherBytes(download.name, sha256, right, how)
    if download.trust < accepted.least:
        raise TooLittleTrust(download.name, download.trust, accepted.least)
    return download.trust


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


class NotOurs(DockswitchError):
    def __init__(self, folder: str, place: str) -> None:
        super().__init__(
            f"{place} in {folder} is not this mirror's",
            details="no mirror of dockswitch's put it there, and it is not what would come there",
            hint="move it aside, or mirror into another folder",
        )
