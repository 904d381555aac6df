"""What a switch would do: raised is what stands in the way, and nothing is done."""

from dockswitch.backends import Backend
from dockswitch.model import finding
from dockswitch.model.plan import Goal, Plan
from dockswitch.model.ports import Reader
from dockswitch.switching import checks, fetch
from dockswitch.switching.chosen import Chosen
from dockswitch.switching.data_places import placed
from dockswitch.switching.fetch import Archive
from dockswitch.switching.options import Options


def plan(reader: Reader, backend: Backend, chosen: Chosen, options: Options) -> Plan:
    """What the switch would do; raises what stands in the way."""
    wanted = _archives(reader, chosen)
    if chosen.found is None:
        for bundle in filter(None, (chosen.bundle, chosen.rootless)):
            fetch.refuse_kept(bundle, options.accepted)
    else:
        for archive in wanted:
            fetch.refuse_less_trust(archive, options.accepted)
    goal = placed(reader, goal_of(chosen, options), options)
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


def goal_of(chosen: Chosen, options: Options) -> Goal:
    bundle = chosen.bundle
    names = tuple(n for n in bundle.names if n == "docker") if options.client_only else bundle.names
    return Goal(
        bundle,
        names,
        "start" if options.starts else "leave",
        experimental=options.experimental,
        rootless=chosen.rootless,
    )


def _archives(reader: Reader, chosen: Chosen) -> tuple[Archive, ...]:
    """What the switch needs of a source, be it kept or not."""
    if chosen.found is None:
        return ()
    engine = fetch.archive_of(reader, chosen.found.release)
    besides = fetch.rootless_of(reader, chosen.found.release) if chosen.rootless else None
    return (engine, besides) if besides else (engine,)
