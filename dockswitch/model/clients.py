"""What docker clients of each version ask an engine for; a record, shipped as data."""

import csv
import functools
from dataclasses import dataclass, replace

from dockswitch.model import record, shipped
from dockswitch.model.version import Version


@dataclass(frozen=True, slots=True)
class Client:
    """`api` is the newest that it speaks; `version` None is any program that asks for that alone.

    Since 1.13 clients agree with the engine on the API (`negotiates`), and some do so below a
    DOCKER_API_VERSION too (`negotiates_pinned`). Engines before that do not tell theirs: then such
    a client asks for `assumes`, and for its own where that is empty. `floor` is the oldest that it
    agrees on, empty for any. Without `reads_json` it does so
    only where it asks for an API that is newer than 1.23.
    """

    version: Version | None
    api: str
    negotiates: bool = False
    assumes: str = ""
    floor: str = ""
    negotiates_pinned: bool = False
    reads_json: bool = True

    def pinned(self, api: str) -> "Client":
        """As DOCKER_API_VERSION makes it: most ask for that, whatever the engine says."""
        if self.negotiates_pinned:
            return replace(self, api=api)
        return replace(self, api=api, negotiates=False, assumes="", floor="")


def of(version: Version, api: str) -> Client:
    """The client of that version, which speaks that API."""
    rules = [each for since, each in _rules() if since <= version]
    return (
        replace(rules[-1], version=version, api=api)
        if rules
        else Client(version, api, reads_json=False)
    )


def recorded(version: Version) -> Client | None:
    """As the record has it; None where it does not know which API that version speaks.

    A client speaks the API of the engine that it came out with: so it is at each of the 261 tags
    of docker/cli from 18.06 to 29.7 that name it.
    """
    known = record.find(version)
    return of(known.version, known.api) if known and known.api else None


@functools.cache
def _rules() -> tuple[tuple[Version, Client], ...]:
    """In release order."""
    rows = csv.reader(shipped.text("record/clients.csv").splitlines())
    next(rows)
    return tuple((Version(row[0]), _rule(*row[1:5])) for row in rows)


def _rule(assumes: str, floor: str, pinned: str, errors: str) -> Client:
    return Client(
        None,
        "",
        negotiates=True,
        assumes=assumes,
        floor=floor,
        negotiates_pinned=pinned == "negotiates",
        reads_json=errors == "json",
    )
