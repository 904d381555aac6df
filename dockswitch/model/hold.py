"""A hold: packages that no upgrade is to change, by whom and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hold:
    """Who holds them (`owner`), why, and `since` when (ISO 8601, UTC).

    `asked` says that a person asked for it as such: it goes along with each switch. One that an
    exact version brought ends with that version.
    """

    owner: str
    reason: str
    since: str
    asked: bool = False
