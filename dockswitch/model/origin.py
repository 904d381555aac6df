"""Where apt finds a release: a source that is configured on the machine, or dockswitch's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dockswitch.model.trust import Trust


@dataclass(frozen=True, slots=True)
class Origin:
    """One suite and component of a repository; `arch` is dpkg's (amd64).

    `file` is the file of sources that has it already, with the key that it names as `signed_by`
    (a path, a fingerprint, or the armoured key itself); both are empty for dockswitch's own source,
    whose key is at the address `key` (empty: the one that ships). `fingerprint` is the key's, 40
    hex digits, empty where apt trusts the source without one.

    Where a file of sources has the same suite without this component, it is `beside` that, and the
    own source has to name the same `signed_by`, be it none: apt refuses two that differ.

    Without an address it is all that apt has configured: a distribution's own archive is in parts.
    """

    url: str
    suite: str
    component: str
    arch: str
    fingerprint: str = ""
    key: str = ""
    file: str = ""
    signed_by: str = ""
    beside: str = ""

    def __str__(self) -> str:
        if not self.url:
            return "the sources that apt has configured"
        return f"{self.url} {self.suite} {self.component}"

    @property
    def own(self) -> bool:
        """Whether it is for dockswitch to tell apt of it."""
        return not self.file and bool(self.url)

    @property
    def vouched(self) -> str:
        """Whose key vouches for it and where that is, for people; empty where none does."""
        if not self.fingerprint:
            return ""
        groups = [self.fingerprint[at : at + 4] for at in range(0, len(self.fingerprint), 4)]
        named = self.signed_by if self.signed_by.startswith("/") else ""
        where = named or self.key or (f"apt's keys, by {self.file}" if self.file else "")
        return f"key {' '.join(groups)}" + (f" ({where})" if where else "")


@dataclass(frozen=True, slots=True)
class Configured:
    """An origin that apt has: `index` is the file in which it keeps what it last read there.

    The index may be compressed, and is empty where apt never read that source; `trust` is how apt
    authenticated it.
    """

    origin: Origin
    index: str = ""
    trust: Trust = Trust.SIGNED


class Configuration(Protocol):
    """What apt has configured on a machine (`apt.configured.Sources`); it is asked when needed.

    Each raises SourcesRefused where apt does not read its own sources.
    """

    # those with that component whose index has the package, and those that apt never read
    def offering(self, component: str, package: str = ...) -> Sequence[Configured]: ...

    # all that apt has read
    def everything(self) -> Sequence[Configured]: ...

    # the first that has that suite of a repository already, with whatever component
    def beside(self, url: str, suite: str) -> Origin | None: ...
