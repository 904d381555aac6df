"""From a channel and a host to the apt repository that has its packages for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dockswitch.model.address import same_place
from dockswitch.model.catalog import Catalog
from dockswitch.model.channel import AptPlace, Channel, Key
from dockswitch.model.host import Host
from dockswitch.model.trust import Trust
from dockswitch.sources import Source
from dockswitch.sources.not_for_host import NoArchitecture, NoSuite, OnlyHere
from dockswitch.sources.suites import suite_of

if TYPE_CHECKING:  # each is imported where it is what is asked for: a repository costs 10 ms
    from dockswitch.sources.distribution import DistributionEngine
    from dockswitch.sources.repository import AptRepository


def by_apt(
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

    distribution, suite = suite_of(catalog, place, host)
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


def _site_key(catalog: Catalog, key: Key, names: Mapping[str, str]) -> str:
    """The address of a key that does not ship with dockswitch; empty for one that does."""
    if key.text() is not None:
        return ""
    if key.file:
        return f"file://{key.file}"
    return key_address(catalog, key, names)


def key_address(catalog: Catalog, key: Key, names: Mapping[str, str]) -> str:
    """Where a key can be fetched; `names` fill its address (distribution, channel)."""
    return catalog.addresses.fill(key.address or catalog.addresses.key, **names)
