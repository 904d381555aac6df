"""What is wanted of a machine, what was found on it, and the steps between the two."""

from dataclasses import dataclass
from typing import Literal

from dockswitch.model import package_names, package_words
from dockswitch.model.api_range import ApiRange
from dockswitch.model.finding import Finding
from dockswitch.model.hold import Hold
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.ports import Daemon
from dockswitch.model.release import Artifact, Bundle
from dockswitch.model.step import ByHand, Engine, Packages, Service, Step
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm

Start = Literal["start", "leave", "stop"]


@dataclass(frozen=True, slots=True)
class Goal:
    """The bundle that a machine is to run, or None for no engine of dockswitch's.

    `engine` says what becomes of the daemon: it is started, left as it is, or stopped.
    `names` are the binaries to be linked for people. `data` is a data-root of its own inside the
    root, empty for the machine's; `experimental` turns the engine's experimental features on.
    `neighbour` is the adopted engine of somebody else: it is stopped where a bundle is to run, and
    started where none is.
    `rootless` is what the bundle's engine needs besides where it is to run without root.

    `packages` are those that apt is to install or remove, as it calls them, None where it is left
    alone; `automatic` are those that it may remove once nothing needs them, None where that stays
    as it is; `hold` is how they are held, None for not at all.

    `vm` is the virtual machine that is to have the bundle's engine, None for this machine itself;
    `keeps_running` says that whatever ran before goes on beside it.
    """

    bundle: Bundle | None
    names: tuple[str, ...]
    engine: Start
    data: str = ""
    experimental: bool = False
    neighbour: Neighbour | None = None
    rootless: Bundle | None = None
    packages: tuple[str, ...] | None = None
    automatic: tuple[str, ...] | None = None
    hold: Hold | None = None
    vm: Vm | None = None
    keeps_running: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """The dockerd that a goal asks for; `folder` and `data` (empty: the machine's) as in a goal."""

    version: Version
    folder: str
    data: str = ""

    @classmethod
    def of(cls, goal: Goal, bundle: Bundle) -> "Wanted":
        return cls(bundle.version, bundle.folder, goal.data)


@dataclass(frozen=True, slots=True)
class Installed:
    """What is observed on a machine: it may differ from the last generation.

    `version` and `folder` are those behind the `current` link (None and "" where there is none);
    `daemon` is our running dockerd and `running` the version whose folder it was started from;
    `names` are the links of ours in the binary folder.
    """

    version: Version | None
    folder: str
    names: tuple[str, ...]
    daemon: Daemon | None
    running: Version | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a switch would do; printing it is `--dry-run`.

    `generation` is the number of the newest one then, a new one where the switch `changes` what
    the history says; `impact` has a sentence for each container that it would touch, and for what
    else it means; it is `grave` where containers stop or a Swarm misses the node; `findings` are
    what is worth saying beforehand; `way_back` is why a rollback would not bring back what is now.
    `api_now` and `api_then` are what the engine speaks, None where none does or nobody knows.
    """

    goal: Goal
    installed: Installed
    artifacts: tuple[Artifact, ...]
    steps: tuple[Step, ...]
    changes: bool = False
    generation: int = 0
    impact: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    grave: bool = False
    way_back: str | None = None
    api_now: ApiRange | None = None
    api_then: ApiRange | None = None

    @property
    def asks(self) -> bool:
        """Whether a person is to be asked: containers stop, or data is at risk."""
        return self.grave or any(found.risk for found in self.findings)

    @property
    def restarts(self) -> bool:
        """Whether a running engine will be stopped, ours or an adopted one."""
        if self.goal.engine == "leave":
            return False  # packages that change beneath it restart nothing then
        runs = self.installed.daemon is not None and any(map(touches_engine, self.steps))
        return runs or any(runs_neighbour(step) is False for step in self.steps)


def touches_engine(step: Step) -> bool:
    """Whether that step stops or starts an engine of ours, or changes one that packages brought."""
    match step:
        case Engine():
            return True
        case Packages(wanted):
            return any(name in package_names.ENGINES for name in package_words.versions(wanted))
        case _:
            return False


def runs_neighbour(step: Step) -> bool | None:
    """Whether that step starts (or stops) an engine of somebody else; None where it does not."""
    match step:
        case Service(active=runs) | ByHand(runs=runs):
            return runs
        case _:
            return None
