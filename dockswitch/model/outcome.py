"""What came of looking for a release, and of a switch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockswitch.model.generation import Generation
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Installed
from dockswitch.model.release import Release
from dockswitch.model.version import Version

if TYPE_CHECKING:  # few switches have to be confirmed
    from dockswitch.model.unconfirmed import Unconfirmed


@dataclass(frozen=True, slots=True)
class Found:
    """The release that a wish means, and why it is this one: a sentence for each step.

    `newest_pre` is the newest pre-release that the same channel has; `rootless_near` the nearest
    version there that can run without root, where this one cannot.
    """

    release: Release
    reasons: tuple[str, ...] = ()
    newest_pre: Release | None = None
    rootless_near: Version | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """A switch that had not finished and was undone: what it wished for, and when it began."""

    wish: str
    time: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a switch did; `downtime` in seconds is from SIGTERM to the first good answer.

    `left` is the adopted engine that ran until then. `host` is where an engine in a virtual machine
    answers, as DOCKER_HOST says it, and `context` that of a docker client which leads there; both
    may be empty. `waits` is until when it has to be confirmed, None for a switch that stays.
    """

    changed: bool
    before: Installed
    after: Generation
    restarted: bool = False
    downtime: float | None = None
    recovered: Recovered | None = None
    notes: tuple[str, ...] = ()
    left: Neighbour | None = None
    host: str = ""
    context: str = ""
    waits: "Unconfirmed | None" = None
