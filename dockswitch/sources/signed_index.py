"""The signed index of an apt suite as it was published, byte for byte, for a mirror of it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from dockswitch.model import package_names
from dockswitch.model.address import shown
from dockswitch.model.errors import DockswitchError, NotPublished
from dockswitch.model.indexes import IndexMismatch
from dockswitch.model.mirrored import Page, Suite
from dockswitch.model.ports import Index, Reader
from dockswitch.model.unreachable import NeverFetched
from dockswitch.sources.announced import Announced, NoSuchComponent
from dockswitch.sources.packages_file import stanzas
from dockswitch.sources.repository import AptRepository, inflated
from dockswitch.system.signature import NotSigned

_SIGNED = ("Release.gpg", "Release", "InRelease")  # the last is what apt asks for first
_ALGORITHMS = {"MD5Sum": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}


def suite_of(source: AptRepository, reader: Reader, at: str, parts: Sequence[str]) -> Suite:
    """What apt reads of the source's suite for these parts (`stable/amd64`).

    The places are those in the same repository `at` a mirror. A form of Packages that is announced
    and not there is left out: apt asks for the next one. Raises NotAuthentic, Unreachable,
    NotPublished.
    """
    folder = f"dists/{source.suite.strip('/')}"
    url = f"{source.url.rstrip('/')}/{folder}"
    signed, content = _signed(source, reader, url)
    announced = Announced(content, shown(f"{url}/InRelease"))
    listed = {
        name: body
        for part in parts
        for name, body in _packages(announced, reader, url, part).items()
    }
    pages = [page for name, body in listed.items() for page in _forms(announced, name, body)]
    pages += [Page(name, body) for name, body in signed.items()]
    placed = tuple(Page(f"{at}/{folder}/{page.place}", page.content) for page in pages)
    return Suite(f"{at}/{folder}", tuple(parts), placed)


def digests(suite: Suite, at: str) -> Mapping[str, str]:
    """The SHA-256 of each package that a suite lists, by its place; `at` is its repository's."""
    found: dict[str, str] = {}
    for page in suite.pages:
        name = page.place.rpartition("/")[2]
        if name.partition(".")[0] != "Packages":
            continue
        text = inflated(page.content, name.removeprefix("Packages"), page.place)
        for stanza in stanzas(text.decode("utf-8", "replace"), package_names.DOCKERS):
            found[f"{at}/{stanza.get('Filename', '')}"] = stanza.get("SHA256", "").lower()
    return found


def _signed(source: AptRepository, reader: Reader, url: str) -> tuple[Mapping[str, bytes], bytes]:
    """The files with the signatures, the one that counts last, and what is signed."""
    detached, release, inline = reader.indexes([f"{url}/{name}" for name in _SIGNED])
    found: dict[str, bytes] = {}
    content = None
    if isinstance(inline, Index):
        content, _ = source.verified(reader, inline, None)
    elif not _is_missing(inline):
        raise inline
    if isinstance(release, Index) and isinstance(detached, Index):
        plain, _ = source.verified(reader, release, detached.body)
        if content is not None and _digests(plain) != _digests(content):
            raise IndexMismatch(shown(release.url), "it is not of the same moment as InRelease")
        content = plain if content is None else content
        found = {"Release.gpg": detached.body, "Release": release.body}
    if content is None:
        raise NotSigned(shown(f"{url}/Release"), "it has no signature")
    return found | ({"InRelease": inline.body} if isinstance(inline, Index) else {}), content


def _packages(announced: Announced, reader: Reader, url: str, part: str) -> Mapping[str, bytes]:
    """What lists a part's packages, in all forms that are there."""
    component, _, arch = part.partition("/")
    folders = {f"{component}/binary-{each}" for each in (arch, "all")}
    names = [name for name in announced.digests if _is_listing(name, folders)]
    found: dict[str, bytes] = {}
    failures: list[DockswitchError] = []
    for name, page in zip(names, _read(announced, reader, url, names), strict=True):
        if isinstance(page, DockswitchError):
            if not _is_missing(page):
                raise page
            failures.append(page)
        else:
            found[name] = page
    if any(name.startswith(f"{component}/binary-{arch}/") for name in found):
        return found
    if failures:
        raise failures[0]
    raise NoSuchComponent(announced.url, "index of", part, announced.components)


def _read(
    announced: Announced, reader: Reader, url: str, names: Sequence[str]
) -> Iterator[bytes | DockswitchError]:
    """The announced bytes of each; where they are not there by name, then by their digest."""
    for name, early in zip(names, reader.indexes([f"{url}/{n}" for n in names]), strict=True):
        digest = announced.digests[name]
        page = early
        if announced.by_hash and not (isinstance(early, Index) and _sum(early.body) == digest):
            folder = name.rpartition("/")[0]
            (page,) = reader.indexes([f"{url}/{folder}/by-hash/SHA256/{digest}"])
        if isinstance(page, DockswitchError):
            yield page
        elif _sum(page.body) != digest:
            yield IndexMismatch(shown(page.url), f"its SHA-256 is not {digest}")
        else:
            yield page.body


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _forms(announced: Announced, name: str, body: bytes) -> Iterator[Page]:
    """A page by its name, and by its digests where apt is to ask so."""
    folder = name.rpartition("/")[0]
    for said in announced.sums if announced.by_hash else ():
        digest = hashlib.new(_ALGORITHMS[said], body).hexdigest()
        yield Page(f"{folder}/by-hash/{said}/{digest}", body)
    yield Page(name, body)


def _is_listing(name: str, folders: set[str]) -> bool:
    folder, _, file = name.rpartition("/")
    return folder in folders and file.partition(".")[0] == "Packages"


def _is_missing(page: Index | DockswitchError) -> bool:
    # Offline there is no telling a page that is not there from one that was never fetched.
    return isinstance(page, NotPublished | NeverFetched)


def _digests(content: bytes) -> Mapping[str, str]:
    return Announced(content, "").digests
