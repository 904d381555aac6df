"""What a switch would do: raised is what stands in the way, and nothing is done."""

from dataclasses import dataclass, field

from dockswitch.backends import Backend
from dockswitch.model.layout import Layout
from dockswitch.model.plan import Goal, Plan
from dockswitch.model.ports import Reader
from dockswitch.switching import fetch
from dockswitch.switching.chosen import Chosen, Rootless
from dockswitch.switching.fetch import Accepted, Archive


@dataclass(frozen=True, slots=True)
class Options:
    """How a switch is to be made: `start` an engine or only flip links, all binaries or docker."""

    start: bool = True
    client_only: bool = False
    accepted: Accepted = field(default_factory=Accepted)

    @property
    def starts(self) -> bool:
        """Whether an engine is started: a client alone needs none."""
        return self.start and not self.client_only

    def rootless(self, layout: Layout) -> Rootless:
        """Whether what an engine needs without root is needed here."""
        return "needed" if layout.scope == "user" and self.starts else "no"


def plan(reader: Reader, backend: Backend, chosen: Chosen, options: Options) -> Plan:
    """What the switch would do; raises what stands in the way."""
    wanted = _archives(reader, chosen)
    if chosen.found is None:
        for bundle in filter(None, (chosen.bundle, chosen.rootless)):
            fetch.refuse_kept(bundle, options.accepted)
    else:
        for archive in wanted:
            fetch.refuse_less_trust(archive.download, options.accepted)
    goal = goal_of(chosen, options)
    installed = backend.installed(reader)
    steps = backend.steps(goal, installed, reader)
    missing = tuple(each.download for each in wanted if fetch.kept(reader, each) is None)
    return Plan(goal, installed, missing, steps)


def goal_of(chosen: Chosen, options: Options) -> Goal:
    bundle = chosen.bundle
    names = tuple(n for n in bundle.names if n == "docker") if options.client_only else bundle.names
    return Goal(bundle, names, "start" if options.starts else "leave", chosen.rootless)


def _archives(reader: Reader, chosen: Chosen) -> tuple[Archive, ...]:
    """What the switch needs of a source, be it kept or not."""
    if chosen.found is None:
        return ()
    engine = fetch.archive_of(reader, chosen.found.release)
    besides = fetch.rootless_of(reader, chosen.found.release) if chosen.rootless else None
    return (engine, besides) if besides else (engine,)
