"""How a person wants a switch to be made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from dockswitch.model.layout import Layout
from dockswitch.model.plan import Plan
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.chosen import Rootless

if TYPE_CHECKING:  # few have a lock
    from dockswitch.model.lock import Lock

Data: TypeAlias = Literal["same", "separate"]
# Asks a person whether a plan is to be carried out; raises what ends the command where it is not.
Agree: TypeAlias = Callable[[Plan], None]


@dataclass(frozen=True, slots=True)
class VmWish:
    """Which virtual machine is to have the engine: its `name`, empty for one of the version's own.

    `in_place` says that it may have another engine, which is replaced; `keeps_running` that what
    was in use before is not stopped. `driver` and `flags` are as the keeper knows them.
    """

    name: str = ""
    driver: str = ""
    in_place: bool = False
    keeps_running: bool = False
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How a switch is to be made: `start` an engine or only flip links, all binaries or docker.

    `data` is what a person said of the data-root: the machine's, whatever may be lost, or one of
    the version's own; `probe` is the command line of the site's own check. `source` says whose
    sources, in the resolver's words, empty for those that suit the backend best.

    `packages` are a person's own words for apt, which win over those of the release; `hold` says
    whether what is installed is held, None for what suits the wish.

    `lock` is what has the very files that are to be installed; None where sources say it.

    `revert_after` are the seconds in which somebody has to confirm the switch, or it is taken back;
    0 for one that stays.
    """

    start: bool = True
    client_only: bool = False
    accepted: Accepted = field(default_factory=Accepted)
    data: Data | None = None
    experimental: bool = False
    probe: tuple[str, ...] = ()
    source: str = ""
    packages: tuple[str, ...] = ()
    hold: bool | None = None
    vm: VmWish = field(default_factory=VmWish)
    lock: "Lock | None" = None
    revert_after: int = 0

    @property
    def starts(self) -> bool:
        """Whether an engine is started: a client alone needs none."""
        return self.start and not self.client_only

    def rootless(self, layout: Layout) -> Rootless:
        """Whether what an engine needs without root is needed here."""
        return "needed" if layout.scope == "user" and self.starts else "no"
