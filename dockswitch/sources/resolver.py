"""The resolver: from a channel, a backend and a host to the source that publishes for them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dockswitch.model.address import same_place
from dockswitch.model.addresses import folder_of
from dockswitch.model.catalog import Catalog
from dockswitch.model.channel import AptPlace, Channel, ImagePlace, Key, StaticPlace
from dockswitch.model.errors import NoSuchBackend, NotForThisHost, NotPublished
from dockswitch.model.host import Host
from dockswitch.model.near import near
from dockswitch.model.origin import Origin
from dockswitch.model.trust import Trust
from dockswitch.sources import Source

if TYPE_CHECKING:  # each is imported where it is what is asked for: a repository costs 10 ms
    from dockswitch.sources.distribution import DistributionEngine
    from dockswitch.sources.images import ImageFeed
    from dockswitch.sources.listing import StaticIndex
    from dockswitch.sources.repository import AptRepository

GROUP = "dockswitch.sources"
BACKENDS = ("static", "apt", "machine")


def resolve(
    catalog: Catalog, channel: str, backend: str, host: Host, *, verify: Trust = Trust.SIGNED
) -> Source:
    """Where that backend (apt, static or machine) finds the channel's releases for that host.

    Another backend is looked for in the entry-point group `dockswitch.sources`: what it names is
    called as this is, without the backend. Raises UnknownChannel and NotByThisBackend (11),
    NoSystem, NoArchitecture and NoSuite (18), NoSuchBackend (2).
    """
    found = named(catalog, channel)
    if backend not in BACKENDS:
        return _brought(catalog, channel, backend, host)
    if backend == "static" and found.static:
        return _static(catalog, found, found.static, host)
    if backend == "apt" and found.apt:
        return _by_apt(catalog, found, found.apt, host, verify)
    if backend == "machine" and found.images:
        return _images(catalog, found, found.images)
    raise NotByThisBackend(channel, backend, found.backends)


def named(catalog: Catalog, channel: str) -> Channel:
    """The channel of that name; raises UnknownChannel, which names those like it."""
    if channel in catalog.channels:
        return catalog.channels[channel]
    known = tuple(catalog.channels)
    raise UnknownChannel(channel, near=near(channel, known), channels=known)


def _brought(catalog: Catalog, channel: str, backend: str, host: Host) -> Source:
    # A search costs 35 ms: only where a name is not built in, so none can be shadowed.
    from importlib.metadata import entry_points

    for entry in entry_points(group=GROUP, name=backend):
        source: Source = entry.load()(catalog, channel, host)
        return source
    brought = sorted({entry.name for entry in entry_points(group=GROUP)} - set(BACKENDS))
    raise NoSuchBackend(backend, (*BACKENDS, *brought), GROUP)


def read_by_apt(catalog: Catalog, channel: str, host: Host) -> Origin | None:
    """The source of that channel which apt has configured, and reads itself; None for none."""
    from dockswitch.sources.configured import ConfiguredRepository

    place = named(catalog, channel).apt
    if place is None or place.distributions_own or catalog.configuration is None:
        return None
    try:
        source = resolve(catalog, channel, "apt", host)
    except NotForThisHost:
        return None
    match source:
        case ConfiguredRepository(at=at):
            return at.origin
        case _:
            return None


def _static(catalog: Catalog, channel: Channel, place: StaticPlace, host: Host) -> "StaticIndex":
    from dockswitch.model.address import as_folder
    from dockswitch.sources.listing import StaticIndex

    systems = {name: system.static for name, system in catalog.systems.items()}
    system = systems.get(host.os, "")
    if not system or (place.archs and system not in place.archs):
        there = [name for name, called in systems.items() if called in place.archs]
        raise NoSystem(channel.name, host.os, there or tuple(systems))
    architecture = catalog.architecture(host.arch)
    archs = place.archs.get(system) or tuple(
        dict.fromkeys(each.static for each in catalog.architectures.values())
    )
    if architecture is None or architecture.static not in archs:
        raise NoArchitecture(channel.name, "static", host.arch, archs)
    names = {"os": system, "channel": channel.name, "arch": architecture.static}
    url = catalog.addresses.fill(place.address or catalog.addresses.static, **names)
    return StaticIndex(channel.name, as_folder(url), system, architecture.static)


def _by_apt(
    catalog: Catalog, channel: Channel, place: AptPlace, host: Host, verify: Trust
) -> Source:
    """A source that apt has configured already, used unchanged; else the catalog's address."""
    if place.distributions_own:
        return _distributions(catalog, channel, place)
    if catalog.configuration is None:
        return replace(_apt(catalog, channel, place, host), verify=verify)
    from dockswitch.sources.configured import ConfiguredRepository

    architecture = catalog.architecture(host.arch)
    offered = [
        each
        for each in catalog.configuration.offering(place.component)
        if architecture is not None and each.origin.arch == architecture.apt
    ]
    for each in offered:
        if each.index and not catalog.insists:
            return ConfiguredRepository(channel.name, each, catalog.spans)
    own = replace(_apt(catalog, channel, place, host), verify=verify)
    for each in offered:
        there = each.origin
        if (same_place(own.url), own.suite) == (there.url, there.suite):
            if each.index:
                return ConfiguredRepository(channel.name, each, catalog.spans)
            return replace(own, file=there.file, signed_by=there.signed_by)
    beside = catalog.configuration.beside(own.url, own.suite)
    if beside is None:
        return own
    return replace(own, beside=beside.file, signed_by=beside.signed_by)


