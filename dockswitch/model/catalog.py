"""The catalog: which channels there are, where each is published, and under which names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dockswitch.model import compiled
from dockswitch.model.addresses import Addresses
from dockswitch.model.catalog_words import (
    Plain,
    architecture,
    channel,
    distribution,
    entries,
    key,
    span,
    static_names,
    table,
    tables,
)
from dockswitch.model.channel import Channel, Key
from dockswitch.model.naming import Architecture, Distribution, PackageSpan, StaticNames, System
from dockswitch.model.origin import Configuration
from dockswitch.model.version import Version

if TYPE_CHECKING:  # costs 16 ms, and only a site's own file needs it
    from dockswitch.model.channel_map import Reading


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that is known about publishing; `shipped()`, then a site's own file over it.

    `configuration` is what apt has on the very machine that is asked for, None where that does not
    count; where it `insists`, an address or a suite was chosen that goes before.
    """

    addresses: Addresses
    keys: Mapping[str, Key]
    channels: Mapping[str, Channel]
    architectures: Mapping[str, Architecture]
    systems: Mapping[str, System]
    distributions: Mapping[str, Distribution]
    derivatives: Mapping[str, Mapping[str, str]]
    spans: tuple[PackageSpan, ...]
    containerd: tuple[tuple[Version, str], ...]
    static_names: StaticNames
    configuration: Configuration | None = None
    insists: bool = False

    @classmethod
    def shipped(cls) -> "Catalog":
        """The catalog that dockswitch ships, compiled when the package was built."""
        plain = compiled.channel_map()
        return cls.of(plain) if plain is not None else cls.from_yaml(compiled.in_checkout())

    @classmethod
    def from_yaml(cls, path: str) -> "Catalog":
        """The catalog in a whole channel map; raises BadChannelMap."""
        from dockswitch.model import channel_map, channel_shape

        with open(path, encoding="utf-8") as file:
            reading = channel_map.read(path, file.read(), shape=channel_shape.SHIPPED)
        reading.done()
        return cls.of(reading.plain)

    @classmethod
    def of(cls, plain: Plain) -> "Catalog":
        """The catalog that a whole channel map says, as plain text, lists and tables."""
        return cls(
            addresses=Addresses(**table(plain, "addresses")),
            keys={name: Key(name, **each) for name, each in tables(plain, "keys")},
            channels={name: channel(name, each) for name, each in entries(plain, "channels")},
            architectures={
                name: architecture(name, each) for name, each in entries(plain, "architectures")
            },
            systems={name: System(**each) for name, each in tables(plain, "systems")},
            distributions={
                name: distribution(each) for name, each in entries(plain, "distributions")
            },
            derivatives=dict(tables(plain, "derivatives")),
            spans=tuple(span(name, each) for name, each in tables(plain, "packages")),
            containerd=tuple(
                (Version(since), least) for since, least in table(plain, "containerd").items()
            ),
            static_names=static_names(plain),
        )

    def with_site(self, path: str, text: str) -> "Catalog":
        """This catalog with a site's own channel map over it.

        Raises BadChannelMap, which names every mistake with file, line, key and what was expected.
        """
        from dockswitch.model import channel_map, channel_shape

        reading = channel_map.read(path, text, shape=channel_shape.SITE)
        laid = self._over(reading.plain)
        for name, _ in entries(reading.plain, "channels"):
            _check_channel(reading, laid, laid.channels[name])
        for name, _ in entries(reading.plain, "keys"):
            if not laid.keys[name].fingerprint:
                reading.mistake(f"keys.{name}", "expected a fingerprint: 40 hex digits")
        reading.done()
        return laid

    def _over(self, plain: Plain) -> "Catalog":
        derivatives = {
            name: {**self.derivatives.get(name, {}), **each}
            for name, each in tables(plain, "derivatives")
        }
        keys = {name: key(name, each, self.keys.get(name)) for name, each in tables(plain, "keys")}
        channels = {
            name: channel(name, each, self.channels.get(name))
            for name, each in entries(plain, "channels")
        }
        return replace(
            self,
            addresses=self.addresses.over(table(plain, "addresses")),
            keys={**self.keys, **keys},
            channels={**self.channels, **channels},
            derivatives={**self.derivatives, **derivatives},
        )

    def at(
        self,
        *,
        mirror: str = "",
        apt: str = "",
        static: str = "",
        image: str = "",
        key: str = "",
    ) -> "Catalog":
        """This catalog with other addresses; an empty one stays. Raises BadAddress.

        What may stand in braces in an address is in `channel_shape.ADDRESSES`. An `image` without
        `{version}` is a folder laid out as boot2docker's releases are.
        """
        said = {"mirror": mirror, "apt": apt, "static": static, "image": image, "key": key}
        wanted = {name: address for name, address in said.items() if address}
        return replace(self, addresses=self.addresses.at(**wanted)) if wanted else self

    def in_suite(self, suite: str) -> "Catalog":
        """This catalog with one apt suite for every channel, whatever the host: `bookworm`, or
        `debian/bookworm` where the host is of another distribution.
        """
        channels = {
            name: replace(each, apt=replace(each.apt, suite=suite)) if each.apt else each
            for name, each in self.channels.items()
        }
        return replace(self, channels=channels)

    def with_configured(self, configuration: Configuration, *, insists: bool) -> "Catalog":
        """This catalog where a source that apt has configured serves in place of its addresses.

        It does so if it is of the same address and suite where somebody `insists` on theirs.
        """
        return replace(self, configuration=configuration, insists=insists)

    def architecture(self, name: str) -> Architecture | None:
        """The architecture that `uname -m`, a deb or a person calls so."""
        if name in self.architectures:
            return self.architectures[name]
        return next((each for each in self.architectures.values() if name in each.also), None)

    def packages(self, version: Version) -> tuple[str, ...]:
        """The names of the packages that made up a version, docker-ce first."""
        return tuple(span.name for span in self.spans if span.covers(version))

    def least_containerd(self, version: Version) -> str:
        """The oldest containerd.io that a version accepts; empty where it brings its own."""
        fitting = [least for since, least in self.containerd if since <= version]
        return fitting[-1] if fitting else ""

    def file_names(self, version: Version, system: str, arch: str) -> tuple[str, ...]:
        """The names that a version's static archive may have, the best first.

        `system` and `arch` are as Docker's addresses call them (linux, mac, win; x86_64, …).
        """
        names, archive = self.static_names, self._archive(system)
        again = names.again.get(str(version))
        said = [f"{version}-{again}"] if again else []
        plain = [names.name.format(version=each, archive=archive) for each in (*said, version)]
        infix = names.infix.format(version=version, arch=arch, archive=archive)
        return (*plain, infix) if version in names.infixed else tuple(plain)

    def rootless_name(self, version: Version, arch: str) -> str | None:
        """The name of the archive for engines without root; None where there is none."""
        names = self.static_names
        if version < names.rootless_since or arch not in names.rootless_archs:
            return None
        return names.rootless.format(version=version, archive=self._archive("linux"))

    def _archive(self, system: str) -> str:
        return next(each.archive for each in self.systems.values() if each.static == system)


def _check_channel(reading: "Reading", catalog: Catalog, channel: Channel) -> None:
    where = f"channels.{channel.name}"
    if not channel.backends:
        reading.mistake(where, "publishes nowhere; expected one of apt, static, images")
    if channel.apt and channel.apt.key not in catalog.keys:
        known = ", ".join(catalog.keys)
        reading.mistake(f"{where}.apt.key", f"{channel.apt.key!r}; expected one of {known}")
