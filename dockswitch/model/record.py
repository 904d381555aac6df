"""The dated record of what Docker published, shipped as data; each row there names its source."""

import csv
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from dockswitch.model import shipped
from dockswitch.model.file_name import FileName
from dockswitch.model.version import Version


@dataclass(frozen=True, slots=True)
class Recorded:
    """A version of the engine.

    `channel` is where it came out first: stable, edge or test, `legacy` before there were
    channels, and empty for a version that was only tagged and never published. `released` is None
    where nobody wrote it down. `cannot_run_on` names what it does not know, such as `cgroup-v2`.
    """

    version: Version
    released: date | None
    channel: str
    api: str
    min_api: str
    cannot_run_on: tuple[str, ...]
    source: str

    @property
    def pre(self) -> bool:
        return self.version.pre

    @property
    def published(self) -> bool:
        return self.channel != ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a static archive was seen, and on which day it was first seen there."""

    channel: str
    os: str
    arch: str
    name: str
    seen: date | None
    source: str

    def __str__(self) -> str:
        return f"{self.channel} for {self.os}/{self.arch}"


@dataclass(frozen=True, slots=True)
class Image:
    """A boot2docker image; its address is the catalog's pattern with `{version}` filled in.

    That is what its `tag` says behind the `v`: one of the tags is misspelt.
    """

    version: Version
    tag: str
    released: date
    source: str

    def at(self, pattern: str) -> str:
        return pattern.replace("{version}", self.tag.removeprefix("v"))


@functools.cache
def releases() -> tuple[Recorded, ...]:
    """Every version of the engine, in release order within its line."""
    limits = [(row[0], Version(row[1]), Version(row[2])) for row in _rows("limits")]
    return tuple(_recorded(row, limits) for row in _rows("releases"))


def find(version: Version) -> Recorded | None:
    """The record of a version; what a distribution adds behind `+` does not count."""
    return _by_key().get(version.key.public)


def digests(os: str, arch: str, name: str) -> frozenset[str]:
    """The SHA-256 sums (lower-case hex) recorded for a static archive of that name, in any channel.

    `os` and `arch` are as in Docker's addresses (linux, mac, win; x86_64, aarch64, …). Several may
    be right: some archives were replaced under the same name.
    """
    return frozenset(_digests().get(f"{os},{arch},{name}", ()))


@functools.cache
def files(os: str, arch: str, channel: str) -> tuple[str, ...]:
    """The names of the static archives known to exist there, in release order.

    A missing name proves nothing.
    """
    start = f"{channel},{os},{arch},"
    lines = shipped.text("record/files.csv").splitlines()
    return tuple(line[len(start) :].partition(",")[0] for line in lines if line.startswith(start))


def places(version: Version) -> tuple[Place, ...]:
    """Where the engine's own static archives of a version were seen, in any channel."""
    return tuple(place for place in _places() if _is_engine(place.name, version))


@functools.cache
def images() -> tuple[Image, ...]:
    """Every tag of boot2docker, in release order; the feed ended in 2020.

    1.10.0-rc2 was built twice: the first of both is the one of that very name.
    """
    return tuple(
        Image(Version(version), tag, date.fromisoformat(released), source)
        for version, tag, released, source in _rows("images")
    )


@functools.cache
def image_tags() -> Mapping[str, Image]:
    """The images by tag, without builds of a version that has another one already."""
    by_version: dict[Version, Image] = {}
    for image in images():
        by_version.setdefault(image.version, image)
    return {image.tag: image for image in by_version.values()}


def released(version: Version) -> date | None:
    """The day on which a version came out; a nightly names it itself."""
    if version.nightly:
        day = version.nightly
        return date(int(day[:4]), int(day[4:6]), int(day[6:8]))
    known = find(version)
    return known.released if known else None


def _recorded(row: list[str], limits: list[tuple[str, Version, Version]]) -> Recorded:
    spelling, day, channel, api, min_api, source = row
    version = Version(spelling)
    return Recorded(
        version=version,
        released=_day(day),
        channel=channel,
        api=api,
        min_api=min_api,
        cannot_run_on=tuple(what for what, since, below in limits if since <= version < below),
        source=source,
    )


@functools.cache
def _digests() -> dict[str, list[str]]:
    """Read once: a listing asks for each of its names."""
    found: dict[str, list[str]] = {}
    for line in shipped.text("record/digests.csv").splitlines():
        *place, digest, _ = line.split(",", 4)
        found.setdefault(",".join(place), []).append(digest)
    return found


@functools.cache
def _by_key() -> dict[str, Recorded]:
    return {known.version.key.public: known for known in releases()}


@functools.cache
def _places() -> tuple[Place, ...]:
    return tuple(
        Place(channel, os, arch, name, _day(seen), source)
        for channel, os, arch, name, seen, source in _rows("files")
    )


def _is_engine(name: str, version: Version) -> bool:
    # spelled the same, so that 2000 names need not be parsed
    if str(version).split("+")[0].split("-")[0] not in name:
        return False
    said = FileName.recognise(name)
    return said is not None and not said.rootless and said.version == version


def _rows(name: str) -> Iterator[list[str]]:
    rows = csv.reader(shipped.text(f"record/{name}.csv").splitlines())
    next(rows)
    return rows


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
