"""From a channel map's plain text, lists and tables to the catalog's words.

With a `base`, what the map says stands over it, and what it does not say stays. The map has been
checked (`channel_map`) before it comes here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias, cast

from dockswitch.model.channel import AptPlace, Channel, ImagePlace, Key, StaticPlace
from dockswitch.model.naming import Architecture, Distribution, PackageSpan, StaticNames
from dockswitch.model.version import Version

Table: TypeAlias = Mapping[str, str]
Plain: TypeAlias = Mapping[str, object]


def channel(name: str, plain: Plain, base: Channel | None = None) -> Channel:
    was = base or Channel(name)
    apt = cast("Plain | None", plain.get("apt"))
    static = cast("Plain | None", plain.get("static"))
    images = cast("Table | None", plain.get("images"))
    return replace(
        was,
        **{key: str(plain[key]) for key in ("state", "last", "note") if key in plain},
        ended=_day(str(plain["ended"])) if "ended" in plain else was.ended,
        apt=_apt(name, apt, was.apt) if apt is not None else was.apt,
        static=_static(static, was.static) if static is not None else was.static,
        images=_images(images, was.images) if images is not None else was.images,
    )


def _apt(channel: str, plain: Plain, base: AptPlace | None) -> AptPlace:
    place = base or AptPlace(component=channel)
    words = {key: str(value) for key, value in plain.items() if key != "distributions"}
    distributions = _many(plain.get("distributions", place.distributions))
    return replace(place, distributions=distributions, **words)


def _static(plain: Plain, base: StaticPlace | None) -> StaticPlace:
    place = base or StaticPlace()
    archs = {system: _many(each) for system, each in plain.items() if system != "address"}
    address = str(plain.get("address", place.address))
    return StaticPlace(archs={**place.archs, **archs}, address=address)


def _images(plain: Table, base: ImagePlace | None) -> ImagePlace:
    place = base or ImagePlace()
    words = {key: value for key, value in plain.items() if key != "ended"}
    return replace(place, ended=_day(plain["ended"]) if "ended" in plain else place.ended, **words)


def key(name: str, plain: Table, base: Key | None = None) -> Key:
    words = dict(plain)
    if "fingerprint" in words:
        words["fingerprint"] = words["fingerprint"].replace(" ", "").upper()
        return Key(**{"name": name, **words})  # the file of the one before holds another key
    return replace(base or Key(name, ""), **words)


def span(name: str, plain: Table) -> PackageSpan:
    until = Version(plain["until"]) if "until" in plain else None
    return PackageSpan(name, Version(plain["since"]), until)


def architecture(name: str, plain: Plain) -> Architecture:
    return Architecture(name, str(plain["static"]), str(plain["apt"]), _many(plain["also"]))


def distribution(plain: Plain) -> Distribution:
    return Distribution(_many(plain["suites"]), _many(plain["archs"]))


def static_names(plain: Plain) -> StaticNames:
    said = cast(Plain, plain["static"])
    infix, rootless = cast(Plain, said["infix"]), cast(Plain, said["rootless"])
    return StaticNames(
        name=str(said["name"]),
        infix=str(infix["name"]),
        infixed=tuple(Version(each) for each in _many(infix["versions"])),
        again={name: int(revision) for name, revision in table(said, "again").items()},
        rootless=str(rootless["name"]),
        rootless_since=Version(str(rootless["since"])),
        rootless_archs=_many(rootless["archs"]),
    )


def table(plain: Plain, name: str) -> Table:
    """The words below a key, none where it is not there."""
    return cast(Table, plain.get(name, {}))


def tables(plain: Plain, name: str) -> Sequence[tuple[str, Table]]:
    """The named tables of words below a key."""
    return tuple(cast(Mapping[str, Table], plain.get(name, {})).items())


def entries(plain: Plain, name: str) -> Sequence[tuple[str, Plain]]:
    """The named entries below a key."""
    return tuple(cast(Mapping[str, Plain], plain.get(name, {})).items())


def _many(value: object) -> tuple[str, ...]:
    return tuple(cast(Sequence[str], value))


def _day(text: str) -> date:
    return date.fromisoformat(text)
