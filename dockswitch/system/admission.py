"""Which addresses may be asked, and where a redirect may lead."""

import ipaddress
from urllib.parse import urljoin, urlsplit

from dockswitch.model.address import lent, origin, shown
from dockswitch.model.errors import DockswitchError
from dockswitch.model.unreachable import BadAddress, BadRedirect, PlainHttp


def admit(url: str, allow_http: frozenset[str]) -> None:
    """Raises BadAddress or PlainHttp for an address that is not to be asked."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress(shown(url), "it cannot be read as an address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAddress(shown(url), f"{parts.scheme or 'no scheme'}:// is not one of them")
    if parts.scheme == "https" or is_loopback(parts.hostname):
        return
    if parts.hostname not in allow_http and f"{parts.hostname}:{port or 80}" not in allow_http:
        raise PlainHttp(shown(url), parts.hostname)


def is_loopback(host: str) -> bool:
    """Whether a host's name can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def next_hop(at: str, location: str) -> str:
    """The address that a redirect leads to; raises BadRedirect for one never to be followed."""
    to = lent(urljoin(at, location), at)
    scheme = origin(to)[0]
    if scheme not in ("http", "https"):
        raise BadRedirect(shown(at), f"it leads to a {scheme or 'nameless'}: address")
    if origin(at)[0] == "https" and scheme == "http":
        raise BadRedirect(shown(at), f"it leads from https to plain http ({shown(to)})")
    return to


def admit_hop(url: str, to: str, allow_http: frozenset[str]) -> None:
    """As `admit`, of where `url` was redirected to; raises BadRedirect."""
    try:
        admit(to, allow_http)
    except DockswitchError as error:
        raise BadRedirect(shown(url), f"it leads to {error.message}") from None
