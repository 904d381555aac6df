"""What a switch would do: raised is what stands in the way, and nothing is done."""

from dockswitch.backends import Backend, bundles
from dockswitch.engine import supervision
from dockswitch.model import finding
from dockswitch.model.plan import Goal, Plan
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle
from dockswitch.switching import adopted, checks, fetch
from dockswitch.switching.chosen import Chosen
from dockswitch.switching.data_places import placed
from dockswitch.switching.options import Options

# What containerd.service of the machine looks for on PATH, and would find first in our links: it
# remembers where a shim was, and starts no container any more once that link is gone.
_CONTAINERDS = frozenset(
    (
        *("containerd", "ctr", "runc"),
        *("containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2"),
    )
)


def plan(reader: Reader, backend: Backend, chosen: Chosen, options: Options) -> Plan:
    """What the switch would do; raises what stands in the way."""
    if chosen.found is None:
        fetch.refuse_kept(chosen.bundle, options.accepted)
    else:
        fetch.refuse_less_trust(fetch.archive_of(chosen.found.release), options.accepted)
    goal = placed(reader, goal_of(reader, chosen.bundle, options), options)
    installed = backend.installed(reader)
    found = checks.findings(reader, goal, installed, options)
    finding.refuse(found)
    steps = backend.steps(goal, installed, reader)
    kept = bundles.read(reader, chosen.bundle.folder) is not None
    artifacts = () if kept or chosen.found is None else chosen.found.release.artifacts
    return Plan(goal, installed, artifacts, steps, findings=found)


def goal_of(reader: Reader, bundle: Bundle, options: Options) -> Goal:
    """That bundle's goal; the data-root stays that of an adopted engine."""
    names = tuple(n for n in bundle.names if n == "docker") if options.client_only else bundle.names
    if supervision.has_containerd(reader):
        names = tuple(n for n in names if n not in _CONTAINERDS)
    starts = options.start and not options.client_only
    neighbour = adopted.of(reader) if starts else None
    return Goal(
        bundle,
        names,
        "start" if starts else "leave",
        data=neighbour.data if neighbour else "",
        experimental=options.experimental,
        neighbour=neighbour,
    )
