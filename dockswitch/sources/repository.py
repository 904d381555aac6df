"""An apt repository."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AptRepository:
    """A component of a suite, signed with the key of that fingerprint."""

    channel: str
    url: str
    suite: str
    component: str
    arch: str
    fingerprint: str
