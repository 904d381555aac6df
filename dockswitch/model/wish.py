"""Wishes: what the words of a spec ask for, before anything is known to be published."""

import functools
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from packaging.version import Version as Key

from dockswitch.model.errors import UsageError
from dockswitch.model.near import near as near_names
from dockswitch.model.version import BadVersion, Version

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet


@dataclass(frozen=True, slots=True)
class Exact:
    """This version and no other: 20.10.24 is not 20.10.24+dfsg1, which somebody else built."""

    version: Version

    def matches(self, version: Version) -> bool:
        return version == self.version

    def __str__(self) -> str:
        return str(self.version)


@dataclass(frozen=True, slots=True)
class Under:
    """The newest GA under `17.06` or `28`, compared number by number, never as text."""

    prefix: str

    def matches(self, version: Version) -> bool:
        return not version.pre and self.covers(version)

    def covers(self, version: Version) -> bool:
        """Whether the version lies under the prefix, be it a GA or not."""
        wanted = tuple(int(number) for number in re.findall(r"\d+", self.prefix))
        return (*version.key.release, 0, 0)[: len(wanted)] == wanted

    def __str__(self) -> str:
        return self.prefix


@dataclass(frozen=True, slots=True)
class Within:
    """The newest GA within a range such as `>=26,<28`."""

    specifier: str

    def matches(self, version: Version) -> bool:
        return not version.pre and self.covers(version)

    def covers(self, version: Version) -> bool:
        """Whether the version, or the GA that a pre-release leads to, lies within the range."""
        key = Key(version.key.base_version) if version.pre else version.key
        return _specifiers(self.specifier).contains(key)

    def __str__(self) -> str:
        return self.specifier


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest GA."""

    def matches(self, version: Version) -> bool:
        return not version.pre

    def __str__(self) -> str:
        return "latest"


@dataclass(frozen=True, slots=True)
class LatestPre:
    """The newest pre-release."""

    def matches(self, version: Version) -> bool:
        return version.pre

    def __str__(self) -> str:
        return "latest-pre"


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest of all, GA or not: what a channel alone asks for."""

    def matches(self, version: Version) -> bool:  # noqa: ARG002 -- as every wish has it
        return True

    def __str__(self) -> str:
        return "newest"


@dataclass(frozen=True, slots=True)
class Previous:
    """What the machine ran before; its history knows, not an index."""

    def matches(self, version: Version) -> bool:  # noqa: ARG002 -- as every wish has it
        return False

    def __str__(self) -> str:
        return "previous"


@dataclass(frozen=True, slots=True)
class SystemsOwn:
    """What was there before dockswitch; its history knows, not an index."""

    def matches(self, version: Version) -> bool:  # noqa: ARG002 -- as every wish has it
        return False

    def __str__(self) -> str:
        return "system"


