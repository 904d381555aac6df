"""Which system Lima boots for an engine: by the shipped record, or a site's own `guests.csv`."""

import csv
import functools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dockswitch.model import shipped
from dockswitch.model.errors import DockswitchError, NotForThisHost
from dockswitch.model.host import Host
from dockswitch.model.ports import Reader
from dockswitch.model.version import BadVersion, Version

# The first engine that knows cgroup v2, which guests have whose engines begin there or later.
_CGROUP_V2 = Version.parse("20.10.0")
_FILE = "guests.csv"
# On Windows anybody may make a folder of that name.
_SYSTEM = () if sys.platform == "win32" else (f"/etc/dockswitch/{_FILE}",)
_COLUMNS = ("distribution", "codename", "since", "arch", "image", "digest")


@dataclass(frozen=True, slots=True)
class Guest:
    """A cloud image for engines from a version on, up to where the next guest begins; the oldest
    one is for whatever came before, too.

    It is the first release of its distribution that Docker published such engines for, so that
    signed packages are found where there are any. `image` is its address, `digest` as Lima takes
    it (`sha256:…`), which Lima checks.
    """

    distribution: str
    codename: str
    since: Version
    arch: str
    image: str
    digest: str

    def host(self, of: Host) -> Host:
        """What an engine in it meets, where the machine around it is `of`."""
        return Host(
            "linux",
            self.arch,
            distribution=self.distribution,
            codename=self.codename,
            init="systemd",
            uid=of.uid,
            cgroup=2 if self.has_cgroup_v2 else 1,
        )

    @property
    def has_cgroup_v2(self) -> bool:
        return self.since >= _CGROUP_V2


def host(of: Host) -> Host:
    """The host that a machine of Lima's is to an engine nobody has named yet: the newest guest."""
    fitting = [each for each in _shipped() if each.arch == of.arch]
    if not fitting:
        return replace(of, os="linux", distribution="", codename="", like=(), bases=(), kernel="")
    return max(fitting, key=lambda each: each.since).host(of)


def guest_for(reader: Reader, version: Version) -> Guest:
    """The guest for an engine of that version. Raises NoGuest and BadGuests."""
    return _for(known(reader), version, reader.host.arch)


def known(reader: Reader) -> tuple[Guest, ...]:
    """All of them for every architecture; a site's own take the place of those that ship."""
    for path in (f"{reader.layout.config}/{_FILE}", *_SYSTEM):
        content = reader.read(path)
        if content is not None:
            try:
                return _guests(content.decode().splitlines())
            except (ValueError, BadVersion) as error:
                raise BadGuests(reader.layout.real(path), str(error)) from None
    return _shipped()


def _for(guests: Sequence[Guest], version: Version, arch: str) -> Guest:
    fitting = sorted((each for each in guests if each.arch == arch), key=lambda each: each.since)
    if not fitting:
        raise NoGuest(version, arch, guests)
    since = [each for each in fitting if each.since <= version]
    return (since or fitting[:1])[-1]


@functools.cache
def _shipped() -> tuple[Guest, ...]:
    return _guests(shipped.text(f"record/{_FILE}").splitlines())


def _guests(lines: Iterable[str]) -> tuple[Guest, ...]:
    found = []
    for number, row in enumerate(csv.DictReader(lines), start=2):
        if not all(row.get(column) for column in _COLUMNS):
            raise ValueError(f"line {number}: expected {', '.join(_COLUMNS)}")
        told = {column: row[column] for column in _COLUMNS if column != "since"}
        found.append(Guest(since=Version.parse(row["since"]), **told))
    return tuple(found)


class NoGuest(NotForThisHost):
    def __init__(self, version: Version, arch: str, guests: Sequence[Guest]) -> None:
        archs = sorted({each.arch for each in guests})
        super().__init__(
            f"no guest of Lima's is known for {version} on {arch}",
            details=f"there are some for {', '.join(archs)}" if archs else "none are known at all",
            hint=f"a {_FILE} in dockswitch's settings names cloud images of your own: "
            f"{','.join(_COLUMNS)}",
        )


class BadGuests(DockswitchError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path} cannot be used",
            details=reason,
            hint=f"its first line is {','.join(_COLUMNS)}, and each line after it a cloud image",
        )
