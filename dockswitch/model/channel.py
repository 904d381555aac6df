"""A channel: its state, and where it is published for each backend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dockswitch.model import shipped
from dockswitch.model.package_names import ENGINE


@dataclass(frozen=True, slots=True)
class AptPlace:
    """Where a channel has packages; without `distributions` any may be asked for.

    `suite` replaces the host's codename, and with a distribution before it (`debian/bookworm`) that
    too; `address` replaces the catalog's, `key` names a key. With a `package` that is not Docker's
    it is that of the host's distribution, wherever its apt finds it.
    """

    component: str
    distributions: tuple[str, ...] = ()
    suite: str = ""
    address: str = ""
    key: str = "deb"
    package: str = ENGINE

    @property
    def distributions_own(self) -> bool:
        return self.package != ENGINE


@dataclass(frozen=True, slots=True)
class StaticPlace:
    """Where a channel has static archives: the architectures by system (linux, mac, win).

    Without any, every architecture may be asked for.
    """

    archs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True)
class ImagePlace:
    """Where a channel has boot2docker images, and the last one where there will be no more."""

    last: str = ""
    ended: date | None = None
    address: str = ""
    feed: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: `state` is live or retired; a retired one has its `last` release and its date."""

    name: str
    state: str = "live"
    last: str = ""
    ended: date | None = None
    note: str = ""
    apt: AptPlace | None = None
    static: StaticPlace | None = None
    images: ImagePlace | None = None

    @property
    def live(self) -> bool:
        return self.state == "live"

    @property
    def backends(self) -> tuple[str, ...]:
        """The backends that can install from it."""
        places = {"apt": self.apt, "static": self.static, "machine": self.images}
        return tuple(name for name, place in places.items() if place)


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: `fingerprint` is 40 hex digits; `file` without a folder ships with dockswitch.

    `address` is where it can be fetched, empty for the distribution's usual place.
    """

    name: str
    fingerprint: str
    file: str = ""
    address: str = ""

    def text(self) -> str | None:
        """The armoured key as it ships; None for a site's own, whose file is elsewhere."""
        return shipped.text(f"keys/{self.file}") if self.file and "/" not in self.file else None
