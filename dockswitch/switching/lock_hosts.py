"""What a host is called in a lock: what the sources of one backend tell hosts apart by."""

from dockswitch.model.catalog import Catalog
from dockswitch.model.host import Host
from dockswitch.model.lock import ANY
from dockswitch.sources.suites import apt_suite


def name_of(source: str, host: Host, catalog: Catalog) -> str:
    """The name of a host among those of a source, which is in the resolver's words.

    Static archives are for a system and an architecture, packages for a distribution besides, a
    derivative's for what it descends from; what is in a virtual machine serves any host.
    """
    if source == "static":
        return f"{host.os}/{host.arch}"
    if source == "machine":
        return ANY
    if source != "apt" or not host.distribution:
        return str(host)
    distribution, suite = apt_suite(catalog, host)
    return f"{distribution}:{suite}/{host.arch}" if suite else str(host)
