"""What a switch would do: raised is what stands in the way, and nothing is done."""

from dockswitch.backends import Backend
from dockswitch.engine import supervision
from dockswitch.model import finding
from dockswitch.model.plan import Goal, Plan
from dockswitch.model.ports import Reader
from dockswitch.switching import adopted, checks, fetch
from dockswitch.switching.chosen import Chosen
from dockswitch.switching.data_places import placed
from dockswitch.switching.fetch import Archive
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
    wanted = _archives(reader, chosen)
    if chosen.found is None:
        for bundle in filter(None, (chosen.bundle, chosen.rootless)):
            fetch.refuse_kept(bundle, options.accepted)
    else:
        for archive in wanted:
            fetch.refuse_less_trust(archive, options.accepted)
    goal = placed(reader, goal_of(reader, chosen, options), options)
    installed = backend.installed(reader)
    found = checks.findings(reader, goal, installed, options)
    finding.refuse(found)
    steps = backend.steps(goal, installed, reader)
    missing = tuple(
        download
        for each in wanted
        if fetch.kept(reader, each) is None
        for download in each.downloads
    )
    return Plan(goal, installed, missing, steps, findings=found)


def goal_of(reader: Reader, chosen: Chosen, options: Options) -> Goal:
    """What was chosen as a goal; the data-root stays that of an adopted engine."""
    bundle = chosen.bundle
    names = tuple(n for n in bundle.names if n == "docker") if options.client_only else bundle.names
    if supervision.has_containerd(reader):
        names = tuple(n for n in names if n not in _CONTAINERDS)
    neighbour = adopted.of(reader) if options.starts else None
    return Goal(
        bundle,
        names,
        "start" if options.starts else "leave",
        data=neighbour.data if neighbour else "",
        experimental=options.experimental,
        rootless=chosen.rootless,
        neighbour=neighbour,
    )


def _archives(reader: Reader, chosen: Chosen) -> tuple[Archive, ...]:
    """What the switch needs of a source, be it kept or not."""
    if chosen.found is None:
        return ()
    engine = fetch.archive_of(reader, chosen.found.release)
    besides = fetch.rootless_of(reader, chosen.found.release) if chosen.rootless else None
    return (engine, besides) if besides else (engine,)