def _distributions(catalog: Catalog, channel: Channel, place: AptPlace) -> "DistributionEngine":
    from dockswitch.sources.distribution import DistributionEngine

    if catalog.configuration is None:
        raise OnlyHere(channel.name, place.package)
    places = tuple(catalog.configuration.everything())
    return DistributionEngine(channel.name, place.package, places)


def _apt(catalog: Catalog, channel: Channel, place: AptPlace, host: Host) -> "AptRepository":
    from dockswitch.sources.repository import AptRepository

    distribution, suite = _suite(catalog, place, host)
    if place.distributions and distribution not in place.distributions:
        raise NoSuite(channel.name, str(host), place.distributions)
    known = catalog.distributions.get(distribution)
    if not suite or (known is None and not place.suite and not place.distributions):
        raise NoSuite(channel.name, str(host), place.distributions or tuple(catalog.distributions))
    architecture = catalog.architecture(host.arch)
    archs = known.archs if known else tuple(each.apt for each in catalog.architectures.values())
    if architecture is None or architecture.apt not in archs:
        raise NoArchitecture(channel.name, "apt", host.arch, archs)
    pattern = place.address or catalog.addresses.apt
    names = {"distribution": distribution, "channel": channel.name}
    return AptRepository(
        channel=channel.name,
        url=catalog.addresses.fill(pattern, **names),
        suite=suite,
        component=place.component,
        arch=architecture.apt,
        fingerprint=catalog.keys[place.key].fingerprint,
        key=_site_key(catalog, catalog.keys[place.key], names),
        spans=catalog.spans,
    )


def suites(catalog: Catalog, channel: str, host: Host) -> tuple[str, str, tuple[str, ...]]:
    """Distribution and suite of a channel's packages for a host, and the other suites there are of
    that distribution, newest first; empty where the channel has none, or none for that host.
    """
    place = catalog.channels[channel].apt if channel in catalog.channels else None
    if place is None or place.distributions_own:
        return "", "", ()
    distribution, suite = _suite(catalog, place, host)
    known = catalog.distributions.get(distribution)
    others = reversed(known.suites if known else ())
    return distribution, suite, tuple(each for each in others if each != suite)


def _suite(catalog: Catalog, place: AptPlace, host: Host) -> tuple[str, str]:
    distribution, suite = apt_suite(catalog, host)
    return (
        _named_suite(catalog, place.suite, distribution) if place.suite else (distribution, suite)
    )


def _named_suite(catalog: Catalog, suite: str, distribution: str) -> tuple[str, str]:
    """The distribution and suite that `DISTRIBUTION/SUITE` or a suite alone names.

    Alone it is one of the host's own distribution, where there are packages for that at all.
    """
    named, _, alone = suite.partition("/")
    if alone and named in catalog.distributions:
        return named, alone
    if distribution in catalog.distributions:
        return distribution, suite
    having = (name for name, each in catalog.distributions.items() if suite in each.suites)
    return next(having, distribution), suite


