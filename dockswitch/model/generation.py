"""A committed switch."""

from dataclasses import asdict, dataclass

from dockswitch.model import neighbour as neighbours
from dockswitch.model.hold import Hold
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.release import Fetched
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm


@dataclass(frozen=True, slots=True)
class Left:
    """Containers by their ids, which a switch stopped in a data-root that it left."""

    data_root: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """What a machine ran from `time` (ISO 8601, UTC) on.

    `version` is None for a machine without an engine of dockswitch's; `folder` is the version's
    folder inside the root; `names` are the binaries that were linked; `wish` are the words that
    were asked for; `running` says whether an engine of ours ran then.

    `data` is the data-root of its own inside the root, empty for the machine's; `experimental` says
    that dockswitch turned the engine's experimental features on.

    `neighbour` is the adopted engine of somebody else that `use system` goes back to; where
    `version` is None it is what is in force.

    `left` are the containers that run again once a switch returns to where they are.

    `packages` are an engine's Debian packages that the machine had then, as apt calls them, whoever
    brought the engine that ran; of these `automatic` are those that apt might remove once nothing
    needed them; `hold` says that they were held.

    `vm` is the virtual machine that the engine was in, None for this machine itself.

    `unconfirmed` is the generation that this one took the place of because nobody confirmed it in
    time, 0 for none.
    """

    number: int
    version: Version | None
    channel: str
    backend: str
    folder: str
    names: tuple[str, ...]
    artifacts: tuple[Fetched, ...]
    time: str
    wish: str
    running: bool
    data: str = ""
    experimental: bool = False
    neighbour: Neighbour | None = None
    left: tuple[Left, ...] = ()
    packages: tuple[str, ...] = ()
    automatic: tuple[str, ...] = ()
    hold: Hold | None = None
    vm: Vm | None = None
    unconfirmed: int = 0


def to_plain(generation: Generation) -> dict[str, object]:
    """The generation as the journal holds it."""
    neighbour = generation.neighbour
    return {
        **asdict(generation),
        "version": str(generation.version) if generation.version else None,
        "artifacts": [{**asdict(a), "trust": str(a.trust)} for a in generation.artifacts],
        "neighbour": neighbours.to_plain(neighbour) if neighbour else None,
    }
