"""What a folder lacks of what a mirror of some releases needs; nothing in it is touched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dockswitch.engine.preflight.room import NoRoom
from dockswitch.model.address import shown
from dockswitch.model.errors import DockswitchError
from dockswitch.model.mirrored import Folder, Held, Page, Suite, Wanted
from dockswitch.model.trust import Trust
from dockswitch.switching import folder_page, manifest, mirror_locked
from dockswitch.switching.authentic import Accepted, TooLittleTrust
from dockswitch.switching.manifest import Manifest
from dockswitch.switching.mirroring import Needs

_LEAST = 16 << 20  # bytes that are to stay free
_SIGNED = ("InRelease", "Release.gpg", "Release")  # of a suite that goes, these go first


@dataclass(frozen=True, slots=True)
class Due:
    """What is left to do: `fetch` comes over the network, `copies` are the same bytes as those at
    another place (which may only come now), `gone` are places that nothing needs any more.

    `unlisted` are locked packages that apt does not find by itself. `sizes` are the bytes left to
    come, of those of which somebody tells.
    """

    known: Manifest = field(repr=False)
    fetch: tuple[Wanted, ...]
    copies: tuple[tuple[Wanted, str], ...]
    suites: tuple[Suite, ...]
    keys: tuple[Page, ...]
    gone: tuple[str, ...]
    kept: int
    unlisted: tuple[str, ...]
    sizes: Mapping[str, int] = field(repr=False)

    @property
    def changes(self) -> bool:
        return any([self.fetch, self.copies, self.suites, self.keys, self.gone])

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())


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
    unlisted = mirror_locked.unlisted(needs.repositories, suites, needs.files, accepted)
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
        unlisted,
        sizes,
    )


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
    right = right_digests(wanted, held) | accepted.digests
    if sha256 in right or (wanted.place in known.files and not right):
        if wanted.place in known.files:
            trust = Trust.LOCKED if sha256 in accepted.digests else wanted.download.trust
            size, time = found
            known.files[wanted.place] = Held(shown(wanted.download.url), sha256, size, trust, time)
        return True
    if wanted.place not in known.files:
        raise NotOurs(folder.path, wanted.place)
    return False


def right_digests(wanted: Wanted, held: Held | None) -> frozenset[str]:
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


class NotOurs(DockswitchError):
    def __init__(self, folder: str, place: str) -> None:
        super().__init__(
            f"{place} in {folder} is not this mirror's",
            details="no mirror of dockswitch's put it there, and it is not what would come there",
            hint="move it aside, or mirror into another folder",
        )
