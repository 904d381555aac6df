"""Docker clients and engines that speak with each other, or do not: the answer to `compat`."""

from dataclasses import dataclass

from dockswitch.model.clients import Client
from dockswitch.model.negotiation import Engine, Terms


@dataclass(frozen=True, slots=True)
class Pair:
    """A client and an engine, and on which terms they speak.

    `path` is where the client is on this machine, `runs` says that the engine runs here, and `kept`
    that its version is kept here; a pair out of the record has none of these.
    """

    client: Client
    engine: Engine
    terms: Terms
    path: str = ""
    runs: bool = False
    kept: bool = False

    @property
    def here(self) -> bool:
        return self.runs or self.kept or self.path != ""


@dataclass(frozen=True, slots=True)
class Compat:
    """What was asked about, and what is known of it.

    `pair` is there where it is about both. `accepted_by` has engines for a client and `accepts`
    clients for an engine: those of this machine, then those of the record, oldest first. `pinned`
    is the DOCKER_API_VERSION that decides what clients of this machine ask for.
    """

    client: Client | None
    engine: Engine | None
    pair: Pair | None
    accepted_by: tuple[Pair, ...] = ()
    accepts: tuple[Pair, ...] = ()
    pinned: str = ""
