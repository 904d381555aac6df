"""What a switch would do: raised is what stands in the way, and nothing is done."""

from dockswitch.backends import Backend
from dockswitch.engine import supervision
from dockswitch.model import finding
from dockswitch.model.plan import Goal, Plan
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Download
from dockswitch.model.wish import Request
from dockswitch.switching import adopted, archives, authentic, checks, fetch
from dockswitch.switching.archives import Archive
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.chosen import Chosen, LateCatalog, choose
from dockswitch.switching.chosen import fetched as unpacked
from dockswitch.switching.data_places import placed
from dockswitch.switching.options import Options
from dockswitch.switching.steps import steps

# What containerd.service of the machine looks for on PATH, and would find first in our links: it
# remembers where a shim was, and starts no container any more once that link is gone.
_CONTAINERDS = frozenset(
    (
        *("containerd", "ctr", "runc"),
        *("containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2"),
    )
)


def choice_of(
    reader: Reader, catalog: LateCatalog, request: Request, backend: Backend, options: Options
) -> Chosen:
    """What the request comes to for a switch with these options; raises what `choose` raises."""
    if options.lock is not None:
        from dockswitch.switching import locked  # only where a lock decides

        return locked.choose(reader, catalog, request, backend, options)
    if backend.name == "apt":
        from dockswitch.switching import chosen_packages  # only where apt installs

        return chosen_packages.choose(
            reader, catalog, request, options.packages, client_only=options.client_only
        )
    if backend.name == "lima":
        from dockswitch.switching import chosen_guest  # only where Lima has the engine

        return chosen_guest.choose(reader, catalog, request, options.source, options.vm)
    return choose(
        reader,
        catalog,
        request,
        backend.takes[0],
        rootless="no" if backend.name == "machine" else options.rootless(reader.layout),
        source=options.source,
        keeper="machine" if backend.name == "machine" else None,
    )


def fetched(system: System, chosen: Chosen, accepted: Accepted, progress: Progress) -> Chosen:
    """With all of it here: what is not kept yet is fetched and verified."""
    if chosen.packed:
        from dockswitch.switching import chosen_packages  # as above

        return chosen_packages.fetched(system, chosen, accepted, progress)
    return unpacked(system, chosen, accepted, progress)


def plan(reader: Reader, backend: Backend, choice: Chosen, options: Options) -> Plan:
    """What the switch would do; raises what stands in the way."""
    wanted = wanted_archives(reader, choice)
    if choice.found is None:
        for bundle in filter(None, (choice.bundle, choice.rootless)):
            authentic.refuse_kept(bundle, options.accepted)
    else:
        for archive in wanted:
            authentic.refuse_less_trust(archive, options.accepted)
    missing = tuple(
        download
        for each in wanted
        if fetch.kept(reader, each) is None
        for download in each.downloads
    )
    return planned(reader, backend, goal_of(reader, choice, options), options, missing)


def planned(
    reader: Reader,
    backend: Backend,
    goal: Goal,
    options: Options,
    missing: tuple[Download, ...] = (),
) -> Plan:
    """What a switch to that goal would do, once what is `missing` is here; raises likewise."""
    installed = backend.installed(reader)
    found = checks.findings(reader, goal, installed, options)
    finding.refuse(found)
    return Plan(goal, installed, missing, steps(backend, goal, installed, reader), findings=found)


def goal_of(reader: Reader, choice: Chosen, options: Options) -> Goal:
    """What was chosen as a goal, with the data-root that was asked for or that it has."""
    bundle = choice.bundle
    if choice.packed:
        from dockswitch.switching import packaged_goal  # only where apt installs it

        return placed(reader, packaged_goal.goal_of(reader, choice, options), options)
    if bundle.keeper is not None:
        from dockswitch.switching import vm_goal  # only where a virtual machine is to have it

        return vm_goal.goal_of(reader, bundle, bundle.keeper, options.vm)
    client = ("docker", "docker.exe")
    names = tuple(n for n in bundle.names if n in client) if options.client_only else bundle.names
    if supervision.has_containerd(reader):
        names = tuple(n for n in names if n not in _CONTAINERDS)
    neighbour = adopted.of(reader) if options.starts else None
    goal = Goal(
        bundle,
        names,
        "start" if options.starts else "leave",
        data=neighbour.data if neighbour else "",
        experimental=options.experimental,
        rootless=choice.rootless,
        neighbour=neighbour,
    )
    return placed(reader, goal, options)


def wanted_archives(reader: Reader, choice: Chosen) -> tuple[Archive, ...]:
    """What the switch needs of a source, be it kept or not."""
    if choice.found is None:
        return ()
    if choice.packed:
        return (archives.packages_of(reader, choice.found.release, choice.packages),)
    engine = archives.archive_of(reader, choice.found.release, choice.bundle.keeper)
    besides = archives.rootless_of(reader, choice.found.release) if choice.rootless else None
    return (engine, besides) if besides else (engine,)