def _site_key(catalog: Catalog, key: Key, names: Mapping[str, str]) -> str:
    """The address of a key that does not ship with dockswitch; empty for one that does."""
    if key.text() is not None:
        return ""
    if key.file:
        return f"file://{key.file}"
    return key_address(catalog, key, names)


def _images(catalog: Catalog, channel: Channel, place: ImagePlace) -> "ImageFeed":
    from dockswitch.sources.images import ImageFeed

    addresses = catalog.addresses
    beside = folder_of(place.address) if place.address else addresses.images
    return ImageFeed(
        channel=channel.name,
        url=addresses.fill(place.feed or beside, channel=channel.name),
        image=addresses.fill(place.address or addresses.image, channel=channel.name),
    )


def apt_suite(catalog: Catalog, host: Host) -> tuple[str, str]:
    """The distribution and suite that have packages for a host; the suite is empty for none.

    A derivative is served by what it descends from: by the table of codenames, because it says
    itself which of that one's codenames it is made of, or because it keeps it.
    """
    own = catalog.derivatives.get(host.distribution, {}).get(host.codename)
    if own:
        distribution, _, suite = own.partition("/")
        return distribution, suite
    if host.distribution in catalog.distributions:
        return host.distribution, host.codename
    for base in host.bases:
        distribution, _, suite = base.partition("/")
        if distribution in catalog.distributions:
            return distribution, suite
    for distribution in host.like:
        known = catalog.distributions.get(distribution)
        if known and host.codename in known.suites:
            return distribution, host.codename
    return host.distribution, ""


def key_address(catalog: Catalog, key: Key, names: Mapping[str, str]) -> str:
    """Where a key can be fetched; `names` fill its address (distribution, channel)."""
    return catalog.addresses.fill(key.address or catalog.addresses.key, **names)


class UnknownChannel(NotPublished):
    """`near` are channels with names like it."""

    def __init__(self, channel: str, *, near: Sequence[str], channels: Sequence[str]) -> None:
        super().__init__(
            f"there is no channel {channel!r}",
            details=f"channels: {', '.join(channels)}",
            hint=(f"did you mean {' or '.join(near)}? " if near else "")
            + "`dockswitch channels` shows them all; --channels FILE adds a site's own",
        )


class NotByThisBackend(NotPublished):
    """`backends` are those that can install from the channel."""

    def __init__(self, channel: str, backend: str, backends: Sequence[str]) -> None:
        super().__init__(
            f"{channel} is not published for the {backend} backend",
            details=f"it is published for: {', '.join(backends)}",
            hint=f"take --backend {backends[0]}, or another channel (`dockswitch channels`)",
        )


class OnlyHere(NotForThisHost):
    """`package` is a distribution's own engine, which no address of ours leads to."""

    def __init__(self, channel: str, package: str) -> None:
        super().__init__(
            f"{channel} is only for the machine itself",
            details=f"it is the {package} that this machine's own apt has configured, neither "
            "below a root nor for another host",
            hint="leave out --root, --user and --for, or take another channel "
            "(`dockswitch channels`)",
        )


class NoSystem(NotForThisHost):
    def __init__(self, channel: str, system: str, systems: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has no static archives for {system}",
            details=f"it has some for: {', '.join(systems)}",
            hint="`dockswitch channels` shows what each channel has",
        )


class NoArchitecture(NotForThisHost):
    """`archs` are those that have files there, as the backend calls them."""

    def __init__(self, channel: str, backend: str, arch: str, archs: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has nothing for {arch} ({backend})",
            details=f"it has files for: {', '.join(archs)}",
            hint="`dockswitch channels` shows what each channel has; a host is named with "
            "--for DISTRO[:CODENAME]/ARCH",
        )


class NoSuite(NotForThisHost):
    """Docker has no suite for the host's codename, or the codename is not known."""

    def __init__(self, channel: str, host: str, distributions: Sequence[str]) -> None:
        super().__init__(
            f"{channel} has no packages for {host}",
            details=f"it has some for: {', '.join(distributions)}, and for what descends from them "
            "and keeps their codename",
            hint="say which fits with --suite (debian/bookworm) or --for DISTRO:CODENAME/ARCH, "
            "or take the static archive",
        )
