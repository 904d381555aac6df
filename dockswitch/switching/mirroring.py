"""What a mirror of some releases has to have: which files, where they go, whose index has them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dockswitch.model.address import shown
from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import NotForThisHost, NotPublished, UsageError
from dockswitch.model.mirrored import Page, Suite, Wanted
from dockswitch.model.ports import Reader
from dockswitch.model.release import Release
from dockswitch.model.trust import Trust
from dockswitch.model.vm import Keeper
from dockswitch.model.wish import Request
from dockswitch.sources import Source, resolver, signed_index
from dockswitch.sources.images import ImageFeed
from dockswitch.sources.listing import StaticIndex
from dockswitch.sources.repository import AptRepository
from dockswitch.switching import find, seen

KINDS = ("static", "apt")  # whose sources are mirrored where nobody says
IMAGES = "boot2docker"  # the folder that DOCKSWITCH_IMAGE_MIRROR is to name
_IMAGE = f"/{IMAGES}/v{{version}}/boot2docker.iso"


@dataclass(frozen=True, slots=True)
class Asked:
    """A release as it was found for the host of its reader."""

    reader: Reader
    release: Release


@dataclass(frozen=True, slots=True)
class Repository:
    """A suite of an apt repository that the mirror has some packages of.

    `at` is the place of the repository, `parts` are those that it serves (`stable/amd64`).
    """

    source: AptRepository
    reader: Reader
    at: str
    parts: tuple[str, ...]

    @property
    def folder(self) -> str:
        return f"{self.at}/dists/{self.source.suite.strip('/')}"

    def key(self) -> Page:
        """The key, where it is on Docker's own host."""
        return Page(f"{self.at}/gpg", self.source.key_text(self.reader))

    def index(self, more: Sequence[str] = ()) -> Suite:
        """The suite's signed index; `more` are parts that the mirror has of it already: they have
        to be of the same moment.
        """
        parts = tuple(dict.fromkeys((*self.parts, *more)))
        return signed_index.suite_of(self.source, self.reader, self.at, parts)


@dataclass(frozen=True, slots=True)
class Needs:
    """All that the releases need, each file once."""

    files: tuple[Wanted, ...]
    repositories: tuple[Repository, ...]


def found(
    readers: Sequence[Reader], catalog: Catalog, requests: Sequence[Request], kinds: Sequence[str]
) -> tuple[list[Asked], list[str]]:
    """The releases that are meant, for each host and from each kind of source; and what is not.

    Where no `kinds` are said, what a host has of the usual ones is enough. Raises as `find` does.
    """
    asked: list[Asked] = []
    notes: list[str] = []
    for reader in readers:
        for request in requests:
            here, failures = _of_each_kind(reader, catalog, request, kinds or KINDS)
            if failures and (kinds or not here):
                raise failures[0]
            asked += here
            notes += [f"{request}: {each.message}" for each in failures if _is_told(each, reader)]
    return asked, list(dict.fromkeys(notes))


def needed(catalog: Catalog, asked: Iterable[Asked]) -> Needs:
    """What these releases need; raises NotMirrored, SamePlace."""
    laid = _docker_s_own(catalog)
    files: dict[str, Wanted] = {}
    repositories: dict[str, Repository] = {}
    for each in asked:
        release, host = each.release, each.reader.host
        source = resolver.resolve(catalog, release.channel, release.backend, host)
        there = resolver.resolve(laid, release.channel, release.backend, host)
        for wanted in _files(source, there, release):
            _refuse_same_place(files.get(wanted.place), wanted)
            files.setdefault(wanted.place, _with_seen(each.reader, release, wanted))
        match source, there:
            case AptRepository(), AptRepository(url=url):
                new = _repository(source, each.reader, _place(url, release.channel))
                known = repositories.get(new.folder)
                repositories[new.folder] = _merged(known, new) if known else new
    return Needs(tuple(files.values()), tuple(repositories.values()))


def _of_each_kind(
    reader: Reader, catalog: Catalog, request: Request, kinds: Sequence[str]
) -> tuple[list[Asked], list[NotPublished | NotForThisHost]]:
    here: list[Asked] = []
    failures: list[NotPublished | NotForThisHost] = []
    for kind in kinds:
        try:
            release = find.find(reader, catalog, request, kind).release
        except (NotPublished, NotForThisHost) as error:
            failures.append(error)
        else:
            here.append(Asked(reader, release))
    return here, failures


def _is_told(failure: NotPublished | NotForThisHost, reader: Reader) -> bool:
    """Whether it is news: a host without a distribution has no packages."""
    match failure:
        case NotForThisHost():
            return bool(reader.host.distribution)
    return True


def _docker_s_own(catalog: Catalog) -> Catalog:
    """The catalog whose addresses are places in a mirror, each behind a `/`."""
    own = replace(Catalog.shipped().addresses, mirror="", image=_IMAGE)
    return replace(catalog, addresses=own)


def _files(source: Source, there: Source, release: Release) -> Iterator[Wanted]:
    """The release's files, each with its place in the mirror."""
    match source, there:
        case StaticIndex(), StaticIndex(url=at):
            return source.files(release, _place(at, release.channel))
        case AptRepository(url=url), AptRepository(url=at):
            _refuse_strays(release, f"{url.rstrip('/')}/")
            return source.files(release, _place(at, release.channel))
        case ImageFeed(), ImageFeed(image=at):
            return source.files(release, _place(at, release.channel))
    raise NotMirrored(release.channel, f"the {release.backend} backend is not one of Docker's own")


def _refuse_strays(release: Release, repository: str) -> None:
    """A lock has its own addresses, which may be below another repository than is asked here."""
    for each in release.artifacts:
        if not each.url.startswith(repository):
            raise NotMirrored(
                release.channel, f"{shown(each.url)} is not below {shown(repository)}"
            )


def _place(address: str, channel: str) -> str:
    if not address.startswith("/"):
        raise NotMirrored(channel, "its channel map gives it an address of its own")
    return address.lstrip("/")


def _repository(source: AptRepository, reader: Reader, at: str) -> Repository:
    return Repository(source, reader, at, (f"{source.component}/{source.arch}",))


def _merged(known: Repository, new: Repository) -> Repository:
    if known.source.url != new.source.url:
        raise SamePlace(known.folder, known.source.url, new.source.url)
    return replace(known, parts=tuple(dict.fromkeys((*known.parts, *new.parts))))


def _with_seen(reader: Reader, release: Release, wanted: Wanted) -> Wanted:
    """With the digest that it had when this machine saw it before, where nothing better tells."""
    download = wanted.download
    if download.trust > Trust.TLS:
        return wanted
    keeper: Keeper | None = "machine" if release.backend == "machine" else None
    before = seen.digest(reader, seen.key(reader, release.version, keeper, download.name))
    if before is None:
        return wanted
    return replace(wanted, download=replace(download, digests=frozenset({before})))


def _refuse_same_place(known: Wanted | None, wanted: Wanted) -> None:
    if known is not None and known.download.url != wanted.download.url:
        raise SamePlace(known.place, known.download.url, wanted.download.url)


class NotMirrored(UsageError):
    def __init__(self, channel: str, what: str) -> None:
        super().__init__(
            f"{channel} cannot be mirrored",
            details=what,
            hint="a mirror stands in for Docker's own host: leave the channel out, or mirror that "
            "place by other means",
        )


class SamePlace(UsageError):
    def __init__(self, place: str, one: str, other: str) -> None:
        super().__init__(
            f"two files would stand in one place: {place}",
            details=f"{shown(one)} and {shown(other)}",
            hint="mirror them into two folders",
        )