Wish: TypeAlias = Exact | Under | Within | Latest | LatestPre | Newest | Previous | SystemsOwn


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: `channel` None means the first of stable, test, edge that has it.

    `words` are the words as they were given; `as_of` asks for what was offered on that day.
    """

    channel: str | None
    wish: Wish
    words: str
    as_of: date | None = None

    def __str__(self) -> str:
        return f"{self.words} as of {self.as_of}" if self.as_of else self.words


# A site may not name a channel so.
RESERVED = ("latest", "latest-pre", "newest", "previous", "system")

_OWN_WORDS: dict[str, Callable[[], Wish]] = {"previous": Previous, "system": SystemsOwn}
_PICKS: dict[str, Callable[[], Wish]] = {"latest": Latest, "latest-pre": LatestPre}
_PARTIAL = re.compile(r"v?(?P<prefix>[0-9]+(?:\.[0-9]+)?)(?:-ce)?")
_BOUND = re.compile(r"(?P<operator>~=|==|!=|<=|>=|<|>)\s*(?P<bound>[^\s,]+)")


def parse(words: Sequence[str], channels: Collection[str]) -> Request:
    """The request that a spec's words make: CHANNEL, VERSION, CHANNEL VERSION or CHANNEL@VERSION.

    Raises BadWish (a usage error) for anything else.
    """
    said = " ".join(words)
    match _split(words):
        case []:
            raise BadWish(said, near=(), channels=tuple(channels))
        case [word] if word in channels:
            return Request(word, Newest(), said)
        case [word] if word in _OWN_WORDS:
            return Request(None, _OWN_WORDS[word](), said)
        case [word]:
            wish = parse_version(word)
            if wish:
                return Request(None, wish, said)
        case [channel, *rest] if channel in channels:
            wish = parse_version(" ".join(rest))
            if wish:
                return Request(channel, wish, said)
            raise BadWish(said, near=near_names(rest[0], _PICKS), channels=(), bad=" ".join(rest))
        case [channel, *_]:
            raise BadWish(said, near=near_names(channel, channels), channels=tuple(channels))
    raise BadWish(said, near=near_names(said, (*channels, *RESERVED)), channels=tuple(channels))


def several(words: Sequence[str], channels: Collection[str]) -> tuple[Request, ...]:
    """The requests that several specs make: a version behind a channel belongs to that.

    Raises BadWish.
    """
    found: list[Request] = []
    left = [each for word in words for each in _apart(word, channels)]
    while left or not found:
        both = len(left) > 1 and left[0] in channels and parse_version(left[1]) is not None
        count = 2 if both else 1
        found.append(parse(left[:count], channels))
        left = left[count:]
    return tuple(found)


def _apart(word: str, channels: Collection[str]) -> list[str]:
    """`stable 28` may be quoted as one; a range may have spaces too, and stays one."""
    return word.split() if word.partition(" ")[0] in channels else [word]


def parse_version(word: str) -> Wish | None:
    """The wish that a VERSION makes: exact, partial, a range, `latest` or `latest-pre`."""
    if word in _PICKS:
        return _PICKS[word]()
    partial = _PARTIAL.fullmatch(word)
    if partial:
        return Under(partial["prefix"])
    try:
        if _is_range(word):
            _specifiers(word)
            return Within(word)
        return Exact(Version.parse(word))
    except BadVersion:
        return None


def _split(words: Sequence[str]) -> list[str]:
    if len(words) == 1:
        channel, at, version = words[0].partition("@")
        return [channel, version] if at else [channel]
    if words and _is_range(words[0]):
        return [" ".join(words)]
    return [word for word in words if word]


def _is_range(word: str) -> bool:
    return word.startswith(("<", ">", "=", "!", "~"))


@functools.lru_cache(maxsize=64)
def _specifiers(text: str) -> "SpecifierSet":
    """The range over normalised keys; raises BadVersion."""
    # 9 ms that only a range needs
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    bounds = [_BOUND.fullmatch(part) for part in re.split(r"\s*,\s*|\s+(?=[<>=!~])", text)]
    if None in bounds:
        raise BadVersion(text)
    normal = [f"{found['operator']}{_bound(found['bound'])}" for found in bounds if found]
    try:
        return SpecifierSet(",".join(normal))
    except InvalidSpecifier:
        raise BadVersion(text) from None


def _bound(text: str) -> str:
    bare = text.removeprefix("v")
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?(?:\.\*)?", bare):
        return bare
    return str(Version.parse(text).key)


class BadWish(UsageError):
    """Words that name no channel and no version: `near` are known words like them."""

    def __init__(
        self, words: str, *, near: Sequence[str], channels: Sequence[str], bad: str = ""
    ) -> None:
        what = bad or words
        super().__init__(
            f"{what!r} is not a {'version' if bad else 'channel or a version'}"
            if what
            else "nothing was asked for",
            details=f"channels: {', '.join(channels)}" if channels else "",
            hint=(f"did you mean {' or '.join(near)}? " if near else "")
            + "say CHANNEL, VERSION, CHANNEL VERSION or CHANNEL@VERSION; a version is "
            "exact (17.06.0-ce-rc2), partial (28, 17.06), a range ('>=26,<28'), latest or "
            "latest-pre; `previous` and `system` stand alone",
        )
