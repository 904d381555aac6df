"""Where apt finds a release: a source that is configured on the machine, or dockswitch's own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """One suite and component of a repository; `arch` is dpkg's (amd64).

    `file` is the file of sources that has it already, with the key that it names as `signed_by`
    (a path, or a fingerprint); both are empty for dockswitch's own source, whose key is at the
    address `key` (empty: the one that ships). `fingerprint` is the key's, 40 hex digits, empty
    where apt trusts the source without one.
    """

    url: str
    suite: str
    component: str
    arch: str
    fingerprint: str = ""
    key: str = ""
    file: str = ""
    signed_by: str = ""

    @property
    def own(self) -> bool:
        """Whether it is for dockswitch to tell apt of it."""
        return not self.file
