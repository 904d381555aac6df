"""The resolver: from a channel, a backend and a host to the source that publishes for them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dockswitch.model.addresses import folder_of
from dockswitch.model.catalog import Catalog
from dockswitch.model.channel import Channel, ImagePlace, StaticPlace
from dockswitch.model.errors import NoSuchBackend, NotForThisHost, NotPublished
from dockswitch.model.host import Host
from dockswitch.model.near import near
from dockswitch.model.origin import Origin
from dockswitch.model.trust import Trust
from dockswitch.sources import Source, repositories
from dockswitch.sources.not_for_host import NoArchitecture, NoSystem

if TYPE_CHECKING:  # each is imported where it is what is asked for: a repository costs 10 ms
    from dockswitch.sources.images import ImageFeed
    from dockswitch.sources.listing import StaticIndex

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
        return repositories.by_apt(catalog, found, found.apt, host, verify)
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


def _images(catalog: Catalog, channel: Channel, place: ImagePlace) -> "ImageFeed":
    from dockswitch.sources.images import ImageFeed

    addresses = catalog.addresses
    beside = folder_of(place.address) if place.address else addresses.images
    return ImageFeed(
        channel=channel.name,
        url=addresses.fill(place.feed or beside, channel=channel.name),
        image=addresses.fill(place.address or addresses.image, channel=channel.name),
    )


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
