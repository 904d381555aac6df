"""boot2docker's images, as GitHub's list of releases shows them."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from urllib.parse import unquote

from dockswitch.model import record
from dockswitch.model.address import name_of, shown, unsigned
from dockswitch.model.errors import Unreachable
from dockswitch.model.mirrored import Wanted
from dockswitch.model.ports import Index, Reader
from dockswitch.model.release import Download, Release
from dockswitch.model.trust import Trust
from dockswitch.model.unreachable import NoAnswer
from dockswitch.model.version import BadVersion, Version
from dockswitch.sources.listing import hrefs

_PAGE = 100  # GitHub's largest
_AHEAD = 3  # pages that are asked for at once behind a full one
_MOST = 40  # pages


@dataclass(frozen=True, slots=True)
class ImageFeed:
    """GitHub's list of releases at `url`; `image` is the address with `{version}` in it."""

    channel: str
    url: str
    image: str

    def __str__(self) -> str:
        return shown(unsigned(self.url))

    def releases(self, reader: Reader) -> Sequence[Release]:
        """What the list shows, oldest first; the record, unproven, where it cannot be read."""
        try:
            found = {each.version: each for each in self._listed(reader)}
        except Unreachable:
            found = {
                image.version: self._release(
                    image.version, image.at(self.image), image.released, proven=False
                )
                for image in record.image_tags().values()
            }
        return [found[version] for version in _members(self.channel, found)]

    def files(self, release: Release, at: str) -> Iterator[Wanted]:
        """The image of its release, with the place that the pattern `at` has for it."""
        for each in release.artifacts:
            yield Wanted(at.replace("{version}", str(release.version)), each.download)

    def _listed(self, reader: Reader) -> Iterator[Release]:
        for entry in self._entries(reader):
            release = self._recognise(entry)
            if release is not None:
                yield release

    def _entries(self, reader: Reader) -> Iterator[Mapping[str, object]]:
        """The entries of all pages; a server that does not turn pages shows the same one again."""
        if self.url.startswith("file:"):
            yield from _entries(reader.index(self.url))
            return
        number, count, seen = 1, 1, {""}
        while number <= _MOST:
            urls = [self._page(each) for each in range(number, number + count)]
            number, count = number + count, _AHEAD
            for page in reader.indexes(urls):
                if isinstance(page, Exception):
                    raise page
                entries = _entries(page)
                fresh = [entry for entry in entries if str(entry.get("tag_name", "")) not in seen]
                seen |= {str(entry["tag_name"]) for entry in fresh}
                yield from fresh
                if len(entries) < _PAGE or not fresh:
                    return

    def _page(self, number: int) -> str:
        joint = "&" if "?" in self.url else "?"
        return f"{self.url}{joint}per_page={_PAGE}&page={number}"

    def _recognise(self, entry: Mapping[str, object]) -> Release | None:
        """The release that an entry is, if it is one and has the image."""
        tag = str(entry.get("tag_name", ""))
        known = record.image_tags().get(tag)
        try:
            version = known.version if known else Version.parse(tag)
        except BadVersion:
            return None
        address = self.image.replace("{version}", tag.removeprefix("v"))
        name = name_of(address)
        assets = [_mapping(asset) for asset in _list(entry.get("assets"))]
        image = next((asset for asset in assets if asset.get("name") == name), None)
        if entry.get("draft") or (assets and image is None):
            return None
        digest = str(image.get("digest") or "") if image else ""
        size = image.get("size") if image else None
        return self._release(
            version,
            address,
            _day(str(entry.get("published_at") or "")),
            proven=True,
            digest=digest.removeprefix("sha256:") if digest.startswith("sha256:") else "",
            size=size if isinstance(size, int) else None,
        )

    def _release(
        self,
        version: Version,
        address: str,
        published: date | None,
        *,
        proven: bool,
        digest: str = "",
        size: int | None = None,
    ) -> Release:
        known = record.find(version)
        digests = frozenset({digest}) if digest else frozenset()
        return Release(
            version=version,
            channel=self.channel,
            backend="machine",
            artifacts=(Download(address, digests, size, Trust.TLS),),
            published=published,
            api=known.api if known else "",
            proven=proven,
        )


def _members(channel: str, versions: Mapping[Version, object]) -> list[Version]:
    """The versions of a channel, oldest first.

    The feed knows GA and pre-release only. Which GAs came out in edge alone stands in the record;
    `test` also had every GA.
    """
    ordered = sorted(versions)
    gas = [version for version in ordered if not version.pre]
    edges = [version for version in gas if _first_channel(version) == "edge"]
    if channel == "stable":
        return [version for version in gas if version not in edges]
    if channel == "edge":
        return [version for version in gas if edges and edges[0] <= version <= edges[-1]]
    return ordered


def _first_channel(version: Version) -> str:
    known = record.find(version)
    return known.channel if known else ""


def _entries(page: Index) -> list[Mapping[str, object]]:
    """GitHub's entries, or those that a folder of images, listed in HTML, comes to."""
    try:
        found: object = json.loads(page.body)
    except ValueError:
        folders: list[Mapping[str, object]] = [{"tag_name": name} for name in _folders(page)]
        if folders:
            return folders
        raise NoAnswer(shown(page.url), "what it sent is not GitHub's list of releases") from None
    if not isinstance(found, list):
        raise NoAnswer(shown(page.url), "what it sent is not GitHub's list of releases")
    return [_mapping(entry) for entry in found]


def _folders(page: Index) -> Iterator[str]:
    """The folders of versions that a listing shows (`v19.03.12/`)."""
    for href in hrefs(page.body):
        name = unquote(href.rstrip("/").rpartition("/")[2])
        with contextlib.suppress(BadVersion):
            if href.endswith("/") and name.startswith("v"):
                Version.parse(name)
                yield name


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
