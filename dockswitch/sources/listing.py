"""Static archives, as a folder's listing in HTML shows them."""

import contextlib
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from dockswitch.model import record
from dockswitch.model.address import as_folder, asked_as, lent, name_of, origin, shown, unsigned
from dockswitch.model.errors import NotPublished
from dockswitch.model.file_name import FileName
from dockswitch.model.mirrored import Wanted
from dockswitch.model.ports import Reader
from dockswitch.model.release import Download, Release
from dockswitch.model.trust import Trust
from dockswitch.model.unreachable import Forbidden, NeverFetched, NoAnswer
from dockswitch.model.version import Version

# Any server's listing is made of these. Stops at `<`, so a broken page costs no more than its size.
_LINK = re.compile(
    r"""<a\s[^<>]*?\bhref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE
)

_Best = tuple[tuple[int, int], str]  # an address, and what goes before another one of its version


@dataclass(frozen=True, slots=True)
class StaticIndex:
    """A folder of static archives; `os` and `arch` are as in Docker's addresses (linux, x86_64)."""

    channel: str
    url: str
    os: str
    arch: str

    def __str__(self) -> str:
        return shown(unsigned(self.url))

    def releases(self, reader: Reader) -> Sequence[Release]:
        """What the listing shows, oldest first; the record, unproven, where there is no listing."""
        folder = as_folder(self.url)
        try:
            page = reader.index(folder)
        except (NotPublished, Forbidden, NeverFetched):
            return self._recorded(folder)
        links = hrefs(page.body)
        if not links:
            return self._recorded(folder)
        urls = _addresses(lent(page.url, self.url), links)
        found = self._releases((asked_as(url, folder) for url in urls), proven=True)
        if not found and not _is_listing(page.url, links):
            raise NoAnswer(shown(folder), "its page is no listing: a proxy's login page?")
        return found

    def files(self, release: Release, at: str) -> Iterator[Wanted]:
        """What makes up its release, with the places in the same folder `at` a mirror."""
        archives = [each.download for each in release.artifacts]
        for each in (*archives, *([release.rootless] if release.rootless else ())):
            yield Wanted(as_folder(at) + each.name, each)

    def _recorded(self, folder: str) -> Sequence[Release]:
        names = record.files(self.os, self.arch, self.channel)
        place = unsigned(folder)
        urls = (asked_as(place + quote(name, safe=""), folder) for name in names)
        return self._releases(urls, proven=False)

    def _releases(self, urls: Iterable[str], *, proven: bool) -> Sequence[Release]:
        engines: dict[Version, _Best] = {}
        rootless: dict[Version, _Best] = {}
        for url in urls:
            name = name_of(url)
            said = FileName.recognise(name)
            if said is None or not name.endswith(self._ending):
                continue
            best = rootless if said.rootless else engines
            # A re-release takes the plain name's place; the plain name goes before the infix.
            rank = (said.revision, -len(name))
            if said.version not in best or rank > best[said.version][0]:
                best[said.version] = rank, url
        none = (0, 0), ""
        return [
            self._release(version, url, rootless.get(version, none)[1], proven=proven)
            for version, (_, url) in sorted(engines.items())
        ]

    @property
    def _ending(self) -> str:
        return ".zip" if self.os in ("win", "windows") else ".tgz"

    def _release(self, version: Version, url: str, rootless: str, *, proven: bool) -> Release:
        known = record.find(version)
        return Release(
            version=version,
            channel=self.channel,
            backend="static",
            artifacts=(self._download(url),),
            published=record.released(version),
            api=known.api if known else "",
            proven=proven,
            rootless=self._download(rootless) if rootless else None,
        )

    def _download(self, url: str) -> Download:
        digests = record.digests(self.os, self.arch, name_of(url))
        return Download(url, digests, trust=Trust.RECORDED if digests else Trust.TLS)


def hrefs(page: bytes) -> list[str]:
    """Where the links of a page lead, as they are written there."""
    found = _LINK.findall(page.decode("utf-8", "replace"))
    return [html.unescape(double or single or bare).strip() for double, single, bare in found]


def _is_listing(url: str, links: Iterable[str]) -> bool:
    """Whether a page is that of a folder: one of its links leads into it, or to the one above."""
    above = unsigned(urljoin(url, ".."))
    for link in links:
        with contextlib.suppress(ValueError):
            if not link.startswith(("#", "javascript:")) and urljoin(url, link).startswith(above):
                return True
    return False


def _addresses(listing: str, links: Iterable[str]) -> Iterator[str]:
    """The addresses of the files in the listed folder itself, each once."""
    folder = unsigned(urljoin(listing, "."))
    seen = set()
    for link in links:
        url = _address(folder, link)
        if url and url not in seen:
            seen.add(url)
            yield url


def _address(folder: str, link: str) -> str | None:
    """The address that a link means if it is a file of the folder.

    Some repositories show a folder under one address and serve it under another: then the end of
    both is the same (`stable/x86_64`). A link to another host, such as the one behind a proxy, is
    taken for the same file here.
    """
    try:
        url = unsigned(urljoin(folder, link))
        parts, own = urlsplit(url), urlsplit(folder)
    except ValueError:
        return None
    name = name_of(url)
    if not name or "/" in name or parts.scheme not in ("http", "https", "file"):
        return None
    place, here = parts.path.rpartition("/")[0], own.path.rstrip("/")
    if place != here and place.split("/")[-2:] != here.split("/")[-2:]:
        return None
    if origin(url) != origin(folder):
        return folder + quote(name, safe="")
    return lent(url, folder)
