"""What may stand in a channel map: the shipped one, and a site's own."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from dockswitch.model.package_names import ENGINES
from dockswitch.model.version import BadVersion, Version
from dockswitch.model.wish import RESERVED, parse_version


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar; every scalar is text, since 17.06 is no number."""

    expected: str
    fits: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    of: "Shape"


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with these keys, none of which has to be there."""

    keys: Mapping[str, "Shape"]


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping from names of the file's own choice."""

    name: Text
    value: "Shape"


Shape: TypeAlias = Text | Many | Table | Named


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


def _is_version(text: str) -> bool:
    try:
        Version.parse(text)
    except BadVersion:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # 3.11 reads 20200629 too
    except ValueError:
        return False


def _is_channel(text: str) -> bool:
    free = text not in RESERVED and parse_version(text) is None
    return free and re.fullmatch(r"[a-z][a-z0-9._-]*", text) is not None


def address(*may: str, must: tuple[str, ...] = ()) -> Text:
    """An address in which the names in `may` can stand in braces and those in `must` have to."""

    def fits(text: str) -> bool:
        holes = set(re.findall(r"{([^{}]*)}", text))
        bare = re.sub(r"{[^{}]*}", "x", text)
        begins = text.startswith(("https://", "http://", "file:///", "{mirror}"))
        return begins and not set("{} ") & set(bare) and set(must) <= holes <= {*may, *must}

    holes = " and ".join(f"{{{name}}}" for name in must)
    optional = ", ".join(f"{{{name}}}" for name in may if name not in must)
    said = "an address (https://, http:// or file:///)" + (f" that holds {holes}" if must else "")
    return Text(said + (f"; {optional} may stand in it" if optional else ""), fits)


WORD = Text("a word", _matches(r"[A-Za-z0-9][A-Za-z0-9._+-]*"))
NOTE = Text("text", bool)
VERSION = Text("a version such as 28.5.2 or 17.06.0-ce", _is_version)
DATE = Text("a date such as 2020-06-29", _is_date)
PATTERN = Text("a file name that holds {version}", lambda text: "{version}" in text)
ADDRESSES = {
    "mirror": address(),
    "apt": address("mirror", "distribution", "channel"),
    "static": address("mirror", "os", must=("channel", "arch")),
    "key": address("mirror", "distribution", "channel"),
    "images": address("mirror", "channel"),
    "image": address("mirror", "channel", must=("version",)),
}
_CHANNEL = Table(
    {
        "state": Text("live or retired", _matches("live|retired")),
        "last": VERSION,
        "ended": DATE,
        "note": NOTE,
        "apt": Table(
            {
                "component": WORD,
                "suite": Text("a suite", _matches(r"[A-Za-z0-9][A-Za-z0-9._/+-]*")),
                "distributions": Many(WORD),
                "address": ADDRESSES["apt"],
                "key": WORD,
                "package": Text(f"one of {', '.join(ENGINES)}", lambda text: text in ENGINES),
            }
        ),
        "static": Table(
            {
                **{system: Many(WORD) for system in ("linux", "mac", "win")},
                "address": address("mirror", "os", "channel", "arch"),
            }
        ),
        "images": Table(
            {
                "last": VERSION,
                "ended": DATE,
                "address": ADDRESSES["image"],
                "feed": ADDRESSES["images"],
            }
        ),
    }
)
_SITE: dict[str, Shape] = {
    "addresses": Table(ADDRESSES),
    "keys": Named(
        WORD,
        Table(
            {
                "fingerprint": Text("40 hex digits", _matches(r"(?:[0-9A-Fa-f]{4} *){10}")),
                "file": Text("a file name", _matches(r"[^\0\n]+")),
                "address": ADDRESSES["key"],
            }
        ),
    ),
    "channels": Named(
        Text("a channel's name (small letters, no version, no word of its own)", _is_channel),
        _CHANNEL,
    ),
    "derivatives": Named(
        WORD, Named(WORD, Text("DISTRIBUTION/SUITE", _matches(r"[a-z]+/[a-z0-9.-]+")))
    ),
}
# What a site's own file may say, and what the shipped one says.
SITE = Table(_SITE)
SHIPPED = Table(
    {
        **_SITE,
        "architectures": Named(WORD, Table({"static": WORD, "apt": WORD, "also": Many(WORD)})),
        "systems": Named(WORD, Table({"static": WORD, "archive": WORD})),
        "static": Table(
            {
                "name": PATTERN,
                "infix": Table({"name": PATTERN, "versions": Many(VERSION)}),
                "again": Named(VERSION, Text("a number", str.isdigit)),
                "rootless": Table({"name": PATTERN, "since": VERSION, "archs": Many(WORD)}),
            }
        ),
        "distributions": Named(WORD, Table({"suites": Many(WORD), "archs": Many(WORD)})),
        "packages": Named(WORD, Table({"since": VERSION, "until": VERSION})),
        "containerd": Named(VERSION, WORD),
    }
)
