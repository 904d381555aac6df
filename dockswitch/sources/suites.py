"""Which distribution and suite has the packages for a host."""

from dockswitch.model.catalog import Catalog
from dockswitch.model.channel import AptPlace
from dockswitch.model.host import Host


def suites(catalog: Catalog, channel: str, host: Host) -> tuple[str, str, tuple[str, ...]]:
    """Distribution and suite of a channel's packages for a host, and the other suites there are of
    that distribution, newest first; empty where the channel has none, or none for that host.
    """
    place = catalog.channels[channel].apt if channel in catalog.channels else None
    if place is None or place.distributions_own:
        return "", "", ()
    distribution, suite = suite_of(catalog, place, host)
    known = catalog.distributions.get(distribution)
    others = reversed(known.suites if known else ())
    return distribution, suite, tuple(each for each in others if each != suite)


def suite_of(catalog: Catalog, place: AptPlace, host: Host) -> tuple[str, str]:
    """Those of a channel's packages for a host; the suite is empty where there are none."""
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
